"""The identity of each file after a pass (`pairing.same_file`), and how it came to be there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from vault_sync.core.model.base import Arrival, Base, FileMark, value_hash
from vault_sync.core.model.copies import MergedCopies
from vault_sync.core.model.plan import Create, Operation, Outcome, Plan, Rename, Trash, Write
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.snapshot import NO_STAT, Snapshot
from vault_sync.core.text.encodings import text_hash
from vault_sync.edge.fs.scan import Stat
from vault_sync.edge.fs.vault_dir import VaultDir
from vault_sync.edge.platform.values import file_number
from vault_sync.edge.state import deliveries, vault_id
from vault_sync.edge.state.base_table import change_files, read_files
from vault_sync.edge.state.refusals import read_refused
from vault_sync.edge.state.schema import encode, is_there
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.observation.file_record import numbers
from vault_sync.sync.observation.observation import ARRIVAL, Observation

Marked = dict[RelPath, tuple[Key, FileMark]]


def with_marks(
    found: Snapshot,
    base: Base,
    state: StateStore,
    keys: Collection[Key],
    stats: Mapping[RelPath, Stat],
) -> tuple[Snapshot, Base]:
    """Return both with what tells the files of some papers from others: now, and as last seen.

    With it comes what a person refused of these papers.

    `stats` are those of the files that may have changed; the others are what they were.
    """
    files = read_files(state.select, {Key(""), *keys})
    seen = {path: mark[:3] for marks in files.values() for path, mark in marks.items()}
    now = {path: numbers(stat) for path, stat in stats.items()}
    refused = read_refused(state.select, keys)
    return found._replace(stats=seen | now), replace(base, files=files, refused=refused)


def remember_files(
    root: Path, state: StateStore, observation: Observation, plan: Plan, outcome: Outcome
) -> None:
    """Remember the files that a pass read and wrote, as they are now.

    `plan` is the part of the plan that was not deferred.

    Raises:
        StateError: the state could not be written.
    """
    if not state.select("SELECT 1 FROM base LIMIT 1"):
        return
    before = {
        path: (key, mark)
        for key, marks in (observation.base.files or {}).items()
        for path, mark in marks.items()
    }
    now = _as_read(observation, before)
    about = {path: key for path, (key, _) in now.items()} | _named(plan)
    for operation in outcome.done:
        now.pop(operation.path, None)
        now |= _as_written(root, operation, about)
    gone = [path for path in before if path not in now and _is_gone(observation, state, path)]
    gone += [each.path for each in outcome.done if isinstance(each, Rename)]
    put = {path: marked for path, marked in now.items() if before.get(path) != marked}
    if put or gone:
        with state.writing() as connection:
            change_files(connection, put, gone)


def _as_read(observation: Observation, before: Mapping[RelPath, tuple[Key, FileMark]]) -> Marked:
    """Return the files as the pass read them; bytes are hashed where the numbers are others."""
    found: Marked = {}
    files = list(_files(observation.snapshot))
    for path, key, text in (*files, *_copies(observation.copies, files)):
        seen, stat = before.get(path), observation.snapshot.stats.get(path, NO_STAT)
        if seen is not None and seen[0] == key and seen[1].inode and seen[1][:3] == stat:
            found[path] = seen
            continue
        mark = FileMark(*stat, value_hash(text))
        # Numbers that are not known just now are no news.
        alike = (
            seen is not None and not mark.inode and seen == (key, seen[1]._replace(hash=mark.hash))
        )
        found[path] = seen if seen is not None and alike else (key, mark)
    return found


def _named(plan: Plan) -> dict[RelPath, Key]:
    """Return the notes and digests that a plan agrees on, each with its paper; "" for a digest."""
    put = [(row, one.put) for one in plan.base_updates for row in one.put]
    digests = {RelPath(row.digest): Key("") for row, _ in put if row.digest}
    return digests | {RelPath(str(rows[row])): row.key for row, rows in put if row.field == "note"}


def _files(snapshot: Snapshot) -> Iterator[tuple[RelPath, Key, str]]:
    for path, digest in snapshot.digests.items():
        if path not in snapshot.locked:
            yield path, Key(""), digest.text
    for key, paths in snapshot.managed.items():
        for path in paths:
            yield path, key, snapshot.notes[path].text


def _copies(
    copies: MergedCopies, files: Collection[tuple[RelPath, Key, str]]
) -> Iterator[tuple[RelPath, Key, str]]:
    """Yield the copies of some files, which count as no files and may step into their places."""
    if not copies.hidden:
        return
    keys = {path: key for path, key, _ in files}
    for path, original in copies.originals.items():
        if original in keys:
            yield path, keys[original], copies.hidden[path]


def _as_written(root: Path, operation: Operation, about: Mapping[RelPath, Key]) -> Marked:
    """Return the file that an operation left, unless it is none that is remembered."""
    if isinstance(operation, Create | Write):
        path, hash_ = operation.path, text_hash(operation.after)
    elif isinstance(operation, Rename):
        path, hash_ = operation.to, value_hash(operation.before)
    else:
        return {}
    if operation.path not in about:
        return {}
    try:
        with VaultDir(root) as vault:
            seen = vault.stat(path)
    except OSError:
        return {}
    if seen is None:
        return {}
    mark = FileMark(file_number(seen), seen.st_size, seen.st_mtime_ns, hash_)
    return {path: (about[operation.path], mark)}


def _is_gone(observation: Observation, state: StateStore, path: RelPath) -> bool:
    """Return True for a file that is not there and that the base waits for no more."""
    if path in observation.files and path not in observation.gone:
        return False
    return not state.select(
        "SELECT 1 FROM stands WHERE field = 'note' AND value = ? LIMIT 1", encode(path)
    )


def with_arrivals(seen: Observation, state: StateStore, now: float) -> Observation:
    """Return an observation that tells which files were brought since the last pass, or wait.

    A file that this program wrote was not brought, however long its pass took. One that waits goes
    on waiting while a copy of it stands; none does so for longer than `ARRIVAL`, however often it
    is brought anew. What `restore` put back waits for one pass, and while it is in question.
    `now`: Unix seconds.
    """
    waiting = deliveries.waiting(state.select)
    since = deliveries.last_look(state.select)
    new = {path for path, at in seen.delivered.items() if at > since}
    if not (new or waiting):
        return seen
    restored = deliveries.restored(state.select) if waiting else {}
    ours = deliveries.last_written(state.select) if new else {}
    copied = frozenset(copy.original for copy in seen.copies.stuck)

    def arrival(path: RelPath) -> Arrival:
        anew = path in new or path in copied
        short = now - waiting.get(path, now) < ARRIVAL
        return Arrival(
            delivered=anew and short,
            waited=path in waiting,
            restored=path in waiting and restored.get(path, False),
            was_restored=path in waiting and path in restored,
        )

    arrivals = {
        path: arrival(path)
        for path in new | {RelPath(path) for path in waiting}
        if (path in waiting and path in restored)
        or not (path in new and ours.get(path) == _hash(seen, path))
    }
    return seen._replace(
        base=replace(seen.base, arrivals=arrivals, with_copies=copied & arrivals.keys())
    )


def _hash(seen: Observation, path: RelPath) -> str | None:
    """Return the sha256 of a note or digest as it was read; None for any other file."""
    document = seen.snapshot.notes.get(path) or seen.snapshot.digests.get(path)
    return None if document is None else text_hash(document.text)


def end_pass(state: StateStore, seen: Observation, plan: Plan, now: float) -> None:
    """Note at the end of a whole pass what was brought, and what waits for the next one.

    A file that went back to an older text waits until a person has decided.

    Raises:
        StateError: the state could not be written.
    """
    arrivals = seen.base.arrivals
    if not (arrivals or plan.deferred) or not is_there(state.select):
        return
    older = [each for each in plan.conflicts if each.reason == "older"]
    in_question = {path for each in older for path in (each.digest, each.note)} & arrivals.keys()
    before = deliveries.waiting(state.select)
    wait: dict[str, float] = {path: before.get(path, now) for path in plan.deferred | in_question}
    managed = seen.snapshot.managed.items()
    keys = [key for key, paths in managed if any(path in arrivals for path in paths)]
    with state.writing() as connection:
        deliveries.end_pass(connection, wait, arrivals, keys)
        deliveries.note_time(connection, state.locked_at)


def join(state: StateStore, seen: Observation, outcome: Outcome) -> None:
    """Note how far this device is with joining, at the end of a whole pass."""
    if vault_id.is_joined(state):
        return
    if not seen.base.joining:
        vault_id.join(state)
    elif seen.snapshot.managed or seen.snapshot.digests:
        vault_id.end_pass(state, _files_after(seen.files, outcome), at_rest=not seen.marks)


def _files_after(files: frozenset[RelPath], outcome: Outcome) -> frozenset[RelPath]:
    made = {each.path for each in outcome.done if isinstance(each, Create)}
    moved = {each.to for each in outcome.done if isinstance(each, Rename)}
    gone = {each.path for each in outcome.done if isinstance(each, Rename | Trash)}
    return (files | made | moved) - gone
