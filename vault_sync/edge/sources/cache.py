"""The cache of arXiv's answers, and the turn to ask: one SQLite file for all vaults.

A row per paper, so that any other set of papers is answered from the same rows. The turn is a row
too: arXiv allows one request every three seconds and one connection at a time "over all machines
under your control" (help/api/tou.md), so at least over all processes of this one.

Everything in the file can be asked for again: a file of another version is emptied, and deleting
it costs requests and nothing else. All functions raise sqlite3.Error when the file is unusable.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from vault_sync.core.model.values import Facts
from vault_sync.edge.fs.private import make_private, make_private_file

_VERSION = 1
_TABLES = """
    DROP TABLE IF EXISTS paper;
    DROP TABLE IF EXISTS snapshot;
    DROP TABLE IF EXISTS turn;
    CREATE TABLE paper (id TEXT PRIMARY KEY, asked TEXT NOT NULL, facts TEXT);
    CREATE TABLE snapshot (
        path TEXT NOT NULL, stamp TEXT NOT NULL, id TEXT NOT NULL, facts TEXT,
        PRIMARY KEY (path, id)
    );
    CREATE TABLE turn (
        host TEXT PRIMARY KEY, free REAL NOT NULL DEFAULT 0, busy REAL NOT NULL DEFAULT 0,
        refused TEXT NOT NULL DEFAULT ''
    );
"""
_AMONG = "id IN (SELECT value FROM json_each(?))"


class CachedFacts(NamedTuple):
    """The day on which an id was asked for, and its facts; None: arXiv has none."""

    day: str
    facts: Facts | None


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the cache at `path`, made if it is not there; close it at the end.

    Raises:
        OSError: the folder cannot be made.
        sqlite3.Error: the file cannot be opened, or is something else.
    """
    make_private(path.parent)
    make_private_file(path)
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as db:
        if _version(db) != _VERSION:
            with _at_once(db):
                if _version(db) != _VERSION:  # another process may have been faster
                    for statement in _TABLES.split(";"):
                        db.execute(statement)
                    db.execute(f"PRAGMA user_version = {_VERSION}")
        yield db


def rows(db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, CachedFacts]:
    """Return what the cache has of these ids, by id."""
    found: dict[str, CachedFacts] = {}
    select = f"SELECT id, asked, facts FROM paper WHERE {_AMONG}"  # noqa: S608
    for one, day, facts in db.execute(select, (json.dumps(ids),)):
        with suppress(ValueError, TypeError):
            found[one] = CachedFacts(day, _read(facts))
    return found


def keep(
    db: sqlite3.Connection, day: str, facts: Mapping[str, Facts], missing: Iterable[str]
) -> None:
    """Store one answer, whole or not at all. A paper that is missing now keeps its facts."""
    with _at_once(db):
        db.executemany(
            "INSERT OR REPLACE INTO paper (id, asked, facts) VALUES (?, ?, ?)",
            [(one, day, _written(of)) for one, of in facts.items()],
        )
        db.executemany(
            "INSERT INTO paper (id, asked) VALUES (?, ?)"
            " ON CONFLICT (id) DO UPDATE SET asked = excluded.asked",
            [(one, day) for one in missing],
        )


def scanned(
    db: sqlite3.Connection, file: str, stamp: str, ids: Sequence[str]
) -> dict[str, Facts | None]:
    """Return what was found in a dump file while it had this stamp; None: looked for, not found."""
    found: dict[str, Facts | None] = {}
    select = f"SELECT id, facts FROM snapshot WHERE path = ? AND stamp = ? AND {_AMONG}"  # noqa: S608
    for one, facts in db.execute(select, (file, stamp, json.dumps(ids))):
        with suppress(ValueError, TypeError):
            found[one] = _read(facts)
    return found


def keep_scan(
    db: sqlite3.Connection, file: str, stamp: str, found: Mapping[str, Facts | None]
) -> None:
    """Store what was found in a dump file; the rows of another state of the file are dropped."""
    with _at_once(db):
        db.execute("DELETE FROM snapshot WHERE path = ? AND stamp <> ?", (file, stamp))
        db.executemany(
            "INSERT OR REPLACE INTO snapshot (path, stamp, id, facts) VALUES (?, ?, ?, ?)",
            ((file, stamp, one, of and _written(of)) for one, of in found.items()),
        )


def take_turn(
    db: sqlite3.Connection, host: str, now: float, *, lease: float, nonsense: float
) -> float:
    """Reserve the next request to `host` for `lease` seconds.

    Return 0.0, or the seconds to wait before asking again.

    The turn is given back by `end_turn`; the lease is for a process that dies before. A time to
    wait beyond `nonsense` seconds is ignored: the clock was set back.
    """
    with _at_once(db):
        row = db.execute("SELECT free, busy FROM turn WHERE host = ?", (host,)).fetchone()
        wait = float(max(row) - now) if row is not None else 0.0
        if 0.0 < wait <= nonsense:
            return wait
        db.execute(
            "INSERT INTO turn (host, busy) VALUES (?, ?)"
            " ON CONFLICT (host) DO UPDATE SET free = 0, busy = excluded.busy",
            (host, now + lease),
        )
        return 0.0


def end_turn(db: sqlite3.Connection, host: str, free: float) -> None:
    """End our request; the next one, by whatever process, may start at `free`."""
    with _at_once(db):
        db.execute("UPDATE turn SET free = ?, busy = 0 WHERE host = ?", (free, host))


def refused_on(db: sqlite3.Connection, host: str) -> str:
    """Return the last day on which the host refused us; "" for never."""
    row = db.execute("SELECT refused FROM turn WHERE host = ?", (host,)).fetchone()
    return str(row[0]) if row is not None else ""


def keep_refusal(db: sqlite3.Connection, host: str, day: str) -> None:
    with _at_once(db):
        db.execute("UPDATE turn SET refused = ? WHERE host = ?", (day, host))


@contextmanager
def _at_once(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


# json.dumps would make an encoder for every paper.
_JSON = json.JSONEncoder(separators=(",", ":"))


def _written(facts: Facts) -> str:
    return _JSON.encode(facts._asdict())


def _read(text: str | None) -> Facts | None:
    """Return the facts of a row.

    Raises:
        ValueError, TypeError: the row is damaged; it counts as one that is not there.
    """
    if text is None:
        return None
    found = json.loads(text)
    if not isinstance(found, dict):
        raise TypeError("facts are an object")
    values: Any = {name: tuple(v) if isinstance(v, list) else v for name, v in found.items()}
    return Facts(**values)
