"""The journal and the log: what a pass is about to write, and what every pass wrote.

A pass is one row, its operations one row each. While it is open, the final bytes of what it writes
and the agreements that rest on it stand beside it, so that an interrupted pass is finished with the
bytes it had and nothing is ever merged a second time.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from vault_sync.core.model import RelPath
from vault_sync.core.plan import Agreement, Create, Operation, Rename, Row, Trash, Write
from vault_sync.edge.saved import name_of
from vault_sync.edge.state import State, bound, unbound

Kind = Literal["create", "write", "rename", "trash"]


@dataclass(slots=True)
class Task:
    """One operation of a pass and what became of it.

    `before` and `after` are sha256 in hex ("": no such text), `content` the bytes to be written.
    """

    number: int
    kind: Kind
    path: RelPath
    target: RelPath | None
    before: str
    after: str
    content: bytes
    why: str
    undone: str | None = None

    @property
    def has_content(self) -> bool:
        """Whether bytes are written for it."""
        return self.kind in {"create", "write"}


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass that is being carried out. `token` is in the name of each of its temporary files."""

    id: int
    token: str
    started: str
    tasks: Sequence[Task]


class Change(NamedTuple):
    """One file of a pass. `undone` says why nothing was done to it, or is None."""

    kind: Kind
    path: RelPath
    to: RelPath | None
    why: str
    undone: str | None
    before: str
    after: str


class PassRecord(NamedTuple):
    """One pass as the log has it. `started` is ISO 8601; `open`: interrupted, not finished yet."""

    id: int
    started: str
    cause: str
    open: bool
    changes: tuple[Change, ...]


def task_of(number: int, operation: Operation) -> Task:
    """An operation of a plan as it stands in the journal."""
    match operation:
        case Create(path, after, why):
            content = as_bytes(after)
            return Task(number, "create", path, None, "", name_of(content), content, why)
        case Write(path, before, after, why):
            content = as_bytes(after)
            old = name_of(as_bytes(before))
            return Task(number, "write", path, None, old, name_of(content), content, why)
        case Rename(path, to, before, why):
            old = name_of(as_bytes(before))
            return Task(number, "rename", path, to, old, old, b"", why)
        case Trash(path, to, before, why):
            old = name_of(as_bytes(before))
            return Task(number, "trash", path, to, old, old, b"", why)


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def begin(
    state: State,
    tasks: Sequence[Task],
    agreements: Iterable[Agreement],
    *,
    cause: str,
    started: datetime,
    saved: Mapping[str, RelPath],
) -> Pass:
    """Puts a pass into the journal, with the texts that were saved for it: one commit.

    Raises:
        StateError: it is not in the journal; nothing may be written.
    """
    token = os.urandom(6).hex()
    at = started.isoformat()
    with state.writing() as connection:
        id_ = connection.execute(
            "INSERT INTO pass(started, cause, token, open) VALUES (?, ?, ?, 1)", (at, cause, token)
        ).lastrowid
        assert id_ is not None
        connection.executemany(
            "INSERT INTO operation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(id_, *_columns(task)) for task in tasks],
        )
        connection.executemany(
            "INSERT INTO journal VALUES (?, ?, ?)",
            [(id_, task.number, task.content) for task in tasks if task.has_content],
        )
        connection.executemany(
            "INSERT INTO agreement(pass, paths, rows) VALUES (?, ?, ?)",
            [(id_, json.dumps(sorted(one.paths)), _dump(one)) for one in agreements],
        )
        _note_saved(connection, saved, id_, at, "replaced")
    return Pass(id_, token, at, tasks)


def finish(state: State, one: Pass, *, agree: bool = True) -> None:
    """Ends a pass: base, log and journal in one commit.

    Agreements whose every operation was done go into the base, the others (all of them, unless
    `agree`) are forgotten.

    Raises:
        StateError: the pass stays open and is finished by the next one.
    """
    undone = {
        path for task in one.tasks if task.undone is not None for path in (task.path, task.target)
    }
    with state.writing() as connection:
        for id_, paths, rows in connection.execute(
            "SELECT id, paths, rows FROM agreement WHERE pass = ?", (one.id,)
        ).fetchall():
            if agree and undone.isdisjoint(json.loads(paths)):
                put, drop = _undump(rows)
                state.put(connection, put, drop, id_)
        connection.execute("UPDATE agreement SET rows = NULL WHERE pass = ?", (one.id,))
        connection.executemany(
            "UPDATE operation SET undone = ?, target = ? WHERE pass = ? AND number = ?",
            [
                (task.undone, task.target and bound(task.target), one.id, task.number)
                for task in one.tasks
                if task.undone is not None or task.kind == "trash"
            ],
        )
        connection.execute("DELETE FROM journal WHERE pass = ?", (one.id,))
        connection.execute("UPDATE pass SET open = 0 WHERE id = ?", (one.id,))


def interrupted(state: State) -> list[Pass]:
    """The passes that were begun and not finished, oldest first, with the bytes they had."""
    connection = state.reading() if state.known else None
    if connection is None:
        return []
    found = []
    for id_, token, started in connection.execute(
        "SELECT id, token, started FROM pass WHERE open ORDER BY id"
    ).fetchall():
        contents = dict(
            connection.execute("SELECT number, content FROM journal WHERE pass = ?", (id_,))
        )
        tasks = [
            Task(number, *change[:3], change.before, change.after, contents.get(number, b""),
                 change.why, change.undone)
            for number, change in _changes(connection, id_)
        ]  # fmt: skip
        for task in tasks:
            if task.has_content and name_of(task.content) != task.after:
                task.undone = "the journal is damaged there"
        found.append(Pass(id_, token, started, tasks))
    return found


def note_saved(
    state: State, texts: Mapping[str, RelPath], one: int | None, at: str, why: str
) -> None:
    """Records texts (by name) that are in the saved folder: from which path, and why."""
    with state.writing() as connection:
        _note_saved(connection, texts, one, at, why)


def is_saved(state: State, name: str) -> bool:
    """Whether a text is durably among the saved ones."""
    connection = state.reading() if state.known else None
    return connection is not None and (
        connection.execute("SELECT 1 FROM saved WHERE hash = ?", (name,)).fetchone() is not None
    )


def change_of(state: State, token: str, number: int) -> tuple[int, Change] | None:
    """The pass and the operation that a temporary file belongs to."""
    connection = state.reading() if state.known else None
    found = (
        connection
        and connection.execute("SELECT id FROM pass WHERE token = ?", (token,)).fetchone()
    )
    if not connection or not found:
        return None
    for at, change in _changes(connection, found[0], number):
        return (found[0], change) if at == number else None
    return None


def note_beside(state: State, token: str, path: str) -> None:
    """Records a temporary file outside `.vault-sync`, before it is made."""
    with state.writing() as connection:
        connection.execute("INSERT INTO beside VALUES (?, ?)", (token, bound(path)))


def all_beside(state: State) -> list[tuple[str, str]]:
    """Token and path of every temporary file outside `.vault-sync`."""
    connection = state.reading() if state.known else None
    if connection is None:
        return []
    return [(token, unbound(path)) for token, path in connection.execute("SELECT * FROM beside")]


def forget_beside(state: State, path: str) -> None:
    with state.writing() as connection:
        connection.execute("DELETE FROM beside WHERE path = ?", (bound(path),))


def records(state: State, limit: int | None = None) -> list[PassRecord]:
    """The passes that wrote something, newest first."""
    connection = state.reading() if state.known else None
    if connection is None:
        return []
    return [
        PassRecord(
            id_, started, cause, bool(open_), tuple(one for _, one in _changes(connection, id_))
        )
        for id_, started, cause, open_ in connection.execute(
            "SELECT id, started, cause, open FROM pass ORDER BY id DESC LIMIT ?",
            (-1 if limit is None else limit,),
        ).fetchall()
    ]


def _changes(
    connection: sqlite3.Connection, id_: int, number: int | None = None
) -> list[tuple[int, Change]]:
    return [
        (
            at,
            Change(
                kind,
                RelPath(unbound(path)),
                None if target is None else RelPath(unbound(target)),
                unbound(why),
                undone,
                before,
                after,
            ),
        )
        for at, kind, path, target, before, after, why, undone in connection.execute(
            "SELECT number, kind, path, target, before, after, why, undone FROM operation"
            " WHERE pass = ? AND (? IS NULL OR number = ?) ORDER BY number",
            (id_, number, number),
        )
    ]


def _columns(task: Task) -> tuple[object, ...]:
    target = None if task.target is None else bound(task.target)
    path, why = bound(task.path), bound(task.why)
    return (task.number, task.kind, path, target, task.before, task.after, why, task.undone)


def _note_saved(
    connection: sqlite3.Connection,
    texts: Mapping[str, RelPath],
    one: int | None,
    at: str,
    why: str,
) -> None:
    connection.executemany(
        "INSERT INTO saved VALUES (?, ?, ?, ?, ?)",
        [(name, bound(path), one, at, why) for name, path in texts.items()],
    )


def _dump(agreement: Agreement) -> str:
    put = [[*row, value] for row, value in agreement.put.items()]
    return json.dumps([put, [list(row) for row in agreement.drop]])


def _undump(rows: str) -> tuple[dict[Row, str], list[Row]]:
    put, drop = json.loads(rows)
    return {Row(*row): value for *row, value in put}, [Row(*row) for row in drop]


def touched(state: State, id_: int) -> list[tuple[int, frozenset[RelPath]]]:
    """The agreements of a finished pass: id and the paths each rested on."""
    connection = state.reading() if state.known else None
    if connection is None:
        return []
    return [
        (agreement, frozenset(json.loads(paths)))
        for agreement, paths in connection.execute(
            "SELECT id, paths FROM agreement WHERE pass = ?", (id_,)
        )
    ]
