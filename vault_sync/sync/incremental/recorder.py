"""The memory that a pass leaves to the next: the files that it read and wrote, as they are now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from vault_sync.core.model.base import Base, tells_of_writes, updates_made
from vault_sync.core.model.plan import BaseUpdate, Create, Operation, Outcome, Plan, Rename, Write
from vault_sync.core.model.problems import UNFINISHED
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.encodings import as_bytes
from vault_sync.sync.incremental.identity import OTHER, Identity, called, identities, points_of
from vault_sync.sync.incremental.index import LastPass
from vault_sync.sync.incremental.memory import MANY, Memory, Overlay, keys_in, namers_after
from vault_sync.sync.observation.file_record import NEW, UNKNOWN, File, mark_of
from vault_sync.sync.observation.observation import Observation


class Acted(NamedTuple):
    """The work of a pass: its plan, the part not deferred, the outcome, the facts it knew of."""

    plan: Plan
    doable: Plan
    outcome: Outcome
    lacking: tuple[Key, ...]
    facts: str


def identified(seen: Observation) -> Observation:
    """Return what a whole pass read, with the identity of each file."""
    known = identities(seen.snapshot, seen.base)
    read = {
        path: File(file.stat, file.mark, *known.get(path, OTHER), open=False)
        for path, file in seen.read.items()
    }
    return seen._replace(read=read)


def left_by(
    acted: Acted, memory: Memory, seen: Observation
) -> tuple[LastPass, dict[RelPath, File | None]] | None:
    """Return what a pass leaves: its outcome, and the records it changed; None if much is open.

    None stands for a file that is gone.
    """
    done, base = acted.outcome.done, seen.base
    now: dict[RelPath, File | None] = dict.fromkeys(seen.gone)
    now |= {path: file._replace(open=False) for path, file in seen.read.items()}
    is_many, touched, final = len(done) > MANY, set[RelPath](), True
    if not is_many:
        touched, final = _touched(acted, memory.stats.keys() | seen.read.keys(), seen)
        is_many = len(touched) > MANY
    if is_many:
        if not _finishes(acted, seen.snapshot):
            return None
        written, final = dict(_drafted(acted, seen)), True
    else:
        for path in touched - seen.gone:
            now[path] = (now.get(path) or memory.get(path) or NEW)._replace(open=True)
        written = _written(done, now)
    plan = counts_after(acted.plan, map(now.get, written), written.values())
    now |= written
    if not is_many:
        now |= _left_open(acted, base, Overlay(memory, now))
    digests = (path for path, file in now.items() if file is not None and file.kind == "digest")
    updates = [BaseUpdate((), base.rows), *updates_made(acted.doable, acted.outcome)]
    last = LastPass(
        plan=plan._replace(operations=(), base_updates=(), deferred=frozenset(), drafted={}),
        based=base.exists or is_many or _finishes(acted, seen.snapshot),
        final=final,
        lacking=acted.lacking,
        facts=acted.facts,
        namers=namers_after(memory.last.namers, updates),
        newest=max((seen.snapshot.newest or memory.last.newest, *digests)),
        otherwise=seen.otherwise,
    )
    return last, {path: file for path, file in now.items() if file != memory.get(path)}


def _written(
    done: Iterable[Operation], files: Mapping[RelPath, File | None]
) -> dict[RelPath, File]:
    """Return the records of files that were made, edited and renamed: what they were, and open.

    The next pass finds their changes, and what is gone, as if anybody else had made them.
    """
    texts = {each.to: each.before for each in done if isinstance(each, Rename)}
    texts |= {each.path: str(each.after) for each in done if isinstance(each, Create | Write)}
    return {
        path: (files.get(path) or NEW)._replace(
            stat=UNKNOWN, mark=mark_of(as_bytes(text)), open=True
        )
        for path, text in texts.items()
    }


def _drafted(acted: Acted, seen: Observation) -> Iterator[tuple[RelPath, File]]:
    """Yield the record of each file that was made or edited, as the next pass would read it.

    To read thousands of files just written would take half as long as to make them. A digest was
    read when its new text was proved, and whose note a new one is the base knows or has learnt.
    """
    noted = seen.base.note_paths | {
        RelPath(str(value)): row.key
        for base_update in acted.doable.base_updates
        for row, value in base_update.put.items()
        if row.field == "note"
    }
    for each in acted.outcome.done:
        if isinstance(each, Create | Write):
            path, text, was = each.path, str(each.after), seen.read.get(each.path, NEW)
            kind, keys = was.kind, tuple(keys_in(was))
            if path in acted.plan.drafted:
                kind, keys = "digest", acted.plan.drafted[path]
            elif path in noted:
                kind, keys = "note", tuple(dict.fromkeys((noted[path], *keys)))
            points = "" if kind == "other" else points_of(keys, (text,))
            identity: Identity = (kind, "\n".join(keys), points)
            yield path, File(UNKNOWN, mark_of(as_bytes(text)), *identity, open=False)


def counts_after(plan: Plan, old: Iterable[File | None], new: Iterable[File | None]) -> Plan:
    """Return a plan with the numbers of digests, entries and notes once some files are others."""
    before, after = _counts(old), _counts(new)
    digests, entries, notes = (now - was for was, now in zip(before, after, strict=True))
    return plan._replace(
        digests=plan.digests + digests, entries=plan.entries + entries, notes=plan.notes + notes
    )


def _counts(files: Iterable[File | None]) -> tuple[int, int, int]:
    """Return the numbers of digests, of entries in them, and of notes."""
    there = [file for file in files if file is not None]
    digests = [len(keys_in(file)) for file in there if file.kind == "digest"]
    return len(digests), sum(digests), sum(file.kind == "note" for file in there)


def _finishes(acted: Acted, found: Snapshot) -> bool:
    """Return True if the next pass will have nothing to do (tests/support/two_way.py).

    So it is after a plan that was done whole, if nothing moved and nobody must look at anything in
    the files that were written. Of a paper that was in no digest before, facts may be there that
    nobody has asked for.
    """
    plan, doable = acted.plan, acted.doable
    known = {entry.key for digest in found.digests.values() for entry in digest.entries}
    agreed = (row for each in doable.base_updates for row in each.put if row.field == "commentary")
    written = {each.path for each in plan.operations}
    return (
        all(row.key in known for row in agreed)
        and not acted.outcome.undone
        and (plan.operations, plan.base_updates) == (doable.operations, doable.base_updates)
        and all(isinstance(each, Create | Write) for each in plan.operations)
        and not plan.conflicts
        and all(
            each.level == "notice" and each.code != UNFINISHED and each.path not in written
            for each in plan.problems
        )
    )


def _left_open(acted: Acted, base: Base, records: Overlay) -> dict[RelPath, File | None]:
    """Return the records of files that refer to notes which the base has elsewhere now, open.

    A link to where a note was means it only as long as the base has it there.
    """
    names = {
        name
        for one in acted.plan.base_updates
        for row in (*one.put, *one.drop)
        if row.field == "note"
        and (before := base.note(row.key)) is not None
        and one.put.get(row) != before
        for name in (called(before), row.key)
    }
    files = {path: records.get(path) for name in names for path in records.naming(name)}
    return {path: file._replace(open=True) for path, file in files.items() if file is not None}


def _touched(
    acted: Acted, files: Collection[RelPath], seen: Observation
) -> tuple[set[RelPath], bool]:
    """Return the files that the next pass must look at again; False if there is more."""
    touched = {operation.path for operation in acted.plan.operations}
    # What was held back, or could not be made, leaves no file by which it would be remembered,
    # unless something was to be agreed on about it and another file.
    unmade = {each.path for each in acted.plan.operations if isinstance(each, Create)}
    unmade -= {each.path for each in acted.outcome.done}
    for base_update in acted.plan.base_updates:
        rows = [*base_update.put, *base_update.drop]
        if rows and all(map(tells_of_writes, rows)):
            continue
        about = set(base_update.paths)
        for row in rows:
            about.update(seen.snapshot.managed.get(row.key, ()))
            if row.field == "note" and (before := seen.base.note(row.key)) is not None:
                about.add(before)  # what was reported of it as a note may be so no more
            if row.digest:
                about.add(RelPath(row.digest))
        if any(path in files for path in about):
            unmade.difference_update(base_update.paths)
        touched |= about
    touched |= {RelPath(each.path) for each in acted.plan.problems if each.code == UNFINISHED}
    return {path for path in touched if path in files}, not unmade
