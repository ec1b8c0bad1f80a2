"""Taking a pass back so that it lasts: what it would do again is refused (`reconcile.refusals`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from functools import partial

from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.style import styles_of
from vault_sync.core.merge import documents
from vault_sync.core.model.plan import (
    BaseKey,
    Conflict,
    Operation,
    Outcome,
    Plan,
    Value,
    value_words,
)
from vault_sync.core.model.values import Key, Place, RelPath
from vault_sync.core.reconcile.refusals import (
    Refusal,
    Sides,
    find_refusals,
    last_copies,
    out_of_date,
    refused_writes,
    sides_of,
)
from vault_sync.edge.config import Config
from vault_sync.edge.state import pass_log
from vault_sync.edge.state.refusals import forget, lift, refuse
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.write.undo import UndoRules, undo
from vault_sync.sync.observation.observation import Observation, base_of, observe
from vault_sync.sync.origins import copies


def take_back(
    config: Config,
    state: StateStore,
    pass_id: int | None,
    started: datetime,
    plan_of: Callable[[], Plan],
) -> tuple[Outcome, int]:
    """Take a pass back, and refuse what it had done. Return the number of refused fields too.

    A conflict that a tick of that pass had closed is open again, with its boxes empty. `plan_of`
    returns what a pass would do, as often as it is called.

    Raises:
        LookupError, StateError, OSError: as `undo`, and as `observe`.
    """
    before = dict(state.rows())
    seen = observe(config, base_of(state))
    sides = sides_of(seen.snapshot, seen.base)
    due = {each.path for each in plan_of().operations}
    page = RelPath(config.rules.conflicts_note)
    copies_of = partial(last_copies, seen.snapshot, seen.base, config.rules)
    rules = UndoRules(page, styles_of(config.rules), copies_of)
    outcome = undo(config.root, state, pass_id, started=started, rules=rules)
    if not outcome.done:
        return outcome, 0
    (newest,) = pass_log.records(state, 1)
    copies.take_back(state, newest, outcome)
    after = state.rows()
    forgotten = {row: value for row, value in before.items() if row.key and row not in after}
    found = _fields(config, state, forgotten, outcome.done, sides)
    _refuse(state, found, forgotten, newest.id)
    # What a pass would write again all the same: a digest made anew, a note trashed once more.
    again = refused_writes(plan_of(), due | {page})
    _refuse(state, again, {}, newest.id)
    return outcome, len(found) + len(again)


def _fields(
    config: Config,
    state: StateStore,
    forgotten: Mapping[BaseKey, Value],
    undone: Collection[Operation],
    before: Sides,
) -> list[Refusal]:
    """Return the refused fields, but for those that the conflicts note shows."""
    observation = observe(config, base_of(state))
    found = find_refusals(observation.snapshot, observation.base, forgotten, undone, before)
    return [each for each in found if _mark(each) not in observation.conflicts_text]


def _refuse(
    state: StateStore, found: list[Refusal], forgotten: Mapping[BaseKey, Value], pass_id: int
) -> None:
    rows = [(each.base_key, each.hashes, each.was) for each in found]
    refuse(state, rows, forgotten.items(), pass_id)


def lift_refusals(state: StateStore, seen: Observation, *, every: bool) -> None:
    """Forget at the end of a pass the refusals whose texts are others by now, or every one.

    Raises:
        StateError: none is forgotten.
    """
    if every:
        lift(state)
    else:
        forget(state, out_of_date(seen.snapshot, seen.base))


def _mark(refusal: Refusal) -> str:
    """Return the mark under which the conflicts note would show a field."""
    key, digest, name = refusal.base_key
    texts = value_words(refusal.digest), value_words(refusal.note)
    return Conflict(key, RelPath(digest), RelPath(""), name, *texts).id


def lost_entries(
    observation: Observation, plan: Plan, outcome: Outcome
) -> Iterator[tuple[RelPath, str, str]]:
    """Yield the digests from which entries were taken out: their path, whole text and cut text.

    The whole text has those entries, and else what the digest says now.
    """
    base, digests = observation.base, observation.snapshot.digests
    rows = (row for one in plan.base_updates for row in one.drop) if outcome.done else ()
    lost = {row for row in rows if row.key and row.field == "commentary"}
    for path in sorted({RelPath(row.digest) for row in lost} & digests.keys()):
        before = base.text(BaseKey(Key(""), path, "text"))
        there = {
            entry.key
            for other, digest in digests.items()
            for entry in digest.entries
            if other == path or not base.knows(Place(entry.key, other))
        }
        gone = {row.key for row in lost if row.digest == path} - there
        if before is not None and gone:
            entries = styled_reader.read(before, digests[path].styles).entries
            taken = [entry.span for entry in entries if entry.key in gone]
            cut = digests[path].text
            whole = documents.with_taken_out(before, cut, taken, digests[path].styles)
            yield from [(path, whole, cut)] if whole is not None and taken else []
