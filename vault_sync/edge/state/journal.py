"""The journal and the log: what a pass is about to write, and what every pass wrote.

A pass is one row, its operations one row each. While it is open, the final bytes of what it writes
and the base updates that rest on it stand beside it, so that an interrupted pass is finished with
the bytes it had and nothing is ever merged a second time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time
from typing import NamedTuple

from vault_sync.core.model.plan import (
    AnyText,
    BaseKey,
    BaseUpdate,
    Create,
    Operation,
    Rename,
    Trash,
    Write,
)
from vault_sync.core.model.values import RelPath
from vault_sync.core.text.encodings import as_bytes, as_text
from vault_sync.edge.state import base_table
from vault_sync.edge.state.pass_log import Kind, changes, name_of, note_saved
from vault_sync.edge.state.schema import bound, checksum
from vault_sync.edge.state.store import StateStore

DAMAGED = "the journal is damaged there"
DAY = 86_400.0
"""Seconds for which the time of displacing is remembered, of files that are gone after a minute."""


@dataclass(slots=True)
class Task:
    """One operation of a pass and what became of it.

    `before` and `after` are sha256 in hex ("": no such text), `text` is what will be written, and
    `size` and `old_size` say how many bytes will be and are in the file (0: not known any more).
    """

    number: int
    kind: Kind
    path: RelPath
    target: RelPath | None
    before: str
    after: str
    text: AnyText
    why: str
    undone: str | None = None
    size: int = 0
    old_size: int = 0

    @property
    def content(self) -> bytes:
        """The bytes to be written, made anew: beside the plan they would be every text twice."""
        return as_bytes(self.text)

    @property
    def has_content(self) -> bool:
        """True if bytes are written for it."""
        return self.kind in {"create", "write"}


class Pass(NamedTuple):
    """A pass that is being carried out. `token` is in the name of each of its temporary files.

    `numbers` are those of its base updates, `stored` the ids of their values (`base_table`).
    """

    id: int
    token: str
    started: str
    tasks: Sequence[Task]
    base_updates: Sequence[tuple[int, BaseUpdate]]
    numbers: range
    stored: range


def task_of(number: int, operation: Operation) -> Task:
    """Return an operation of a plan as it stands in the journal."""
    match operation:
        case Create(path, after, why):
            name, size = _named(after)
            return Task(number, "create", path, None, "", name, after, why, None, size)
        case Write(path, before, after, why):
            (old, old_size), (name, size) = _named(before), _named(after)
            return Task(number, "write", path, None, old, name, after, why, None, size, old_size)
        case Rename(path, to, before, why):
            old, size = _named(before)
            return Task(number, "rename", path, to, old, old, "", why, None, 0, size)
        case Trash(path, to, before, why):
            old, size = _named(before)
            return Task(number, "trash", path, to, old, old, "", why, None, 0, size)


def _named(text: AnyText) -> tuple[str, int]:
    """Return the name of a text and its size in bytes."""
    content = as_bytes(text)
    return name_of(content), len(content)


def begin(
    state: StateStore,
    tasks: Sequence[Task],
    base_updates: Iterable[BaseUpdate],
    *,
    cause: str,
    started: datetime,
    texts: Iterable[tuple[str, RelPath]],
) -> Pass:
    """Put a pass into the journal, with the texts (name, path) saved for it: one commit.

    Raises:
        StateError: it is not in the journal; nothing may be written.
    """
    token = os.urandom(6).hex()
    at = started.astimezone(UTC).isoformat()
    with state.writing() as connection:
        connection.execute("DELETE FROM displaced WHERE at < ?", (time() - DAY,))
        id_ = connection.execute(
            "INSERT INTO pass(started, cause, token, open) VALUES (?, ?, ?, 1)", (at, cause, token)
        ).lastrowid
        assert id_ is not None
        # One row at a time: as lists they would take half as much memory again as all the rest.
        connection.executemany(
            "INSERT INTO operation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((id_, *_columns(task)) for task in tasks),
        )
        connection.executemany(
            "INSERT INTO journal VALUES (?, ?, ?, ?)",
            ((id_, task.number, task.content, _sum(task)) for task in tasks),
        )
        first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM agreement").fetchone()[0]
        numbered = list(enumerate(base_updates, first))
        connection.executemany(
            "INSERT INTO agreement VALUES (?, ?, ?, ?, ?, ?)",
            ((number, id_, *_dumped(one)) for number, one in numbered),
        )
        ids = base_table.promise(connection, numbered)
        note_saved(connection, texts, id_, at, "replaced")
    return Pass(id_, token, at, tasks, numbered, range(first, first + len(numbered)), ids)


def finish(state: StateStore, one: Pass, *, agree: bool) -> None:
    """End a pass: base, log, journal and the time of displacing in one commit.

    Base updates whose every operation was done go into the base, the others (all of them, unless
    `agree`) are forgotten.

    Raises:
        StateError: the pass stays open and is finished by the next one.
    """
    undone = {
        path for task in one.tasks if task.undone is not None for path in (task.path, task.target)
    }
    standing = {
        number: base_update
        for number, base_update in one.base_updates
        if agree and undone.isdisjoint(base_update.paths)
    }
    with state.writing() as connection:
        connection.execute("DELETE FROM journal WHERE pass = ?", (one.id,))
        if len(standing) < len(one.numbers):
            base_table.forget(
                connection, (each for each in one.numbers if each not in standing), one.stored
            )
        state.stand(connection, list(standing.values()), one.stored)
        if any(base_update.drop for base_update in standing.values()):
            connection.execute(
                "UPDATE agreement SET dropped = NULL WHERE id >= ? AND id < ?",
                (one.numbers.start, one.numbers.stop),
            )
        connection.executemany(
            "UPDATE operation SET undone = ?, target = ? WHERE pass = ? AND number = ?",
            [
                (task.undone, task.target and bound(task.target), one.id, task.number)
                for task in one.tasks
                if task.undone is not None or task.kind == "trash"
            ],
        )
        displaced = [(one.token, each.number, time()) for each in one.tasks if each.kind == "write"]
        connection.executemany("INSERT OR REPLACE INTO displaced VALUES (?, ?, ?)", displaced)
        connection.execute("UPDATE pass SET open = 0 WHERE id = ?", (one.id,))


def displaced_at(state: StateStore, token: str, number: int) -> float | None:
    """Return when a pass had displaced the file of a task, in Unix seconds; None: not known."""
    found = state.select("SELECT at FROM displaced WHERE token = ? AND number = ?", token, number)
    return found[0][0] if found else None


def interrupted(state: StateStore) -> list[Pass]:
    """Return the passes that were begun and not finished, oldest first, with the bytes they had.

    What a flipped bit has made of one of them is left undone: the next pass plans it anew.
    """
    found = []
    for id_, token, started in state.select(
        "SELECT id, token, started FROM pass WHERE open ORDER BY id"
    ):
        tasks = _tasks(state, id_)
        # Which file a damaged task was about is not known for certain, so nothing rests on any.
        sound = all(task.undone != DAMAGED for task in tasks)
        numbers, ids, base_updates = _base_updates(state, id_)
        found.append(Pass(id_, token, started, tasks, base_updates if sound else [], numbers, ids))
    return found


def _tasks(state: StateStore, id_: int) -> list[Task]:
    contents = {
        number: (content, sum_)
        for number, content, sum_ in state.select(
            "SELECT number, content, sum FROM journal WHERE pass = ?", id_
        )
    }
    tasks = []
    for number, one in changes(state, id_):
        content, sum_ = contents.get(number, (b"", -1))
        text = as_text(content)
        task = Task(
            number, one.kind, one.path, one.to, one.before, one.after, text, one.why, one.undone
        )
        if _sum(task) != sum_ or (task.has_content and name_of(content) != task.after):
            task.undone = DAMAGED
        tasks.append(task)
    return tasks


def _columns(task: Task) -> tuple[object, ...]:
    target = None if task.target is None else bound(task.target)
    path, why = bound(task.path), bound(task.why)
    return (task.number, task.kind, path, target, task.before, task.after, why, task.undone)


def _sum(task: Task) -> int:
    return checksum(task.kind, task.path, task.target, task.before, task.after)


def _dumped(base_update: BaseUpdate) -> tuple[str, str | None, int, int]:
    paths = json.dumps(sorted(base_update.paths))
    dropped = json.dumps(list(base_update.drop)) if base_update.drop else None
    count = len(base_update.put)
    return paths, dropped, count, checksum(paths, dropped, str(count))


def _base_updates(state: StateStore, id_: int) -> tuple[range, range, list[tuple[int, BaseUpdate]]]:
    """Return a pass's numbers of base updates, the ids of their values, and the sound updates."""
    rows = state.select(
        "SELECT id, paths, dropped, count, sum FROM agreement WHERE pass = ? ORDER BY id", id_
    )
    numbers = range(rows[0][0], rows[-1][0] + 1) if rows else range(0)
    put, ids = base_table.promised(state.select, numbers)
    found = []
    for number, paths, dropped, count, sum_ in rows:
        values = put[number]
        if len(values) == count and checksum(paths, dropped, str(count)) == sum_:
            on = frozenset(map(RelPath, json.loads(paths)))
            drop = frozenset(BaseKey(*row) for row in json.loads(dropped or "[]"))
            found.append((number, BaseUpdate(on, values, drop)))
    return numbers, ids, found
