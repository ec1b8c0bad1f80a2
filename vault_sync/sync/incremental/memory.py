"""The memory of a vault between two passes: records of files, then and as they are now."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from sys import intern
from typing import Any, NoReturn, TypeVar

from vault_sync.core.model.plan import BaseUpdate
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.edge.config import Config
from vault_sync.edge.fs.scan import Stat
from vault_sync.edge.state.places import open_there
from vault_sync.edge.state.schema import bound, unbound
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.index import FileStats, LastPass
from vault_sync.sync.incremental.unchanged import stamp_of
from vault_sync.sync.observation.file_record import File

MANY = 200
"""From this many changed files on the whole vault is looked at: it costs no more."""

K = TypeVar("K")
V = TypeVar("V")


class TakesWholePass(Exception):  # noqa: N818 - nothing fails, all is read
    """Change that is not for a pass over some papers; the text says why."""


class LazyMapping(Mapping[K, V]):
    """A mapping of which each value is found when it is needed; `find` returns None for none.

    Its keys are not known together: to go through them is a bug.
    """

    def __init__(self, find: Callable[[K], V | None]) -> None:
        self._find = find
        self._found: dict[K, V | None] = {}

    def __getitem__(self, key: K) -> V:
        if key not in self._found:
            self._found[key] = self._find(key)
        value = self._found[key]
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[K]:
        return self._unlisted()

    def __len__(self) -> int:
        return self._unlisted()

    def _unlisted(self) -> NoReturn:
        raise TypeError("its values are found by key only")


class Memory:
    """One reading of what the last pass left in the index, until it is closed.

    `stats` are those of all files, `open` those with which the last pass was not done. A damaged
    index makes whatever is looked for raise TakesWholePass.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, found: FileStats) -> None:
        self.found, self.stamp, self.last = found, found.stamp, found.last
        self.stats, self.open = found.stats, found.open
        self._path, self._connection = path, connection
        self._records: dict[RelPath, File | None] = {}
        by_name = LazyMapping[str, tuple[RelPath, ...]](
            lambda name: _found(connection, f"/{name}") or None
        )
        self.names = LinkResolver(by_name)

    def get(self, path: RelPath) -> File | None:
        """Return the record of a file; None for none."""
        if path not in self._records:
            self._records[path] = self._read(path) if path in self.stats else None
        return self._records[path]

    def _read(self, path: RelPath) -> File | None:
        query = "SELECT mark, kind, keys, points FROM file WHERE path = ?"
        for mark, kind, *texts in _rows(self._connection, query, path):
            keys, points = map(unbound, texts)
            stat = Stat(*self.stats[path])
            return File(stat, mark, intern(kind), keys, points, path in self.open)
        raise TakesWholePass("the index of the last pass is damaged")

    def find(self, term: str) -> tuple[RelPath, ...]:
        """Return the files that are found by a term (`index.terms`)."""
        return _found(self._connection, term)

    def store(
        self, stamp: str, last: LastPass, files: Mapping[RelPath, File | None]
    ) -> FileStats | None:
        """Store the outcome of a pass that changed these files, None of those gone.

        Return what is known of all files then; None where it could not be stored, so that the index
        is to be forgotten.
        """
        new = {path: file for path, file in files.items() if file is not None}
        stats = dict(self.stats)
        for path in files:
            stats.pop(path, None)
        stats |= {path: file.stat for path, file in new.items()}
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            if index.version_of(self._connection) != self.found.version:
                raise ValueError("another process has written it")
            old = {path: file for path in files if (file := self.get(path)) is not None}
            index.take(self._connection, old)
            index.put(self._connection, new)
            index.change_stats(self._connection, files, stats)
            open_ = (self.open - files.keys()) | {path for path, file in new.items() if file.open}
            version = index.finish(self._connection, stamp, last, open_)
            index.write_sum(self._path)
        except (*index.WRONG, TakesWholePass, OSError):
            return None
        return FileStats(stamp, version, last, open_, stats)

    def unlock(self) -> None:
        """Let other processes write the index: what is needed of it was read."""
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Read no more."""
        self._connection.close()


def _found(connection: sqlite3.Connection, term: str) -> tuple[RelPath, ...]:
    rows = _rows(connection, "SELECT path FROM term WHERE term = ?", term)
    return tuple(RelPath(unbound(path)) for (path,) in rows)


def _rows(connection: sqlite3.Connection, query: str, value: str) -> list[tuple[Any, ...]]:
    try:
        return connection.execute(query, (bound(value),)).fetchall()
    except sqlite3.Error as error:
        raise TakesWholePass("the index of the last pass is damaged") from error


NOTES = ("note", "plain", "held")


def keys_in(file: File) -> list[Key]:
    return [Key(key) for key in file.keys.split("\n")] if file.keys else []


class Overlay:
    """Records of files, changed without changing the memory that they are from.

    `changed` are the records that are others, None of a file that is gone.
    """

    def __init__(
        self, memory: Memory, changed: Mapping[RelPath, File | None] | None = None
    ) -> None:
        self.memory = memory
        self.names = memory.names.with_moved({}, memory.last.otherwise)
        self.changed: dict[RelPath, File | None] = dict(changed or {})

    def move(self, gone: Iterable[RelPath], come: Iterable[RelPath]) -> None:
        """Change the names: of files that are no more, and of new ones."""
        self.names = self.names.with_moved(dict.fromkeys(gone), come)

    def get(self, path: RelPath) -> File | None:
        """Return the record of a file; None if it is not there."""
        return self.changed[path] if path in self.changed else self.memory.get(path)

    def has(self, path: RelPath) -> bool:
        """Return True for a file that is there."""
        if path in self.changed:
            return self.changed[path] is not None
        return path in self.memory.stats

    def keys_at(self, path: RelPath) -> list[Key]:
        """Return the papers that a file is about."""
        file = self.get(path)
        return keys_in(file) if file is not None else []

    def files_about(self, key: Key) -> set[RelPath]:
        """Return the files about a paper."""
        paths = set(self.memory.find(index.about(key))) - self.changed.keys()
        return paths | {path for path in self.changed if key in self.keys_at(path)}

    def naming(self, point: str) -> set[RelPath]:
        """Return the files that name something that may come or go (`File.points`)."""
        paths = set(self.memory.find(index.naming(point))) - self.changed.keys()
        return paths | {
            path
            for path, file in self.changed.items()
            if file is not None and point in file.points.split("\n")
        }

    def notes_of(self, key: Key) -> list[RelPath]:
        """Return the files that are notes of a paper, or of a title (`identity.TITLE`)."""
        files = sorted(self.files_about(key))
        return [path for path in files if (file := self.get(path)) and file.kind != "digest"]

    def note_of(self, key: Key) -> RelPath | None:
        """Return the one note of a paper; if there is none, its one plain note, or held one."""
        files = {path: file for path in self.files_about(key) if (file := self.get(path))}
        for kind in NOTES:
            paths = [path for path, file in files.items() if file.kind == kind]
            if len(paths) == 1:
                return paths[0]
        return None

    def has_notes(self, key: Key) -> bool:
        """Return True for a paper with several notes, of which its entries may choose one."""
        kinds = [file.kind for path in self.files_about(key) if (file := self.get(path))]
        return kinds.count("note") > 1


def namers_after(
    namers: Mapping[Key, tuple[Key, ...]], base_updates: Iterable[BaseUpdate]
) -> dict[Key, tuple[Key, ...]]:
    """Return the papers that each paper names, as the base has it after some updates."""
    after = dict(namers)
    for base_update in base_updates:
        for row in base_update.drop:
            if row.field == "mentions":
                after.pop(row.key, None)
        for row, value in base_update.put.items():
            if row.field == "mentions":
                after[row.key] = tuple(map(Key, value))
    return {key: named for key, named in after.items() if named}


@dataclass(slots=True)
class DaemonMemory:
    """A daemon's memory between its passes; `problems` are those of the last walk."""

    found: FileStats | None = None
    problems: tuple[Problem, ...] = ()


def begin_anew(path: Path) -> Memory | None:
    """Begin the memory anew, in an index of no file; None where it cannot be stored."""
    try:
        return Memory(path, index.create(path), index.NOTHING)
    except sqlite3.Error:
        # A cache that cannot be stored costs time and nothing else.
        return None


def recall(config: Config, state: StateStore, found: FileStats | None = None) -> Memory | None:
    """Open the memory in the index; None if it is not to be trusted.

    `found` is what was read of it before: it is not read twice where it is of the same pass.
    """
    path, stamp = index.path_of(state), stamp_of(config, state)
    if stamp is None:
        return None
    connection = None
    try:
        connection = open_there(path, "mode=rw")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")  # no other process writes meanwhile
        found = index.file_stats(connection, stamp, found)
        if not index.is_whole(path):
            raise ValueError("it is not what was written")
        return Memory(path, connection, found)
    except (*index.WRONG, OSError):
        if connection is not None:
            connection.close()
        return None
