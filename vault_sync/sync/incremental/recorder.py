"""The memory that a pass leaves to the next: the files that it read and wrote, as they are now."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from typing import NamedTuple

from vault_sync.core.model.base import Base, updates_made
from vault_sync.core.model.plan import BaseUpdate, Create, Operation, Outcome, Plan, Rename, Write
from vault_sync.core.model.problems import UNFINISHED
from vault_sync.core.model.values import Key, RelPath, Rules
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.encodings import as_bytes
from vault_sync.sync.incremental.identity import OTHER, called, identities
from vault_sync.sync.incremental.index import LastPass
from vault_sync.sync.incremental.memory import MANY, Memory, keys_in
from vault_sync.sync.incremental.overlay import Overlay, namers_after
from vault_sync.sync.incremental.prediction import agreed_on, foreseen, lacking_after
from vault_sync.sync.observation.file_record import UNKNOWN, File, mark_of
from vault_sync.sync.observation.observation import Observation


class Acted(NamedTuple):
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
    found, base, done = seen.snapshot, seen.base, acted.outcome.done
    many, lacking = len(done) > MANY, acted.lacking
    touched, final = (set[RelPath](), True) if many else _touched(acted, seen.read, seen)
    many = many or len(touched) > MANY
    if many:
        if not _finishes(acted, found):
            return None
        touched, final = set(), True
        names = found.names.with_moved({}, [each.path for each in done])
        written = foreseen(done, acted.doable, found, names, base, rules)
        lacking = lacking_after(lacking, done, agreed_on(acted.doable), rules)
        rest = {path: one for path, one in found.digests.items() if path not in written}
        files = _as_read(seen.read, found._replace(digests=rest, names=names), base, touched)
    else:
        files = _as_read(seen.read, found, base, touched)
        written = _written(done, files)
    files |= written
    updates = [BaseUpdate(frozenset(), base.rows), *updates_made(acted.doable, acted.outcome)]
    digests, entries, notes = _counts(files.values())
    last = LastPass(
        plan=_reported(acted.plan)._replace(digests=digests, entries=entries, notes=notes),
        based=base.exists or many,
        final=final,
        lacking=lacking,
        facts=acted.facts,
        namers=namers_after({}, updates),
        newest=max((path for path, file in files.items() if file.kind == "digest"), default=""),
        otherwise=seen.otherwise,
    )
    return last, files


def _as_read(
    read: Mapping[RelPath, File], found: Snapshot, base: Base, touched: Container[RelPath]
) -> dict[RelPath, File]:
    """Return the records of a whole pass's files as it read them, those `touched` open."""
    known = identities(found, base)
    return {
        path: File(file.stat, file.mark, *known.get(path, OTHER), open=path in touched)
        for path, file in read.items()
    }


def _written(
    done: Iterable[Operation], files: Mapping[RelPath, File | None]
) -> dict[RelPath, File]:
    """Return the records of files that were made, edited and renamed: what they were, and open.

    The next pass finds their changes, and what is gone, as if anybody else had made them.
    """
    texts = {each.to: each.before for each in done if isinstance(each, Rename)}
    texts |= {each.path: str(each.after) for each in done if isinstance(each, Create | Write)}
    new = File(UNKNOWN, b"", *OTHER, open=True)
    return {
        path: (files.get(path) or new)._replace(
            stat=UNKNOWN, mark=mark_of(as_bytes(text)), open=True
        )
        for path, text in texts.items()
    }


def _reported(plan: Plan) -> Plan:
    """Return a plan of which everything is done."""
    return plan._replace(operations=(), base_updates=(), deferred=frozenset())


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
    totals = memory.last.plan.digests, memory.last.plan.entries, memory.last.plan.notes
    digests, entries, notes = (
        count + after - was for count, after, was in zip(totals, new, old, strict=True)
    )
    return digests, entries, notes


def _finishes(acted: Acted, found: Snapshot) -> bool:
    """Return True if the next pass will have nothing to do (tests/support/two_way.py).

    So it is after a plan that was done whole, if nothing moved and nobody must look at anything in
    the files that were written. Of a paper that was in no digest before, facts may be there that
    nobody has asked for.
    """
    plan, doable = acted.plan, acted.doable
    known = {entry.key for digest in found.digests.values() for entry in digest.entries}
    written = {each.path for each in plan.operations}
    return (
        agreed_on(doable).places.keys() <= known
        and not acted.outcome.undone
        and (plan.operations, plan.base_updates) == (doable.operations, doable.base_updates)
        and all(isinstance(each, Create | Write) for each in plan.operations)
        and not plan.conflicts
        and all(
            each.level == "notice" and each.code != UNFINISHED and each.path not in written
            for each in plan.problems
        )
    )


def after_part(
    acted: Acted, memory: Memory, seen: Observation
) -> tuple[LastPass, dict[RelPath, File | None]]:
    """Return what a pass over some papers leaves: its outcome, and the records it changed.

    None stands for a file that is gone.
    """
    touched, final = _touched(acted, memory.stats.keys() | seen.read.keys(), seen)
    now: dict[RelPath, File | None] = dict.fromkeys(seen.gone)
    for path in (touched | seen.read.keys()) - seen.gone:
        if (file := seen.read.get(path) or memory.get(path)) is not None:
            now[path] = file._replace(open=path in touched)
    now |= _written(acted.outcome.done, now)
    records = Overlay(memory)
    records.changed |= {path: file for path, file in now.items() if file != memory.get(path)}
    for name in _left_names(acted, seen.base):
        for path in records.naming(name):
            if (file := records.get(path)) is not None:
                records.changed[path] = file._replace(open=True)
    last = memory.last._replace(
        plan=_reported(acted.plan),
        final=final,
        lacking=acted.lacking,
        facts=acted.facts,
        namers=namers_after(memory.last.namers, updates_made(acted.doable, acted.outcome)),
        newest=seen.snapshot.newest or memory.last.newest,
        otherwise=seen.otherwise,
    )
    return last, records.changed


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
        for name in (called(before), row.key)
    }


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
            unmade.difference_update(base_update.paths)
        touched |= about
    touched |= {RelPath(each.path) for each in acted.plan.problems if each.code == UNFINISHED}
    return {path for path in touched if path in files}, final and not unmade
