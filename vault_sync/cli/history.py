"""`log`, `undo`, `restore`: what was written and why, and how to get a text back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

from vault_sync.cli.console import Console, UsageError
from vault_sync.core.model.plan import Outcome
from vault_sync.core.model.values import RelPath
from vault_sync.core.report import lines as report
from vault_sync.edge.config import Config
from vault_sync.edge.state.pass_log import PassRecord
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.write.recovery import recover
from vault_sync.edge.write.undo import log as read_log
from vault_sync.edge.write.undo import restore as restore_text
from vault_sync.sync.undoing import take_back

REFUSED = "{} stay taken back until a text changes there; `vault-sync sync --redo` does them again"


def log(console: Console, limit: int | None) -> int:
    """Show the passes that wrote something, newest first."""
    state = console.state(console.config())
    try:
        records = read_log(state, limit)
    finally:
        state.close()
    if console.json:
        console.out([json.dumps([_as_json(record) for record in records], ensure_ascii=False)])
        return report.IN_LINE
    for record in records:
        console.out(_lines(record))
    if not records:
        console.say(["nothing was written yet"])
    return report.IN_LINE


def _lines(record: PassRecord) -> list[str]:
    when = datetime.fromisoformat(record.started).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    lines = [
        f"pass {record.id}  {when}  {record.cause}" + ("  (interrupted)" if record.open else "")
    ]
    for change in record.changes:
        to = f" -> {change.to}" if change.to else ""
        undone = f"  NOT DONE: {change.undone}" if change.undone else ""
        lines.append(f"  {report.SIGNS[change.kind]} {change.path}{to}  ({change.why}){undone}")
    return lines


def _as_json(record: PassRecord) -> dict[str, object]:
    return {
        "pass": record.id,
        "started": record.started,
        "cause": record.cause,
        "files": [
            {
                "kind": change.kind,
                "path": change.path,
                "to": change.to,
                "why": change.why,
                "undone": change.undone,
            }
            for change in record.changes
        ],
    }


def undo(console: Console, pass_id: int | None) -> int:
    """Take a pass back; a file edited since is left as it is, and named."""
    config = console.config()
    state = console.state(config)

    refused: list[int] = []

    def act() -> Outcome:
        outcome, count = take_back(config, state, pass_id, datetime.now(UTC))
        refused.append(count)
        return outcome

    code = _written(console, config, state, act, "`vault-sync log` lists them")
    if sum(refused):
        console.say([REFUSED.format(sum(refused))])
    return code


def restore(console: Console, path: str) -> int:
    """Bring the newest saved text of a path back, beside a newer text if there is one."""
    config = console.config()
    state = console.state(config)
    wanted = RelPath(console.path_in(config, path))

    def act() -> Outcome:
        return restore_text(config.root, state, wanted, started=datetime.now(UTC))

    return _written(console, config, state, act, f"look in {state.saved}")


def _written(
    console: Console, config: Config, state: StateStore, act: Callable[[], Outcome], hint: str
) -> int:
    """Run `act` with the vault locked, after recovery, and show its outcome."""
    try:
        with state.lock(5.0):
            console.show_problems(recover(config.root, state), whole=True)
            try:
                outcome = act()
            except LookupError as error:
                raise UsageError(f"{error.args[0]}: {hint}") from error
    finally:
        state.close()
    console.say(report.operation_lines(outcome.done))
    console.complain(report.undone_lines(outcome.undone))
    return report.OUT_OF_LINE if outcome.undone else report.IN_LINE
