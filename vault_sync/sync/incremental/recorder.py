"""The memory that a pass leaves to the next: the files that it read and wrote, as they are now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from vault_sync.core.model.base import Base, updates_made
from vault_sync.core.model.plan import Create, Operation, Outcome, Plan, Rename, Trash, Write
from vault_sync.core.model.problems import UNFINISHED
from vault_sync.core.model.value_class import value_class
from vault_sync.core.model.values import Key, RelPath, Rules
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.snapshot import Snapshot
from vault_sync.sync.incremental.identity import OTHER, called, identities, texts_after, written
from vault_sync.sync.incremental.index import LastPass
from vault_sync.sync.incremental.memory import MANY, Memory, keys_in
from vault_sync.sync.incremental.overlay import Overlay, namers_after
from vault_sync.sync.incremental.prediction import Agreed, foreseen, lacking_after
from vault_sync.sync.observation.file_record import File
from vault_sync.sync.observation.observation import Observation


@value_class
class Acted:
    """The work of a pass: its plan, the part not deferred, the outcome, the facts it knew of."""

    plan: Plan
    doable: Plan
    outcome: Outcome
    lacking: tuple[Key, ...]
    facts: str


def after_whole(
    acted: Acted, seen: Observation, rules: Rules
) -> tuple[LastPass, dict[RelPath, File]] | None:
    """Return what a whole pass leaves: its outcome and all records; None if too much is open."""
    files, found, base = dict(seen.read), seen.snapshot, seen.base
    agreed = Agreed.collect(acted.doable.base_updates)
    left = _left_open(acted, files, seen, agreed)
    if left is None:
        return None
    _bring_up_to_date(files, left, acted.outcome.done, agreed, found, base, rules)
    lacking = acted.lacking
    if left.finished:
        lacking = lacking_after(lacking, acted.outcome.done, agreed, rules)
    namers = {
        row.key: tuple(map(Key, named))
        for row, value in base.rows.items()
        if row.field == "mentions" and (named := base.items(row))
    }
    digests, entries, notes = _counts(files.values())
    last = LastPass(
        digests=digests,
        entries=entries,
        notes=notes,
        problems=acted.plan.problems,
        conflicts=acted.plan.conflicts,
        based=base.exists or left.finished,
        final=left.final,
        lacking=lacking,
        facts=acted.facts,
        wanted=acted.plan.wanted,
        namers=namers_after(namers, updates_made(acted.doable, acted.outcome)),
        newest=max((path for path, file in files.items() if file.kind == "digest"), default=""),
        named=acted.plan.named,
        apart=acted.plan.apart,
        again=acted.plan.again,
        otherwise=seen.otherwise,
    )
    return last, files


def _counts(files: Iterable[File]) -> tuple[int, int, int]:
    """Return the numbers of digests, of entries in them, and of notes."""
    digests = entries = notes = 0
    for file in files:
        if file.kind == "digest":
            digests, entries = digests + 1, entries + len(keys_in(file))
        notes += file.kind == "note"
    return digests, entries, notes


def counts_after(
    memory: Memory, changed: Mapping[RelPath, File], gone: Iterable[RelPath]
) -> tuple[int, int, int]:
    """Return the numbers of digests, entries and notes once some files are others."""
    old = _counts(file for path in {*changed, *gone} if (file := memory.get(path)) is not None)
    new = _counts(changed.values())
    totals = memory.last.digests, memory.last.entries, memory.last.notes
    digests, entries, notes = (
        count + after - was for count, after, was in zip(totals, new, old, strict=True)
    )
    return digests, entries, notes


class _Left(NamedTuple):
    """The files that the next pass must look at again; `final` if that is all.

    `finished`: it is nothing, and the pass did more than the next one could look at.
    """

    touched: set[RelPath]
    final: bool
    finished: bool = False


def _left_open(
    acted: Acted, files: Collection[RelPath], seen: Observation, agreed: Agreed
) -> _Left | None:
    """Return what a whole pass left open; None if that is too much."""
    if len(acted.outcome.done) <= MANY:
        left = _Left(*_touched(acted, files, seen))
        if len(left.touched) <= MANY:
            return left
    # Of a paper that was in no digest before, facts may be known that nobody has asked for.
    known = {entry.key for digest in seen.snapshot.digests.values() for entry in digest.entries}
    finished = agreed.said.keys() <= known and _finishes(acted)
    return _Left(set(), final=True, finished=True) if finished else None


def _bring_up_to_date(
    files: dict[RelPath, File],
    left: _Left,
    done: Sequence[Operation],
    agreed: Agreed,
    found: Snapshot,
    base: Base,
    rules: Rules,
) -> None:
    """Update the records of a whole pass's files: those that were only read, and those written."""
    gone = {each.path: None for each in done if isinstance(each, Rename | Trash)}
    after = {each.path for each in done} - gone.keys()
    read = {path: digest for path, digest in found.digests.items() if path not in after}
    names = found.names.with_moved(gone) if gone else found.names
    known = identities(replace(found, digests=read, names=names), base)
    for path, file in files.items():
        identity = known.get(path, OTHER)
        files[path] = File(file.stat, file.mark, *identity, open=path in left.touched)
    for path in gone:
        files.pop(path, None)
    names = LinkResolver.from_paths(files.keys() | after)
    if left.finished:
        files |= foreseen(done, agreed, found, names, base, rules)
    else:
        files |= written(done, found, names, base, rules)
        trash = (each.path for each in done if isinstance(each, Trash))
        notes = {path: found.notes[path].key for path in trash if path in found.notes}
        lost = {name for path, key in notes.items() for name in _lost(path, [key] if key else [])}
        for path, file in files.items() if lost else ():
            if not lost.isdisjoint(file.points.split("\n")):
                files[path] = file._replace(open=True)


def _finishes(acted: Acted) -> bool:
    """Return True if the next pass will have nothing to do (tests/support/two_way.py).

    So it is after a plan that was done whole, if nothing moved and nobody must look at anything in
    the files that were written.
    """
    plan, doable = acted.plan, acted.doable
    written = {each.path for each in plan.operations}
    return (
        not acted.outcome.undone
        and (plan.operations, plan.base_updates) == (doable.operations, doable.base_updates)
        and all(isinstance(each, Create | Write) for each in plan.operations)
        and not plan.conflicts
        and all(
            each.level == "notice" and each.code != UNFINISHED and each.path not in written
            for each in plan.problems
        )
    )


def after_part(
    acted: Acted, memory: Memory, seen: Observation, rules: Rules
) -> tuple[LastPass, dict[RelPath, File | None]]:
    """Return what a pass over some papers leaves: its outcome, and the records it changed.

    None stands for a file that is gone.
    """
    now, final = _records_after(acted, memory, seen, rules)
    there = {path: file for path, file in now.items() if file is not None}
    counts = counts_after(memory, there, now.keys() - there.keys())
    records = Overlay(memory)
    records.changed |= {path: file for path, file in now.items() if file != memory.get(path)}
    for name in _lost_names(acted.outcome, memory) | _left_names(acted, seen.base):
        for path in records.naming(name):
            if (file := records.get(path)) is not None:
                records.changed[path] = file._replace(open=True)
    digests = (path for path, file in there.items() if file.kind == "digest")
    last = replace(
        memory.last,
        digests=counts[0],
        entries=counts[1],
        notes=counts[2],
        problems=acted.plan.problems,
        conflicts=acted.plan.conflicts,
        wanted=acted.plan.wanted,
        lacking=acted.lacking,
        facts=acted.facts,
        final=final,
        namers=namers_after(memory.last.namers, updates_made(acted.doable, acted.outcome)),
        newest=max((_newest(memory, seen.snapshot), *digests)),
        named=acted.plan.named,
        apart=acted.plan.apart,
        again=acted.plan.again,
        otherwise=seen.otherwise,
    )
    return last, records.changed


def _records_after(
    acted: Acted, memory: Memory, seen: Observation, rules: Rules
) -> tuple[dict[RelPath, File | None], bool]:
    """Return the records of files as a pass over some papers left them, None of those gone.

    True: what is left to do is in files that are open.
    """
    files = memory.stats.keys() | seen.read.keys()
    touched, final = _touched(acted, files, seen)
    now: dict[RelPath, File | None] = dict.fromkeys(seen.gone)
    now |= {path: file._replace(open=path in touched) for path, file in seen.read.items()}
    now |= _records_written(acted.outcome, memory, seen, rules)
    for path in touched - now.keys():
        if (file := memory.get(path)) is not None:
            now[path] = file._replace(open=True)
    return now, final


def _records_written(
    outcome: Outcome, memory: Memory, seen: Observation, rules: Rules
) -> dict[RelPath, File | None]:
    """Return the records of files that were written, moved and trashed; None of those gone."""
    found, records = seen.snapshot, Overlay(memory)
    records.changed |= dict(seen.read) | dict.fromkeys(seen.gone)
    texts = texts_after(outcome.done)
    gone = dict.fromkeys(each.path for each in outcome.done if isinstance(each, Rename | Trash))
    names = found.names.with_moved(gone, texts)
    files = written(outcome.done, found, names, seen.base, rules, records.keys_at)
    return {path: None for path in gone if path not in files} | files


def _newest(memory: Memory, found: Snapshot) -> str:
    """Return the last path of a digest, as far as it is not among the files read."""
    newest = memory.last.newest
    file = memory.get(RelPath(newest))
    return newest if file is not None and file.kind == "digest" else found.newest


def _lost_names(outcome: Outcome, memory: Memory) -> set[str]:
    """Return the terms under which other files refer to the notes that were trashed."""
    return {
        name
        for each in outcome.done
        if isinstance(each, Trash) and (file := memory.get(each.path)) is not None
        for name in _lost(each.path, keys_in(file))
    }


def _left_names(acted: Acted, base: Base) -> set[str]:
    """Return the terms under which other files may refer to notes that the base has elsewhere now.

    A link to where a note was means it only as long as the base has it there.
    """
    return {
        name
        for one in acted.plan.base_updates
        for row in (*one.put, *one.drop)
        if row.field == "note"
        and (before := base.note(row.key)) is not None
        and one.put.get(row) != before
        for name in _lost(before, [row.key])
    }


def _lost(path: RelPath, keys: Iterable[Key]) -> set[str]:
    """Return the terms under which other files refer to a trashed note."""
    return {called(path), *keys}


def _touched(
    acted: Acted, files: Collection[RelPath], seen: Observation
) -> tuple[set[RelPath], bool]:
    """Return the files that the next pass must look at again; False if there is more."""
    touched = {operation.path for operation in acted.plan.operations}
    # What was held back, or could not be made, leaves no file by which it would be remembered,
    # unless something was to be agreed on about it and another file.
    unmade = {each.path for each in acted.plan.operations if isinstance(each, Create)}
    unmade -= {each.path for each in acted.outcome.done}
    final = True
    for base_update in acted.plan.base_updates:
        about = set(base_update.paths)
        for row in (*base_update.put, *base_update.drop):
            about.update(seen.snapshot.managed.get(row.key, ()))
            if row.field == "note" and (before := seen.base.note(row.key)) is not None:
                about.add(before)  # what was reported of it as a note may be so no more
            if row.digest:
                about.add(RelPath(row.digest))
        if not any(path in files for path in about):
            final = False
        else:
            unmade -= base_update.paths
        touched |= about
    touched |= {RelPath(each.path) for each in acted.plan.problems if each.code == UNFINISHED}
    return {path for path in touched if path in files}, final and not unmade
