"""Weeks of a month: the number that a week has in its month, by each of three rules.

Every rule is "the n-th such weekday of the month", so a week has one name and belongs to one month:

- `thursday`: the week runs from Monday, and its Thursday names it (ISO 8601, KS X ISO 8601);
- `first-monday`: the week runs from Monday, and its Monday names it;
- `rows`: the week is a row of a wall calendar, from Sunday, and its Saturday names it, so the row
  that holds the first of a month is that month's first.

`2023년 8월 3주차` begins on 14, 21 and 13 August by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple, get_args

MonthWeekRule = Literal["thursday", "first-monday", "rows"]
RULES: Final[tuple[MonthWeekRule, ...]] = get_args(MonthWeekRule)

WEEK = timedelta(days=7)

# Days from the first day of a week to the day whose month and place in it name the week.
_NAMING_DAY: Mapping[MonthWeekRule, int] = {"thursday": 3, "first-monday": 0, "rows": 6}


class MonthWeek(NamedTuple):
    """A week as people count it: year, month, and the number of the week from 1."""

    year: int
    month: int
    number: int


def first_day(rule: MonthWeekRule, day: date) -> date:
    """Return the first day of the week that holds `day`: a Sunday by `rows`, else a Monday."""
    since = (day.weekday() + 1) % 7 if rule == "rows" else day.weekday()
    return day - timedelta(days=since)


def month_week(rule: MonthWeekRule, day: date) -> MonthWeek:
    """Return the month and number of the week that holds `day`."""
    named_by = first_day(rule, day) + timedelta(days=_NAMING_DAY[rule])
    return MonthWeek(named_by.year, named_by.month, (named_by.day - 1) // 7 + 1)


def start_of(rule: MonthWeekRule, week: MonthWeek) -> date | None:
    """Return the first day of a numbered week; None where the month has no such week.

    By `rows` the last row of a month, which the next month shares, is found under either name.
    """
    try:
        first = date(week.year, week.month, 1)
    except ValueError:  # month 13, year 0
        return None
    start = first_day(rule, first)
    if month_week(rule, start) != (week.year, week.month, 1):
        start += WEEK
    start += WEEK * (week.number - 1)
    if month_week(rule, start)[:2] == (week.year, week.month):
        return start
    shared = rule == "rows" and (start.year, start.month) == (week.year, week.month)
    return start if shared and week.number > 1 else None
