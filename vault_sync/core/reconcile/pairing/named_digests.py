"""Digests that a note names, those under which the base knows its entries, and renamed ones.

A digest under a new name is found by its entries, as a note is found by its address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from vault_sync.core.digest.reader import Entry
from vault_sync.core.model.base import Base
from vault_sync.core.model.value_class import value_class
from vault_sync.core.model.values import Key, Place, RelPath, joined, stem_of
from vault_sync.core.naming.note_names import fold
from vault_sync.core.note.note import Section
from vault_sync.core.snapshot import Snapshot


class NamedDigest(NamedTuple):
    """One digest's name in a note: the link target in its `digests` item, and its section."""

    target: str = ""
    section: Section | None = None


@value_class
class DigestNames:
    """Links of notes to digests, resolved with the help of the base.

    `renames` gives the new path of each renamed digest; `new_digest` is the folder of a digest that
    is not there yet.
    """

    snapshot: Snapshot
    base: Base
    renames: Mapping[RelPath, RelPath]
    new_digest: str

    def named_by(self, key: Key, path: RelPath) -> dict[RelPath, NamedDigest]:
        """Return the digests that a note names, by property or by section, in its own order."""
        note = self.snapshot.notes[path]
        named: dict[RelPath, NamedDigest] = {}
        for target in note.digests:
            digest = self._resolve(key, target, path)
            if digest is not None:
                named.setdefault(digest, NamedDigest(target))
        for section in note.sections:
            digest = self._resolve(key, section.target, path)
            if digest is not None and (digest in named or digest in self.snapshot.digests):
                listed = named.get(digest, NamedDigest())
                if listed.section is None:
                    named[digest] = listed._replace(section=section)
        return named

    def _resolve(self, key: Key, target: str, source: RelPath) -> RelPath | None:
        """Return the digest that a link leads to; None for a file of another kind.

        | the link leads to               | digest                                     |
        |---------------------------------|--------------------------------------------|
        | a digest                        | that one                                   |
        | another file                    | the one of that name known to the base     |
        | nothing; a digest was renamed   | its new path; the old if both are named    |
        | nothing; the base knows it      | its path in the base                       |
        | nothing                         | a new one, in the folder of new digests    |
        """
        found = self.snapshot.names.resolve(target, source)
        if found is not None:
            return found if found in self.snapshot.digests else self._agreed_digest(key, target)
        for was, now in self.renames.items():
            if fold(stem_of(was)) == fold(stem_of(target)):
                # A note that names both has had one half of the rename: the old name stays.
                return was if self._names(source, now) else now
        if agreed := self._agreed_digest(key, target):
            return agreed
        name = target.removesuffix(".md")
        return RelPath((name if "/" in name else joined(self.new_digest, name)) + ".md")

    def _names(self, note: RelPath, digest: RelPath) -> bool:
        """Tell whether a note names a digest by its present name."""
        names = self.snapshot.names
        targets = self.snapshot.notes[note].digests
        return any(names.resolve(target, note) == digest for target in targets)

    def _agreed_digest(self, key: Key, target: str) -> RelPath | None:
        """Return the digest of that name in which the base has the paper, there or not."""
        for digest in self.base.places.get(key, ()):
            if fold(stem_of(digest)) == fold(stem_of(target)):
                return digest
        return None

    def renamed_from(self, key: Key, digest: RelPath) -> RelPath | None:
        """Return the old path of a renamed digest under which the base knows this paper."""
        return next(
            (
                was
                for was, now in self.renames.items()
                if now == digest and self.base.knows(Place(key, was))
            ),
            None,
        )


def find_renames(
    entries: Mapping[Key, Sequence[tuple[RelPath, Entry]]], snapshot: Snapshot, base: Base
) -> dict[RelPath, RelPath]:
    """Return old path -> new path of each digest that is gone into one new file.

    A file is new if the base has no paper in it. An entry that is in no digest now is left out: it
    does not show where the others went.
    """
    to: dict[RelPath, set[RelPath]] = {}
    agreed = {digest for found in base.places.values() for digest in found}
    for key, was in base.places.items():
        for digest in was:
            if digest in snapshot.digests or digest in snapshot.locked:
                continue
            now = {path for path, _ in entries.get(key, ()) if not base.knows(Place(key, path))}
            to.setdefault(digest, set()).update(now)
    found = {was: min(now) for was, now in to.items() if len(now) == 1 and not now & agreed}
    # Two that are gone into one are no rename of either.
    return {was: now for was, now in found.items() if list(found.values()).count(now) == 1}
