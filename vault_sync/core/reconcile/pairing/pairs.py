"""Pair entries with notes: which entry belongs to which note, and the kind of every pair.

docs/architecture.md, "Who is there", has the table. What both sides say is decided in `resolution`.

Files that may be the note of a paper and that no digest made: the surest of them is adopted.

| strength | file                                                                      |
|----------|---------------------------------------------------------------------------|
| linked   | a link of the entry leads to it, and it names this paper                  |
| certain  | it says so (`recognition`)                                                |
| likely   | it names this paper and has the entry's title                             |
| likely   | it names no paper, has title and first author of the entry, and is alone  |
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from vault_sync.core.digest.reader import Entry
from vault_sync.core.model import problems
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import NOTHING, Decisions, Key, Place, Problem, RelPath, natural
from vault_sync.core.naming.people import first_agrees
from vault_sync.core.reconcile.pairing.paper import Notices, Paper, Role
from vault_sync.core.reconcile.pairing.paper_builder import (
    DigestNames,
    FoundEntry,
    MissingEntries,
    PaperBuilder,
    entries_value,
    find_renames,
)
from vault_sync.core.reconcile.pairing.remains import find_remains
from vault_sync.core.reconcile.pairing.same_file import SameFile
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.folding import fold_title


class Pairing(NamedTuple):
    """All papers of a vault, and the problems met while pairing.

    `standing` and `put` are those of `Notices`: reports that the base remembers; so is `deferred`.
    `named` are the notices about files that name a paper and are not its note, which no ordinary
    pass shows. `strangers` are the papers whose note is another file than the base's. In the
    digests `with_remains` there is more left of an entry than nothing (`remains`).
    """

    papers: tuple[Paper, ...]
    problems: tuple[Problem, ...]
    put: Mapping[BaseKey, Value] = NOTHING
    standing: frozenset[BaseKey] = frozenset()
    named: tuple[Problem, ...] = ()
    strangers: frozenset[Key] = frozenset()
    deferred: frozenset[RelPath] = frozenset()
    with_remains: frozenset[RelPath] = frozenset()


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

    `new_digest` is the folder of a digest that a note names and that is not there; `remake` makes
    notes again that are missing behind a link; `patient` leaves new entries alone that are nothing
    but an address, as a person may still be typing.
    """
    entries = entries_by_key(snapshot)
    renames = find_renames(entries, snapshot, base)
    names = DigestNames(snapshot, base, renames, new_digest)
    remains = find_remains(snapshot, base, decisions, renames)
    notices = Notices(list(remains.problems))
    missing = MissingEntries(snapshot, base, decisions, names, notices, remains)
    builder = PaperBuilder(snapshot, base, entries, names, missing, notices, patient, remains)
    finder = _PairFinder(snapshot, base, entries, builder, notices, remake)
    papers = tuple(paper for paper in finder.papers() if paper is not None)
    standing, strangers = frozenset(notices.standing), frozenset(finder.strangers)
    deferred = frozenset(notices.deferred)
    named = tuple(only_named(snapshot, entries, papers)) if snapshot.named or snapshot.plain else ()
    return Pairing(
        papers,
        tuple(notices.problems),
        notices.put,
        standing,
        named,
        strangers,
        deferred,
        remains.digests,
    )


def entries_by_key(snapshot: Snapshot) -> dict[Key, list[FoundEntry]]:
    """Return the entries of each paper, in the order of their digests."""
    entries: dict[Key, list[FoundEntry]] = {}
    for path in sorted(snapshot.digests, key=natural):
        for entry in snapshot.digests[path].entries:
            entries.setdefault(entry.key, []).append(FoundEntry(path, entry))
    return entries


class _PairFinder:
    """Finder of the note of every paper."""

    def __init__(
        self,
        snapshot: Snapshot,
        base: Base,
        entries: Mapping[Key, Sequence[FoundEntry]],
        builder: PaperBuilder,
        notices: Notices,
        remake: bool,
    ) -> None:
        self.snapshot = snapshot
        self.base = base
        self.entries = entries
        self.builder = builder
        self.notices = notices
        self.remake = remake
        self.claimed: set[RelPath] = set()
        self.same_file = SameFile(snapshot, base)
        self.strangers: set[Key] = set()

    def papers(self) -> Iterator[Paper | None]:
        """Yield the paper of every key; None where there is nothing to do about it."""
        for key, found in self.entries.items():
            if key not in self.snapshot.locked_keys:
                yield self._with_entries(key, found)
        for key, paths in self.snapshot.managed.items():
            if key in self.entries or key in self.snapshot.locked_keys:
                continue
            left = self._left(paths)
            if len(left) > 1:
                self.notices.add(problems.two_notes(key, left))
            elif left:
                if not self.same_file.owns_base(left[0], key):
                    self.strangers.add(key)
                yield self.builder.without_entries(key, left[0])

    def _with_entries(self, key: Key, found: Sequence[FoundEntry]) -> Paper | None:
        """Choose the note of entries by its address; by their links where several have it.

        | notes of this key                | note of the entries                          |
        |----------------------------------|----------------------------------------------|
        | one with a `digests` property    | that one                                     |
        | several                          | the one that a link leads to; else a problem |
        | none, but one readdressed        | that one (`_readdressed`)                    |
        | none, but one that it also names | that one (`managed_also`)                   |
        | none, but files about it         | adopted, if one is the surest (`to_adopt`)   |
        | none                             | `_without_note`                              |
        """
        leads_to = [
            path
            for digest, entry in found
            if entry.link and (path := self.snapshot.names.resolve(entry.link.target, digest))
        ]
        for role, paths in self._choices(key, found, leads_to):
            if not paths:
                continue
            linked = paths if len(paths) == 1 else sorted(set(paths) & set(leads_to))
            if len(linked) != 1:
                self.notices.add(problems.two_notes(key, paths))
                return None
            path = linked[0]
            self.claimed.add(path)
            if not self.same_file.owns_base(path, key, found):
                self.strangers.add(key)
            if role == "managed":
                self._report_others(key, path, paths)
            return self.builder.with_entries(key, path, role, found)
        return self._without_note(key, found, leads_to)

    def _choices(
        self, key: Key, found: Sequence[FoundEntry], leads_to: Sequence[RelPath]
    ) -> Iterator[tuple[Role, Sequence[RelPath]]]:
        """Yield the files that may be a paper's note, with their role, the surest first."""
        yield "managed", self.snapshot.managed.get(key, ())
        yield "managed", tuple(dict.fromkeys(self._readdressed(leads_to, found)))
        yield "managed", self._left(self.snapshot.managed_also.get(key, ()))
        yield "adopted", self._left(to_adopt(self.snapshot, key, found, leads_to))

    def _left(self, paths: Sequence[RelPath]) -> list[RelPath]:
        return [path for path in paths if path not in self.claimed]

    def _readdressed(
        self, leads_to: Collection[RelPath], found: Sequence[FoundEntry]
    ) -> list[RelPath]:
        """Return notes whose address changed on one side: linked, naming this digest, unclaimed."""
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

    def _report_others(self, key: Key, path: RelPath, paths: Sequence[RelPath]) -> None:
        """Report further notes of a paper whose entry's link says which is meant."""
        for other in sorted(set(paths) - {path}):
            self.notices.add(problems.second_note(key, path, other))

    def _without_note(
        self, key: Key, found: Sequence[FoundEntry], leads_to: Sequence[RelPath]
    ) -> Paper | None:
        """Decide about entries without a note: it is new, was deleted, or is still to come.

        | the entries' links              | what is done                                 |
        |---------------------------------|----------------------------------------------|
        | any digest is locked            | nothing                                      |
        | any has lines of a held entry   | nothing                                      |
        | files are on their way just now | nothing: so may the note be                  |
        | one leads to another file       | a problem                                    |
        | any, and the note was undone    | nothing, as long as the entries are the same |
        | one entry has none              | the note is made                             |
        | all lead to nothing             | a problem; `remake` makes the note           |
        """
        locked, remains = self.snapshot.locked, self.builder.remains
        waits = (digest in locked or remains.waits(key, digest) for digest, _ in found)
        if self.base.arriving or any(waits):
            return None
        if leads_to:
            digest, entry = next(item for item in found if item.entry.link)
            self.notices.add(problems.leads_elsewhere(key, digest, entry.line, leads_to[0]))
            return None
        taken_back = self.base.refuses(BaseKey(key, "", "note"), entries_value(found), "")
        if taken_back and not self.remake:
            return None
        if self.remake or any(entry.link is None for _, entry in found):
            return self.builder.without_note(key, found)
        for digest, entry in found:
            self._report_missing(key, digest, entry)
        return None

    def _report_missing(self, key: Key, digest: RelPath, entry: Entry) -> None:
        assert entry.link is not None
        base_key = BaseKey(key, digest, "missing")
        just_now = self.base.knows(Place(key, digest)) and base_key not in self.base.rows
        self.notices.remember(base_key, first=just_now)
        self.notices.add(
            problems.note_missing(digest, entry.line, entry.link.target, just_now=just_now)
        )


def to_adopt(
    snapshot: Snapshot, key: Key, found: Sequence[FoundEntry], leads_to: Collection[RelPath]
) -> tuple[RelPath, ...]:
    """Return the surest files about a paper: one is adopted, several are a problem."""
    certain, named = snapshot.plain.get(key, ()), snapshot.named.get(key, ())
    if linked := [path for path in (*certain, *named) if path in leads_to]:
        return tuple(linked)
    if certain:
        return certain
    entries = [entry for _, entry in found if entry.fields.title]
    titles = [entry.fields.title for entry in entries]
    likely = [path for path in named if any(map(snapshot.recognitions[path].has_title, titles))]
    return tuple(likely) or _by_author(snapshot, entries)


def _by_author(snapshot: Snapshot, entries: Sequence[Entry]) -> tuple[RelPath, ...]:
    paths = {
        path
        for entry in entries
        for path in snapshot.titled.get(fold_title(entry.fields.title), ())
        if entry.fields.authors
        and first_agrees(snapshot.recognitions[path].authors, entry.fields.authors)
    }
    return tuple(paths) if len(paths) == 1 else ()


def only_named(
    snapshot: Snapshot, entries: Mapping[Key, Sequence[FoundEntry]], papers: Sequence[Paper | None]
) -> Iterator[Problem]:
    """Yield a notice for each file that names the paper of an entry and is not its note."""
    notes = {paper.key: paper.note for paper in papers if paper is not None}
    taken = set(notes.values())
    for key in entries:
        # Several files that are equally sure are a problem already.
        certain = snapshot.plain.get(key, ()) if notes.get(key) is not None else ()
        for path in (*certain, *snapshot.named.get(key, ())):
            if path not in taken:
                yield problems.only_named(key, path, notes.get(key))
