"""The reader's template for new notes (`[notes] template`): placeholders as Obsidian writes them.

It is no language: each `{{name}}` is replaced once by a value, and what a value holds is never read
as a placeholder. In properties a value is quoted as Obsidian would. No value is today's: two
devices make the same note.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.note import property_block
from vault_sync.core.note.note import OWN_HEADING, starts_with_heading
from vault_sync.core.note.yaml_scalar import scalar
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import BOM, line_number

PLACEHOLDERS = (
    *("title", "authors", "first_author", "year", "published", "url", "pdf", "arxiv", "doi"),
    *("citekey", "abstract", "digest"),
)
"""Names of the values; `{{date:FORMAT}}` and `{{section}}` stand beside them."""

_PLACEHOLDER = regex(r"\{\{([^{}\n]*)\}\}")
_SECTION = regex(r"^[ \t]*\{\{[ \t]*section[ \t]*\}\}[ \t]*(?:\n|\Z)", re.MULTILINE)
_VALUE = regex(r"([ \t]*(?:- +)*(?:[^\s:#\[\]{},\"'][^:\n]*:[ \t]+)?)(.*)")
# What a year or a day says may be a number; an id never is.
_NUMBER = regex(r"\{\{ *(?:year|date)\b[^{}]*\}\}")
_DATE = regex(r"date(?::(.*))?")
_TIMES = regex(r"[HhkmsSaAZXx]")
_FORM = regex(
    r"\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DDDD|DDD|DD|Do|D|dddd|ddd|dd|d|GGGG|gggg|WW|ww|W|w|Q"
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class NoteTemplate(NamedTuple):
    """A template as read. `week_days` has a day of the week of each digest that shows its week.

    It is called where a note is made: the weeks of all digests are learnt for it.
    """

    path: RelPath
    text: str
    week_days: Callable[[], Mapping[RelPath, date]]


def mistakes(path: RelPath, text: str) -> Iterator[Problem]:
    """Yield a problem for each placeholder that there is none of, and for broken properties."""
    text = text.replace("\r\n", "\n")
    body = _SECTION.sub(lambda found: " " * len(found[0].rstrip("\n")) + "\n", text)
    for found in _PLACEHOLDER.finditer(body):
        if not _is_placeholder(found[1].strip()):
            yield Problem(
                path,
                "unknown-placeholder",
                f"there is no placeholder {found[0]}; notes are made without it",
                f"legal are {', '.join(PLACEHOLDERS)}, date:FORMAT, and section on a line alone",
                line_number(text, found.start()),
            )
    broken = property_block.read(
        filled(text, dict.fromkeys(PLACEHOLDERS, "x"), lambda: None)
    ).broken
    if broken is not None:
        line, what = broken
        yield unusable(path, what, line)


def unusable(path: RelPath, what: str, line: int) -> Problem:
    return Problem(
        path,
        "template-unusable",
        f"the template cannot be used: {what}; notes are made without it",
        "put it right, then remove such a note and run `vault-sync rebuild` to have it made anew",
        line,
    )


def missing(path: RelPath) -> Problem:
    return Problem(
        path,
        "no-template",
        "[notes] template names this file, and it is not there; notes are made without it",
        "make the file, or change `template` in vault-sync.toml",
    )


def _is_placeholder(name: str) -> bool:
    form = _DATE.fullmatch(name)
    if form is not None:
        return _TIMES.search(re.sub(r"\[[^\]]*\]", "", form[1] or "")) is None
    return name in PLACEHOLDERS


def filled(text: str, values: Mapping[str, str], day: Callable[[], date | None]) -> str:
    """Return a template with its values, `{{section}}` left; an unknown placeholder is left out.

    Args:
        text: the template's; LF newlines.
        values: a text for every name of PLACEHOLDERS.
        day: returns the one that `{{date}}` writes; None writes nothing.
    """
    text = text.removeprefix(BOM).replace("\r\n", "\n")
    block = property_block.read(text).block
    above = text[: block.end] if block is not None else ""

    def value(found: re.Match[str]) -> str:
        name = found[1].strip()
        form = _DATE.fullmatch(name)
        if form is not None and _is_placeholder(name):
            written = day()
            return "" if written is None else formatted(written, form[1] or "YYYY-MM-DD")
        if name == "section":
            return found[0]
        return " ".join(values.get(name, "").split())

    properties = "\n".join(_property_line(line, value) for line in above.split("\n"))
    return properties + _PLACEHOLDER.sub(value, text[len(above) :])


def _property_line(line: str, value: Callable[[re.Match[str]], str]) -> str:
    """Return a line of the block with its values, quoted as Obsidian would write them."""
    if _PLACEHOLDER.search(line) is None:
        return line
    found = _VALUE.fullmatch(line)
    assert found is not None
    words = found[2].strip()
    if words.startswith("["):
        return found[1] + _PLACEHOLDER.sub(lambda each: _quoted(value(each)), words)
    quote = words[:1] if words[:1] in {'"', "'"} and words[-1:] == words[:1] else ""
    if quote and len(words) > 1:
        words = words[1:-1].replace('\\"', '"') if quote == '"' else words[1:-1].replace("''", "'")
    shown = _PLACEHOLDER.sub(value, words).strip()
    number = _NUMBER.fullmatch(words) is not None and shown.isdecimal()
    written = shown if number or not shown else scalar(shown)
    return f"{found[1]}{written}".rstrip()


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def formatted(day: date, form: str) -> str:
    """Return a day in a form of Obsidian's core plugin Templates, names in English."""
    year, week, weekday = day.isocalendar()
    number = day.timetuple().tm_yday
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10 if day.day not in {11, 12, 13} else 0)
    name, month = _DAYS[day.weekday()], _MONTHS[day.month - 1]
    of = {
        "YYYY": f"{day.year:04}",
        "YY": f"{day.year % 100:02}",
        "Q": (day.month + 2) // 3,
        "MMMM": month,
        "MMM": month[:3],
        "MM": f"{day.month:02}",
        "M": day.month,
        "DDDD": f"{number:03}",
        "DDD": number,
        "DD": f"{day.day:02}",
        "D": day.day,
        "Do": f"{day.day}{suffix or 'th'}",
        "dddd": name,
        "ddd": name[:3],
        "dd": name[:2],
        "d": weekday % 7,
        "GGGG": f"{year:04}",
        "gggg": f"{year:04}",
        "W": week,
        "w": week,
        "WW": f"{week:02}",
        "ww": f"{week:02}",
    }
    return _FORM.sub(lambda at: at[1] if at[1] is not None else str(of[at[0]]), form)


def with_sections(text: str, sections: str) -> str:
    """Return a filled template with the sections in their place: `{{section}}`, or the end.

    What stands below them is parted from them by a heading.
    """
    found = _SECTION.search(text)
    above, below = (text[: found.start()], text[found.end() :]) if found else (text, "")
    above = above.rstrip("\n") + "\n\n" if above.strip() else above
    below = below.strip("\n")
    if below and not starts_with_heading(below):
        below = f"{OWN_HEADING}\n\n{below}"
    text = above + sections + (f"\n{below}\n" if below else "")
    return _SECTION.sub("", text)
