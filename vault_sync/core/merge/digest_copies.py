"""A copy of a digest merged into the digest: entry by entry, and an entry field by field."""

from __future__ import annotations

from collections.abc import Sequence

from vault_sync.core.digest.reader import Entry
from vault_sync.core.digest.style_choice import FLAT
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.merge.ancestor import lacks
from vault_sync.core.merge.digests import (
    link_target,
    reads_as,
    stands_alone,
    usual_before,
    version_of,
    written,
)
from vault_sync.core.merge.parts import Merged, Name, merged
from vault_sync.core.merge.sync_copy import CopyMerge, CopyMerging, in_style_of, shared
from vault_sync.core.merge.three_way import shown
from vault_sync.core.model.copies import CopyRow, Histories
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Fields, Key, RelPath

_OF_PAPER = frozenset({"url", "title", "authors"})


def merge_digest_copy(
    path: RelPath,
    file: str,
    copy: str,
    histories: Histories,
    styles: Sequence[StyleName] = FLAT,
) -> CopyMerge | None:
    """Merge a copy of the digest at `path` into its text; None where that cannot be.

    It cannot where a paper stands twice in one of the two, or where the outcome would not read as
    meant. Lines between entries are all kept.
    """
    return in_style_of(file, copy, lambda *sides: _merge(path, sides, histories, styles))


def _merge(
    path: RelPath, sides: tuple[str, str], histories: Histories, styles: Sequence[StyleName]
) -> CopyMerge | None:
    here, there = (version_of(text, styles) for text in sides)
    if here is None or there is None:
        return None
    merging = CopyMerging(histories)
    meant: dict[Name, Fields] = {
        name: entry.fields for name, entry in {**there.entries, **here.entries}.items()
    }

    def combine(name: Name) -> Merged:
        found = _entry(path, here.entries[name], there.entries[name], merging)
        link = link_target(here.entries[name]) or link_target(there.entries[name])
        raw = written(here, here.entries[name], found, link)
        if not stands_alone(here.entries[name], raw, found, link):
            merging.rows |= _all_rows(path, here.entries[name], there.entries[name])
            return Merged(here.parts.text[name])
        meant[name] = found
        return Merged(raw)

    base = shared(here.parts, there.parts)
    found, names = merged(base, here.parts, there.parts, combine, usual_before(here, there))
    if not reads_as(found.text, styles, names, meant):
        return None
    return CopyMerge(found.text, frozenset(merging.rows))


def _entry(path: RelPath, ours: Entry, theirs: Entry, merging: CopyMerging) -> Fields:
    """Return what an entry is to have that stands in both, differently."""
    values = {
        name: merging.merge(_base_key(path, ours.key, name), here, there)
        for name, here, there in _values(ours, theirs)
    }
    return ours.fields.saying(**values)


def _values(ours: Entry, theirs: Entry) -> list[tuple[str, Value, Value]]:
    return list(zip(Fields._fields, ours.fields, theirs.fields, strict=True))


def _base_key(path: RelPath, key: Key, name: str) -> BaseKey:
    return BaseKey(key, "" if name in _OF_PAPER else path, name)


def _all_rows(path: RelPath, ours: Entry, theirs: Entry) -> set[CopyRow]:
    """Return every value of the copy as a row: the merged entry could not be written."""
    return {
        CopyRow(*_base_key(path, ours.key, name), shown(there))
        for name, here, there in _values(ours, theirs)
        if lacks(name, here, there)
    }
