"""Which paper stands where: entries paired with notes, and what became of each pair.

The table of docs/architecture.md, "Who is there"; what both say is `fields`'s matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from vault_sync.core.digest.reader import Entry
from vault_sync.core.model import problems
from vault_sync.core.model.base import Base
from vault_sync.core.model.paths import joined, natural, stem_of
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Decisions, Key, Place, Problem, RelPath
from vault_sync.core.naming.keys import key_of
from vault_sync.core.naming.note_names import fold
from vault_sync.core.naming.wikilinks import addresses
from vault_sync.core.note.note import Section
from vault_sync.core.reconcile.pairing import renamed_digests
from vault_sync.core.reconcile.pairing.decisions import accepted_digests
from vault_sync.core.reconcile.pairing.paper import Pair, Paper, Role
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.spans import line_number


@dataclass(frozen=True, slots=True)
class Pairing:
    """All papers, and what a person should know.

    `standing` are the base rows that say a person was told, of what still stands; `put` those of
    them that are new.
    """

    papers: tuple[Paper, ...]
    problems: tuple[Problem, ...]
    put: Mapping[BaseKey, Value] = field(default_factory=dict)
    standing: frozenset[BaseKey] = frozenset()


class _Found(NamedTuple):
    digest: RelPath
    entry: Entry


def pair(
    snapshot: Snapshot,
    base: Base,
    *,
    new_digest: str,
    remake: bool,
    decisions: Decisions,
    patient: bool = False,
) -> Pairing:
    """Pair every entry with its note.

    `new_digest` is the folder in which a digest is made that a note names and nobody has;
    `remake` makes notes again that are missing behind a link; `patient` leaves new entries alone
    that are nothing but an address: somebody is still at them.
    """
    return _PairFinder(snapshot, base, new_digest, decisions, remake=remake, patient=patient).done()


class _PairFinder:
    def __init__(
        self,
        snapshot: Snapshot,
        base: Base,
        new_digest: str,
        decisions: Decisions,
        *,
        remake: bool,
        patient: bool,
    ) -> None:
        self.snapshot = snapshot
        self.base = base
        self.new_digest = new_digest
        self.decisions = decisions
        self.remake = remake
        self.patient = patient
        self.papers: list[Paper] = []
        self.problems: list[Problem] = []
        self.put: dict[BaseKey, Value] = {}
        self.standing: set[BaseKey] = set()
        self.claimed: set[RelPath] = set()
        self.entries: dict[Key, list[_Found]] = {}
        for path in sorted(snapshot.digests, key=natural):
            for entry in snapshot.digests[path].entries:
                self.entries.setdefault(entry.key, []).append(_Found(path, entry))
        self.renames = renamed_digests.find_renames(self.entries, snapshot, base)

    def done(self) -> Pairing:
        for key, found in self.entries.items():
            if key not in self.snapshot.locked_keys:
                self._with_entries(key, found)
        for key, paths in self.snapshot.managed.items():
            if key in self.entries or key in self.snapshot.locked_keys:
                continue
            left = [path for path in paths if path not in self.claimed]
            if len(left) > 1:
                self._ambiguous(key, left)
            elif left:
                self._without_entries(key, left[0])
        return Pairing(tuple(self.papers), tuple(self.problems), self.put, frozenset(self.standing))

    # Entries and the note that belongs to them.

    def _with_entries(self, key: Key, found: Sequence[_Found]) -> None:
        snapshot = self.snapshot
        leads_to = [
            path
            for digest, entry in found
            if entry.link and (path := snapshot.names.resolve(entry.link.target, digest))
        ]
        for role, paths in (
            ("managed", snapshot.managed.get(key, ())),
            ("managed", tuple(dict.fromkeys(self._readdressed(leads_to, found)))),
            ("adopted", snapshot.plain.get(key, ())),
        ):
            if not paths:
                continue
            chosen = paths if len(paths) == 1 else sorted(set(paths) & set(leads_to))
            if len(chosen) != 1:
                self._ambiguous(key, paths)
                return
            self.claimed.add(chosen[0])
            if role == "managed":
                self._others(key, chosen[0], paths)
            self._paired(key, chosen[0], "adopted" if role == "adopted" else "managed", found)
            return
        self._alone(key, found, leads_to)

    def _readdressed(self, leads_to: Collection[RelPath], found: Sequence[_Found]) -> list[RelPath]:
        """Notes whose address was changed on one side: linked, naming this digest, unclaimed."""
        digests = {digest for digest, _ in found}
        return [
            path
            for path in leads_to
            if (note := self.snapshot.notes.get(path)) is not None
            and note.managed
            and note.key is not None
            and note.key not in self.entries
            and any(self.snapshot.names.resolve(target, path) in digests for target in note.digests)
        ]

    def _ambiguous(self, key: Key, paths: Sequence[RelPath]) -> None:
        self.problems.append(problems.two_notes(key, paths))

    def _others(self, key: Key, path: RelPath, paths: Sequence[RelPath]) -> None:
        """Further notes of a paper whose entry's link says which is meant."""
        for other in sorted(set(paths) - {path}):
            self.problems.append(problems.second_note(key, path, other))

    def _alone(self, key: Key, found: Sequence[_Found], leads_to: Sequence[RelPath]) -> None:
        """Entries without a note: new papers, or notes that were deleted or are still to come."""
        if any(digest in self.snapshot.locked for digest, _ in found):
            return
        if leads_to:
            digest, entry = next(item for item in found if item.entry.link)
            self.problems.append(problems.leads_elsewhere(key, digest, entry.line, leads_to[0]))
            return
        unlinked = [item for item in found if item.entry.link is None]
        if unlinked or self.remake:
            pairs = self._finished(Pair(digest, "new", entry) for digest, entry in found)
            if pairs:
                self.papers.append(Paper(key, None, "made", pairs, key))
            return
        for digest, entry in found:
            self._missing(key, digest, entry)

    def _finished(self, pairs: Iterable[Pair]) -> tuple[Pair, ...]:
        """The ties without new entries that wait for words; of those it is said."""
        finished = []
        for pair in pairs:
            if not (self.patient and pair.kind == "new" and pair.entry and pair.entry.unfinished):
                finished.append(pair)
                continue
            self.problems.append(problems.unfinished(pair.digest, pair.entry.line))
        return tuple(finished)

    def _missing(self, key: Key, digest: RelPath, entry: Entry) -> None:
        assert entry.link is not None
        base_key = BaseKey(key, digest, "missing")
        just_now = self.base.knows(Place(key, digest)) and base_key not in self.base.rows
        self._stands(base_key, put=just_now)
        missing = problems.note_missing(digest, entry.line, entry.link.target, just_now=just_now)
        self.problems.append(missing)

    # The digests of a note.

    def _pairs(self, key: Key, path: RelPath) -> dict[RelPath, tuple[str, Section | None]]:
        """The digests that a note names, by property or by section, in its own order."""
        note = self.snapshot.notes[path]
        pairs: dict[RelPath, tuple[str, Section | None]] = {}
        for target in note.digests:
            digest = self._digest(key, target, path)
            if digest is not None:
                pairs.setdefault(digest, (target, None))
        for section in note.sections:
            digest = self._digest(key, section.target, path)
            if digest is not None and (digest in pairs or digest in self.snapshot.digests):
                named, other = pairs.get(digest, ("", None))
                if other is None:
                    pairs[digest] = (named, section)
        return pairs

    def _digest(self, key: Key, target: str, source: RelPath) -> RelPath | None:
        found = self.snapshot.names.resolve(target, source)
        if found is not None:
            return found if found in self.snapshot.digests else self._missed(key, target)
        for was, now in self.renames.items():
            if fold(stem_of(was)) == fold(stem_of(target)):
                # A note that names both has had one half of the rename: the old name stays.
                return was if self._names(source, now) else now
        if known := self._missed(key, target):
            return known
        name = target.removesuffix(".md")
        return RelPath((name if "/" in name else joined(self.new_digest, name)) + ".md")

    def _names(self, note: RelPath, digest: RelPath) -> bool:
        """Whether a note names a digest, under the name that it has now."""
        names = self.snapshot.names
        targets = self.snapshot.notes[note].digests
        return any(names.resolve(target, note) == digest for target in targets)

    def _missed(self, key: Key, target: str) -> RelPath | None:
        """The digest of that name in which the paper once was, wherever its file is now."""
        for digest in self.base.places.get(key, ()):
            if fold(stem_of(digest)) == fold(stem_of(target)):
                return digest
        return None

    def _paired(self, key: Key, path: RelPath, role: Role, found: Sequence[_Found]) -> None:
        note_key = self.snapshot.notes[path].key
        agreed_key = key
        if role == "managed" and note_key not in (None, key) and self.base.places.get(note_key):
            agreed_key = note_key
        named = self._pairs(agreed_key, path)
        entries = dict(found)
        pairs = {
            digest: self._pair(agreed_key, digest, entry, named)
            for digest, entry in entries.items()
        }
        for digest, pair in pairs.items():
            if digest in self.snapshot.locked:
                pairs[digest] = replace(pair, kind="waiting")
        arrived = [digest for digest, pair in pairs.items() if pair.kind == "new"]
        ordered: list[Pair] = []
        for digest, (at, section) in named.items():
            if digest in pairs:
                ordered.append(pairs.pop(digest))
            elif arrived and digest not in self.snapshot.locked:
                to = arrived.pop(0)
                was = None
                if not self.base.knows(Place(agreed_key, digest)):
                    was = self._moved_from(agreed_key, to, named)
                ordered.append(Pair(to, "moved", pairs.pop(to).entry, section, at, was or digest))
            else:
                ordered.append(self._entry_gone(agreed_key, path, digest, at, section))
        ordered += self._finished(pairs.values())
        if ordered:
            self.papers.append(Paper(key, path, role, tuple(ordered), agreed_key))

    def _pair(
        self,
        key: Key,
        digest: RelPath,
        entry: Entry,
        named: Mapping[RelPath, tuple[str, Section | None]],
    ) -> Pair:
        at, section = named.get(digest, ("", None))
        if section is None and digest not in named:
            return Pair(digest, "new", entry)
        was = self._was(key, digest)
        if was is None or was in named:
            was = self._moved_from(key, digest, named)
        return Pair(digest, "both" if was is None else "moved", entry, section, at, was)

    def _moved_from(self, key: Key, digest: RelPath, named: Collection[RelPath]) -> RelPath | None:
        """Where the base knows an entry whose move the note has followed already.

        So it is after a pass that was cut off, and where another device went before.
        """
        if self.base.knows(Place(key, digest)):
            return None
        here = {found.digest for found in self.entries.get(key, ())} | set(named)
        gone = [was for was in self.base.places.get(key, ()) if was not in here]
        return gone[0] if len(gone) == 1 else None

    def _was(self, key: Key, digest: RelPath) -> RelPath | None:
        """The old path of a renamed digest, where the base knows this paper by it."""
        return next(
            (
                was
                for was, now in self.renames.items()
                if now == digest and self.base.knows(Place(key, was))
            ),
            None,
        )

    def _without_entries(self, key: Key, path: RelPath) -> None:
        agreed_key = self.base.note_paths.get(path, key)
        pairs = tuple(
            self._entry_gone(agreed_key, path, digest, at, section)
            for digest, (at, section) in self._pairs(agreed_key, path).items()
        )
        if pairs:
            self.papers.append(Paper(key, path, "managed", pairs, agreed_key))

    def _entry_gone(
        self, key: Key, path: RelPath, digest: RelPath, named: str, section: Section | None
    ) -> Pair:
        """A note names a digest that has no entry of its paper."""
        was = self._was(key, digest)
        waiting = Pair(digest, "waiting", None, section, named, was)
        if digest in self.snapshot.locked:
            return waiting
        side = self.decisions.get((key, digest, "entry"))
        known = self.base.knows(Place(key, was or digest))
        if side is not None:
            return replace(waiting, kind="append" if side == "note" else "removed")
        if known and digest not in self.snapshot.digests:
            if digest in accepted_digests(self.decisions):
                return replace(waiting, kind="removed")
            self.problems.append(problems.digest_missing(digest))
            return waiting
        if known and (at := self._still_named(key, digest)) is not None:
            self.problems.append(problems.entry_unreadable(digest, path, at))
            return waiting
        if known:
            return replace(waiting, kind="removed")
        base_key = BaseKey(key, digest, "unmet")
        if self.base.exists and base_key not in self.base.rows:
            return replace(waiting, kind="append")
        self._stands(base_key, put=not self.base.exists)
        self.problems.append(problems.entry_missing(path, digest))
        return waiting

    def _still_named(self, key: Key, digest: RelPath) -> int | None:
        """The line on which a digest names this paper outside any entry of it."""
        text = self.snapshot.digests[digest].text
        for span, url in addresses(text):
            if key_of(url) == key:
                line = line_number(text, span.start)
                start = text.rfind("\n", 0, span.start) + 1
                if not text[start : span.start].strip("< \t\ufeff"):
                    return line
        return None

    def _stands(self, base_key: BaseKey, *, put: bool) -> None:
        """Remember that something was said, for as long as it stays so."""
        self.standing.add(base_key)
        if put:
            self.put[base_key] = "said"
