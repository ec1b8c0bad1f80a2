"""Learn from the digests that are there how weeks are named, and in which folder they lie.

A name is looked at for what names a week (`_SHAPES`); the text around it is the vault's own. The
form that the newest names share wins, so a vault that changed its names goes on as it does now.

How the weeks of a month are counted is inferred from three signs, in this order: names that only
one rule knows (a fifth week), names that follow each other without a gap, and the days on which the
papers were published, which cannot be after the week and are seldom long before it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise, product
from typing import NamedTuple

from vault_sync.core.model.values import RelPath, folder_of, joined, natural, stem_of
from vault_sync.core.naming import week_names
from vault_sync.core.naming.week_names import MONTH_WEEK, RULES, WEEK, MonthWeekRule, WeekNaming
from vault_sync.core.text.regex import regex

PaperDays = Mapping[RelPath, Sequence[date]]
"""The days on which the papers of a digest were published, as far as anything says them."""

UNDECIDED_RULE = (
    "the digests do not show how the weeks of a month are counted: the month of a week is taken to "
    'be that of its Thursday; `month_week` under [digests] says otherwise ("first-monday", "rows")'
)
DAILY = (
    "the digests are named by days that are less than a week apart: `week` under [digests] says "
    "how a week's digest is named"
)

_YEAR = r"(?<!\d)(?P<year>\d{4}|\d\d)"
_NYEON, _WOL = r"(?:년 ?|[-_. ])", r"(?:월 ?|[-_. ])(?:제 ?)?"
_WORD = r"(?:week|wk|w)[-_ .]?"
_SHAPES = tuple(
    regex(shape, re.IGNORECASE | re.ASCII)
    for shape in (
        # 2023년 8월 3주차, 23.08 3주, 2023-08-W3
        rf"{_YEAR}{_NYEON}(?P<month>\d{{1,2}}){_WOL}(?P<month_week>[1-6])(?= ?주)",
        rf"{_YEAR}[-_. ](?P<month>\d\d)[-_. ]?{_WORD}(?P<month_week>[1-6])(?!\d)",
        # 2023년 33주차, 2023-W33, 23W33, 2023 Week 33
        rf"{_YEAR}년 ?(?:제 ?)?(?P<week>\d{{1,2}})(?= ?주)",
        rf"{_YEAR}[-_ .]?{_WORD}(?P<week>\d{{1,2}})(?!\d)",
        # Week 33, 2023
        rf"(?<![a-z]){_WORD}(?P<week>\d{{1,2}})[-_ .,(]{{1,3}}(?P<year>\d{{4}})(?!\d)",
        # 2023-08-14, 20230814, 2023년 8월 14일, 230814
        r"(?<!\d)(?P<year>\d{4})(?P<between>[-_. ]?)(?P<month>\d\d)(?P=between)(?P<day>\d\d)(?!\d)",
        rf"{_YEAR}년 ?(?P<month>\d{{1,2}})월 ?(?P<day>\d{{1,2}})일",
        r"(?<!\d)(?P<year>\d\d)(?P<between>[-_.]?)(?P<month>\d\d)(?P=between)(?P<day>\d\d)(?!\d)",
    )
)
_LETTERS = {"month": "m", "day": "d", "week": "V"}


class LearntWeeks(NamedTuple):
    """The naming that the digests show; `naming` is None where they show none.

    `folder` is a form too (`digests/%Y`). `doubt` says in words what they leave open, "" if
    nothing.
    """

    naming: WeekNaming | None
    folder: str = ""
    doubt: str = ""


def learn(
    paths: Sequence[RelPath],
    papers: PaperDays,
    form: str = "",
    rule: MonthWeekRule | None = None,
) -> LearntWeeks:
    """Return how the digests at `paths` name their weeks.

    A `form` or a `rule` that is given (the configuration's) is taken and not inferred.
    """
    form = form or _form([stem_of(path) for path in paths]) or ""
    if not form:
        return LearntWeeks(None)
    named = [path for path in paths if _reads(form, stem_of(path))]
    naming, doubt = WeekNaming(form), ""
    if naming.unit == "month":
        rules = [rule] if rule else fitting_rules(form, named, papers)
        naming = WeekNaming(form, rules[0])
        doubt = "" if len(rules) == 1 else UNDECIDED_RULE
    elif naming.unit == "day" and named:
        days = sorted(weeks_of(naming, named).values())
        if _daily(days):
            return LearntWeeks(None, doubt=DAILY)
        naming = WeekNaming(form, weekday=_weekday(days))
    return LearntWeeks(naming, folder_form(naming, named or paths), doubt)


def week_path(learnt: LearntWeeks, naming: WeekNaming, day: date) -> RelPath:
    """Return where the digest of the week that holds `day` belongs."""
    standing = week_names.standing_day(naming, day)
    folder = week_names.filled(naming, learnt.folder, standing)
    return RelPath(joined(folder, week_names.week_name(naming, day) + ".md"))


def digest_of(naming: WeekNaming, paths: Sequence[RelPath], day: date) -> RelPath | None:
    """Return the digest that is there for the week that holds `day`, whatever folder it is in."""
    first, last = week_names.days_of(naming, day)
    for path in sorted(paths, reverse=True):
        standing = week_names.week_day(naming, stem_of(path))
        if standing is not None and first <= standing <= last:
            return path
    return None


def newest_first(naming: WeekNaming, paths: Iterable[RelPath]) -> list[tuple[date, RelPath]]:
    """Return the digests whose names are those of weeks, the latest first, each with its day."""
    return sorted(((day, path) for path, day in weeks_of(naming, paths).items()), reverse=True)


def fitting_rules(form: str, paths: Sequence[RelPath], papers: PaperDays) -> list[MonthWeekRule]:
    """Return the rules that fit the named weeks best; several where nothing tells them apart."""
    weeks = {rule: weeks_of(WeekNaming(form, rule), paths) for rule in RULES}
    rules = list(RULES)
    signs: tuple[Callable[[MonthWeekRule], int], ...] = (
        lambda rule: -len(weeks[rule]),
        lambda rule: -_in_a_row(list(weeks[rule].values())),
        lambda rule: _after_the_week(weeks[rule], papers),
        lambda rule: _weeks_behind(weeks[rule], papers),
    )
    for sign in signs:
        least = min(map(sign, rules))
        rules = [rule for rule in rules if sign(rule) == least]
    return rules


def folder_form(naming: WeekNaming, paths: Sequence[RelPath]) -> str:
    """Return the newest digest's folder, with codes for its year and month where all agree.

    `2023`, `2023-08` and a month below its year become codes if every digest lies in the folder
    that they give for its week; else the folder is taken as it stands.
    """
    weeks = weeks_of(naming, paths)
    newest = max(weeks, key=weeks.__getitem__) if weeks else max(paths, key=natural, default="")
    literal = _literal(folder_of(newest))
    segments = literal.split("/")
    year = "%G" if naming.unit == "iso" else "%Y"
    for at, segment in enumerate(segments):
        if re.fullmatch(r"(?:19|20)[0-9]{2}", segment):
            segments[at] = year
        elif re.fullmatch(r"(?:19|20)[0-9]{2}-[0-9]{2}", segment):
            segments[at] = "%Y-%m"
        elif re.fullmatch(r"[0-9]{2}", segment) and at and segments[at - 1] == year:
            segments[at] = "%m"
    form = "/".join(segments)
    agree = all(
        week_names.filled(naming, form, standing) == unicodedata.normalize("NFC", folder_of(path))
        for path, standing in weeks.items()
    )
    return form if agree and weeks else literal


def weeks_of(naming: WeekNaming, paths: Iterable[RelPath]) -> dict[RelPath, date]:
    """Return the day of each digest's week (`week_names.week_day`), without those of no week."""
    days = {path: week_names.week_day(naming, stem_of(path)) for path in paths}
    return {path: day for path, day in days.items() if day is not None}


def _in_a_row(days: Sequence[date]) -> int:
    """Count the weeks that follow right on another named one."""
    return sum(after - before == WEEK for before, after in pairwise(sorted(days)))


def _after_the_week(weeks: Mapping[RelPath, date], papers: PaperDays) -> int:
    """Count the papers that were published when the week of their digest was over."""
    return sum(day >= first + WEEK for path, first in weeks.items() for day in papers.get(path, ()))


def _weeks_behind(weeks: Mapping[RelPath, date], papers: PaperDays) -> int:
    """Count the whole weeks that lie between the newest papers and the ends of their weeks."""
    return sum(
        max(first + WEEK - timedelta(days=1) - max(papers[path]), timedelta()) // WEEK
        for path, first in weeks.items()
        if papers.get(path)
    )


def _daily(days: Sequence[date]) -> bool:
    gaps = [after - before for before, after in pairwise(days)]
    return sum(gap < timedelta(days=4) for gap in gaps) * 2 > len(gaps)


def _weekday(days: Sequence[date]) -> int:
    """Return the weekday of most days, of the latest among equals."""
    counted = Counter(day.weekday() for day in reversed(days))
    return counted.most_common(1)[0][0]


def _form(names: Sequence[str]) -> str | None:
    """Return the form that the newest names share, of those the one that most names have."""
    names = [unicodedata.normalize("NFC", name) for name in names]
    forms = dict.fromkeys(form for name in names for form in _forms(name))
    best: tuple[bool, date, int] | None = None
    chosen = None
    for form in forms:
        days = [day for name in names if (day := _reads(form, name))]
        alone = len(days) < 2
        # A second number in a single name may count on: `Issue 12, 2023-W33`.
        if not days or (alone and re.search(r"[0-9]", form)):
            continue
        rank = (not alone, max(days), len(days))
        if best is None or rank > best:
            best, chosen = rank, form
    return chosen


def _forms(name: str) -> Iterator[str]:
    """Yield the forms that a name can have: a number of two digits may be padded or not."""
    found = next((match for shape in _SHAPES if (match := shape.search(name))), None)
    if found is None:
        return
    groups = {group: found.span(group) for group in found.groupdict() if group != "between"}
    options = [_options(group, found[group], found) for group in groups]
    for codes in product(*options):
        form, at = "", 0
        for (start, end), code in sorted(zip(groups.values(), codes, strict=True)):
            form += _literal(name[at:start]) + code
            at = end
        form += _literal(name[at:])
        if week_names.form_error(form) is None:
            yield form


def _options(group: str, digits: str, found: re.Match[str]) -> list[str]:
    """Return the codes that may stand for a number, the likelier first."""
    if group == "month_week":
        return [MONTH_WEEK]
    if group == "year":
        iso = "week" in found.re.groupindex
        return [("%G" if iso else "%Y") if len(digits) == 4 else ("%g" if iso else "%y")]
    letter = _LETTERS[group]
    padded, plain = f"%{letter}", f"%-{letter}"
    if len(digits) == 1:
        return [plain]
    if digits.startswith("0"):
        return [padded]
    # `Week 5, 2023` and `2월 5일` are written without a zero, `2023-W05` and `2023-02-05` with one.
    in_words = re.search("[월일주]|week", found.string, re.IGNORECASE)
    return [plain, padded] if in_words else [padded, plain]


def _literal(text: str) -> str:
    return text.replace("%", "%%")


def _reads(form: str, name: str) -> date | None:
    """Return the day of a name under the first rule that knows it."""
    days = (week_names.week_day(WeekNaming(form, rule), name) for rule in RULES)
    return next((day for day in days if day is not None), None)
