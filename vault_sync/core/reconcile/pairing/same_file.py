"""Decide if the base of a paper or a digest belongs to the file that stands for it now.

A base belongs to a file, not to a key: another file that steps into a note's place (a copy) was
never compared with the digest, and what it lacks it never had. In this order:

| the note's old path | the file now                                     | it is         |
|---------------------|--------------------------------------------------|---------------|
| is this one         | was at another path, by inode or bytes, or has   | another file  |
|                     | the bytes of a copy that was there before        |               |
| is this one         | any other                                        | the same file |
| is still there      | at another path                                  | another file  |
| is gone             | the same inode, size and time, or the same bytes | the same file |
| is gone             | new, the only one, somebody linked to it         | the same file |
| is gone             | any other                                        | another file  |

A file that has all that the base says loses nothing by being compared with it; so it may be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from vault_sync.core.digest.reader import Digest
from vault_sync.core.model.base import Base, FileMark, apart_key, value_hash
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import SHARED_FIELDS, Key, RelPath
from vault_sync.core.naming.note_names import bare_name, fold
from vault_sync.core.naming.wikilinks import find
from vault_sync.core.note.note import Note
from vault_sync.core.reconcile.pairing.paper_builder import FoundEntry
from vault_sync.core.snapshot import NO_STAT, Snapshot
from vault_sync.core.text.module_door import door
from vault_sync.core.text.wrapping import unwrapped

if TYPE_CHECKING:
    from vault_sync.core.merge import three_way
else:  # few notes are the file of another paper
    three_way = door("vault_sync.core.merge.three_way")

Marks = Mapping[RelPath, FileMark]
"""The files about one paper as the last pass saw them."""

DIGESTS = Key("")
"""The key under which `Base.files` has the digests."""


def strange_digests(snapshot: Snapshot, base: Base) -> frozenset[RelPath]:
    """Return the digests at whose path stands a file that was another digest."""
    seen = (base.files or {}).get(DIGESTS, {})
    return frozenset(
        path
        for path, digest in snapshot.digests.items()
        # One without entries may look like any other that was just begun.
        if path in seen and digest.entries and seen[path][:3] != snapshot.stats.get(path)
        if _was_another(path, _mark(snapshot, path, digest), seen)
    )


class SameFile(NamedTuple):
    """Test of the note that was chosen for a paper."""

    snapshot: Snapshot
    base: Base

    def owns_base(self, path: RelPath, key: Key, entries: Sequence[FoundEntry] = ()) -> bool:
        """Return True if the base's values of a paper are about this file."""
        was = self.base.note(key)
        if self.base.files is None or was is None:
            return True
        note = self.snapshot.notes[path]
        seen = self.base.files.get(key, {})
        if path == was and seen.keys() <= {path}:
            return True
        here = _mark(self.snapshot, path, note)
        if path == was:
            same = not (_was_another(path, here, seen) or self._is_copy(path, here, seen))
        elif was in self.snapshot.notes or was in self.snapshot.locked:
            same = False
        else:
            same = _moved(seen, was, path, here) or self._relinked(key, path, seen, entries)
        return same or self._lacks_nothing(key, path)

    def _is_copy(self, path: RelPath, here: FileMark, seen: Marks) -> bool:
        """Return True if a copy of the note was edited and copied, or renamed, to its path."""
        own, notes = seen.get(path), self.snapshot.notes
        if own is not None and own.is_like(here):
            return False
        return any(
            (other in notes and notes[other].text == notes[path].text)
            # The place of a copy that does not count as a note may be taken still.
            or (
                mark.inode == here.inode != 0
                and other not in self.snapshot.names.called(bare_name(other))
            )
            for other, mark in seen.items()
            if other != path
        )

    def _relinked(
        self, key: Key, path: RelPath, seen: Marks, entries: Sequence[FoundEntry]
    ) -> bool:
        """Return True if somebody else linked to this file, which is new and the only one."""
        if len(self.snapshot.managed.get(key, ())) != 1 or path in seen:
            return False
        for digest, entry in entries:
            text = self.base.text(BaseKey(DIGESTS, digest, "text"))
            if entry.link is None or text is None:
                continue
            leads_here = self.snapshot.names.resolve(entry.link.target, digest) == path
            if leads_here and all(link.target != entry.link.target for link in find(text)):
                return True
        return False

    def _lacks_nothing(self, key: Key, path: RelPath) -> bool:
        note = self.snapshot.notes[path]
        here = Counter(_sentences(note.text))
        tags = {fold(tag) for tag in note.fields.tags}
        for base_key, value in self.base.rows.items():
            if base_key.key != key:
                continue
            if base_key.field == "commentary" and Counter(_sentences(str(value))) - here:
                return False
            if base_key.field == "tags" and not {fold(tag) for tag in value} <= tags:
                return False
            shared = base_key.field in SHARED_FIELDS
            # Where the note has its own words, those are what it had.
            had = self.base.rows.get(apart_key(base_key), value)
            if shared and getattr(note.fields, base_key.field) != had:
                return False
        return True


def _was_another(path: RelPath, here: FileMark, seen: Marks) -> bool:
    """Return True if the file at a path is the one that was seen at another path."""
    own = seen.get(path)
    if own is not None and own.is_like(here):
        return False
    return any(mark.is_like(here) for other, mark in seen.items() if other != path)


def _moved(seen: Marks, was: RelPath, path: RelPath, here: FileMark) -> bool:
    """Return True if a file is the one that was at `was`, or its copy, alike when last seen."""
    own = seen.get(was)
    before = seen.get(path)
    return own is not None and (
        own.is_like(here) or (before is not None and before.hash == own.hash)
    )


def _sentences(text: str) -> Iterator[str]:
    return (token for token in three_way.sentences(unwrapped(text)) if not token.isspace())


def _mark(snapshot: Snapshot, path: RelPath, document: Digest | Note) -> FileMark:
    return FileMark(*snapshot.stats.get(path, NO_STAT), value_hash(document.text))
