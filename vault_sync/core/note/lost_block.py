"""The cause by which a file that was a paper's note does not read as one any more.

| the file                                        | the line            |
|-------------------------------------------------|---------------------|
| begins with blank lines, or with words          | 1                   |
| is quoted, or stands in a code fence            | 1                   |
| opens or closes its properties otherwise        | that line           |
| does not open them, or does not close them      | where `---` belongs |
| has a second block of properties                | 1, and that line    |
| has lost `digests`, or each property of address | 1, or that line     |
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from vault_sync.core.note.note import Note, stands
from vault_sync.core.note.property_block import Properties, read
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import BOM, line_number

_BLANK = "\\s\u200b\u200c\u200d\u2060\ufeff"
_MARK = "---"
_LIKE_MARK = regex(f"[{_BLANK}]*[-\u2010-\u2015\u2212][-\u2010-\u2015\u2212{_BLANK}]*")
"""A line of dashes of any kind and number."""
_RULE = regex(r"[ \t]*(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
_NAME = regex(r"[^\s:#>`*-][^:]*:(?:\s|$)")
_FENCE = regex(r"[ \t]*(?:```|~~~)")
_VERY_TOP = "Obsidian reads properties only at the very top"


def lost_block(note: Note) -> tuple[int, str] | None:
    """Return the line and the cause; None for a file that reads as a paper's note."""
    if stands(note):
        return None
    lines = [line.removesuffix("\r") for line in note.text.removeprefix(BOM).split("\n")]
    if lines[0] != _MARK:
        return _not_opened(lines)
    found = note.properties
    if found.block is None:
        return _not_closed(lines)
    if found.broken is not None:
        return _swallowed(lines, found)
    below = line_number(note.text, found.body) - 1
    second = _second_block(lines, below, found, apart=not note.managed)
    if second is not None:
        return 1, f"two blocks of properties: lines 1 and {second}"
    if not note.managed:
        return 1, "the property `digests`, by which a note is known, is gone"
    if note.key is None:
        value = found.find("digests")
        line = 1 if value is None else value.line
        return line, "no property says any more which paper this is (`url`, `arxiv`, `doi`)"
    return None


def _not_opened(lines: Sequence[str]) -> tuple[int, str]:
    first = lines[0]
    filled = [number for number, line in enumerate(lines) if line.strip()]
    top = lines[filled[0]] if filled else ""
    if filled and all(lines[number].lstrip().startswith(">") for number in filled):
        return filled[0] + 1, "the whole note is quoted"
    if not first.strip() and top == _MARK:
        return 1, f"line 1 is blank: {_VERY_TOP}"
    line = (filled or [0])[0] + 1
    if _RULE.fullmatch(top):
        return line, _formatter(top)
    if top.lstrip().startswith(">"):
        return line, "the properties are quoted"
    if _LIKE_MARK.fullmatch(top) or top.endswith(_MARK):
        return line, f"the properties open with {top!r}: it must be `---` and nothing else"
    if _FENCE.match(top):
        return line, "the properties stand in a code fence"
    if any(a == _MARK and _NAME.match(b) for a, b in pairwise(lines)):
        return line, f"something stands above the properties: {_VERY_TOP}"
    if _NAME.match(top):
        return line, "the `---` that opens the properties is missing"
    return line, "the properties are gone"


def _formatter(line: str) -> str:
    mark = line.strip() if len(line.strip()) < 10 else f"{line.strip()[:3]}..."
    return f"a formatter that knows no properties wrote `{mark}` for `---`"


def _not_closed(lines: Sequence[str]) -> tuple[int, str]:
    for number, line in enumerate(lines[1:], 2):
        if _RULE.fullmatch(line):
            return number, _formatter(line)
        if _LIKE_MARK.fullmatch(line) and line.strip() != "-":
            return number, f"the properties close with {line!r}: it must be `---` and nothing else"
        if not _is_property(line):
            return number, "the `---` that closes the properties is missing"
    return len(lines), "the `---` that closes the properties is missing"


def _is_property(line: str) -> bool:
    return (line[:1] in {" ", "\t", "#", "-"} and not line.startswith(("# ", "## "))) or bool(
        _NAME.match(line)
    )


def _swallowed(lines: Sequence[str], found: Properties) -> tuple[int, str] | None:
    """Return where properties should end that reach down to a line of a section; None if none."""
    assert found.block is not None
    end = line_number(found.text, found.body) - 1
    for number, line in enumerate(lines[1:end], 2):
        if line.startswith(("# ", "## ")) or _RULE.fullmatch(line):
            return _not_closed(lines)
        if _LIKE_MARK.fullmatch(line) and line != _MARK and line.strip() != "-":
            return _not_closed([*lines[:number]])
    return None


def _second_block(
    lines: Sequence[str], below: int, found: Properties, *, apart: bool
) -> int | None:
    """Return the line of a second block, which has the `digests`; None where there is none.

    `apart`: other words may stand between the two. They may not in a note that can be read.
    """
    for number in range(below, len(lines)):
        if lines[number] == _MARK:
            other = read("\n".join(lines[number:]), found.names)
            has = any(name in other.values for name in found.names.spellings("digests"))
            return number + 1 if has else None
        if lines[number].strip() and not apart:
            return None
    return None
