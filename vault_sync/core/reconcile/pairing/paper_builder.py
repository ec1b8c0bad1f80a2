"""Build one paper: the pairs of its note and its entries, in the order that the note has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from vault_sync.core.digest.reader import Entry
from vault_sync.core.model import problems
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Key, Place, RelPath
from vault_sync.core.note.note import commentary_of
from vault_sync.core.reconcile.pairing.named_digests import DigestNames, MissingEntries, NamedDigest
from vault_sync.core.reconcile.pairing.paper import Kind, Notices, Pair, Paper, Role
from vault_sync.core.snapshot import Snapshot


class FoundEntry(NamedTuple):
    """One entry, and the digest in which it stands."""

    digest: RelPath
    entry: Entry


def entries_value(found: Iterable[FoundEntry]) -> tuple[str, ...]:
    """Return all that the entries of a paper say, as one value."""
    texts: list[str] = []
    for digest, entry in found:
        fields = entry.fields
        texts += [digest, fields.url, fields.title, fields.commentary]
        texts += [*fields.authors, "", *fields.tags]
    return tuple(texts)


def place_key(key: Key, pair: Pair) -> BaseKey:
    """Return the key under which the following of an entry's move is refused."""
    return BaseKey(key, pair.digest, "place")


def move_values(pair: Pair) -> tuple[Value, Value]:
    """Return all that the moved entry says, and all that the note's section for it says."""
    entry = () if pair.entry is None else entries_value([FoundEntry(pair.digest, pair.entry)])
    return entry, (pair.named, commentary_of(pair.section))


class PaperBuilder(NamedTuple):
    """Builder of papers, whose note is chosen already.

    `entries` are those of every paper; `patient` leaves out new entries that wait for words.
    """

    snapshot: Snapshot
    base: Base
    entries: Mapping[Key, Sequence[FoundEntry]]
    names: DigestNames
    missing: MissingEntries
    notices: Notices
    patient: bool

    def without_note(self, key: Key, found: Iterable[FoundEntry]) -> Paper | None:
        """Return a paper whose note is to be made; None where all its entries wait."""
        pairs = self._finished(Pair(digest, "new", entry) for digest, entry in found)
        return Paper(key, None, "made", pairs, key) if pairs else None

    def without_entries(self, key: Key, path: RelPath) -> Paper | None:
        """Return a paper of which there is only the note; None where it names no digest."""
        agreed_key = self.base.note_paths.get(path, key)
        pairs = tuple(
            self.missing.pair(agreed_key, path, digest, named_digest)
            for digest, named_digest in self.names.named_by(agreed_key, path).items()
        )
        return Paper(key, path, "managed", pairs, agreed_key) if pairs else None

    def with_entries(
        self, key: Key, path: RelPath, role: Role, found: Sequence[FoundEntry]
    ) -> Paper | None:
        """Return a paper that has both; None where all its entries wait.

        A digest that the note names and that has no entry is the old place of an entry that is new
        in another digest: the entry moved.
        """
        agreed_key = self._agreed_key(key, path, role)
        named = self.names.named_by(agreed_key, path)
        pairs = {digest: self._pair(agreed_key, digest, entry, named) for digest, entry in found}
        arrived = [digest for digest, pair in pairs.items() if pair.kind == "new"]
        ordered: list[Pair] = []
        for digest, named_digest in named.items():
            if digest in pairs:
                ordered.append(pairs.pop(digest))
            elif arrived and self._may_be_left(agreed_key, digest):
                new = pairs.pop(arrived.pop(0))
                ordered.append(self._moved(agreed_key, digest, new, named))
            else:
                ordered.append(self.missing.pair(agreed_key, path, digest, named_digest))
        ordered += self._finished(pairs.values())
        ordered = [self._unless_taken_back(agreed_key, pair) for pair in ordered]
        return Paper(key, path, role, tuple(ordered), agreed_key) if ordered else None

    def _may_be_left(self, key: Key, digest: RelPath) -> bool:
        """Return True if an entry may have moved out of a digest: its own may not be here yet."""
        if digest in self.snapshot.locked:
            return False
        return not self.base.is_partial or self.base.knows(Place(key, digest))

    def _unless_taken_back(self, key: Key, pair: Pair) -> Pair:
        """Return a move of which a person took the following back as a pair that waits."""
        if pair.kind == "moved" and self.base.refuses(place_key(key, pair), *move_values(pair)):
            return pair._replace(kind="waiting")
        return pair

    def _agreed_key(self, key: Key, path: RelPath, role: Role) -> Key:
        note_key = self.snapshot.notes[path].key
        if role == "managed" and note_key not in (None, key) and self.base.places.get(note_key):
            return note_key
        return key

    def _pair(
        self, key: Key, digest: RelPath, entry: Entry, named: Mapping[RelPath, NamedDigest]
    ) -> Pair:
        if digest not in named:
            pair = Pair(digest, "new", entry)
        else:
            origin = self.names.renamed_from(key, digest)
            if origin is None or origin in named:
                origin = self._moved_from(key, digest, named)
            kind: Kind = "both" if origin is None else "moved"
            pair = Pair(digest, kind, entry, named[digest].section, named[digest].target, origin)
        return pair._replace(kind="waiting") if digest in self.snapshot.locked else pair

    def _moved(
        self, key: Key, digest: RelPath, new: Pair, named: Mapping[RelPath, NamedDigest]
    ) -> Pair:
        """Return the pair of an entry that stood in `digest` and is `new` in another one."""
        origin = None
        if not self.base.knows(Place(key, digest)):
            origin = self._moved_from(key, new.digest, named)
        target, section = named[digest]
        return Pair(new.digest, "moved", new.entry, section, target, origin or digest)

    def _moved_from(
        self, key: Key, digest: RelPath, named: Mapping[RelPath, NamedDigest]
    ) -> RelPath | None:
        """Return the digest where the base has an entry whose move the note already shows.

        So it is after a pass that was cut off, and where another device was first.
        """
        if self.base.knows(Place(key, digest)):
            return None
        here = {found.digest for found in self.entries.get(key, ())} | set(named)
        gone = [was for was in self.base.places.get(key, ()) if was not in here]
        return gone[0] if len(gone) == 1 else None

    def _finished(self, pairs: Iterable[Pair]) -> tuple[Pair, ...]:
        """Return the pairs without new entries that wait for words; report those."""
        finished = []
        for pair in pairs:
            if not (self.patient and pair.kind == "new" and pair.entry and pair.entry.unfinished):
                finished.append(pair)
                continue
            self.notices.add(problems.unfinished(pair.digest, pair.entry.line))
        return tuple(finished)
