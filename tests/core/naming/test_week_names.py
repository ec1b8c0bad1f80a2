"""Names of weeks are written and read back."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.weeks import KOREAN, naming_of
from vault_sync.core.naming import week_names
from vault_sync.core.naming.week_names import (
    RULES,
    MonthWeek,
    MonthWeekRule,
    WeekNaming,
    week_day,
    week_name,
)


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


def test_a_week_is_named_by_its_monday_and_its_months_by_thursdays_unless_it_is_said() -> None:
    assert week_name(WeekNaming("%Y-%m-%d"), date(2023, 8, 20)) == "2023-08-14"
    assert week_name(WeekNaming(KOREAN), date(2023, 8, 20)) == "2023년 8월 3주차"


@pytest.mark.parametrize(
    ("form", "rule", "weekday", "first", "last"),
    [
        ("%G-W%V", "rows", 6, "2023-08-14", "2023-08-20"),
        ("%Y-%m-%d", "rows", 4, "2023-08-14", "2023-08-20"),
        ("%Y-%m-%d", "thursday", 6, "2023-08-20", "2023-08-26"),
        (KOREAN, "thursday", 6, "2023-08-14", "2023-08-20"),
        (KOREAN, "rows", 0, "2023-08-20", "2023-08-26"),
    ],
)
def test_the_days_of_a_week_begin_with_its_sunday_or_its_monday(
    form: str, rule: MonthWeekRule, weekday: int, first: str, last: str
) -> None:
    found = week_names.days_of(WeekNaming(form, rule, weekday), date(2023, 8, 20))
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


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


def test_a_part_that_comes_again_is_equal() -> None:
    naming = WeekNaming("%G/%G-W%V")
    assert week_name(naming, date(2023, 8, 14)) == "2023/2023-W33"
    assert week_day(naming, "2023/2023-W33") == date(2023, 8, 14)
    assert week_day(naming, "2022/2023-W33") is None


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
        ("%m {month_week}", "beside it"),
        ("%Y %d", "beside it"),
        ("%G %m %d", "beside it"),
        ("%Y-%m-%d {month_week} %H", "'%H'"),
        ("%Y-%m {month_week} %V", "%V needs the year"),
        ("%G-%-V {month_week} %Y %m", "ISO"),
        ("%y-%m {month_week}.", ""),
        ("%Y-%m-%d W%V", ""),
        ("%g-%-V", ""),
        ("%y%-m%-d", ""),
        ("%-d.%m.%y {month_week} %G", ""),
    ],
)
def test_a_form_that_names_no_week_is_refused_in_words_and_no_other(form: str, wrong: str) -> None:
    message = week_names.form_error(form)
    assert (message is None) == (not wrong) and wrong in (message or "")


@pytest.mark.parametrize(
    ("rule", "monday"),
    [("thursday", "2023-08-14"), ("first-monday", "2023-08-21"), ("rows", "2023-08-13")],
)
def test_the_third_week_of_august_2023_begins_where_its_rule_says(
    rule: MonthWeekRule, monday: str
) -> None:
    assert week_names.start_of(rule, MonthWeek(2023, 8, 3)) == date.fromisoformat(monday)


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
    found = [week_names.month_week(rule, date.fromisoformat(day)) for rule in RULES]
    assert found == [thursday, first_monday, rows]


@given(st.dates(date(1990, 1, 1), date(2099, 12, 1)), st.sampled_from(RULES))
def test_a_week_has_one_name_on_all_its_days_and_is_found_by_it(
    day: date, rule: MonthWeekRule
) -> None:
    first = week_names.first_day(rule, day)
    assert timedelta() <= day - first <= timedelta(days=6)
    week = week_names.month_week(rule, day)
    assert {week_names.month_week(rule, first + timedelta(days=n)) for n in range(7)} == {week}
    assert week_names.start_of(rule, week) == first
    following = week_names.month_week(rule, first + week_names.WEEK)
    assert following == week._replace(number=week.number + 1) or following.number == 1


def test_a_week_that_a_month_has_not_is_none_and_a_shared_row_has_two_names() -> None:
    assert week_names.start_of("thursday", MonthWeek(2023, 7, 5)) is None
    assert week_names.start_of("first-monday", MonthWeek(2023, 7, 5)) == date(2023, 7, 31)
    # 30 and 31 July 2023 are a row of July's page, and of August's.
    assert week_names.start_of("rows", MonthWeek(2023, 7, 6)) == date(2023, 7, 30)
    assert week_names.start_of("rows", MonthWeek(2023, 8, 1)) == date(2023, 7, 30)
    assert week_names.start_of("rows", MonthWeek(2023, 7, 7)) is None
    assert week_names.start_of("rows", MonthWeek(2023, 13, 1)) is None
