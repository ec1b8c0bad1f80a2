"""Names of weekly digests as a form that is filled in and read back: `%G-W%V`, `%Y년 %-m월 ...`.

A form is text with strftime codes and `{month_week}`. What stands in it decides what it names:

- a day (`%d`): the digest is named by one weekday of its week: `230814`, `2023-08-14`;
- `{month_week}` with a month: `%Y년 %-m월 {month_week}주차`, counted by a rule, below;
- `%V`: the ISO week, whose year is `%G` or `%g`, never `%Y`, which differs around New Year.

A week is stood for by one day: the named day, or the first day of the week.

Every rule is "the n-th such weekday of the month", so a week has one name and belongs to one month:

- `thursday`: the week runs from Monday, and its Thursday names it (ISO 8601, KS X ISO 8601);
- `first-monday`: the week runs from Monday, and its Monday names it;
- `rows`: the week is a row of a wall calendar, from Sunday, and its Saturday names it, so the row
  that holds the first of a month is that month's first.

`2023년 8월 3주차` begins on 14, 21 and 13 August by them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple, get_args

from vault_sync.core.text.regex import regex

MONTH_WEEK: Final = "{month_week}"
SUNDAY: Final = 6

Unit = Literal["day", "month", "iso"]

_PIECE = regex(r"%-?[A-Za-z]|%%|\{month_week\}|%|[{}]")

# Month and weekday names are left out: they differ from machine to machine.
_READ: Mapping[str, str] = {
    "%Y": r"(?P<year>[0-9]{4})",
    "%y": r"(?P<short_year>[0-9]{2})",
    "%G": r"(?P<year>[0-9]{4})",
    "%g": r"(?P<short_year>[0-9]{2})",
    "%m": r"(?P<month>[0-9]{2})",
    "%-m": r"(?P<month>[1-9][0-9]?)",
    "%d": r"(?P<day>[0-9]{2})",
    "%-d": r"(?P<day>[1-9][0-9]?)",
    "%V": r"(?P<week>[0-9]{2})",
    "%-V": r"(?P<week>[1-9][0-9]?)",
    MONTH_WEEK: r"(?P<month_week>[1-6])",
    "%%": "%",
}


class WeekNaming(NamedTuple):
    """The way in which the weekly digests of a vault are named.

    `rule` counts the weeks of a month; `weekday` (Monday is 0) is the day that names a week where
    `form` holds a day.
    """

    form: str
    rule: MonthWeekRule = "thursday"
    weekday: int = 0

    @property
    def unit(self) -> Unit:
        codes = set(_codes(self.form))
        if codes & {"%d", "%-d"}:
            return "day"
        return "month" if MONTH_WEEK in codes else "iso"


def form_error(form: str) -> str | None:
    """Return what is wrong with a form, in words; None if it names every week by itself."""
    codes = list(_codes(form))
    for code in codes:
        if code not in _READ:
            legal = " ".join(_READ)
            return f"{code!r} is no part of a week's name; there are {legal}"
    found = set(codes)
    day, month = bool(found & {"%d", "%-d"}), bool(found & {"%m", "%-m"})
    iso = bool(found & {"%V", "%-V"})
    if not day and MONTH_WEEK in found and found & {"%G", "%g"}:
        return "{month_week} needs the year of its month (%Y); %G is that of the ISO week"
    if (day or MONTH_WEEK in found) and not (month and found & {"%Y", "%y"}):
        return "a day or {month_week} needs a month (%m) and a year (%Y) beside it"
    if iso and not day and (MONTH_WEEK in found or not found & {"%G", "%g"}):
        return "%V needs the year of its week (%G); %Y is another one around New Year"
    if not (day or iso or MONTH_WEEK in found):
        return "it names no week: give it %V, {month_week} or a day"
    if re.search(r'[:?/\\<>"*|#^\[\]]', form):
        return 'a file name holds none of :?/\\<>"*|#^[]'
    return None


def standing_day(naming: WeekNaming, day: date) -> date:
    """Return the day that stands for the week which holds `day`; the next week's is 7 days later.

    A week named by its Sunday begins with it, as a wall calendar's does; one that is named by
    another weekday is the ISO week, from Monday, in which that day lies.
    """
    if naming.unit == "month":
        return first_day(naming.rule, day)
    if naming.unit == "day" and naming.weekday == SUNDAY:
        return first_day("rows", day)
    monday = day - timedelta(days=day.weekday())
    return monday + timedelta(days=naming.weekday if naming.unit == "day" else 0)


def days_of(naming: WeekNaming, day: date) -> tuple[date, date]:
    """Return the first and the last day of the week that holds `day`."""
    sundays = naming.weekday == SUNDAY if naming.unit == "day" else naming.rule == "rows"
    starts = sundays and naming.unit != "iso"
    first = first_day("rows" if starts else "thursday", day)
    return first, first + WEEK - timedelta(days=1)


def week_name(naming: WeekNaming, day: date) -> str:
    """Return the name of the week that holds `day`, in NFC."""
    return filled(naming, naming.form, standing_day(naming, day))


def filled(naming: WeekNaming, form: str, standing: date) -> str:
    """Return a form (a folder's, say) filled for the week that `standing` stands for."""
    year, month, number = standing.year, standing.month, 0
    if naming.unit == "month":
        year, month, number = month_week(naming.rule, standing)
    iso_year, iso_week, _ = standing.isocalendar()
    write: Mapping[str, Callable[[], str]] = {
        "%Y": lambda: f"{year:04}",
        "%y": lambda: f"{year % 100:02}",
        "%G": lambda: f"{iso_year:04}",
        "%g": lambda: f"{iso_year % 100:02}",
        "%m": lambda: f"{month:02}",
        "%-m": lambda: f"{month}",
        "%d": lambda: f"{standing.day:02}",
        "%-d": lambda: f"{standing.day}",
        "%V": lambda: f"{iso_week:02}",
        "%-V": lambda: f"{iso_week}",
        MONTH_WEEK: lambda: f"{number}",
        "%%": lambda: "%",
    }
    return unicodedata.normalize(
        "NFC", _PIECE.sub(lambda piece: write[piece[0]]() if piece[0] in write else piece[0], form)
    )


def week_day(naming: WeekNaming, name: str) -> date | None:
    """Return the day that stands for a named week; None where the name is none of this form.

    A named day is returned as it is, whatever its weekday.
    """
    found = _pattern(naming.form).fullmatch(unicodedata.normalize("NFC", name))
    if found is None:
        return None
    part = {group: int(digits) for group, digits in found.groupdict().items() if digits}
    year = part["year"] if "year" in part else 2000 + part["short_year"]
    try:
        if naming.unit == "day":
            return date(year, part["month"], part["day"])
        if naming.unit == "iso":
            return date.fromisocalendar(year, part["week"], 1)
    except ValueError:  # 30 February, a 53rd week that the year has not
        return None
    return start_of(naming.rule, MonthWeek(year, part["month"], part["month_week"]))


def _codes(form: str) -> Iterator[str]:
    return (piece[0] for piece in _PIECE.finditer(form))


@lru_cache(maxsize=64)
def _pattern(form: str) -> re.Pattern[str]:
    """Return the expression that reads names of a legal form; a part that comes again is equal."""
    pattern, at, groups = "", 0, set[str]()
    for piece in _PIECE.finditer(form):
        pattern += re.escape(unicodedata.normalize("NFC", form[at : piece.start()]))
        group = re.match(r"\(\?P<(\w+)>", _READ[piece[0]])
        again = group is not None and group[1] in groups
        pattern += f"(?P={group[1]})" if group is not None and again else _READ[piece[0]]
        groups |= {group[1]} if group is not None else set()
        at = piece.end()
    return re.compile(pattern + re.escape(unicodedata.normalize("NFC", form[at:])))


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
