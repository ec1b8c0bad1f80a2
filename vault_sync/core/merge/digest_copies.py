"""A copy of a digest merged into the digest: entry by entry, and an entry field by field.

In every style alike. What an entry has no place for, and what stands in it outside of its fields
(a venue, a link to code), stays as it is in the file; the copy's is a row.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from vault_sync.core.digest.reader import Entry
from vault_sync.core.digest.styles import lens
from vault_sync.core.digest.styles.style import FLAT, StyleName
from vault_sync.core.merge.ancestor import lacks
from vault_sync.core.merge.digests import (
    DigestVersion,
    link_target,
    misread,
    stands_alone,
    usual_before,
    version_of,
    written,
)
from vault_sync.core.merge.parts import Merged, Name, Parts, merged
from vault_sync.core.merge.sync_copy import CopyMerge, CopyMerging, in_style_of, shared
from vault_sync.core.merge.three_way import shown
from vault_sync.core.model.base import CopyRow, Histories
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Fields, Key, RelPath
from vault_sync.core.text.regex import regex

_OF_PAPER = frozenset({"url", "title", "authors"})
_WORD = regex(r"[^\W_]+")
_MARK = regex(r"[|\s]*(?:#+\s+)?(?:[-*+]\s+)?(?:\d{1,9}\s*[.)、|]\s*)?(?:\[.\]\s+)?")
_EMPTY_BOX = regex(r"(\s*(?:[-*+]|\d{1,9}[.)])\s+\[) (?=\]\s)")
_TICKED_BOX = regex(r"\s*(?:[-*+]|\d{1,9}[.)])\s+\[[^ ]\]\s")


def merge_digest_copy(
    path: RelPath,
    file: str,
    copy: str,
    histories: Histories,
    styles: Sequence[StyleName] = FLAT,
    keys: Collection[Key] | None = None,
) -> CopyMerge | None:
    """Merge a copy of the digest at `path` into its text; None where that cannot be.

    It cannot where a paper stands twice in one of the two, or where the outcome would not read as
    meant, not even with every entry as the file has it. Lines between entries are all kept. With
    `keys` nothing counts of the copy but the entries of these papers.
    """

    def merge(ours: str, theirs: str) -> CopyMerge | None:
        here, there = version_of(ours, styles), version_of(theirs, styles)
        if here is None or there is None:
            return None
        if keys is not None:
            there = _of_papers(here, there, keys)
        alone: frozenset[Name] = frozenset()
        for _ in range(3):
            merging = _EntryMerging(path, here, there, CopyMerging(histories), alone)
            text, names = merging.run()
            wrong = misread(text, styles, names, merging.meant)
            if not wrong:
                return CopyMerge(text, frozenset(merging.fields.rows))
            alone = frozenset(here.entries) if alone else wrong
        return None

    return in_style_of(file, copy, merge)


def _of_papers(here: DigestVersion, there: DigestVersion, keys: Collection[Key]) -> DigestVersion:
    """Return a copy that has the file's parts, but for the entries of some papers."""
    own = {name for name, entry in there.entries.items() if entry.key in keys}
    parts = there.parts
    names = tuple(name for name in parts.names if name in own or name in here.parts.text)
    text = {name: (parts if name in own else here.parts).text[name] for name in names}
    before = {name: parts.before[name] for name in names}
    return there._replace(parts=Parts(names, text, before, parts.foot))


@dataclass(frozen=True, slots=True)
class _EntryMerging:
    """The merge of two versions of a digest; entries that are `alone` stay as the file has them."""

    path: RelPath
    here: DigestVersion
    there: DigestVersion
    fields: CopyMerging
    alone: frozenset[Name]
    meant: dict[Name, Fields] = field(default_factory=dict)

    def run(self) -> tuple[str, tuple[Name, ...]]:
        """Return the merged text, and its parts in their order."""
        here, there = self.here, self.there
        entries = {**there.entries, **here.entries}
        self.meant.update((name, entry.fields) for name, entry in entries.items())
        base = shared(here.parts, there.parts)
        usual = usual_before(here, there)
        found, names = merged(base, here.parts, there.parts, self._combined, usual)
        return found.text, names

    def _combined(self, name: Name) -> Merged:
        """Return the part of a name that stands in both, differently."""
        if name not in self.here.entries:
            return Merged(self.here.parts.text[name])
        ours, theirs = self.here.entries[name], self.there.entries[name]
        raw = None if name in self.alone else self._entry(name, ours, theirs)
        if raw is not None:
            return Merged(raw)
        self.fields.rows |= self._unwritten(ours, theirs, ours.fields)
        return Merged(self.here.parts.text[name])

    def _entry(self, name: Name, ours: Entry, theirs: Entry) -> str | None:
        """Return the lines of an entry that stands in both; None where they cannot be written."""
        wanted = ours.fields.saying(
            **{
                each: self.fields.merge(_base_key(self.path, ours.key, each), one, other)
                for each, one, other in _values(ours, theirs)
            }
        )
        placed = lens.placed(ours, wanted)
        link = link_target(ours) or link_target(theirs)
        raw = written(self.here, ours, placed, link)
        if not stands_alone(ours, raw, placed, link):
            return None
        unplaced = [
            each for each in Fields._fields if getattr(wanted, each) != getattr(placed, each)
        ]
        self.fields.rows |= self._unwritten(ours, theirs, placed, unplaced)
        self.meant[name] = placed
        return _ticked(raw, self.there.raw(theirs))

    def _unwritten(
        self, ours: Entry, theirs: Entry, placed: Fields, names: Sequence[str] = Fields._fields
    ) -> set[CopyRow]:
        """Return the rows of what the copy has in these fields, and outside of all fields."""
        found = {
            CopyRow(*_base_key(self.path, ours.key, name), shown(there))
            for name, _, there in _values(ours, theirs)
            if name in names and lacks(name, getattr(placed, name), there)
        }
        if not _beside(self.there, theirs, ours.fields) <= {*_WORD.findall(self.here.raw(ours))}:
            found.add(CopyRow(ours.key, self.path, "entry", self.there.raw(theirs)))
        return found


def _beside(version: DigestVersion, entry: Entry, fields: Fields) -> set[str]:
    """Return the words of an entry if it said `fields`: these, and those that no field has."""
    raw = written(version, entry, fields, link_target(entry))
    mark = _MARK.match(raw)
    return {*_WORD.findall(raw, 0 if mark is None else mark.end())}


def _ticked(raw: str, other: str) -> str:
    """Return an entry that is a task, ticked if the copy's is."""
    return _EMPTY_BOX.sub(r"\1x", raw, count=1) if _TICKED_BOX.match(other) else raw


def _values(ours: Entry, theirs: Entry) -> list[tuple[str, Value, Value]]:
    return list(zip(Fields._fields, ours.fields, theirs.fields, strict=True))


def _base_key(path: RelPath, key: Key, name: str) -> BaseKey:
    return BaseKey(key, "" if name in _OF_PAPER else path, name)
