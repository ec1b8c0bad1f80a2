"""`relink OLD NEW`: point the links of other files to a note's new name, as a pass."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from vault_sync.cli.console import Console, UsageError
from vault_sync.cli.history import written
from vault_sync.cli.passes import note_named
from vault_sync.core.model.plan import Outcome, Plan
from vault_sync.core.model.problems import no_link_to
from vault_sync.core.naming.note_names import UNLINKABLE
from vault_sync.core.report import lines as report
from vault_sync.edge.write.apply import apply
from vault_sync.sync.observation.observation import base_of, observe
from vault_sync.sync.relink import relinked


def relink(console: Console, old: str, new: str, *, dry_run: bool) -> int:
    """Repair the links to `old`, which is not there any more, so that they lead to `new`.

    Digests and the notes of papers are left to the passes. `vault-sync undo` takes it back.
    """
    config = console.config()
    note = note_named(console, config, new)
    with console.state(config) as state:
        observation = observe(config, base_of(state))
        there = observation.snapshot.names.resolve(old, note)
        if there is not None:
            raise UsageError(f"{old}: is there ({there}), so links to it are not broken")
        unlinkable = UNLINKABLE.search(observation.snapshot.names.shortest(note))
        if unlinkable is not None:
            wrong = no_link_to(note, unlinkable[0])
            raise UsageError(f"{wrong.path}: {wrong.message}: rename it first")
        plan = Plan(tuple(relinked(config.root, observation, old, note)))
        if not dry_run and plan.operations:
            act = partial(
                apply, config.root, state, plan, cause="relink", started=datetime.now(UTC)
            )
            return written(console, config, state, act, lambda: "`vault-sync log` lists passes")
    if console.json:
        console.answer_outcome(config.root, Outcome(plan.operations))
    console.say(report.operation_lines(plan.operations))
    count = len(plan.operations)
    files = "1 file has" if count == 1 else f"{count or 'no'} files have"
    console.say([f"{files} links to '{old}' that lead nowhere"])
    return report.IN_LINE
