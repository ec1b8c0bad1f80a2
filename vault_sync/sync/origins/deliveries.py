"""The ways by which the files of a vault came to be as they are: typed here, or brought."""

from __future__ import annotations

from dataclasses import replace

from vault_sync.core.model.copies import Arrival
from vault_sync.core.model.plan import Create, Outcome, Plan, Rename, Trash
from vault_sync.core.model.values import RelPath
from vault_sync.core.text.encodings import text_hash
from vault_sync.edge.state import deliveries, joining
from vault_sync.edge.state.schema import is_there
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.observation.observation import ARRIVAL, Observation


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
    return replace(
        seen, base=replace(seen.base, arrivals=arrivals, with_copies=copied & arrivals.keys())
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
    if joining.is_joined(state):
        return
    if not seen.base.joining:
        joining.join(state)
    elif seen.snapshot.managed or seen.snapshot.digests:
        joining.end_pass(state, _files_after(seen.files, outcome), at_rest=not seen.marks)


def _files_after(files: frozenset[RelPath], outcome: Outcome) -> frozenset[RelPath]:
    made = {each.path for each in outcome.done if isinstance(each, Create)}
    moved = {each.to for each in outcome.done if isinstance(each, Rename)}
    gone = {each.path for each in outcome.done if isinstance(each, Rename | Trash)}
    return (files | made | moved) - gone
