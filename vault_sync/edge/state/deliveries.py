"""Deliveries in the state: the time of the last pass, and delivered files that wait for another.

A file that was brought since then, and that lacks something, is followed by no pass that first sees
it (docs/devices.md). What was replaced in its papers counts as earlier from that pass on. Copies
that a service made are here too: what was decided about each, and which were merged.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

from vault_sync.core.model.values import RelPath
from vault_sync.edge.state.schema import Select, bound, fact_of, note_fact, unbound

_LOOKED = "looked"
_LISTED = "copies listed"
_FORMER = "a digest was at "

Decision = Literal["left", "mine", "wanted", "merged"]
"""As in `CopyChoice` of `core/merge/copy_rules`."""


def note_time(connection: sqlite3.Connection, at: int) -> None:
    """Note when a pass began (Unix ns), inside a transaction of the caller's."""
    note_fact(connection, _LOOKED, str(at))


def last_look(select: Select) -> int:
    """Return when the last pass that wrote into the state began (Unix ns); 0 for never."""
    return int(fact_of(select, _LOOKED) or 0)


def last_written(select: Select) -> dict[str, str | None]:
    """Return the sha256 of every file that the last pass which wrote any left."""
    rows = select(
        "SELECT path, after FROM operation WHERE pass = (SELECT max(pass) FROM operation)"
    )
    return {unbound(path): after for path, after in rows}


def restored(select: Select) -> dict[str, bool]:
    """Return the files that `restore` put back, True where nothing was written there since."""
    rows = select(
        "SELECT path, NOT EXISTS (SELECT 1 FROM operation"
        " WHERE path = one.path AND pass > one.pass AND undone IS NULL)"
        " FROM operation AS one JOIN pass ON id = pass WHERE cause = 'restore' ORDER BY pass"
    )
    return {unbound(path): bool(newest) for path, newest in rows}


def waiting(select: Select) -> dict[str, float]:
    """Return the delivered files that wait, each with the time since when (Unix seconds)."""
    return {unbound(path): since for path, since in select("SELECT path, since FROM waited")}


def note_waiting(connection: sqlite3.Connection, path: RelPath, since: float) -> None:
    """Note a file that waits for the next pass, inside a transaction of the caller's."""
    connection.execute("INSERT OR REPLACE INTO waited VALUES (?, ?)", (bound(path), since))


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


def note_former(connection: sqlite3.Connection, digests: Iterable[str]) -> None:
    """Note that digests were at these paths, inside a transaction of the caller's."""
    for path in digests:
        note_fact(connection, _FORMER + path, "")


def is_former(select: Select, path: RelPath) -> bool:
    """Return True if a digest was at this path once, and went to another or was removed."""
    return fact_of(select, _FORMER + path) is not None


# Copies.


class CopyRecord(NamedTuple):
    """Memory of one copy. `hash` is that of the text which was merged, else ""."""

    path: RelPath
    decision: Decision
    hash: str = ""


def has_listed(select: Select) -> bool:
    """Return True if this device has written down which copies stood there before."""
    return fact_of(select, _LISTED) is not None


def read_copies(select: Select) -> list[CopyRecord]:
    """Return all that is remembered about copies."""
    query = "SELECT path, decision, hash FROM copy"
    return [
        CopyRecord(RelPath(unbound(path)), decision, hash_)
        for path, decision, hash_ in select(query)
    ]


def note_copies(
    connection: sqlite3.Connection, records: Iterable[CopyRecord], there: Collection[RelPath]
) -> None:
    """Remember what is decided about copies, inside a transaction of the caller's.

    What is remembered about a path that is not `there` any more is forgotten.
    """
    note_fact(connection, _LISTED, "")
    gone = [path for (path,) in connection.execute("SELECT DISTINCT path FROM copy").fetchall()]
    connection.executemany(
        "DELETE FROM copy WHERE path = ?",
        [(path,) for path in gone if RelPath(unbound(path)) not in there],
    )
    newest = connection.execute("SELECT max(id) FROM pass").fetchone()[0] or 0
    for record in records:
        connection.execute("DELETE FROM copy WHERE path = ?", (bound(record.path),))
        connection.execute(
            "INSERT INTO copy VALUES (?, ?, ?, ?)",
            (bound(record.path), record.hash, record.decision, newest),
        )


def leave_copies(connection: sqlite3.Connection, pass_id: int, restored: Iterable[RelPath]) -> None:
    """Leave the copies that an undone pass had merged, and those that it had thrown away."""
    connection.execute(
        "UPDATE copy SET decision = 'left', hash = '' WHERE decision = 'merged' AND pass = ?",
        (pass_id,),
    )
    paths = [(bound(path),) for path in restored]
    connection.executemany("DELETE FROM copy WHERE path = ?", paths)
    connection.executemany("INSERT INTO copy VALUES (?, '', 'left', 0)", paths)
