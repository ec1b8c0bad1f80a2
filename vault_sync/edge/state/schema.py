"""The tables of the state's database, and how texts stand in them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vault_sync.core.model.plan import Value
from vault_sync.core.naming.keys import KEY_RULES
from vault_sync.core.text.encodings import as_bytes, as_text

SCHEMA = 4
OLDEST = 3
"""The oldest schema that is taken over (`upgrade`)."""

VAULT_ID = "vault id"
"""The name of the fact that tells a vault by more than its path (`.vault-sync/id`)."""

# Of schema 3; what came later is in ADDED.
# An upsert overrides an OR IGNORE inside a trigger it fires (SQLite, "CREATE TRIGGER").
TABLES = """
CREATE TABLE vault(path TEXT NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL);
CREATE TABLE said(id INTEGER PRIMARY KEY, agreement INTEGER, key NOT NULL, digest NOT NULL,
                  field NOT NULL, value BLOB NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE base(key, digest, field, said INTEGER NOT NULL,
                  PRIMARY KEY (key, digest, field)) WITHOUT ROWID;
CREATE VIEW stands AS
  SELECT base.key, base.digest, base.field, said.value, said.sum, said.agreement
  FROM base LEFT JOIN said ON said.id = base.said AND said.key = base.key
                           AND said.digest = base.digest AND said.field = base.field;
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
                       dropped TEXT, count INTEGER NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE saved(hash TEXT NOT NULL, path NOT NULL, pass INTEGER, at TEXT NOT NULL,
                   why TEXT NOT NULL);
CREATE INDEX saved_by_hash ON saved(hash);
CREATE TABLE beside(path NOT NULL);
CREATE TRIGGER replaced AFTER UPDATE OF said ON base BEGIN
  INSERT INTO history(key, digest, field, hash)
    SELECT old.key, old.digest, old.field, fingerprint(value) FROM said WHERE id = old.said
    AND NOT EXISTS (SELECT 1 FROM history WHERE key = old.key AND digest = old.digest
                    AND field = old.field AND hash = fingerprint(value));
  DELETE FROM said WHERE id = old.said;
END;
CREATE TRIGGER dropped AFTER DELETE ON base BEGIN
  INSERT OR IGNORE INTO history(key, digest, field, hash)
    SELECT old.key, old.digest, old.field, fingerprint(value) FROM said WHERE id = old.said;
  DELETE FROM said WHERE id = old.said;
END;
"""

JOINING_FILES = "files while joining"
"""The fact of the files that a whole pass of a joining device has left."""

JOINED = "joined"
"""The fact that this device has once had all files of the vault (`vault_id`)."""

ADDED = {
    4: """
CREATE TABLE fact(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE past_value(key NOT NULL, digest NOT NULL, field NOT NULL, number INTEGER NOT NULL,
                        origin TEXT NOT NULL, value BLOB NOT NULL, sum INTEGER NOT NULL,
                        PRIMARY KEY (key, digest, field, number)) WITHOUT ROWID;
CREATE TABLE file(path PRIMARY KEY, mark BLOB NOT NULL, hash TEXT NOT NULL,
                  key NOT NULL) WITHOUT ROWID;
CREATE INDEX file_by_key ON file(key);
CREATE TABLE refused(key, digest, field, digest_hash TEXT NOT NULL, note_hash TEXT NOT NULL,
                     pass INTEGER NOT NULL, PRIMARY KEY (key, digest, field)) WITHOUT ROWID;
CREATE TABLE copy(path, hash TEXT, decision TEXT NOT NULL, pass INTEGER,
                  PRIMARY KEY (path, hash)) WITHOUT ROWID;
CREATE TABLE removed_here(key PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE displaced(token TEXT, number INTEGER, at REAL NOT NULL,
                       PRIMARY KEY (token, number)) WITHOUT ROWID;
CREATE TABLE waited(path PRIMARY KEY, since REAL NOT NULL) WITHOUT ROWID;
"""
}
"""The tables that each schema after the first added; the newest has all."""


def version_of(connection: sqlite3.Connection) -> int:
    """Return the schema's number in a database; 0 for an empty one."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def key_rules_of(connection: sqlite3.Connection) -> int:
    """Return the version of the rules by which the keys of a database are spelled."""
    row = connection.execute("SELECT value FROM fact WHERE name = 'key rules'").fetchone()
    return int(row[0]) if row else 1


def _rules(connection: sqlite3.Connection) -> tuple[int, int]:
    version = version_of(connection)
    return version, key_rules_of(connection) if version == SCHEMA else 0


def is_newer(connection: sqlite3.Connection) -> bool:
    """Return True for a database whose schema or key rules this program does not know."""
    return _rules(connection) > (SCHEMA, KEY_RULES)


def is_older(connection: sqlite3.Connection) -> bool:
    """Return True for a database of an older schema or older key rules that can be taken over."""
    return (OLDEST, 0) <= _rules(connection) < (SCHEMA, KEY_RULES)


def is_empty(connection: sqlite3.Connection) -> bool:
    """Return True for a file with nothing in it: its disk was full when it was to be made."""
    tables = "SELECT 1 FROM sqlite_master LIMIT 1"
    return version_of(connection) == 0 and connection.execute(tables).fetchone() is None


Select = Callable[..., list[Any]]
"""`StateStore.select`: the rows of a query."""


def is_there(select: Select) -> bool:
    """Return True where there is a database; its rows may turn out to be damaged."""
    return bool(select("SELECT 1 FROM sqlite_master LIMIT 1"))


def fact_of(select: Select, name: str) -> str | None:
    """Return a fact; None where the state does not know it."""
    found = select("SELECT value FROM fact WHERE name = ?", name)
    return found[0][0] if found else None


def has_passed(select: Select) -> bool:
    """Return True once a whole pass has ended; a command that only wrote a file leaves a log."""
    return any(fact_of(select, name) is not None for name in (JOINED, JOINING_FILES))


def note_fact(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Note a fact, inside a transaction of the caller's."""
    connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))


def bound(text: str) -> str | bytes:
    """Return a text as it is given to SQLite: one that is no UTF-8 as its bytes."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return as_bytes(text)
    return text


def unbound(value: str | bytes) -> str:
    """Return the text that `bound` was given."""
    return value if isinstance(value, str) else as_text(value)


def fingerprint(value: bytes) -> bytes:
    """Return the sha256 of a value of the base."""
    return hashlib.sha256(value).digest()


def checksum(*parts: str | None) -> int:
    """Return a sum of texts, for what SQLite does not notice: a flipped bit inside a value."""
    return zlib.crc32(as_bytes("\0".join(part or "" for part in parts)))


# json.dumps would make an encoder for every value.
_JSON = json.JSONEncoder(ensure_ascii=False)


def encode(value: Value) -> bytes:
    """Return a value as it stands in the base: JSON."""
    return as_bytes(_JSON.encode(value))


def decode(content: bytes) -> Value:
    """Return a value of the base.

    Raises:
        ValueError: it is not what was written.
    """
    read = json.loads(as_text(content))
    return tuple(read) if isinstance(read, list) else str(read)


_PASSING = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_AUTH,
}
"""SQLite's codes for what says nothing of the content: busy, no memory, I/O, no room."""


def is_damage(error: Exception) -> bool:
    """Return True if a database is broken, and not only out of reach."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF not in _PASSING


def set_aside(path: Path) -> None:
    """Rename a database that counts as none, with its log, to the next free name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.aside-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
