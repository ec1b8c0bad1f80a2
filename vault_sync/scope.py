"""Work in proportion to the change: a pass that looks at the papers concerned and no others.

What the last pass read is remembered (`edge.index`). Where nothing but the texts of known files
changed, and each of them is about the same papers and tied to the same files as before, only those
papers can be out of line: they alone are reconciled, with every file that has a say in them read
anew. Anything else is for a whole pass. Law (tests/system/test_scope.py): both make the same plan.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

from vault_sync.core import globs
from vault_sync.core import snapshot as snapshots
from vault_sync.core.base import Base, decode, encode
from vault_sync.core.model import Facts, Key, Problem, RelPath, Rules
from vault_sync.core.plan import Agreement, Plan, Row, Write
from vault_sync.core.reconcile import reconcile
from vault_sync.core.snapshot import Snapshot
from vault_sync.edge.config import Config
from vault_sync.edge.index import UNKNOWN, Came, File, believable, mark_of
from vault_sync.edge.state import State
from vault_sync.edge.tables import read_some
from vault_sync.edge.vault import read_all
from vault_sync.edge.walk import Stat
from vault_sync.memory import MANY, OTHER, Memory, identities, keys_in, plan_of


@dataclass(frozen=True, slots=True)
class Thought:
    """What came of looking at some papers.

    `read` are the files that were read, as they are now; `snapshot` and `plan` are of the papers
    concerned, with the counts and the problems of the whole vault.
    """

    snapshot: Snapshot
    base: Base
    plan: Plan
    read: Mapping[RelPath, File]
    lacking: tuple[Key, ...]


Look = Callable[[Snapshot, Base], list[Key]]
FactsOf = Callable[[Sequence[Key]], Mapping[Key, Facts]]


class _Scope:
    """One attempt to think of the papers concerned only."""

    def __init__(
        self, config: Config, state: State, memory: Memory, stats: Mapping[RelPath, Stat | None]
    ) -> None:
        self.config, self.state, self.memory = config, state, memory
        self.read_at = time.time_ns()
        self.stats = stats
        self.texts: dict[RelPath, str] = {}
        self.read: dict[RelPath, File] = {}

    def take(self, paths: Iterable[RelPath]) -> bool:
        """Read files; False if one cannot be read."""
        for path, text in read_all(self.config.root, sorted(paths)):
            if isinstance(text, Problem):
                return False
            was = self.memory.files[path]
            self.texts[path] = text
            mark = mark_of(text.encode("utf-8", "surrogateescape"))
            stat = self.stats.get(path) or was.stat
            # A file that was taken for unchanged and is not: its stat is of no use.
            known = stat if path in self.stats or mark == was.mark else UNKNOWN
            self.read[path] = was._replace(stat=believable(known, self.read_at), mark=mark)
        return True

    def changed(self) -> list[RelPath]:
        """The files whose texts are not those of the last pass, or that it left open."""
        files = self.memory.files
        return [
            path
            for path, file in self.read.items()
            if file.mark != files[path].mark or not files[path].settled
        ]

    def needed(self, keys: Collection[Key]) -> set[RelPath]:
        """Every file that has a say in these papers."""
        memory = self.memory
        needed: set[RelPath] = set()
        for key in keys:
            needed.update(memory.digests.get(key, ()))
            for path in memory.notes.get(key, ()):
                needed.add(path)
                for target in memory.files[path].ties.split("\n"):
                    to = memory.names.resolve(target, path) if target else None
                    if to is not None and memory.files[to].kind == "digest":
                        needed.add(to)
        return needed

    def rows(self, keys: AbstractSet[Key], digests: Collection[RelPath]) -> dict[Row, str]:
        """The base of these papers, with who names whom, which `mentioned_by` asks of all.

        Where the notes of the other papers in their digests are tells the tool's links there from
        a reader's own.
        """
        rows = {
            Row(namer, "", "mentions"): encode(named)
            for namer, named in self.memory.came.namers.items()
            if not keys.isdisjoint(named)
        }
        rows |= {
            Row(key, "", "note"): encode(self.memory.others[key])
            for path in digests
            for key in keys_in(self.memory.files[path])
            if key in self.memory.others
        }
        return rows | read_some(self.state.select, keys, digests)

    def snapshot(self, keys: Collection[Key], base: Base, rules: Rules) -> Snapshot | None:
        """What the files read say of these papers; None if a file is not what it was."""
        is_digest = globs.matcher(rules.digest_paths)
        found = snapshots.of(self.texts, names=self.memory.names, is_digest=is_digest, base=base)
        known = identities(found)
        if found.held or found.held_keys:
            return None
        if any(known.get(path, OTHER) != file[2:5] for path, file in self.read.items()):
            return None
        # Papers that merely stand in a file that was read wait for their turn.
        waiting = {
            entry.key: path for path, digest in found.digests.items() for entry in digest.entries
        }
        waiting |= {row.key: RelPath("") for row in base.rows if row.key}
        held = {key: path for key, path in waiting.items() if key not in keys}
        return replace(found, held_keys=held, others=self.memory.others)


def think(
    config: Config,
    state: State,
    memory: Memory,
    stats: Mapping[RelPath, Stat | None],
    facts_of: FactsOf,
    lacking: Look,
    *,
    patient: bool = False,
) -> Thought | None:
    """The plan after only the files of `stats` may have changed; None if it takes a whole pass.

    `stats` says of each what it is now, None where it is not there; `patient` as in `Order`.
    """
    came, files = memory.came, memory.files
    suspects = set(stats) | memory.open
    if not came.final or len(suspects) > MANY or not suspects <= files.keys():
        return None
    if None in stats.values():
        return None
    scope = _Scope(config, state, memory, stats)
    if not scope.take(suspects):
        return None
    changed = scope.changed()
    if not changed:
        return Thought(snapshots.EMPTY, Base(known=True), plan_of(came), scope.read, ())
    if not came.calm:
        return None
    keys = {key for path in changed for key in keys_in(files[path])}
    noticed = {RelPath(each.path) for each in came.problems}
    while True:
        needed = scope.needed(keys)
        # What was said of a digest is said of its papers: they are asked again.
        keys |= {key for path in needed & noticed for key in keys_in(files[path])}
        needed = scope.needed(keys) - scope.read.keys()
        if len(needed) > MANY or not scope.take(needed):
            return None
        digests = [path for path in scope.read if files[path].kind == "digest"]
        try:
            base = Base(scope.rows(keys, digests), known=True, was_before=state.was_before)
        except ValueError:
            return None  # the base is damaged: a whole pass finds out what that means
        found = scope.snapshot(keys, base, config.rules)
        if found is None:
            return None
        lacks = [key for key in lacking(found, base) if key in keys]
        facts = facts_of(lacks) if lacks else {}
        plan = reconcile(found, base, facts, config.rules, patient=patient)
        if not _plain_sailing(plan):
            return None
        more = _renamed(plan.agreements, base) - keys
        if not more:
            break
        keys |= more
    plan = _of_all(plan, came, scope.read, keys, lacks)
    return Thought(found, base, plan, scope.read, tuple(lacks))


def _plain_sailing(plan: Plan) -> bool:
    """Whether a plan is nothing but edits of files that are there."""
    return (
        not plan.conflicts
        and all(each.level == "notice" for each in plan.problems)
        and all(isinstance(each, Write) for each in plan.operations)
    )


def _renamed(agreements: Iterable[Agreement], base: Base) -> set[Key]:
    """The papers that a commentary now names, or names no longer."""
    found: set[str] = set()
    for agreement in agreements:
        for row, value in agreement.put.items():
            if row.field == "mentions":
                found |= set(decode(value)) ^ set(base.items(row) or ())
    return {Key(key) for key in found}


def _of_all(
    plan: Plan,
    came: Came,
    read: Mapping[RelPath, File],
    keys: Collection[Key],
    lacks: Sequence[Key],
) -> Plan:
    """The plan with what is known of the papers that were not looked at."""
    problems = [each for each in came.problems if RelPath(each.path) not in read]
    unknown = set(plan.wanted)
    wanted = [key for key in came.wanted if key not in keys]
    wanted += [key for key in lacks if key in unknown]
    return replace(
        plan,
        problems=tuple(dict.fromkeys((*problems, *plan.problems))),
        digests=came.digests,
        entries=came.entries,
        notes=came.notes,
        wanted=tuple(wanted),
    )


def stats_of(root: Path, paths: Iterable[RelPath]) -> dict[RelPath, Stat | None]:
    """What some files are now; None for one that is not there or no plain file any more."""
    from stat import S_ISREG

    found: dict[RelPath, Stat | None] = {}
    for path in paths:
        try:
            seen = os.lstat(root / path)
        except OSError:
            found[path] = None
            continue
        stat = Stat(seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)
        found[path] = stat if S_ISREG(seen.st_mode) else None
    return found


def suspects(memory: Memory, files: Mapping[RelPath, Stat]) -> dict[RelPath, Stat | None] | None:
    """The files that are not as they were; None if some were added or are gone."""
    if files.keys() != memory.files.keys():
        return None
    known = memory.files
    return {path: stat for path, stat in files.items() if known[path].stat != stat}
