"""The state's record of the past: passes, their files, the texts that were saved.

Whatever was replaced, moved to the trash or displaced is saved as a plain file,
`<state>/saved/<a>/<sha256>`: readable with any editor, without this program. Which path and pass a
text came from stands in a table; a text counts as saved once it stands there too.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.text.encodings import as_bytes
from vault_sync.edge.fs.reading import read_all
from vault_sync.edge.platform import current
from vault_sync.edge.platform.durability import BATCH, sync_everything, sync_file, sync_path
from vault_sync.edge.state.schema import bound, unbound
from vault_sync.edge.state.store import StateStore

Kind = Literal["create", "write", "rename", "trash"]


class FileChange(NamedTuple):
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
    changes: tuple[FileChange, ...]


class SavedRow(NamedTuple):
    """One saved text: its name, the path it stood at, when (ISO 8601, UTC), why it was saved."""

    name: str
    path: RelPath
    at: str
    why: str


def records(state: StateStore, limit: int | None = None) -> list[PassRecord]:
    """Return the passes that wrote something, newest first."""
    return [
        PassRecord(
            id_, started, cause, bool(open_), tuple(change for _, change in changes(state, id_))
        )
        for id_, started, cause, open_ in state.select(
            "SELECT id, started, cause, open FROM pass ORDER BY id DESC LIMIT ?",
            -1 if limit is None else limit,
        )
    ]


_OPERATIONS = (
    "SELECT number, kind, path, target, why, undone, before, after FROM operation WHERE pass = ?"
)


def changes(state: StateStore, id_: int, number: int | None = None) -> list[tuple[int, FileChange]]:
    """Return the operations of a pass with their numbers, in order; or the one of that number."""
    rows = (
        state.select(f"{_OPERATIONS} ORDER BY number", id_)
        if number is None
        else state.select(f"{_OPERATIONS} AND number = ?", id_, number)
    )
    return [
        (at, FileChange(kind, RelPath(unbound(path)), _path(target), unbound(why), *more))
        for at, kind, path, target, why, *more in rows
    ]


def _path(found: Any) -> RelPath | None:
    return None if found is None else RelPath(unbound(found))


def change_of(state: StateStore, token: str, number: int) -> tuple[int, FileChange] | None:
    """Return the pass and the operation that a temporary file belongs to."""
    for (id_,) in state.select("SELECT id FROM pass WHERE token = ?", token):
        for _, change in changes(state, id_, number):
            return id_, change
    return None


def rows_of(state: StateStore, id_: int) -> list[tuple[frozenset[str], set[BaseKey]]]:
    """Return, for each base update of a pass, its paths and the rows of it that still stand."""
    rows: dict[int, set[BaseKey]] = {}
    for number, *row in state.select(
        "SELECT agreement, key, digest, field FROM stands"
        " WHERE agreement IN (SELECT id FROM agreement WHERE pass = ?)",
        id_,
    ):
        rows.setdefault(number, set()).add(BaseKey(*map(unbound, row)))  # type: ignore[arg-type]
    return [
        (frozenset(json.loads(paths)), rows.get(number, set()))
        for number, paths in state.select("SELECT id, paths FROM agreement WHERE pass = ?", id_)
    ]


def save_text(state: StateStore, content: bytes, path: RelPath, one: int | None, why: str) -> None:
    """Save a text that is not among the saved ones yet, durably, with its path and its pass.

    Raises:
        OSError, StateError: it is not saved.
    """
    name = name_of(content)
    if content and not is_saved(state, name):
        save(state.saved, [content], 1)
        with state.writing() as connection:
            note_saved(connection, [(name, path)], one, datetime.now(UTC).isoformat(), why)


def note_saved(
    connection: sqlite3.Connection,
    texts: Iterable[tuple[str, RelPath]],
    one: int | None,
    at: str,
    why: str,
) -> None:
    """Record texts (name, path) that are on the disk now, inside a `writing` of the caller's."""
    connection.executemany(
        "INSERT INTO saved VALUES (?, ?, ?, ?, ?)",
        [(name, bound(path), one, at, why) for name, path in texts],
    )


WHOLE, CUT = "entries taken out", "entries taken out, as it was then"


def note_lost_entries(state: StateStore, texts: Iterable[tuple[RelPath, str, str]]) -> None:
    """Save, for the newest pass, the digests (path, whole text, cut text) that lost entries.

    Raises:
        OSError, StateError: nothing is remembered; the entries come back at the digest's end.
    """
    rows = [
        (as_bytes(text), path, why)
        for path, whole, cut in texts
        for text, why in ((whole, WHOLE), (cut, CUT))
    ]
    if not rows:
        return
    save(state.saved, (content for content, _, _ in rows), len(rows))
    at = datetime.now(UTC).isoformat()
    with state.writing() as connection:
        (one,) = connection.execute("SELECT max(id) FROM pass").fetchone()
        for content, path, why in rows:
            note_saved(connection, [(name_of(content), path)], one, at, why)


def lost_entries(state: StateStore, id_: int) -> dict[RelPath, tuple[str, str]]:
    """Return the digests that lost entries to a pass: the names of their whole and cut texts."""
    names: dict[str, dict[RelPath, str]] = {WHOLE: {}, CUT: {}}
    for path, name, why in state.select(
        "SELECT path, hash, why FROM saved WHERE pass = ? AND why IN (?, ?)", id_, WHOLE, CUT
    ):
        names[why][RelPath(unbound(path))] = name
    return {path: (name, names[CUT][path]) for path, name in names[WHOLE].items()}


def is_saved(state: StateStore, name: str) -> bool:
    """Return True if a text is durably among the saved ones."""
    return bool(state.select("SELECT 1 FROM saved WHERE hash = ?", name))


def all_saved(state: StateStore) -> list[SavedRow]:
    """Return every saved text, newest first."""
    return [
        SavedRow(name, RelPath(unbound(path)), at, why)
        for name, path, at, why in state.select(
            "SELECT hash, path, at, why FROM saved ORDER BY rowid DESC"
        )
    ]


def drop_old(state: StateStore, now: datetime, keep_saved_days: float) -> int:
    """Remove saved texts older than that. Return how many. The caller has locked the state.

    It looks for stray files only when a text that is spoken of is old: a pass seldom pays for it.

    Raises:
        StateError, OSError: what could not be removed is removed next time.
    """
    before = (now - timedelta(days=keep_saved_days)).astimezone(UTC)
    if not state.select("SELECT 1 FROM saved WHERE at < ? LIMIT 1", before.isoformat()):
        return 0
    with state.writing() as connection:
        connection.execute("DELETE FROM saved WHERE at < ?", (before.isoformat(),))
    # Also what a pass left that was killed before its journal: no row speaks of it.
    listed = {row.name for row in all_saved(state)}
    old = [
        file
        for file in state.saved.glob("?/*")
        if file.name not in listed and file.stat().st_mtime < before.timestamp()
    ]
    for file in old:
        file.unlink()
    return len(old)


def old_dropped(state: StateStore, days: float) -> tuple[Problem, ...]:
    """Drop saved texts of more than `days` days (0: never). Return a notice if there were any."""
    count = drop_old(state, datetime.now(UTC), days) if days else 0
    words = f"{count} saved texts of more than {days:g} days were dropped"
    hint = "`[saved] days` in vault-sync.toml says how long they are kept"
    return (
        (Problem("vault-sync.toml", "saved-dropped", words, hint, level="notice"),) if count else ()
    )


def note_beside(state: StateStore, path: str) -> None:
    """Record a temporary file outside `.vault-sync`, before it is made."""
    with state.writing() as connection:
        connection.execute("INSERT INTO beside VALUES (?)", (bound(path),))


def all_beside(state: StateStore) -> list[str]:
    """Return the path of every temporary file outside `.vault-sync`."""
    return [unbound(path) for (path,) in state.select("SELECT path FROM beside")]


def forget_beside(state: StateStore, path: str) -> None:
    with state.writing() as connection:
        connection.execute("DELETE FROM beside WHERE path = ?", (bound(path),))


def name_of(content: bytes) -> str:
    """Return the name that a text is saved under: its sha256 in hex."""
    return hashlib.sha256(content).hexdigest()


def file_of(folder: Path, name: str) -> Path:
    return folder / name[:1] / name


def save(folder: Path, texts: Iterable[bytes], count: int) -> list[str]:
    """Put texts, `count` of them, on the disk, durably, and return their names.

    Raises:
        OSError: not all of them are saved.
    """
    if not count:
        return []
    batch = count >= BATCH
    names = []
    touched = {folder.parent}
    folder.mkdir(mode=0o700, exist_ok=True)
    watch = current.files.open_root(folder)
    try:
        for content in texts:
            name = name_of(content)
            names.append(name)
            shelf = folder / name[:1]
            if not shelf.is_dir():
                shelf.mkdir(mode=0o700, exist_ok=True)
                touched.add(folder)
            touched.add(shelf)
            _put(shelf / name, content, sync=not batch)
        if batch and sync_everything(watch):
            return names
        for one in touched:
            sync_path(one)
        if batch:
            for name in names:
                sync_path(file_of(folder, name))
    finally:
        os.close(watch)
    return names


def take(folder: Path, name: str) -> bytes | None:
    """Return a saved text, or None if it is not there or no longer what it was."""
    try:
        content = file_of(folder, name).read_bytes()
    except FileNotFoundError:
        return None
    return content if name_of(content) == name else None


def _put(path: Path, content: bytes, *, sync: bool) -> None:
    # A file of that name may be there, torn by a power cut or never synced: looked at, not trusted.
    file = current.files.open_to_write(path, new=False)
    try:
        if read_all(file) != content:
            os.ftruncate(file, 0)
            write_all(file, content)
        if sync:
            sync_file(file)
    finally:
        os.close(file)


def write_all(file: int, content: bytes) -> None:
    """Write all bytes from the file's start; a short write is followed by another.

    Raises:
        OSError: they are not all there, or do not read back.
    """
    at = 0
    while at < len(content):
        at += current.files.write_at(file, content[at:], at)
    if read_all(file) != content:
        raise OSError("the file does not read back as it was written")
