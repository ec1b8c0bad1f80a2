"""`relink OLD NEW`: point the links of other files to a note's new name, as a pass."""

from __future__ import annotations

from datetime import UTC, datetime

from vault_sync.cli.console import Console, UsageError
from vault_sync.cli.history import written
from vault_sync.cli.passes import note_named
from vault_sync.core.model.plan import Outcome, Plan
from vault_sync.core.report import lines as report
from vault_sync.edge.write.apply import apply
from vault_sync.sync.observation import base_of, observe
from vault_sync.sync.relink import relinked


def relink(console: Console, old: str, new: str, *, dry_run: bool) -> int:
    """Repair the links to `old`, which is not there any more, so that they lead to `new`.

    Digests and the notes of papers are left to the passes. `vault-sync undo` takes it back.
    """
    config = console.config()
    note = note_named(console, config, new)
    state = console.state(config)
    observation = observe(config, base_of(state))
    there = observation.snapshot.names.resolve(old, note)
    if there is not None:
        raise UsageError(f"{old}: is there ({there}), so links to it are not broken")
    operations = tuple(relinked(config.root, observation, old, note))
    if dry_run or not operations:
        state.close()
        if console.json:
            console.answer_plan(config.root, Plan(operations), operations)
        console.say(report.operation_lines(operations))
        count = "1 file has" if len(operations) == 1 else f"{len(operations) or 'no'} files have"
        console.say([f"{count} links to '{old}' that lead nowhere"])
        return report.IN_LINE

    def act() -> Outcome:
        plan = Plan(operations)
        return apply(config.root, state, plan, cause="relink", started=datetime.now(UTC))

    return written(console, config, state, act, "`vault-sync log` lists passes")
