"""Damage: what shows that a digest is half-typed; states in which no file is read or written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.problems import resolve_hint
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.naming.wikilinks import addresses
from vault_sync.core.text.encodings import encoded, undecodable
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Line, line_number, opens_fence


def damage_notices(
    text: str, of: Sequence[Line], mask: Sequence[bool]
) -> Iterable[tuple[int, str, str]]:
    """Return (line, code, message) for each; `mask` says of every line if it is fenced code."""
    found = []
    if "```" in text or "~~~" in text:
        found += [
            (number + 1, "unclosed-fence", "a code fence is opened here and never closed")
            for number, line in enumerate(of)
            if not mask[number] and opens_fence(text, line)
        ]
    conflict = _conflict_line(text, of) if "<<<<<<<" in text else None
    if conflict is not None:
        found.append((conflict, "conflict-markers", "git has left its conflict markers here"))
    if "\0" in text:
        line = line_number(text, text.index("\0"))
        found.append((line, "nul", "there is a NUL character here: the file may be damaged"))
    return sorted(found)


def _conflict_line(text: str, of: Sequence[Line]) -> int | None:
    """Return the line of the first `<<<<<<<` that is followed by its `=======` and `>>>>>>>`."""
    opened: int | None = None
    divided = False
    for number, line in enumerate(of, 1):
        mark = text[line.start : min(line.end, line.start + 8)]
        if mark in {"<<<<<<<", "<<<<<<< "}:
            opened, divided = (number if opened is None or divided else opened), False
        elif mark == "=======" and opened is not None:
            divided = True
        elif mark in {">>>>>>>", ">>>>>>> "} and divided:
            return opened
    return None


_CONFLICT_MARKER = regex(r"^(?:<{7}|>{7}) ", re.MULTILINE)


def is_empty(text: str) -> bool:
    """Return True for a text without words: blanks, line breaks and byte order marks at most."""
    return not text.strip("\ufeff \t\r\n")


def damage_of(path: RelPath, text: str, *, had_words: bool) -> Problem | None:
    """Return the problem of a file in a state that no edit could have left behind.

    `had_words`: the last pass saw words in it. An empty file that never had any is a new one.
    """
    line = 1
    if (other := encoded(text)) is not None:
        line = line_number(text, undecodable(text) or 0)
        code, message = "not-utf-8", f"the file is not valid UTF-8; it looks like {other.name}"
        hint = "save it as UTF-8 in your editor; nothing is written until then"
    elif "\0" in text:
        line = line_number(text, text.index("\0"))
        code, message = "nul", "the file holds NUL characters: it was damaged while being written"
        hint = "bring it back with `vault-sync restore`, or from a backup"
    elif had_words and is_empty(text):
        code, message = "emptied", "the file is empty: that is damage, never an edit"
        hint = "bring it back with `vault-sync restore`, or delete it"
    elif (found := _CONFLICT_MARKER.search(text)) is not None:
        line = line_number(text, found.start())
        code, message = "conflict-markers", "git has left conflict markers in the file"
        hint = "settle the merge first; nothing is written until the markers are gone"
    elif (at := undecodable(text)) is not None:
        line = line_number(text, at)
        code, message = "not-utf-8", "the file is not valid UTF-8"
        hint = "save it as UTF-8; nothing is written until then"
    else:
        return None
    return Problem(path, code, message, hint, line)


def cut_short(path: RelPath, text: str, base: Base) -> Problem | None:
    """Return the problem of a digest that may have been cut short while it was being saved."""
    before = base.text(BaseKey(Key(""), path, "text"))
    taken_back = base.is_taken_back(Key(""), path, text)
    if taken_back and before is not None and not any(addresses(before[len(text) :])):
        return None  # words typed at its end were taken back; of an entry `last_entry` decides
    if before is None or not before.startswith(text) or not before[len(text) :].strip():
        return None
    return Problem(
        path,
        "cut-short",
        "the file now ends earlier than it did and is otherwise the same: "
        "it may have been cut short while it was being saved",
        "nothing is taken from it; bring its end back, or if you removed the end yourself, "
        f"{resolve_hint(path, 'digest')}",
        text.count("\n") + 1,
    )
