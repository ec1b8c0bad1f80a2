"""Taking a pass back so that it lasts: what it would do again is refused (`reconcile.refusals`)."""

from __future__ import annotations

from datetime import datetime

from vault_sync.core.model.plan import BaseKey, Conflict, Outcome, Value
from vault_sync.core.model.values import RelPath
from vault_sync.core.reconcile.refusals import Refusal, find_refusals
from vault_sync.core.report import conflicts_page
from vault_sync.edge.config import Config
from vault_sync.edge.state import pass_log
from vault_sync.edge.state.refusals import refuse
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.write.undo import undo
from vault_sync.sync import copies
from vault_sync.sync.observation import base_of, observe


def take_back(
    config: Config, state: StateStore, pass_id: int | None, started: datetime
) -> tuple[Outcome, int]:
    """Take a pass back, and refuse what it had done. Return the number of refused fields too.

    A conflict that a tick of that pass had closed is open again, with its boxes empty.

    Raises:
        LookupError, StateError, OSError: as `undo`, and as `observe`.
    """
    before = dict(state.rows())
    page = RelPath(config.rules.conflicts_note)
    outcome = undo(config.root, state, pass_id, started=started, page=page)
    if outcome.done:
        copies.take_back(state, outcome)
    after = state.rows()
    forgotten = {row: value for row, value in before.items() if row.key and row not in after}
    if not outcome.done:
        return outcome, 0
    observation = observe(config, base_of(state))
    found = [
        each
        for each in find_refusals(observation.snapshot, observation.base, forgotten, outcome.done)
        if _mark(each) not in observation.conflicts_text
    ]
    _refuse(state, found, forgotten)
    return outcome, len(found)


def _refuse(state: StateStore, found: list[Refusal], forgotten: dict[BaseKey, Value]) -> None:
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
