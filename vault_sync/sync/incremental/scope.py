"""Work in proportion to the change: a pass that looks at the papers concerned and no others.

What the last pass read is remembered (`index`). Where nothing but the texts of known files
changed, and each of them is about the same papers and tied to the same files as before, only those
papers can be out of line: they alone are reconciled, with every file that has a say in them read
anew. So it is where a digest has a new entry of a paper that nobody knows: who named its address
before joins; where an entry was taken out of a digest or put into another; and where files came and
went that are nothing to any paper, or a note is under another path (`changes`). Anything else is
for a whole pass. Law (tests/system/test_scope.py): both make the same plan.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import NamedTuple

from vault_sync.core import snapshot as snapshots
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey, Plan, Value
from vault_sync.core.model.values import Facts, Key, Problem, RelPath, Rules
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.reconcile.pipeline import ReconcileOptions, reconcile
from vault_sync.core.snapshot import Snapshot
from vault_sync.edge.config import Config
from vault_sync.edge.fs.reader import read_all
from vault_sync.edge.fs.scan import Stat
from vault_sync.edge.state.base_table import count_places, read_some
from vault_sync.edge.state.schema import as_bytes
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.state.vault_id import former_names
from vault_sync.sync.file_marks import with_marks
from vault_sync.sync.file_record import UNKNOWN, File, believable, mark_of
from vault_sync.sync.incremental import changes
from vault_sync.sync.incremental.consequences import Consequences
from vault_sync.sync.incremental.identity import OTHER, called, identities
from vault_sync.sync.incremental.memory import MANY, Memory, keys_in, plan_of
from vault_sync.sync.observation import snapshot_of


@dataclass(frozen=True, slots=True)
class Thought:
    """The observation of some papers, and its plan.

    `read` are the files that were read, as they are now, `gone` those that are there no more;
    `snapshot` and `plan` are of the papers concerned, with the counts and the problems of the whole
    vault. `moved`: an entry was taken out of a digest, or put into another.
    """

    snapshot: Snapshot
    base: Base
    plan: Plan
    read: Mapping[RelPath, File]
    lacking: tuple[Key, ...]
    gone: Collection[RelPath] = ()
    moved: bool = False


Look = Callable[[Snapshot, Base], list[Key]]
FactsOf = Callable[[Sequence[Key]], Mapping[Key, Facts]]


class _Scope:
    """One attempt to think of the papers concerned only."""

    def __init__(
        self,
        config: Config,
        state: StateStore,
        memory: Memory,
        stats: Mapping[RelPath, Stat | None],
    ) -> None:
        self.config, self.state, self.memory = config, state, memory
        self.read_at = time.time_ns()
        files = memory.files
        self.stats = {path: stat for path, stat in stats.items() if stat is not None}
        self.gone = [path for path, stat in stats.items() if stat is None and path in files]
        self.new: dict[RelPath, File] = {}
        self.renamed: dict[RelPath, RelPath] = {}
        self.now_at: dict[RelPath, RelPath] = {}
        self.names = memory.names
        self.texts: dict[RelPath, str] = {}
        self.read: dict[RelPath, File] = {}
        self.same: dict[RelPath, File] = {}
        self.strangers: set[Key] = set()
        self.movers: set[Key] = set()

    def moves(self) -> bool:
        """Take note of the files that came and went; False if they take a whole pass."""
        come = {path: stat for path, stat in self.stats.items() if path not in self.memory.files}
        if come or self.gone:
            found = changes.moves(
                self.config, self.state, self.memory, come, self.gone, self.read_at
            )
            if found is None:
                return False
            self.names, self.new, self.renamed = found
            self.now_at = {old: new for new, old in self.renamed.items()}
        return self.take(self.renamed)

    def was(self, path: RelPath) -> File:
        """Return the record of a file that is known, maybe under another path."""
        return self.memory.files[self.renamed.get(path, path)]

    def linking(self) -> set[Key]:
        """The papers whose links lead to notes that were renamed."""
        points = {called(path) for path in self.renamed.values()}
        files = self.memory.files
        pointing = self.memory.naming(points) if points else ()
        return {key for path in pointing for key in keys_in(files[path])}

    def compare(self, paths: Iterable[RelPath]) -> bool:
        """Read the files that may have changed; False if one cannot be read, or many have.

        In `read` are those that have, and those that the last pass left open.
        Of those that have not, no text is kept: after `rebuild` or a checkout that is every file.
        """
        for path, text in read_all(self.config.root, sorted(paths)):
            if isinstance(text, Problem):
                return False
            was, now = self.memory.files[path], self._now(path, text)
            if now.mark == was.mark and was.settled:
                self.same[path] = now
            elif len(self.read) == MANY or changes.was_brought(was, now, self.stats.get(path)):
                return False
            else:
                self.texts[path], self.read[path] = text, now
        return True

    def take(self, paths: Iterable[RelPath]) -> bool:
        """Read files; False if one cannot be read."""
        for path, text in read_all(self.config.root, sorted(paths)):
            if isinstance(text, Problem):
                return False
            self.texts[path], self.read[path] = text, self._now(path, text)
        return True

    def _now(self, path: RelPath, text: str) -> File:
        was = self.was(path)
        mark = mark_of(as_bytes(text))
        stat = self.stats.get(path) or was.stat
        # A file that was taken for unchanged and is not: its stat is of no use.
        known = stat if path in self.stats or mark == was.mark else UNKNOWN
        return was._replace(stat=believable(known, self.read_at), mark=mark)

    def known(self) -> dict[RelPath, File]:
        """All files that were read, as they are now."""
        return self.same | self.new | self.read

    def needed(self, keys: Collection[Key]) -> set[RelPath]:
        """Every file that has a say in these papers."""
        memory = self.memory
        needed: set[RelPath] = set()
        for key in keys:
            needed.update(memory.digests.get(key, ()))
            for path in memory.notes.get(key, ()):
                needed.add(self.now_at.get(path, path))
                for target in memory.files[path].pairs.split("\n"):
                    to = self.names.resolve(target, path) if target else None
                    if to is not None and memory.is_digest(to):
                        needed.add(to)
        return needed

    def base(self, keys: AbstractSet[Key], digests: Collection[RelPath]) -> Base:
        """The base as far as it concerns these papers; the places of all are counted if any went.

        Raises:
            ValueError: a value in it is not what was written.
        """
        counted = None
        if self.movers:
            found = count_places(self.state.select)
            counted = {RelPath(path): count for path, count in found.items()}
        rows, was_before = self.rows(keys, digests), self.state.was_before
        names = former_names(self.state)
        return Base(rows, True, was_before, counted=counted, former_names=names)

    def rows(self, keys: AbstractSet[Key], digests: Collection[RelPath]) -> dict[BaseKey, Value]:
        """The base of these papers, with who names whom, which `mentioned_by` asks of all.

        Where the notes of the other papers in their digests are tells the tool's links there from
        a reader's own.
        """
        rows: dict[BaseKey, Value] = {
            BaseKey(namer, "", "mentions"): named
            for namer, named in self.memory.came.namers.items()
            if not keys.isdisjoint(named)
        }
        for path in digests:
            for key in keys_in(self.memory.files[path]):
                if key in self.memory.others:
                    rows[BaseKey(key, "", "note")] = self.memory.others[key]
        return rows | read_some(self.state.select, keys, digests)

    def snapshot(self, keys: Collection[Key], base: Base, rules: Rules) -> Snapshot | None:
        """Return the snapshot of these papers in the files read; None if one is not what it was."""
        found = snapshot_of(self.texts, self.names, rules, base)
        known = identities(found, self.memory.is_note, self.memory.is_digest)
        if found.locked or found.locked_keys:
            return None
        for path, file in self.read.items():
            now = File(file.stat, file.mark, *known.get(path, OTHER), settled=file.settled)
            if not self.alike(path, self.was(path), now):
                return None
            self.read[path] = now
        # Papers that merely stand in a file that was read wait for their turn.
        waiting = {
            entry.key: path for path, digest in found.digests.items() for entry in digest.entries
        }
        waiting |= {row.key: RelPath("") for row in base.rows if row.key}
        held = {key: path for key, path in waiting.items() if key not in keys}
        memory = self.memory
        return replace(found, locked_keys=held, others=memory.others, other_about=memory.about)

    def alike(self, path: RelPath, was: File, now: File) -> bool:
        """Return True if a file is what it was, but for entries that came or went.

        They are of `strangers`, papers nobody knows of; or of `movers`, that have one note.
        """
        if was[2:5] == now[2:5]:
            return True
        if was.kind != "digest" or now.kind != "digest":
            return False
        before = self.entries(path, was, self.memory.names)
        after = self.entries(path, now, self.names)
        odd = {key for key, _ in before} ^ {key for key, _ in after}
        strange = {key for key in odd if not self.memory.notes.get(key)}
        self.strangers |= strange
        self.movers |= odd - strange
        return (
            [each for each in before if each[0] not in odd]
            == [each for each in after if each[0] not in odd]
            and not any(link for key, link in before + after if key in strange)
            and all(self.has_one_note(key) for key in odd - strange)
            and all(self.read.keys() >= set(self.memory.digests.get(key, ())) for key in strange)
        )

    def entries(self, path: RelPath, digest: File, names: LinkResolver) -> list[tuple[Key, str]]:
        """The entries of a digest: each paper, and the link to its note, or that note's new path.

        A link that was written anew by who renamed the note is the same link.
        """
        links = digest.pairs.split("\n")
        if self.renamed:
            there = [names.resolve(link, path) if link else None for link in links]
            links = [
                self.now_at.get(to, to) if to in self.now_at or to in self.renamed else link
                for to, link in zip(there, links, strict=True)
            ]
        return list(zip(keys_in(digest), links, strict=False))

    def has_one_note(self, key: Key) -> bool:
        """Return True if a paper has one note, whatever its entries are linked to."""
        notes = self.memory.notes.get(key, ())
        kinds = [kind for path in notes if (kind := self.memory.files[path].kind) != "named"]
        return kinds == ["note"]


def think(
    config: Config,
    state: StateStore,
    memory: Memory,
    stats: Mapping[RelPath, Stat | None],
    facts_of: FactsOf,
    lacking: Look,
    *,
    patient: bool = False,
) -> Thought | None:
    """The plan after only the files of `stats` may have changed; None if it takes a whole pass.

    `stats` says of each what it is now, None where it is not there; `patient` as in `PassRequest`.
    """
    came, files = memory.came, memory.files
    scope = _Scope(config, state, memory, stats)
    if not came.final or not scope.moves():
        return None
    suspects = (scope.stats.keys() & files.keys()) | memory.open.difference(scope.gone)
    if not scope.compare(suspects):
        return None
    changed = list(scope.read)
    if not changed:
        nothing = snapshots.EMPTY, Base(exists=True)
        return Thought(*nothing, plan_of(came), scope.known(), came.lacking, scope.gone)
    if not came.calm:
        return None
    keys = {key for path in changed for key in keys_in(scope.was(path))} | scope.linking()
    planned = _plan_with_others(scope, keys, facts_of, lacking, patient=patient)
    if planned is None:
        return None
    found, base, plan, keys, lacks = planned
    plan = _of_all(plan, scope, keys, lacks)
    lacks = [*(key for key in came.lacking if key not in keys), *lacks]
    return Thought(found, base, plan, scope.known(), tuple(lacks), scope.gone, bool(scope.movers))


class _Planned(NamedTuple):
    """The snapshot, base and plan of `keys`, and those of them that lack facts."""

    found: Snapshot
    base: Base
    plan: Plan
    keys: set[Key]
    lacks: list[Key]


def _plan_with_others(
    scope: _Scope, keys: set[Key], facts_of: FactsOf, lacking: Look, *, patient: bool
) -> _Planned | None:
    """Plan for papers, and again with those that the plan concerns; None: it takes a whole pass."""
    noticed = {RelPath(each.path) for each in scope.memory.came.problems}
    while True:
        needed = scope.needed(keys)
        # What was said of a digest is said of its papers: they are asked again.
        keys |= {key for path in needed & noticed for key in keys_in(scope.was(path))}
        needed = scope.needed(keys) - scope.read.keys()
        if len(needed) > MANY or not scope.take(needed):
            return None
        digests = [path for path in scope.read if scope.was(path).kind == "digest"]
        try:
            base = scope.base(keys, digests)
        except ValueError:
            return None  # the base is damaged: a whole pass finds out what that means
        found = scope.snapshot(keys, base, scope.config.rules)
        if found is None:
            return None
        found, base = with_marks(found, base, scope.state, keys, scope.stats)
        uncounted = scope.movers and base.counted is None
        if uncounted or not scope.strangers | scope.movers <= keys:
            keys |= scope.strangers | scope.movers
            continue
        lacks = [key for key in lacking(found, base) if key in keys]
        facts = facts_of(lacks) if lacks else {}
        options = ReconcileOptions(patient=patient)
        plan = reconcile(found, base, facts, scope.config.rules, options)
        others = Consequences(scope.memory, scope.names, scope.read, scope.strangers)
        if (more := others.more(plan, base)) is None:
            return None
        if more <= keys:
            return _Planned(found, base, plan, keys, lacks)
        keys |= more


def _of_all(plan: Plan, scope: _Scope, keys: Collection[Key], lacks: Sequence[Key]) -> Plan:
    """The plan with what is known of the papers that were not looked at."""
    came, read = scope.memory.came, scope.read
    more = sum(len(keys_in(now)) - len(keys_in(scope.was(path))) for path, now in read.items())
    problems = [each for each in came.problems if RelPath(each.path) not in read]
    unknown = set(plan.wanted)
    wanted = [key for key in came.wanted if key not in keys]
    wanted += [key for key in lacks if key in unknown]
    return replace(
        plan,
        problems=tuple(dict.fromkeys((*problems, *plan.problems))),
        digests=came.digests,
        entries=came.entries + more,
        notes=came.notes,
        wanted=tuple(wanted),
        named=came.named,
        apart=(*(each for each in came.apart if each.note not in read), *plan.apart),
    )
