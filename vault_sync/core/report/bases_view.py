"""`Papers.base`: views over the notes of papers, for Obsidian's core plugin Bases.

Only keys and functions that stand in Obsidian's help are used ("Bases syntax", "Functions",
"Views"); `tests/core/report/test_bases_view.py` holds its lists. The order of rows is left to the
reader: the app writes it as `sort`, which the help does not have, and without it rows stand by file
name, which begins with the day of publication.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from vault_sync.core.model.values import PropertyNames, is_markdown
from vault_sync.core.text.regex import regex

PROPERTIES = (
    *("title", "authors", "published", "digests", "tags", "arxiv", "mentioned_by"),
    *("status", "rating"),
)
"""The properties that the views show, by our names; the last two are the reader's own."""

_BARE = regex(r"[A-Za-z_][A-Za-z0-9_]*")
# A bare word of these would be read as something else than a property.
_RESERVED = frozenset(
    ("file", "formula", "note", "this", "true", "false", "null", "index", "value")
)


def bases_view(names: PropertyNames, conflicts_note: str) -> str:
    """Return the text of the base.

    `names` are the vault's own names of properties; `conflicts_note` is that note's path.
    """
    own = {name: names.written(name) for name in PROPERTIES}
    headings = {"paper": "Paper", "week": "Week", "first": "First author", "pdf": "PDF"}
    notes = ['file.ext == "md"', f"file.hasProperty({_text(own['digests'])})"]
    titles = ((f"formula.{name}", heading) for name, heading in headings.items())
    return "\n".join(
        [
            "filters:",
            *_conditions("  ", "and", notes),
            "formulas:",
            *(f"  {name}: {_quoted(formula)}" for name, formula in _formulas(own).items()),
            "properties:",
            *(f"  {name}:\n    displayName: {heading}" for name, heading in titles),
            "views:",
            *(line for view in _views(own, conflicts_note) for line in view),
            "",
        ]
    )


def _formulas(own: Mapping[str, str]) -> Mapping[str, str]:
    of = {name: _operand(spelled) for name, spelled in own.items()}
    return {
        "paper": f"link(file, if({of['title']}, {of['title']}, file.basename))",
        "week": f'if({of["digests"]}, list({of["digests"]})[0], "")',
        "first": f'if({of["authors"]}, list({of["authors"]})[0], "")',
        "pdf": f'if({of["arxiv"]}, link("https://arxiv.org/pdf/" + {of["arxiv"]}, "PDF"), "")',
    }


def _views(own: Mapping[str, str], conflicts_note: str) -> Iterator[list[str]]:
    """Yield the lines of each view; the first is the one that Obsidian opens."""
    column = {name: f"note.{spelled}" for name, spelled in own.items()}
    status, digests = _operand(own["status"]), _operand(own["digests"])
    conflicts = conflicts_note[:-3] if is_markdown(conflicts_note) else conflicts_note
    unread = [f"!{status}", f'{status} == "unread"', f'{status} == "reading"']
    here = [f"list({digests}).contains(this)"]
    talked = [f"file.hasProperty({_text(own['mentioned_by'])})"]
    in_conflict = [f"link({_text(conflicts)}).linksTo(file)"]
    shown = (column["tags"], column["status"], column["rating"])
    about = ("formula.first", column["published"], "formula.week")
    yield _view("Papers", (*about, *shown, "formula.pdf"))
    yield _view("By week", shown[:2], group="formula.week")
    yield _view("To read", ("formula.week", column["status"]), "or", unread)
    yield _view("This digest", shown, "and", here)
    yield _view("Talked about", (column["mentioned_by"],), "and", talked)
    yield _view("Open conflicts", ("formula.week",), "and", in_conflict)


def _view(
    name: str,
    columns: Sequence[str],
    join: str = "",
    conditions: Sequence[str] = (),
    group: str = "",
) -> list[str]:
    """Return the lines of one table; its first column is the paper."""
    lines = ["  - type: table", f"    name: {name}"]
    if conditions:
        lines += ["    filters:", *_conditions("      ", join, conditions)]
    if group:
        lines += ["    groupBy:", f"      property: {group}", "      direction: DESC"]
    shown = [f"      - {_quoted(column)}" for column in ("formula.paper", *columns)]
    return [*lines, "    order:", *shown]


def _conditions(indent: str, join: str, conditions: Sequence[str]) -> list[str]:
    return [f"{indent}{join}:", *(f"{indent}  - {_quoted(each)}" for each in conditions)]


def _operand(name: str) -> str:
    """Return a property as it stands in an expression."""
    plain = _BARE.fullmatch(name) is not None and name not in _RESERVED
    return name if plain else f"note[{_text(name)}]"


def _text(words: str) -> str:
    """Return a text literal of an expression, which has no escapes: no text holds both quotes."""
    return f"'{words}'" if '"' in words else f'"{words}"'


def _quoted(value: str) -> str:
    """Return a YAML scalar: plain where it is nothing but words, else in single quotes."""
    if re.fullmatch(r"[A-Za-z][\w.]*", value, re.ASCII):
        return value
    return "'" + value.replace("'", "''") + "'"
