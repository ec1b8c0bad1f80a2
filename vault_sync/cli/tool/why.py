"""`why NOTE|DIGEST[:LINE]`: the entry, our lines, the passes that wrote a file, what waits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from vault_sync.cli.console import Console, UsageError
from vault_sync.cli.history import change_line, pass_line, record_as_json
from vault_sync.cli.passes import note_named, planned
from vault_sync.core.digest.reader import Entry
from vault_sync.core.model.plan import Create, Plan
from vault_sync.core.model.values import Key, RelPath, stem_of
from vault_sync.core.note.note import Note
from vault_sync.core.note.note import read as read_note
from vault_sync.core.note.property_table import owner
from vault_sync.core.report import lines as report
from vault_sync.core.text.spans import line_number
from vault_sync.edge.config import Config
from vault_sync.edge.state import heartbeat, pass_log
from vault_sync.edge.state.pass_log import PassRecord
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.observation.observation import Observation, base_of, observe
from vault_sync.sync.request import PassRequest

_PASSES = 5
_LOOKED_AT = 1000


class OwnLines(NamedTuple):
    """Lines of a file that this program writes, and what they are."""

    first: int
    last: int
    what: str


@dataclass(slots=True)
class Account:
    """All that is known of one file, or of one paper in it."""

    path: RelPath
    about: str
    key: Key | None = None
    entries: list[tuple[RelPath, int, int]] = field(default_factory=list)
    notes: list[RelPath] = field(default_factory=list)
    ours: list[OwnLines] = field(default_factory=list)


def why(console: Console, given: str) -> int:
    """Show the account of a note, a digest, or the entry at a line of one.

    Raises:
        UsageError: there is no such file, or no entry at that line.
    """
    config = console.config()
    name, line = _parted(given)
    path = note_named(console, config, name)
    with console.state(config) as state:
        observation = observe(config, base_of(state))
        account = _account(observation, config, path, line)
        records = _records(state, path)
        beat = heartbeat.read(state.directory)
    plan = planned(console, config, PassRequest(cause="why"))
    files = {path, *account.notes, *(each for each, _, _ in account.entries)}
    files |= _new_notes(account.key, plan, config)
    waits = beat.waiting.get(path) if beat and beat.alive else None
    if console.json:
        console.answer(config.root, **_as_json(account, records, plan, files, waits))
    else:
        console.out(_lines(account, records, waits))
        _show_plan(console, account, plan, files)
    return report.IN_LINE


def _parted(given: str) -> tuple[str, int | None]:
    """Return the name and the line of `NAME:LINE`."""
    found = re.fullmatch(r"(.+):([0-9]+)", given)
    return (found[1], int(found[2])) if found else (given, None)


def _account(observation: Observation, config: Config, path: RelPath, line: int | None) -> Account:
    snapshot = observation.snapshot
    if path in snapshot.digests:
        return _of_digest(observation, path, line)
    note = snapshot.notes.get(path)
    key = snapshot.about(path)
    if note is None or key is None:
        reason = snapshot.locked.get(path)
        return Account(path, (reason and f"not read: {reason}") or "no paper: it is never written")
    account = Account(path, f"a note of {key}", key, _places(observation, key))
    if note.managed:
        account.ours = list(_own_lines(note, config.rules.facts))
    else:
        account.about += " that is your own: it is linked, and not written"
    return account


def _of_digest(observation: Observation, path: RelPath, line: int | None) -> Account:
    digest = observation.snapshot.digests[path]
    if line is None:
        account = Account(
            path, f"a digest of {report.counted(len(digest.entries), 'entry', 'entries')}"
        )
        account.ours = [each for entry in digest.entries for each in _link(digest.text, entry)]
        return account
    for entry in digest.entries:
        if entry.line <= line <= _last_line(digest.text, entry):
            account = Account(path, f"the entry of {entry.key}", entry.key)
            account.entries = _places(observation, entry.key)
            account.notes = list(observation.snapshot.managed.get(entry.key, ()))
            account.ours = list(_link(digest.text, entry))
            return account
    raise UsageError(f"{path}:{line}: no entry stands there, so the line is yours alone")


def _places(observation: Observation, key: Key) -> list[tuple[RelPath, int, int]]:
    return [
        (path, entry.line, _last_line(digest.text, entry))
        for path, digest in observation.snapshot.digests.items()
        for entry in digest.entries
        if entry.key == key
    ]


def _last_line(text: str, entry: Entry) -> int:
    return line_number(text, max(entry.span.end - 1, entry.span.start))


def _link(text: str, entry: Entry) -> Iterator[OwnLines]:
    if entry.link is not None:
        line = line_number(text, entry.link.span.start)
        yield OwnLines(line, line, f"the link to {entry.link.target}")


def _own_lines(note: Note, facts: tuple[str, ...]) -> Iterator[OwnLines]:
    for name, value in note.properties.values.items():
        whose = owner(name, facts, note.properties.names)
        if whose != "the reader's":
            yield OwnLines(value.line, value.line, f"{name}: {whose}")
    for section in note.sections:
        last = section.commentary_line + section.commentary.count("\n")
        yield OwnLines(section.line, last, f"the section of {stem_of(section.target)}: two-way")


def _records(state: StateStore, path: RelPath) -> list[PassRecord]:
    """Return the newest passes that wrote a file, each with the changes of that file alone."""
    found = []
    for record in pass_log.records(state, _LOOKED_AT):
        changes = tuple(each for each in record.changes if path in {each.path, each.to})
        if changes:
            found.append(record._replace(changes=changes))
    return found[:_PASSES]


def _new_notes(key: Key | None, plan: Plan, config: Config) -> set[RelPath]:
    """Return the notes of a paper that a pass would make."""
    names = config.rules.properties
    made = (each for each in plan.operations if isinstance(each, Create))
    return {each.path for each in made if key and read_note(str(each.after), names).key == key}


def _lines(account: Account, records: list[PassRecord], waits: float | None) -> Iterator[str]:
    yield f"{account.path}: {account.about}"
    for path, first, last in account.entries:
        yield f"  entry   {path}:{first}-{last}"
    yield from (f"  note    {path}" for path in account.notes)
    for first, last, what in account.ours:
        yield f"  line    {first if first == last else f'{first}-{last}'}: {what}"
    for record in records:
        yield f"  {pass_line(record)}"
        yield from (f"  {change_line(change)}" for change in record.changes)
    if not records:
        yield "  no pass has written it"
    if waits is not None:
        until = datetime.fromtimestamp(waits).astimezone().strftime("%H:%M:%S")
        yield f"  waits   until {until}, when nobody has typed in it for a while"


def _show_plan(console: Console, account: Account, plan: Plan, files: set[RelPath]) -> None:
    """Show what a pass would do and what it cannot do about these files."""
    todo = [each for each in plan.operations if each.path in files]
    console.out(f"  to do   {line}" for line in report.operation_lines(todo))
    conflicts = [each for each in plan.conflicts if account.path in {each.digest, each.note}]
    problems = [each for each in plan.problems if each.path in files]
    console.show_problems(problems, answer=True)
    console.out(report.conflict_lines(conflicts))


def _as_json(
    account: Account,
    records: list[PassRecord],
    plan: Plan,
    files: set[RelPath],
    waits: float | None,
) -> dict[str, Any]:
    return {
        "path": account.path,
        "about": account.about,
        "key": account.key,
        "entries": [
            {"digest": path, "line": first, "last_line": last}
            for path, first, last in account.entries
        ],
        "notes": account.notes,
        "ours": [
            {"line": each.first, "last_line": each.last, "what": each.what} for each in account.ours
        ],
        "passes": [record_as_json(each) for each in records],
        "operations": [
            report.operation_object(each) for each in plan.operations if each.path in files
        ],
        "problems": [report.problem_object(each) for each in plan.problems if each.path in files],
        "waits_until": waits,
    }
