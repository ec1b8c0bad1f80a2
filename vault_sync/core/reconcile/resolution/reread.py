"""Entries that today's rules read otherwise than those of the last pass: nobody edited them.

A title line that was commentary at the last pass stands in the base and in the note's section as
its first line. Both are read anew before they are compared, and the note takes title and authors
over, but for those of the reader's own. An entry that was part of the commentary above it goes from
the note that had it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vault_sync.core.digest import title_line
from vault_sync.core.digest.reader import Digest
from vault_sync.core.model.base import Base, parted_filled
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Fields
from vault_sync.core.naming.keys import key_of
from vault_sync.core.text.module_door import door
from vault_sync.core.text.regex import regex

if TYPE_CHECKING:
    from vault_sync.core.merge import three_way
else:  # few values were read otherwise by an older program
    three_way = door("vault_sync.core.merge.three_way")

_BLANK_LINES = regex(r"(?:[ \t]*\n)+")


def has_new_title(was: str | None, entry: Fields) -> bool:
    """Tell whether the title line of an entry is the first line of its commentary in the base."""
    if not was or not entry.title or was == entry.commentary:
        return False
    return _below_title(was, entry) is not None and _below_title(entry.commentary, entry) is None


def has_swallowed(was: str, entry: Fields, digest: Digest) -> bool:
    """Tell whether a commentary in the base runs on into what is an entry of its own now."""
    if not was or was == entry.commentary or not was.startswith(entry.commentary):
        return False
    rest = was[len(entry.commentary) :]
    if entry.commentary and not rest.startswith("\n"):
        return False
    first = next((line for line in rest.split("\n") if line.strip("-*_ \t")), "")
    return any(each.fields.url == first.strip().strip("<>") for each in digest.entries)


def commentary(was: str, entry: Fields, section: str) -> str | None:
    """Return the commentary of both sides where the title line was one of its lines.

    None where it was not, or where both sides were edited in one place.
    """
    if not has_new_title(was, entry):
        return None
    below, note_below = _below_title(was, entry), _below_title(section, entry)
    if note_below is None:
        first = section.partition("\n")[0]
        if title_line.parse(first, 0, len(first)) is not None:
            return None
        note_below = section
    return three_way.paragraphs(below or "", entry.commentary, note_below)


def is_the_readers(base_key: BaseKey, value: Value, base: Base) -> bool:
    """Tell whether the note of an entry that was untitled has a title or authors of its own.

    An older base does not say what arXiv gave; there a value that was agreed on counts as that.
    """
    filled = base.items(base_key._replace(field="filled"))
    title, authors = parted_filled(filled)
    given: Value | None = title if base_key.field == "title" else authors
    if filled is None:
        given = base.rows.get(base_key)
    return bool(value) and value != given


def _below_title(commentary: str, entry: Fields) -> str | None:
    """Return what stands below the entry's title line; None where that is not the first line."""
    first, _, rest = commentary.partition("\n")
    key = key_of(entry.url)
    line = title_line.parse(first, 0, len(first))
    if line is None and key is not None:
        line = title_line.of_paper(first, 0, len(first), key)
    if line is None or (line.title.slice(first), line.names) != (entry.title, entry.authors):
        return None
    blank = _BLANK_LINES.match(rest)
    return rest[blank.end() :] if blank else rest
