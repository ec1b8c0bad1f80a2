"""The plain form of a note, as readers keep it without any tool (docs/format.md, "Adoption").

URL, title line, commentary, tag line: just the text of a digest entry, at the top of the file
(below the properties where there are any), perhaps followed by headings of the reader's own.
"""

from __future__ import annotations

from typing import NamedTuple

from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.model.values import Fields, Key
from vault_sync.core.text.spans import BOM, Span


class Plain(NamedTuple):
    """The entry at the top of a plain note; `span` is its text."""

    key: Key
    fields: Fields
    span: Span


def read(text: str, body: int) -> Plain | None:
    """Return the plain entry that a note's body opens with, else None."""
    start = body + len(text[body:]) - len(text[body:].lstrip(BOM + " \t\r\n"))
    if not text[start : start + 9].lstrip("<").lower().startswith("http"):
        return None
    entries = digest_reader.read(text[start:]).entries
    if not entries or entries[0].span.start != 0:
        return None
    entry = entries[0]
    return Plain(entry.key, entry.fields, Span(start, start + entry.span.end))
