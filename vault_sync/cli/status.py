"""`status`: how the vault stands, and what the daemon is doing."""

from __future__ import annotations

from pathlib import Path

from vault_sync.cli.console import Console
from vault_sync.cli.history import local_time
from vault_sync.cli.passes import planned
from vault_sync.core.model.plan import Plan
from vault_sync.core.model.values import Rules
from vault_sync.core.report import conflicts_page, copy_section
from vault_sync.core.report import lines as report
from vault_sync.edge.fs.vault_dir import read_texts
from vault_sync.edge.state import heartbeat, pass_log, vault_id
from vault_sync.edge.state.refusals import count_refused
from vault_sync.sync.request import PassRequest


def status(console: Console) -> int:
    """Show counts, conflicts, problems, the last pass, the daemon; 1 if anything is out of line."""
    config = console.config()
    plan = planned(console, config, PassRequest(cause="status"))
    with console.state(config) as state:
        last = next(iter(pass_log.records(state, 1)), None)
        has_base, note = state.has_base, state.note
        joined = vault_id.is_joined(state)
        refused = count_refused(state.select)
    daemon = heartbeat.read(state.directory)
    texts, page = _texts_of_copies(config.root, config.rules)
    in_line = report.in_line(plan) and not plan.operations
    if console.json:
        running = daemon.as_json() if daemon else None
        more = {
            "digests": plan.digests,
            "state": str(state.directory),
            "daemon": running,
            "copies": texts,
        }
        console.answer_plan(config.root, plan, plan.operations, more=more)
        return report.IN_LINE if in_line else report.OUT_OF_LINE
    lines = _counts(config.root, plan, state.directory)
    if texts:
        lines.append(f"copies     {report.counted(texts, 'text')} to look at in '{page}'")
    if not has_base:
        lines.append(f"base       none: {note or 'this device has made no pass here yet'}")
    if has_base and not joined:
        lines.append("joining    nothing that is missing counts as removed until all is here")
    if refused:
        lines.append(f"taken back {refused} (`vault-sync sync --redo` does them again)")
    if last is not None:
        files = report.counted(len(last.changes), "file")
        lines.append(f"last pass  {local_time(last.started)} ({last.cause}, {files})")
    lines += daemon.lines() if daemon else ["daemon     not running"]
    console.out(lines)
    console.show_attention(plan, config.rules.conflicts_note, answer=True)
    if console.verbose:
        console.out(report.apart_lines(plan.apart))
    return report.IN_LINE if in_line else report.OUT_OF_LINE


def _counts(root: Path, plan: Plan, directory: Path) -> list[str]:
    return [
        f"vault      {root}",
        f"digests    {plan.digests:,}, {report.counted(plan.entries, 'entry', 'entries')}",
        f"notes      {plan.notes}",
        f"to do      {report.counted(len(plan.operations), 'operation')}",
        f"conflicts  {len(plan.conflicts)}",
        f"problems   {sum(each.level == 'problem' for each in plan.problems)}",
        f"state      {directory}",
    ]


def _texts_of_copies(root: Path, rules: Rules) -> tuple[int, str]:
    """Return how many texts of copies wait for a person, and the conflicts note that has them."""
    for path, text in read_texts(root, conflicts_page.paths(rules.conflicts_note)):
        if isinstance(text, str) and conflicts_page.is_ours(text):
            found = copy_section.read(text)
            return len(found.rows - found.ticked), path
    return 0, rules.conflicts_note
