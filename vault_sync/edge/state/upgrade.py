"""The take-over of a state that an older vault-sync wrote: its rows stay, new tables are added.

Base, earlier values, log and saved texts stay. A key that today's rules spell otherwise
(`naming.keys.KEY_RULES`) is renamed wherever it stands. The old file is copied beside first.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from vault_sync.core.naming.keys import KEY_RULES, respelled
from vault_sync.edge.platform import current
from vault_sync.edge.platform.durability import sync_path
from vault_sync.edge.state.base_table import value_sum
from vault_sync.edge.state.schema import (
    ADDED,
    JOINED,
    JOINING_FILES,
    OLDEST,
    SCHEMA,
    bound,
    checksum,
    decode,
    encode,
    fingerprint,
    key_rules_of,
    note_fact,
    unbound,
    version_of,
)

KEYED = ("base", "history", "past_value", "refused", "removed_here", "file")
"""The tables in which a key stands by itself, under no sum."""


class KeyRules(NamedTuple):
    """The rules of keys: their version, and how they spell a key of older ones."""

    version: int
    respell: Callable[[str], str]


TODAY = KeyRules(KEY_RULES, respelled)


def make(connection: sqlite3.Connection, tables: str) -> None:
    """Make the tables of a new database and begin a transaction in which they stand."""
    connection.executescript(f"BEGIN IMMEDIATE; {tables}")
    _add_tables(connection, OLDEST)
    _note_key_rules(connection, KEY_RULES)


def upgrade(connection: sqlite3.Connection, rules: KeyRules = TODAY) -> None:
    """Bring a database to today's schema and key rules, in one transaction or not at all.

    Raises:
        sqlite3.Error: it could not be written; it is as it was.
    """
    connection.create_function("fingerprint", 1, fingerprint, deterministic=True)
    connection.execute("BEGIN IMMEDIATE")
    try:
        older = version_of(connection) < SCHEMA
        _add_tables(connection, version_of(connection))
        if older:
            # Whose base older rules made has long seen the whole vault.
            note_fact(connection, JOINED, "")
        if key_rules_of(connection) < rules.version:
            _rename_keys(connection, rules.respell)
            _note_key_rules(connection, rules.version)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def copy_beside(connection: sqlite3.Connection, path: Path) -> None:
    """Copy a database beside itself, durably, as `NAME.schema-N`, unless such a copy is there.

    Raises:
        sqlite3.Error, OSError: there is no whole copy.
    """
    copy = path.with_name(f"{path.name}.schema-{version_of(connection)}")
    if copy.exists():
        return
    part = copy.with_name(f"{copy.name}.part")
    part.unlink(missing_ok=True)  # left by a program that was killed while it copied
    os.close(current.files.open_to_write(part))
    with closing(sqlite3.connect(part)) as target:
        connection.backup(target)
    sync_path(part)
    part.replace(copy)
    sync_path(path.parent)


def in_memory(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Return a copy of an older database, taken over, for reading only.

    Raises:
        sqlite3.Error: the older one cannot be read.
    """
    copy = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.backup(copy)
        upgrade(copy)
    except BaseException:
        copy.close()
        raise
    return copy


def join_again(connection: sqlite3.Connection) -> None:
    """Forget that this device has joined; the values stay.

    Raises:
        sqlite3.Error: it is as it was.
    """
    connection.execute("DELETE FROM fact WHERE name IN (?, ?)", (JOINED, JOINING_FILES))


def _add_tables(connection: sqlite3.Connection, version: int) -> None:
    for number in range(version + 1, SCHEMA + 1):
        # One by one: `executescript` would commit what stands before it.
        for statement in ADDED[number].split(";"):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version={SCHEMA}")


def _note_key_rules(connection: sqlite3.Connection, version: int) -> None:
    note_fact(connection, "key rules", str(version))


def _rename_keys(connection: sqlite3.Connection, respell: Callable[[str], str]) -> None:
    """Rename every key that is spelled otherwise now. Where two fall together, the first stays."""
    for table in KEYED:
        for (key,) in connection.execute(f"SELECT DISTINCT key FROM {table}").fetchall():  # noqa: S608
            new = bound(respell(unbound(key)))
            if new != key:
                connection.execute(
                    f"UPDATE OR IGNORE {table} SET key = ? WHERE key = ?",  # noqa: S608
                    (new, key),
                )
                connection.execute(f"DELETE FROM {table} WHERE key = ?", (key,))  # noqa: S608
    _rename_in_values(connection, respell)
    _rename_in_dropped(connection, respell)


def _rename_in_values(connection: sqlite3.Connection, respell: Callable[[str], str]) -> None:
    """Rename the keys of values, and those that the values of `mentions` name."""
    query = "SELECT id, agreement, key, digest, field, value, sum FROM said"
    for id_, number, key, digest, field, content, sum_ in connection.execute(query).fetchall():
        row = (unbound(key), unbound(digest), unbound(field))
        if value_sum(number, row, content) != sum_:
            continue  # not what was written: whoever reads it says so
        new, value = respell(row[0]), content
        if row[2] == "mentions":
            value = encode(tuple(map(respell, decode(content))))
        if (new, value) != (row[0], content):
            connection.execute(
                "UPDATE said SET key = ?, value = ?, sum = ? WHERE id = ?",
                (bound(new), value, value_sum(number, (new, *row[1:]), value), id_),
            )


def _rename_in_dropped(connection: sqlite3.Connection, respell: Callable[[str], str]) -> None:
    """Rename the keys that an unfinished pass will take out of the base."""
    query = "SELECT id, paths, dropped, count, sum FROM agreement WHERE dropped IS NOT NULL"
    for id_, paths, dropped, count, sum_ in connection.execute(query).fetchall():
        if checksum(paths, dropped, str(count)) != sum_:
            continue
        new = json.dumps([[respell(key), *rest] for key, *rest in json.loads(dropped)])
        if new != dropped:
            connection.execute(
                "UPDATE agreement SET dropped = ?, sum = ? WHERE id = ?",
                (new, checksum(paths, new, str(count)), id_),
            )
