"""`resolve` on a terminal: one open conflict after the other, each answered by a key."""

from __future__ import annotations

import sys
from functools import partial

from vault_sync.cli import passes, terminal
from vault_sync.cli.console import Console
from vault_sync.core.model.plan import Conflict
from vault_sync.core.model.values import Decision
from vault_sync.core.report import lines as report
from vault_sync.core.report import paper_diff
from vault_sync.sync.request import PassRequest, TakeAll

_SIDES: dict[str, Decision] = {"d": "digest", "n": "note", "b": "both"}

_HELP = (
    "d - keep the digest's text; the note follows",
    "n - keep the note's text; the digest follows",
    "b - keep both, the digest's above the note's",
    "s - skip this one, it stays open",
    "q - quit, all that are left stay open",
    "? - show this",
)


def go_through(console: Console) -> int:
    """Ask about each open conflict; every answer is a pass of its own, whole before the next.

    Return 0 if none is open at the end, else 1. Without a terminal it lists them and returns 2.
    """
    config = console.config()
    plan = passes.planned(console, config, PassRequest(cause="resolve"))
    if console.json:
        console.answer_plan(config.root, plan, ())
    if not plan.conflicts:
        console.say(["no conflict is open"])
        return report.IN_LINE
    if console.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        console.say(report.conflict_lines(plan.conflicts))
        console.complain(["give a note or a digest, --id ID, or --all; or call it on a terminal"])
        return report.USAGE
    for number, conflict in enumerate(plan.conflicts, 1):
        _show(console, conflict, f"({number}/{len(plan.conflicts)})")
        answer = _answer(console, conflict)
        if answer == "q":
            break
        if answer in _SIDES:
            take = TakeAll(_SIDES[answer], id=conflict.id)
            result = passes.settle(console, config, take)
            if conflict.id in {each.id for each in result.plan.conflicts}:
                console.complain(["it stays open:", *report.undone_lines(result.outcome.undone)])
            console.say(report.operation_lines(result.outcome.done))
    left = len(passes.planned(console, config, PassRequest(cause="resolve")).conflicts)
    console.say([f"{report.counted(left, 'conflict')} open" if left else "no conflict is open"])
    return report.OUT_OF_LINE if left else report.IN_LINE


def _show(console: Console, conflict: Conflict, count: str) -> None:
    """Print both texts as one: the words of the digest alone, those of the note alone, marked."""
    where = f"{conflict.digest}:{conflict.line}" if conflict.line else conflict.digest
    heading = console.painted(f"{count} {conflict.field} of {where} and {conflict.note}", bold=True)
    terminal.coloured(heading, colour=console.colored)
    terminal.line(f"    {conflict.reason}; the digest's words, then the note's:")
    marks = paper_diff.PLAIN
    if console.colored:
        marks = paper_diff.Marks(
            partial(console.painted, fg="red"),
            partial(console.painted, fg="green", underline=True),
            partial(console.painted, bold=True),
        )
    for line in paper_diff.marked_lines(conflict.digest_text, conflict.note_text, marks):
        terminal.coloured(f"    {line}", colour=console.colored)


def _answer(console: Console, conflict: Conflict) -> str:
    """Return the key of an answer; the end of the input is `q`."""
    keys = "d,n,b,s,q,?" if conflict.field == "commentary" else "d,n,s,q,?"
    while True:
        terminal.line(f"take [{keys}]: ", end=False)
        answer = sys.stdin.readline()
        key = answer.strip().lower() if answer else "q"
        if not answer:
            terminal.line()
        if key in keys.split(",") and key != "?":
            return key
        console.out(line for line in _HELP if line[0] in keys)
