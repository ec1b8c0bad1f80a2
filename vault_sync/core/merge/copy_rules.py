"""The rules by which copies are merged, what was decided about each, and which of their rows stay.

Rows are data of the conflicts note. Every device writes the same ones, so a pass keeps those that
it finds, with those of each copy of that note. A row goes only when it was ticked, or when nothing
is on its way any more and the file has all that the row has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from vault_sync.core.digest.styles.style import StyleChoice
from vault_sync.core.merge.sync_copy import SENTENCES, lacks
from vault_sync.core.model.base import Base, CopyRow, Histories
from vault_sync.core.model.plan import BaseKey, Value, value_words
from vault_sync.core.model.values import STANDARD_NAMES, Key, PropertyNames, RelPath
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.note import note as note_lens


class CopyChoice(NamedTuple):
    """Decisions about copies, and those that this device has merged.

    `left` are those that nobody touches, `mine` files of the reader's with the name of a copy,
    `wanted` those that a person wants merged. `merged` has path and hash of those that were.
    `answered` are those of `mine` that another device asks about again.
    """

    left: frozenset[RelPath] = frozenset()
    mine: frozenset[RelPath] = frozenset()
    wanted: frozenset[RelPath] = frozenset()
    merged: frozenset[tuple[RelPath, str]] = frozenset()
    answered: frozenset[RelPath] = frozenset()


class CopyRules(NamedTuple):
    """Rules for merging the copies of a vault, beside their texts.

    `merges`: copies are merged at all; `ready`: they may be now. `is_readers` tells of a file that
    the base or a note has as a digest or note of its own; `note_of` gives the note of a paper in
    the base. `rows_of` reads the rows of a conflicts note, whose path is `page`.
    """

    is_digest: Callable[[RelPath], bool]
    styles: StyleChoice
    is_readers: Callable[[RelPath], bool]
    histories_of: Callable[[Collection[Key]], Histories]
    note_of: Callable[[Key], RelPath | None]
    rows_of: Callable[[str], frozenset[CopyRow]]
    page: RelPath
    names: PropertyNames = STANDARD_NAMES
    choice: CopyChoice = CopyChoice()
    merges: bool = True
    ready: bool = True


def is_readers(
    texts: Mapping[RelPath, str], base: Base, properties: PropertyNames, path: RelPath
) -> bool:
    """Return True if a file is a digest or note of the base, or a note names it as its digest."""
    if path in base.note_paths or BaseKey(Key(""), path, "text") in base.rows:
        return True
    stem = path.rpartition("/")[2].removesuffix(".md")
    naming = [each for each, text in texts.items() if stem in text and text.startswith("---")]
    if not naming:
        return False
    names = LinkResolver.from_paths(texts)
    return any(
        names.resolve(target, each) == path
        for each in naming
        for target in note_lens.read(texts[each], properties).digests
    )


def remaining(
    rows: Iterable[CopyRow],
    *,
    at_rest: bool,
    ticked: Collection[CopyRow],
    agreed: Callable[[BaseKey], Value | None],
) -> frozenset[CopyRow]:
    """Return the rows that stay, of those found, of copies of the note, and new ones.

    `at_rest`: no file was delivered since the pass before, no copy stands. `agreed` gives the value
    that digest and note have alike; None where they differ, or where the paper is no more.
    """
    return frozenset(
        row
        for row in rows
        if row not in ticked and not (at_rest and _stands(row, agreed(BaseKey(*row[:3]))))
    )


def _stands(row: CopyRow, value: Value | None) -> bool:
    if value is None:
        return False
    words = value_words(value)
    field = row.field.partition(" ")[0]
    return not lacks(field, words, row.text) if field in SENTENCES else words == row.text
