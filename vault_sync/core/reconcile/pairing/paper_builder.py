"""Build one paper: the pairs of its note and its entries, in the order that the note has.

A digest under a new name is found by its entries, as a note is found by its address. An entry that
a note names and that is not there was removed, or cannot be read, or is not there yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from vault_sync.core.digest.reader import Entry
from vault_sync.core.model import problems
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Decisions, Key, Place, RelPath, joined, stem_of
from vault_sync.core.naming.note_names import fold
from vault_sync.core.note.note import Section, commentary_of
from vault_sync.core.reconcile.pairing import old_files
from vault_sync.core.reconcile.pairing.decisions import accepted_digests
from vault_sync.core.reconcile.pairing.paper import Kind, Notices, Pair, Paper, Role, note_value
from vault_sync.core.reconcile.pairing.remains import NONE, Remains
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
    remains: Remains = NONE

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
        if digest in self.snapshot.locked or self.remains.waits(key, digest):
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
        if self.remains.waits(entry.key, digest) or self.remains.waits(key, digest):
            # Its lines need not be its own.
            return pair._replace(kind="waiting", entry=None)
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


class NamedDigest(NamedTuple):
    """One digest's name in a note: the link target in its `digests` item, and its section."""

    target: str = ""
    section: Section | None = None


class DigestNames(NamedTuple):
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


class MissingEntries(NamedTuple):
    """Finder of the kind of each pair that has no entry."""

    snapshot: Snapshot
    base: Base
    decisions: Decisions
    names: DigestNames
    notices: Notices
    remains: Remains = NONE

    def pair(self, key: Key, note: RelPath, digest: RelPath, named: NamedDigest) -> Pair:
        """Return the pair of a note that names a digest without an entry of its paper."""
        origin = self.names.renamed_from(key, digest)
        waiting = Pair(digest, "waiting", None, named.section, named.target, origin)
        return waiting._replace(kind=self._kind(key, note, waiting))

    def _kind(self, key: Key, note: RelPath, pair: Pair) -> Kind:
        digest = pair.digest
        if digest in self.snapshot.locked or self.remains.waits(key, digest):
            return "waiting"
        side = self.decisions.get((key, digest, "entry"))
        if side is not None:
            return "append" if side == "note" else "removed"
        value = note_value(self.snapshot.notes[note].fields, pair.section)
        if self.base.refuses(BaseKey(key, digest, "entry"), "", value):
            return "waiting"
        if self.base.knows(Place(key, pair.origin or digest)):
            return self._was_agreed(key, note, digest)
        if self.base.arrival(note).delivered:
            # Its digest may be on the way behind it.
            self.notices.deferred.add(note)
            return "waiting"
        return self._never_agreed(key, note, digest)

    def _was_agreed(self, key: Key, note: RelPath, digest: RelPath) -> Kind:
        """Return `removed`, or `waiting` where the entry may only be out of sight."""
        if digest not in self.snapshot.digests:
            if digest in accepted_digests(self.decisions):
                return "removed"
            self.notices.add(problems.digest_missing(digest))
            return "waiting"
        if old_files.entry_is_old_copys(key, digest, self.snapshot.digests[digest], self.base):
            self.notices.add(problems.old_entry(digest, note))
            return "waiting"
        return "removed"

    def _never_agreed(self, key: Key, note: RelPath, digest: RelPath) -> Kind:
        """Return `append`: the reader named the digest in the note; while joining, ask."""
        base_key = BaseKey(key, digest, "unmet")
        was_unmet = base_key in self.base.rows
        if self.base.exists and not self.base.joining and not was_unmet:
            return "waiting" if self.base.arriving else "append"
        self.notices.remember(base_key, first=not was_unmet)
        self.notices.add(problems.entry_missing(note, digest))
        return "waiting"
