"""Taking a pass back so that it lasts: what it would do again is refused (`reconcile.refusals`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from vault_sync.core.model.plan import BaseKey, Conflict, Operation, Outcome, Plan, Value
from vault_sync.core.model.values import RelPath
from vault_sync.core.reconcile.refusals import Refusal, find_refusals, refused_writes
from vault_sync.core.report import conflicts_page
from vault_sync.edge.config import Config
from vault_sync.edge.state import pass_log
from vault_sync.edge.state.refusals import refuse
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.write.undo import undo
from vault_sync.sync.observation import base_of, lacking, observe
from vault_sync.sync.planning import make_plan
from vault_sync.sync.request import FactsOf, PassRequest, no_facts


def take_back(
    config: Config,
    state: StateStore,
    pass_id: int | None,
    started: datetime,
    facts_of: FactsOf = no_facts,
) -> tuple[Outcome, int]:
    """Take a pass back, and refuse what it had done. Return the number of refused fields too.

    A conflict that a tick of that pass had closed is open again, with its boxes empty.

    Raises:
        LookupError, StateError, OSError: as `undo`, and as `observe`.
    """
    before = dict(state.rows())
    due = {each.path for each in _plan(config, state, facts_of).operations}
    page = RelPath(config.rules.conflicts_note)
    outcome = undo(config.root, state, pass_id, started=started, page=page)
    after = state.rows()
    forgotten = {row: value for row, value in before.items() if row.key and row not in after}
    if not outcome.done:
        return outcome, 0
    found = _fields(config, state, forgotten, outcome.done)
    _refuse(state, found, forgotten)
    # What a pass would write again all the same: a digest made anew, a note trashed once more.
    again = refused_writes(_plan(config, state, facts_of), due | {page})
    _refuse(state, again, {})
    return outcome, len(found) + len(again)


def _fields(
    config: Config,
    state: StateStore,
    forgotten: Mapping[BaseKey, Value],
    undone: Collection[Operation],
) -> list[Refusal]:
    """Return the refused fields, but for those that the conflicts note shows."""
    observation = observe(config, base_of(state))
    found = find_refusals(observation.snapshot, observation.base, forgotten, undone)
    return [each for each in found if _mark(each) not in observation.conflicts_text]


def _plan(config: Config, state: StateStore, facts_of: FactsOf) -> Plan:
    """Return what a pass would do now."""
    observation = observe(config, base_of(state))
    facts = facts_of(lacking(observation, config.rules))
    return make_plan(observation, config.rules, facts, PassRequest())


def _refuse(state: StateStore, found: list[Refusal], forgotten: Mapping[BaseKey, Value]) -> None:
    newest = pass_log.records(state, 1)
    refuse(
        state,
        [(each.base_key, each.hashes, each.was) for each in found],
        forgotten.items(),
        newest[0].id if newest else 0,
    )


def _mark(refusal: Refusal) -> str:
    """Return the mark under which the conflicts note would show a field."""

    def shown(value: Value) -> str:
        return value if isinstance(value, str) else ", ".join(value)

    key, digest, name = refusal.base_key
    texts = shown(refusal.digest), shown(refusal.note)
    return conflicts_page.mark(Conflict(key, RelPath(digest), RelPath(""), name, *texts))
