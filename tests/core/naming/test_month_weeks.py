"""Weeks of months by three rules, against a table worked out by a calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vault_sync.core.naming import month_weeks
from vault_sync.core.naming.month_weeks import RULES, MonthWeek, MonthWeekRule


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
