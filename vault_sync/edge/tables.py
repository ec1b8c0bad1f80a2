"""The tables of the state's database, and how texts stand in them."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from vault_sync.core.plan import Row

SCHEMA = 2
# An upsert overrides an OR IGNORE inside a trigger it fires (SQLite, "CREATE TRIGGER").
TABLES = """
CREATE TABLE vault(path TEXT NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL);
CREATE TABLE base(key, digest, field, value NOT NULL, sum INTEGER NOT NULL, agreement INTEGER,
                  PRIMARY KEY (key, digest, field));
CREATE TABLE history(key, digest, field, hash BLOB NOT NULL, pending INTEGER NOT NULL DEFAULT 1,
                     PRIMARY KEY (key, digest, field, hash)) WITHOUT ROWID;
CREATE INDEX history_pending ON history(key, digest) WHERE pending;
CREATE TABLE pass(id INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL, cause TEXT NOT NULL,
                  token TEXT NOT NULL UNIQUE, open INTEGER NOT NULL);
CREATE TABLE operation(pass INTEGER NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL,
                       path NOT NULL, target, before TEXT, after TEXT, why TEXT NOT NULL,
                       undone TEXT, PRIMARY KEY (pass, number)) WITHOUT ROWID;
CREATE TABLE journal(pass INTEGER NOT NULL, number INTEGER NOT NULL, content BLOB NOT NULL,
                     sum INTEGER NOT NULL, PRIMARY KEY (pass, number));
CREATE TABLE agreement(id INTEGER PRIMARY KEY, pass INTEGER NOT NULL, paths TEXT NOT NULL,
                       rows, sum INTEGER NOT NULL);
CREATE TABLE saved(hash TEXT NOT NULL, path NOT NULL, pass INTEGER, at TEXT NOT NULL,
                   why TEXT NOT NULL);
CREATE INDEX saved_by_hash ON saved(hash);
CREATE TABLE beside(path NOT NULL);
CREATE TRIGGER remember AFTER UPDATE OF value ON base WHEN old.value IS NOT new.value BEGIN
  INSERT INTO history(key, digest, field, hash)
    SELECT old.key, old.digest, old.field, fingerprint(old.value)
    WHERE NOT EXISTS (SELECT 1 FROM history WHERE key = old.key AND digest = old.digest
                      AND field = old.field AND hash = fingerprint(old.value));
  DELETE FROM history WHERE key = new.key AND field = new.field AND hash = fingerprint(new.value);
END;
CREATE TRIGGER stands AFTER INSERT ON base
  WHEN EXISTS (SELECT 1 FROM history WHERE key = new.key) BEGIN
  DELETE FROM history WHERE key = new.key AND field = new.field AND hash = fingerprint(new.value);
END;
"""


def bound(text: str) -> str | bytes:
    """A text as it is given to SQLite: one that is no UTF-8 as its bytes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")
    return text


def unbound(value: str | bytes) -> str:
    """The text that `bound` was given."""
    return value if isinstance(value, str) else value.decode("utf-8", "surrogateescape")


def fingerprint(value: str | bytes) -> bytes:
    """The sha256 of a value of the base."""
    content = value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")
    return hashlib.sha256(content).digest()


def checksum(*parts: str | None) -> int:
    """For what SQLite does not notice: a flipped bit inside a value."""
    return zlib.crc32("\0".join(part or "" for part in parts).encode("utf-8", "surrogateescape"))


def row_sum(row: Row, value: str) -> int:
    return checksum(*row, value)


_PASSING = {3, 5, 6, 7, 8, 9, 10, 13, 14, 23}
"""SQLite's primary codes for what says nothing of the content: busy, no memory, I/O, no room."""


def is_damage(error: Exception) -> bool:
    """Whether a database is broken, and not only out of reach."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF not in _PASSING


def read_base(connection: sqlite3.Connection) -> dict[Row, str]:
    """The whole base.

    Raises:
        ValueError: a value in it is not what was written.
    """
    return _checked(connection.execute("SELECT key, digest, field, value, sum FROM base"))


def read_some(
    select: Callable[..., list[Any]], keys: Collection[str], texts_of: Collection[str]
) -> dict[Row, str]:
    """The rows of some papers, and the texts of some digests. `select` is `State.select`.

    Raises:
        ValueError: as `read_base`.
    """
    rows = {}
    wanted = "SELECT key, digest, field, value, sum FROM base WHERE"
    for key in keys:
        rows.update(_checked(select(f"{wanted} key = ?", bound(key))))
    for path in texts_of:
        rows.update(_checked(select(f"{wanted} key = '' AND digest = ?", bound(path))))
    return rows


def count_places(select: Callable[..., list[Any]]) -> dict[str, int]:
    """How many places the base knows in each digest (`Base.counted`)."""
    places = "SELECT digest, count(*) FROM base WHERE field = 'commentary' AND key <> '' GROUP BY 1"
    return {unbound(digest): count for digest, count in select(places) if digest}


def _checked(found: Iterable[tuple[Any, ...]]) -> dict[Row, str]:
    rows = {}
    for key, digest, field, value, sum_ in found:
        try:
            row = Row(key, digest, field)
            checked = zlib.crc32(f"{key}\0{digest}\0{field}\0{value}".encode())
        except UnicodeEncodeError:
            checked = -1
        if checked != sum_:
            row = Row(unbound(key), unbound(digest), unbound(field))  # type: ignore[arg-type]
            value = unbound(value)
            if row_sum(row, value) != sum_:
                raise ValueError("a value in it is not what was written")
        rows[row] = value
    return rows


def set_aside(path: Path) -> None:
    """Renames a database that counts as none, with its log, to the next free name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.aside-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
