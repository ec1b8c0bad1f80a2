"""Deliveries in the state: the time of the last pass, and delivered files that wait for another.

A file that was brought since then, and that lacks something, is followed by no pass that first sees
it (docs/devices.md). What was replaced in its papers counts as earlier from that pass on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from typing import Any

from vault_sync.edge.state.schema import bound, unbound

Select = Callable[..., list[Any]]
"""`StateStore.select`: the rows of a query."""

_LOOKED = "looked"


def note_time(connection: sqlite3.Connection, at: int) -> None:
    """Note when a pass began (Unix ns), inside a transaction of the caller's."""
    connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (_LOOKED, str(at)))


def last_look(select: Select) -> int:
    """Return when the last pass that wrote into the state began (Unix ns); 0 for never."""
    found = select("SELECT value FROM fact WHERE name = ?", _LOOKED)
    return int(found[0][0]) if found else 0


def last_written(select: Select) -> dict[str, str | None]:
    """Return the sha256 of every file that the last pass which wrote any left."""
    rows = select(
        "SELECT path, after FROM operation WHERE pass = (SELECT max(pass) FROM operation)"
    )
    return {unbound(path): after for path, after in rows}


def waiting(select: Select) -> dict[str, float]:
    """Return the delivered files that wait, each with the time since when (Unix seconds)."""
    return {unbound(path): since for path, since in select("SELECT path, since FROM waited")}


def end_pass(
    connection: sqlite3.Connection,
    wait: dict[str, float],
    delivered: Collection[str],
    keys: Collection[str],
) -> None:
    """Note the files that wait from now on, inside a transaction of the caller's.

    `delivered` are those that were brought since the pass before, and `keys` the papers whose notes
    are among them: what was replaced there is earlier at once.
    """
    connection.execute("DELETE FROM waited")
    connection.executemany(
        "INSERT INTO waited VALUES (?, ?)",
        [(bound(path), since) for path, since in wait.items()],
    )
    for column, values in (("digest", delivered), ("key", keys)):
        connection.executemany(
            f"UPDATE history SET pending = 0 WHERE {column} = ? AND pending",  # noqa: S608
            [(bound(value),) for value in values],
        )
