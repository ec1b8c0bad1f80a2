"""Digests show how their weeks are named, counted and filed."""

from __future__ import annotations

import json
from datetime import date

import pytest
from tests.support.folders import CORPUS, needs_corpus
from tests.support.weeks import KOREAN, naming_of, paths
from vault_sync.core.model.values import RelPath
from vault_sync.core.naming import week_learning
from vault_sync.core.naming.week_learning import learn
from vault_sync.core.naming.week_names import MonthWeekRule, WeekNaming, week_day, week_name

MONDAY, SUNDAY = 0, 6


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


def test_digests_named_by_a_day_go_on_with_its_weekday() -> None:
    fridays = naming_of("230804", "230811", "230818")
    assert week_name(fridays, date(2023, 8, 21)) == "230825"
    assert week_name(fridays, date(2023, 8, 20)) == "230818"
    # A week that is named by its Sunday begins with it.
    sundays = naming_of("2023-08-06", "2023-08-13")
    assert sundays.weekday == SUNDAY
    assert week_name(sundays, date(2023, 8, 19)) == "2023-08-13"
    assert week_name(sundays, date(2023, 8, 20)) == "2023-08-20"
    # In whatever order they are found.
    assert naming_of("230818", "230804", "230811") == fridays
    # Of two weekdays that are named alike often it is the latest.
    assert naming_of("230804", "230814").weekday == MONDAY
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
    assert week_learning.fitting_rules(KOREAN, paths(*reversed(stems)), {}) == rules


@pytest.mark.parametrize(
    ("days", "rules"),
    [
        # Sunday the 20th is in the week by Thursdays (14 to 20), after the row (13 to 19), and a
        # week before the one by Mondays (21 to 27).
        (("2023-08-14", "2023-08-20"), ["thursday"]),
        (("2023-08-14", "2023-08-22"), ["first-monday"]),
        # A paper of the 18th fits two rules; the third would have been read a week late.
        (("2023-08-14", "2023-08-18"), ["thursday", "rows"]),
        (("2023-08-14", "2023-08-15"), ["thursday", "rows"]),
        # From the 13th it is a whole week to the end of one of the two.
        (("2023-08-13",), ["rows"]),
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
    # One that no digest has is taken too.
    assert learn(paths("reading", folder="a"), {}, "%y%m%d") == (WeekNaming("%y%m%d"), "a", "")


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


def test_a_folder_of_a_year_and_its_month_follows_both_and_other_numbers_are_names() -> None:
    for folders, new_year in (
        (("d/2023-08", "d/2023-09"), "d/2024-12"),
        (("d/2023/08", "d/2023/08"), "d/2023/08"),
        (("d/08", "d/09"), "d/09"),
        (("1823/08", "1823/09"), "1823/09"),
    ):
        there = [RelPath(f"{folders[0]}/230814.md"), RelPath(f"{folders[1]}/230904.md")]
        learnt = learn(there, {})
        assert learnt.naming is not None
        found = week_learning.week_path(learnt, learnt.naming, date(2025, 1, 1))
        assert found == f"{new_year}/241230.md"


def test_a_weeks_digest_is_found_wherever_it_lies() -> None:
    naming = WeekNaming("%y%m%d")
    there = [RelPath("a/230814.md"), RelPath("b/230823.md"), RelPath("b/other.md")]
    assert week_learning.digest_of(naming, there, date(2023, 8, 20)) == "a/230814.md"
    assert week_learning.digest_of(naming, there, date(2023, 8, 21)) == "b/230823.md"
    assert week_learning.digest_of(naming, there, date(2023, 8, 28)) is None
    both = [RelPath("c/230814.md"), RelPath("d/230814.md"), RelPath("b/230814.md")]
    assert week_learning.digest_of(naming, both, date(2023, 8, 20)) == "d/230814.md"
    assert week_learning.newest_first(naming, there) == [
        (date(2023, 8, 23), "b/230823.md"),
        (date(2023, 8, 14), "a/230814.md"),
    ]


@needs_corpus
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
