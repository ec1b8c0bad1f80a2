"""`log`, `undo`, `restore`: what was written and why, and how to get a text back.

`log` imports nothing that writes, and the machinery of a pass is imported by `undo` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from shlex import quote

from vault_sync.cli.console import Console, UsageError
from vault_sync.core.model.plan import Outcome, Plan
from vault_sync.core.model.values import RelPath
from vault_sync.core.report import lines as report
from vault_sync.edge.config import Config
from vault_sync.edge.fs.own_files import kind_at
from vault_sync.edge.state import pass_log
from vault_sync.edge.state.pass_log import FileChange, PassRecord
from vault_sync.edge.state.store import StateStore

PASSES, FILES = 10, 10
"""The passes and the files of each that `log` shows unless more are asked for."""


def log(console: Console, pass_id: int | None, limit: int | None) -> int:
    """Show the passes that wrote something, newest first; with `pass_id` one, and all its files.

    Raises:
        UsageError: there is no such pass.
    """
    config = console.config()
    with console.state(config) as state:
        wanted = limit or PASSES
        records = pass_log.records(state, wanted + 1 if pass_id is None else None)
    older = records[wanted:] if pass_id is None else []
    if pass_id is not None:
        records = [record for record in records if record.id == pass_id]
        if not records:
            raise UsageError(f"there is no pass {pass_id}: `vault-sync log` lists them")
    if console.json:
        shown = records[: None if pass_id else wanted]
        console.answer(config.root, passes=[record_as_json(record) for record in shown])
        return report.IN_LINE
    whole = pass_id is not None or console.verbose
    console.page([*_log_lines(console, records[: None if pass_id else wanted], whole=whole)])
    if older:
        console.say([f"older passes: `vault-sync log -n {wanted * 2}`"])
    if not records:
        console.say(["nothing was written yet"])
    return report.IN_LINE


_COLORS = {"create": "green", "write": "yellow", "rename": "cyan", "trash": "red"}


def _log_lines(console: Console, records: Sequence[PassRecord], *, whole: bool) -> Iterator[str]:
    for record in records:
        yield console.painted(pass_line(record), bold=True)
        shown = record.changes if whole else record.changes[:FILES]
        for change in shown:
            yield console.painted(change_line(change), fg=_COLORS[change.kind])
        more = len(record.changes) - len(shown)
        if more:
            yield f"  ... and {more:,} more (`vault-sync log {record.id}`)"


def pass_line(record: PassRecord) -> str:
    """Return the line of a pass: its number, when it was, why."""
    when = local_time(record.started)
    return f"pass {record.id}  {when}  {record.cause}" + ("  (interrupted)" if record.open else "")


def change_line(change: FileChange) -> str:
    """Return the line of one file of a pass."""
    to = f" -> {change.to}" if change.to else ""
    undone = f"  NOT DONE: {change.undone}" if change.undone else ""
    return f"  {report.SIGNS[change.kind]} {change.path}{to}  ({change.why}){undone}"


def local_time(instant: str) -> str:
    """Return an instant of the log as this machine's clock shows it, to the second."""
    return datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def record_as_json(record: PassRecord) -> dict[str, object]:
    """Return a pass as `--json` has it."""
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
    from vault_sync.sync.facts import FactsLookup
    from vault_sync.sync.request import PassRequest, silent
    from vault_sync.sync.undoing import take_back
    from vault_sync.sync.view import PassContext, only_look

    config = console.config()
    refused: list[int] = []

    def plan_of() -> Plan:
        facts = FactsLookup(config, state, silent, offline=True)
        return only_look(PassContext(config, state, facts), PassRequest()).plan

    def act() -> Outcome:
        outcome, count = take_back(config, state, pass_id, datetime.now(UTC), plan_of)
        refused.append(count)
        return outcome

    with console.state(config) as state:
        code = written(console, config, state, act, lambda: "`vault-sync log` lists them")
    if sum(refused):
        changes = report.counted(sum(refused), "change")
        redo = "`vault-sync sync --redo` makes them at once"
        console.say([f"not made again before a text there is edited: {changes} ({redo})"])
    return code


def restore(console: Console, path: str, number: int | None, *, in_place: bool) -> int:
    """Bring a saved text of a path back, beside another text or in its place; list the older ones.

    Raises:
        UsageError: there is no such text; a deleted note's way back is `rebuild`.
    """
    from vault_sync.edge.write.undo import list_saved
    from vault_sync.edge.write.undo import restore as restore_text

    config = console.config()
    wanted = _file(console, config, path)
    with console.state(config) as state:
        saved = list_saved(state, wanted)
        if number is not None and number > len(saved):
            raise UsageError(f"{wanted} has {report.counted(len(saved), 'saved text')}: see --list")
        name = None if number is None else saved[number - 1].row.name
        act = partial(
            restore_text,
            *(config.root, state, wanted),
            started=datetime.now(UTC),
            name=name,
            in_place=in_place,
        )
        code = written(console, config, state, act, partial(_way_back, config, state, wanted))
    if len(saved) > 1 and number is None:
        count = report.counted(len(saved), "saved text")
        console.say([f"{count} of it: `vault-sync restore {quote(wanted)} --list`"])
    return code


def _file(console: Console, config: Config, given: str) -> RelPath:
    """Return a path that may be of a file which is gone, given with `.md` or without."""
    path = console.path_in(config, given)
    return RelPath(path if path.endswith(".md") else f"{path}.md")


def _way_back(config: Config, state: StateStore, path: RelPath) -> str:
    """Return what to do where no saved text of a file is another than the present one."""
    from vault_sync.sync.observation.observation import base_of

    base_has_it = path in base_of(state).note_paths
    if base_has_it and kind_at(config.root, path) is None:
        return "it was a note: `vault-sync rebuild` makes it again from its entry"
    if base_has_it:
        return (
            "only texts that a pass replaced are saved; mend the note by hand, or move it away: "
            "`vault-sync rebuild` makes it again from its entry"
        )
    return f"look in {state.saved}"


def list_texts(console: Console, path: str) -> int:
    """Show the saved texts of a path, newest first, each with the number that `--text` takes."""
    from vault_sync.edge.write.undo import list_saved

    config = console.config()
    wanted = _file(console, config, path)
    with console.state(config) as state:
        saved = list_saved(state, wanted)
        texts = [
            (each, each.file.stat().st_size if each.file.is_file() else None) for each in saved
        ]
    if console.json:
        found = [
            {"text": number, "saved": each.row.at, "why": each.row.why, "file": str(each.file)}
            for number, (each, _) in enumerate(texts, 1)
        ]
        console.answer(config.root, path=wanted, texts=found)
        return report.IN_LINE
    for number, (each, size) in enumerate(texts, 1):
        bytes_ = "is not there any more" if size is None else report.counted(size, "byte")
        console.out([f"{number:>3}  {local_time(each.row.at)}  {bytes_}  {each.row.why}"])
    if not texts:
        console.say([f"no text of {wanted} is saved"])
    return report.IN_LINE


def written(
    console: Console,
    config: Config,
    state: StateStore,
    act: Callable[[], Outcome],
    hint: Callable[[], str],
) -> int:
    """Run `act` with the vault locked, after recovery, and show its outcome.

    `hint` says what to do where `act` does not find what it was called for.
    """
    from vault_sync.edge.write.recovery import recover

    with state.lock(5.0):
        recovered = recover(config.root, state)
        console.show_problems(recovered, whole=True)
        try:
            outcome = act()
        except LookupError as error:
            raise UsageError(f"{error.args[0]}: {hint()}") from error
    return console.show_outcome(config.root, outcome, recovered)
