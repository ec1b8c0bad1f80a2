"""Weeks: their numbers by three rules, their names read and written, and what digests show of them.

Every rule is checked against a table that was worked out by a calendar, not by the code.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.folders import CORPUS
from vault_sync.core.digest import reader
from vault_sync.core.digest.week_head import DatedDigest, week_head
from vault_sync.core.model.values import RelPath
from vault_sync.core.naming import month_weeks, week_learning, week_names
from vault_sync.core.naming.month_weeks import RULES, MonthWeek, MonthWeekRule
from vault_sync.core.naming.week_learning import learn
from vault_sync.core.naming.week_names import WeekNaming, week_day, week_name

KOREAN = "%Y년 %-m월 {month_week}주차"
MONDAY, SUNDAY = 0, 6


def paths(*stems: str, folder: str = "digests") -> list[RelPath]:
    return [RelPath(f"{folder}/{stem}.md") for stem in stems]


def naming_of(*stems: str) -> WeekNaming:
    naming = learn(paths(*stems), {}).naming
    assert naming is not None
    return naming


@pytest.mark.parametrize(
    ("rule", "monday"),
    [("thursday", "2023-08-14"), ("first-monday", "2023-08-21"), ("rows", "2023-08-13")],
)
def test_the_third_week_of_august_2023_begins_where_its_rule_says(
    rule: MonthWeekRule, monday: str
) -> None:
    assert month_weeks.start_of(rule, MonthWeek(2023, 8, 3)) == date.fromisoformat(monday)


@pytest.mark.parametrize(
    ("day", "thursday", "first_monday", "rows"),
    [
        # New Year's Day on a Sunday, on a Monday, on a Wednesday, on a Thursday, on a Friday.
        ("2023-01-01", (2022, 12, 5), (2022, 12, 4), (2023, 1, 1)),
        ("2024-01-01", (2024, 1, 1), (2024, 1, 1), (2024, 1, 1)),
        ("2025-01-01", (2025, 1, 1), (2024, 12, 5), (2025, 1, 1)),
        ("2026-01-01", (2026, 1, 1), (2025, 12, 5), (2026, 1, 1)),
        ("2027-01-01", (2026, 12, 5), (2026, 12, 4), (2027, 1, 1)),
        # The last days of years.
        ("2024-12-31", (2025, 1, 1), (2024, 12, 5), (2025, 1, 1)),
        ("2023-12-31", (2023, 12, 4), (2023, 12, 4), (2024, 1, 1)),
        ("2022-12-31", (2022, 12, 5), (2022, 12, 4), (2022, 12, 5)),
        # A month that begins on a Saturday, and a leap day.
        ("2023-07-01", (2023, 6, 5), (2023, 6, 4), (2023, 7, 1)),
        ("2023-07-02", (2023, 6, 5), (2023, 6, 4), (2023, 7, 2)),
        ("2024-02-29", (2024, 2, 5), (2024, 2, 4), (2024, 3, 1)),
    ],
)
def test_weeks_at_the_ends_of_years_and_months(
    day: str, thursday: MonthWeek, first_monday: MonthWeek, rows: MonthWeek
) -> None:
    found = [month_weeks.month_week(rule, date.fromisoformat(day)) for rule in RULES]
    assert found == [thursday, first_monday, rows]


@given(st.dates(date(1990, 1, 1), date(2099, 12, 1)), st.sampled_from(RULES))
def test_a_week_has_one_name_on_all_its_days_and_is_found_by_it(
    day: date, rule: MonthWeekRule
) -> None:
    first = month_weeks.first_day(rule, day)
    assert timedelta() <= day - first <= timedelta(days=6)
    week = month_weeks.month_week(rule, day)
    assert {month_weeks.month_week(rule, first + timedelta(days=n)) for n in range(7)} == {week}
    assert month_weeks.start_of(rule, week) == first
    following = month_weeks.month_week(rule, first + month_weeks.WEEK)
    assert following == week._replace(number=week.number + 1) or following.number == 1


def test_a_week_that_a_month_has_not_is_none_and_a_shared_row_has_two_names() -> None:
    assert month_weeks.start_of("thursday", MonthWeek(2023, 7, 5)) is None
    assert month_weeks.start_of("first-monday", MonthWeek(2023, 7, 5)) == date(2023, 7, 31)
    # 30 and 31 July 2023 are a row of July's page, and of August's.
    assert month_weeks.start_of("rows", MonthWeek(2023, 7, 6)) == date(2023, 7, 30)
    assert month_weeks.start_of("rows", MonthWeek(2023, 8, 1)) == date(2023, 7, 30)
    assert month_weeks.start_of("rows", MonthWeek(2023, 7, 7)) is None
    assert month_weeks.start_of("rows", MonthWeek(2023, 13, 1)) is None


@pytest.mark.parametrize(
    ("stem", "form", "new_year_2025"),
    [
        ("2023년 8월 3주차", KOREAN, "2025년 1월 1주차"),
        ("2023년 08월 3주", "%Y년 %m월 {month_week}주", "2025년 01월 1주"),
        ("23년 8월 제3주", "%y년 %-m월 제{month_week}주", "25년 1월 제1주"),
        ("2023-08 3주차", "%Y-%m {month_week}주차", "2025-01 1주차"),
        ("2023-08-W3", "%Y-%m-W{month_week}", "2025-01-W1"),
        ("2023년 33주차", "%G년 %-V주차", "2025년 1주차"),
        ("2023-W33", "%G-W%V", "2025-W01"),
        ("W33 2023", "W%V %G", "W01 2025"),
        ("23W33", "%gW%V", "25W01"),
        ("Week 33, 2023", "Week %-V, %G", "Week 1, 2025"),
        ("Papers of 2023 week 33", "Papers of %G week %-V", "Papers of 2025 week 1"),
        ("230814", "%y%m%d", "241230"),
        ("2023-08-14", "%Y-%m-%d", "2024-12-30"),
        ("2023.08.14 읽은 논문", "%Y.%-m.%-d 읽은 논문", None),
        ("2023년 8월 14일", "%Y년 %-m월 %-d일", "2024년 12월 30일"),
        ("100% 20230814", "100%% %Y%m%d", None),
    ],
)
def test_one_name_shows_its_form_and_that_names_the_week_of_new_year(
    stem: str, form: str, new_year_2025: str | None
) -> None:
    if new_year_2025 is None:
        stems = [stem, stem.replace("14", "21")]
        assert naming_of(*stems).form in {form, form.replace("%-", "%")}
        return
    naming = naming_of(stem)
    assert naming.form == form
    # 1 January 2025 is a Wednesday: its week begins in 2024.
    assert week_name(naming, date(2025, 1, 1)) == new_year_2025
    assert week_name(naming, date(2024, 12, 31)) == new_year_2025
    assert week_day(naming, new_year_2025) == date(2024, 12, 30)
    assert week_name(naming, date(2023, 8, 16)) == stem


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2021-01-03", "2020-W53"),
        ("2021-01-04", "2021-W01"),
        ("2022-01-02", "2021-W52"),
        ("2024-12-29", "2024-W52"),
        ("2024-12-30", "2025-W01"),
        ("2026-12-31", "2026-W53"),
        ("2027-01-03", "2026-W53"),
    ],
)
def test_iso_weeks_have_the_year_of_their_thursday(day: str, name: str) -> None:
    assert week_name(WeekNaming("%G-W%V"), date.fromisoformat(day)) == name


def test_a_name_in_jamo_is_the_same_name() -> None:
    naming = naming_of(unicodedata.normalize("NFD", "2023년 8월 3주차"))
    assert naming.form == KOREAN
    assert week_day(naming, unicodedata.normalize("NFD", "2023년 9월 1주차")) == date(2023, 9, 4)
    assert week_name(naming, date(2023, 9, 4)) == unicodedata.normalize("NFC", "2023년 9월 1주차")


@pytest.mark.parametrize(
    "name", ["2023-W54", "2023-W00", "2023-W53", "2023-W3", "W33", "2023-W33 b", "2023-W333", ""]
)
def test_what_is_no_week_of_the_form_is_none(name: str) -> None:
    assert week_day(WeekNaming("%G-W%V"), name) is None
    assert week_day(WeekNaming("%Y-%m-%d"), "2023-02-30") is None


@given(
    st.dates(date(2001, 1, 8), date(2098, 12, 1)),
    st.sampled_from(
        ["%G-W%V", "%gW%-V", KOREAN, "%y%m%d", "Week %-V, %G", "%Y.%-m.%-d", "%%%G %V"]
    ),
    st.sampled_from(RULES),
    st.integers(0, 6),
)
def test_a_name_is_read_back_as_the_week_that_it_names(
    day: date, form: str, rule: MonthWeekRule, weekday: int
) -> None:
    naming = WeekNaming(form, rule, weekday)
    assert week_names.form_error(form) is None
    name = week_name(naming, day)
    standing = week_day(naming, name)
    assert standing == week_names.standing_day(naming, day)
    first, last = week_names.days_of(naming, day)
    assert first <= standing <= last and first <= day <= last
    assert week_name(naming, first) == week_name(naming, last) == name
    assert week_name(naming, last + timedelta(days=1)) != name


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ("%Y-W%V", "%G"),
        ("%Y {month_week}", "%m"),
        ("%G-%m {month_week}", "ISO"),
        ("W%V", "%G"),
        ("%d", "%m"),
        ("week", "names no week"),
        ("%B %Y", "'%B'"),
        ("{week}", "'{'"),
        ("%G/%V", "file name"),
        ("%G-W%V%", "'%'"),
    ],
)
def test_a_form_that_names_no_week_is_refused_in_words(form: str, wrong: str) -> None:
    message = week_names.form_error(form)
    assert message is not None and wrong in message


def test_digests_named_by_a_day_go_on_with_its_weekday() -> None:
    fridays = naming_of("230804", "230811", "230818")
    assert week_name(fridays, date(2023, 8, 21)) == "230825"
    assert week_name(fridays, date(2023, 8, 20)) == "230818"
    # A week that is named by its Sunday begins with it.
    sundays = naming_of("2023-08-06", "2023-08-13")
    assert sundays.weekday == SUNDAY
    assert week_name(sundays, date(2023, 8, 19)) == "2023-08-13"
    assert week_name(sundays, date(2023, 8, 20)) == "2023-08-20"
    # One that was late does not change the day.
    assert naming_of("230731", "230808", "230814").weekday == MONDAY


def test_digests_of_days_are_no_weeks() -> None:
    learnt = learn(paths("2023-08-14", "2023-08-15", "2023-08-17"), {})
    assert learnt.naming is None and learnt.doubt == week_learning.DAILY


def test_a_zero_is_written_where_the_digests_write_it() -> None:
    assert naming_of("2023-W33", "2023-W05").form == "%G-W%V"
    assert naming_of("2023-W33", "2023-W5").form == "%G-W%-V"
    assert naming_of("2023년 12월 1주차", "2023년 08월 1주차").form == "%Y년 %m월 {month_week}주차"


def test_a_vault_that_changed_its_names_goes_on_with_the_new_ones() -> None:
    old = [f"2023년 {month}월 1주차" for month in range(1, 7)]
    assert naming_of(*old, "2023-W33", "2023-W34").form == "%G-W%V"
    # One odd name is no change.
    assert naming_of(*old, "2024-01-01 reading plan").form == KOREAN


def test_a_number_that_counts_on_is_not_taken_for_the_vaults_own_text() -> None:
    assert learn(paths("Issue 12 2023-W33"), {}).naming is None
    assert learn(paths("Issue 12 2023-W33", "Issue 13 2023-W34"), {}).naming is None
    assert learn(paths("2023-08-14 to 2023-08-20"), {}).naming is None
    assert naming_of("GPT4 2023-W33", "GPT4 2023-W34").form == "GPT4 %G-W%V"
    assert learn(paths("reading list"), {}).naming is None
    assert learn([], {}).naming is None


@pytest.mark.parametrize(
    ("stems", "rules"),
    [
        # July 2023 has four Thursdays, five Mondays and five Saturdays; May four Saturdays.
        (("2023년 7월 4주차", "2023년 8월 1주차"), ["thursday"]),
        (("2023년 7월 5주차", "2023년 8월 1주차"), ["first-monday", "rows"]),
        (("2023년 5월 5주차", "2023년 6월 1주차"), ["first-monday"]),
        (("2023년 7월 6주차", "2023년 8월 2주차"), ["rows"]),
        # A fifth week that the Thursdays of the month have not.
        (("2023년 7월 5주차",), ["first-monday", "rows"]),
        # Within a month all rules agree.
        (("2023년 8월 2주차", "2023년 8월 3주차"), ["thursday", "first-monday", "rows"]),
    ],
)
def test_named_weeks_show_how_they_are_counted(
    stems: tuple[str, ...], rules: list[MonthWeekRule]
) -> None:
    assert week_learning.fitting_rules(KOREAN, paths(*stems), {}) == rules


@pytest.mark.parametrize(
    ("days", "rules"),
    [
        # Sunday the 20th is in the week by Thursdays (14 to 20), after the row (13 to 19), and a
        # week before the one by Mondays (21 to 27).
        (("2023-08-14", "2023-08-20"), ["thursday"]),
        (("2023-08-14", "2023-08-22"), ["first-monday"]),
        # A paper of the 18th fits two rules; the third would have been read a week late.
        (("2023-08-14", "2023-08-18"), ["thursday", "rows"]),
    ],
)
def test_the_papers_days_show_how_the_weeks_are_counted(
    days: tuple[str, ...], rules: list[MonthWeekRule]
) -> None:
    digest = paths("2023년 8월 3주차")
    papers = {digest[0]: [date.fromisoformat(day) for day in days]}
    assert week_learning.fitting_rules(KOREAN, digest, papers) == rules


def test_where_nothing_decides_it_is_thursday_and_that_is_reported() -> None:
    learnt = learn(paths("2023년 8월 3주차"), {})
    assert learnt.naming == WeekNaming(KOREAN, "thursday")
    assert learnt.doubt == week_learning.UNDECIDED_RULE
    chosen = learn(paths("2023년 8월 3주차"), {}, rule="rows")
    assert chosen.naming == WeekNaming(KOREAN, "rows") and not chosen.doubt


def test_the_configurations_form_is_taken_as_it_is() -> None:
    learnt = learn(paths("2023-08-14", "2023-08-15", folder="a/b"), {}, "%G-W%V")
    assert learnt.naming == WeekNaming("%G-W%V")
    assert learnt.folder == "a/b"


@pytest.mark.parametrize(
    ("folders", "new_year"),
    [
        (("digests", "digests"), "digests/2025-W01.md"),
        (("digests/2023", "digests/2023"), "digests/2025/2025-W01.md"),
        (("digests/2022", "digests/2023"), "digests/2023/2025-W01.md"),
        (("100% {own}", "100% {own}"), "100% {own}/2025-W01.md"),
    ],
)
def test_the_next_digest_lies_where_its_year_belongs(
    folders: tuple[str, str], new_year: str
) -> None:
    there = [RelPath(f"{folders[0]}/2023-W33.md"), RelPath(f"{folders[1]}/2023-W34.md")]
    learnt = learn(there, {})
    assert learnt.naming is not None
    assert week_learning.week_path(learnt, learnt.naming, date(2024, 12, 31)) == new_year


def test_a_folder_of_months_follows_the_months() -> None:
    there = [RelPath("d/2023/08/230814.md"), RelPath("d/2023/09/230904.md")]
    learnt = learn(there, {})
    assert learnt.naming is not None
    assert week_learning.week_path(learnt, learnt.naming, date(2025, 1, 1)) == "d/2024/12/241230.md"


def test_a_weeks_digest_is_found_wherever_it_lies() -> None:
    naming = WeekNaming("%y%m%d")
    there = [RelPath("a/230814.md"), RelPath("b/230823.md"), RelPath("b/other.md")]
    assert week_learning.digest_of(naming, there, date(2023, 8, 20)) == "a/230814.md"
    assert week_learning.digest_of(naming, there, date(2023, 8, 21)) == "b/230823.md"
    assert week_learning.digest_of(naming, there, date(2023, 8, 28)) is None
    assert week_learning.newest_first(naming, there) == ["b/230823.md", "a/230814.md"]


ENTRY = "https://arxiv.org/abs/2308.07037\nA Title (Ann One, Bob Two)\nwords\n#tag\n"


def head_after(*heads: str, form: str = "%G-W%V", day: date = date(2025, 1, 1)) -> str:
    """The head after weeks that end with 2024-W52, the newest first."""
    naming = WeekNaming(form)
    newest = [
        DatedDigest(date(2024, 12, 23) - timedelta(weeks=n), reader.read(head + ENTRY))
        for n, head in enumerate(heads)
    ]
    return week_head(naming, day, newest)


def test_lines_above_the_entries_are_taken_over_where_two_digests_agree() -> None:
    assert head_after("# 2024-W52\n\n", "# 2024-W51\n\n") == "# 2025-W01\n\n"
    matter = "---\ntags: [digest]\nfrom: {}\nto: {}\n---\n[[{}]] {} [[{}]]\r\n"
    newer = matter.format("2024-12-23", "2024-12-29", "2024-W51", "2024-W52", "2025-W01")
    older = matter.format("2024-12-16", "2024-12-22", "2024-W50", "2024-W51", "2024-W52")
    new = matter.format("2024-12-30", "2025-01-05", "2024-W52", "2025-W01", "2025-W02")
    assert head_after(newer, older) == new
    # A week later than the next one: still by its own neighbours.
    later = matter.format("2025-01-13", "2025-01-19", "2025-W02", "2025-W03", "2025-W04")
    assert head_after(newer, older, day=date(2025, 1, 16)) == later


def test_a_new_digest_begins_with_its_name_alone_where_its_fellows_disagree() -> None:
    assert head_after("2024-W52\nOn holiday.\n", "2024-W51\n") == "2025-W01\n"
    assert head_after("# 2024-W52\n") == "2025-W01\n"
    assert head_after() == "2025-W01\n"
    assert head_after("", "") == "2025-W01\n"
    # The name of the sample, and one name that stands in another.
    assert head_after("1월 1\n", "1월 1\n", form=KOREAN) == "2025년 1월 1주차\n"
    assert head_after("22024-W52\n", "22024-W51\n") == "2025-W01\n"


def test_a_digest_without_entries_is_a_head() -> None:
    naming = WeekNaming("%G-W%V")
    newest = [
        DatedDigest(date(2024, 12, 23), reader.read("# 2024-W52\n\n")),
        DatedDigest(date(2024, 12, 16), reader.read("# 2024-W51\n\n" + ENTRY)),
    ]
    assert week_head(naming, date(2025, 1, 1), newest) == "# 2025-W01\n\n"


@pytest.mark.skipif(not CORPUS.exists(), reason="the shared corpus is not here")
def test_the_corpus_shows_its_own_names_and_rule() -> None:
    papers: dict[RelPath, list[date]] = {}
    for each in json.loads((CORPUS / "weeks/flat/truth.json").read_text("utf-8")):
        path = RelPath(f"digests/{each['digest']}.md")
        papers.setdefault(path, []).append(date.fromisoformat(each["day"]))
    learnt = learn(list(papers), papers)
    assert learnt.naming is not None
    assert (learnt.naming, learnt.folder, learnt.doubt) == (WeekNaming(KOREAN), "digests", "")
    # Its names are those that the rule gives to the days of its papers.
    for path, days in papers.items():
        assert {f"digests/{week_name(learnt.naming, day)}.md" for day in days} == {path}
