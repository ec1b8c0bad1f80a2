"""The states of a file in which it is neither read nor written."""

from __future__ import annotations

import re

from vault_sync.core.digest.styles import advice
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.text.encodings import encoded, undecodable
from vault_sync.core.text.spans import line_number

_CONFLICT_MARKER = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)


def damage_of(path: RelPath, text: str, *, was_ours: bool) -> Problem | None:
    """Return the problem of a file in a state that no edit could have left behind."""
    line = 1
    if (other := encoded(text)) is not None:
        line = line_number(text, undecodable(text) or 0)
        code, message = "not-utf-8", f"the file is not valid UTF-8; it looks like {other.name}"
        hint = "save it as UTF-8 in your editor; nothing is written until then"
    elif "\0" in text:
        line = line_number(text, text.index("\0"))
        code, message = "nul", "the file holds NUL characters: it was damaged while being written"
        hint = "bring it back with `vault-sync restore`, or from a backup"
    elif was_ours and not text.strip("\ufeff \t\r\n"):
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


def titles_first(path: RelPath, text: str) -> Problem | None:
    """Return the problem of a digest whose titles stand above their addresses.

    Read as flat, every paper would get the title of the one below it.
    """
    line = advice.title_first(text)
    if line is None:
        return None
    return Problem(
        path,
        "title-first",
        "the titles of this digest stand above their addresses, so each paper would get the title "
        "of the next one",
        "put each address above its title, or choose the style `title-first` for it ([digests] "
        "styles); nothing of this file is read or written until then",
        line,
    )
