"""The notes and digests of a vault as the last pass saw them: the identity of each file."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from struct import Struct

from vault_sync.core.model.base import FileMark
from vault_sync.core.model.values import Key, RelPath
from vault_sync.edge.state.schema import Select, bound, unbound

_NUMBERS = Struct("<Qqq")
"""Inode, size in bytes, modification time in ns."""


def read_files(
    select: Select, keys: Collection[Key] | None = None
) -> dict[Key, dict[RelPath, FileMark]]:
    """Return the files about some papers (None: all), by paper; digests stand under no key."""
    query = "SELECT key, path, mark, hash FROM file"
    if keys is None:
        rows = select(query)
    else:
        rows = [row for key in keys for row in select(f"{query} WHERE key = ?", bound(key))]
    found: dict[Key, dict[RelPath, FileMark]] = {}
    for key, path, mark, hash_ in rows:
        inode, size, mtime_ns = _NUMBERS.unpack(mark)
        by_path = found.setdefault(Key(unbound(key)), {})
        by_path[RelPath(unbound(path))] = FileMark(inode, size, mtime_ns, hash_)
    return found


def change_files(
    connection: sqlite3.Connection,
    put: Mapping[RelPath, tuple[Key, FileMark]],
    gone: Iterable[RelPath],
) -> None:
    """Put files and forget others, inside a `writing` of the caller's."""
    connection.executemany("DELETE FROM file WHERE path = ?", [(bound(path),) for path in gone])
    connection.executemany(
        "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)",
        [
            (bound(path), _NUMBERS.pack(*mark[:3]), mark.hash, bound(key))
            for path, (key, mark) in put.items()
        ],
    )
