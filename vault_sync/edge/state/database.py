"""The SQLite file of a state: opened when first used, checked, and set aside if it is not sound."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vault_sync.core.text.module_door import door
from vault_sync.edge.platform import current
from vault_sync.edge.platform.values import changed_ns, file_number
from vault_sync.edge.state import schema
from vault_sync.edge.state.places import (
    DATABASE,
    SAVED,
    VaultIdentity,
    identity_in,
    identity_of,
    is_mounted_twice,
    is_moved,
    is_restored,
    open_there,
)
from vault_sync.edge.state.schema import OLDEST, TABLES, bound, fingerprint, is_damage, set_aside

if TYPE_CHECKING:
    from vault_sync.edge.state import upgrade
else:  # few states are of an earlier version
    upgrade = door("vault_sync.edge.state.upgrade")


class StateError(Exception):
    """The state cannot be used; the text says what to do."""


class StateDatabase:
    """The database of the vault at `root`, in `directory`. Nothing is made until it is written.

    A database that is damaged or another vault's counts as none: `distrust` says why, and the next
    write sets it aside. One of an older program is read from a copy in memory and taken over by the
    next write (`upgrade`). `version` changes when what was read before may not stand there any
    more. `moved_from` is the path that the vault had, if it was moved since the last write. Writing
    needs `locked`, which whoever holds the vault's lock sets.
    """

    def __init__(self, root: Path, directory: Path) -> None:
        self.root, self.directory = root, directory
        self.locked = False
        self.distrust: str | None = None
        self.moved_from: str | None = None
        self.restored = False
        self.version = 0
        self._path = directory / DATABASE
        self._connection: sqlite3.Connection | None = None
        self._looked = self._writes = self._distrusted = False
        self._closed_as: tuple[int, ...] | None = None

    def connect(self) -> sqlite3.Connection | None:
        """Return a connection to the database, or None if there is none that can be trusted.

        Raises:
            StateError: it cannot be opened, or is of a newer version.
        """
        if self._looked:
            return self._connection
        if self._closed_as is None or self._closed_as != self.stamp():
            self.version += 1
        if self._path.exists():
            try:
                self._connection = _opened(self._path, locked=self.locked)
            except sqlite3.Error as error:
                raise self.unusable("cannot be opened", error) from error
            try:
                with self.reading() as connection:
                    self._check(connection)
            except StateError:
                self._connection.close()
                self._connection = None
                raise
        self._looked = True
        return self._connection

    def select(self, query: str, *values: object) -> list[Any]:
        """Return the rows of a query, or none where there is no database to be trusted.

        Raises:
            StateError: it cannot be read just now.
        """
        if self.connect() is None:
            return []
        with self.reading() as connection:
            return connection.execute(query, values).fetchall()
        return []

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the open connection. A database that turns out to be damaged counts as none.

        Raises:
            StateError: it cannot be read just now.
        """
        assert self._connection is not None
        try:
            yield self._connection
        except (sqlite3.Error, ValueError) as error:
            if not is_damage(error):
                raise self.unusable("cannot be read", error) from error
            self._distrust(f"the state in {self.directory} is damaged ({error})")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a transaction, durable when the block ends; an error in it leaves all as it was.

        Raises:
            StateError: the disk is full, not writable or failing.
        """
        assert self.locked, "whoever writes holds the lock"
        try:
            connection = self._connect_to_write()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except (sqlite3.Error, OSError) as error:
            raise self.unusable("could not be written", error) from error

    def close(self) -> None:
        """Close the connection; the next use opens one again."""
        if self._connection is not None:
            # What was committed stands in the log if not in the database; both are read next time.
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None
        self._looked = self._writes = self._distrusted = False
        self._closed_as = self.stamp()

    def stamp(self) -> tuple[int, ...] | None:
        """Return numbers that change when another process writes; None while a log is there."""
        try:
            if _has_log(self.directory):
                return None
            stat = current.files.status(self._path, follow=True)
        except OSError:
            return None
        number, changed = file_number(stat), changed_ns(stat)
        return (number, stat.st_size, stat.st_mtime_ns, changed)

    def unusable(self, how: str, error: Exception) -> StateError:
        """Return the error that says of the state `how` it is out of reach, and what to do."""
        return StateError(
            f"the state in {self.directory} {how} ({error}): see to its disk, or set "
            "VAULT_SYNC_STATE_DIR to another place"
        )

    def _distrust(self, reason: str) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self.version += 1
        self._distrusted, self.distrust = True, reason

    def _check(self, connection: sqlite3.Connection) -> None:
        """Distrust a database that is another vault's; refuse that of a newer program."""
        if schema.is_newer(connection):
            raise StateError(
                f"the state in {self.directory} was written by a newer vault-sync: update this one"
            )
        if schema.is_empty(connection):
            connection.close()
            self._connection = None
            if (self.directory / SAVED).is_dir():
                self._distrust(f"the state in {self.directory} is damaged (it is empty)")
            return
        if 0 < schema.version_of(connection) < OLDEST:
            self._distrust(f"the state in {self.directory} was written by an older vault-sync")
            return
        if self.locked and _has_log(self.directory):
            problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if problem != "ok":
                raise sqlite3.DatabaseError(problem)
        was, now = identity_in(connection), identity_of(self.root)
        moved = was is not None and was != now and is_moved(connection, was, now)
        self.moved_from = was.path if was and moved else None
        self.restored = was is not None and is_restored(connection, was, now)
        if self.restored:
            self._connection = upgrade.in_memory(connection)
            upgrade.join_again(self._connection)
            connection.close()
        elif was != now and not moved and not (was and is_mounted_twice(was, now)):
            self._distrust(f"{self.root} is not the folder that it was at the last pass")
        elif schema.is_older(connection):
            self._connection = upgrade.in_memory(connection)
            connection.close()

    def _connect_to_write(self) -> sqlite3.Connection:
        self.connect()
        if self._writes and self._connection is not None:
            return self._connection
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._distrusted:
            set_aside(self._path)
            self._distrusted = False
        os.close(current.files.open_to_write(self._path, new=False))
        connection = sqlite3.connect(self._path, isolation_level=None)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            self._looked = False
            raise
        self._connection, self._writes = connection, True
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Set the modes of a connection that writes, and make the tables of a new database."""
        _set_modes(connection)
        if schema.is_older(connection):
            upgrade.copy_beside(connection, self._path)
            upgrade.upgrade(connection)
        if schema.version_of(connection) == 0:
            identity = identity_of(self.root)
            upgrade.make(connection, TABLES)
            connection.execute(
                "INSERT INTO vault VALUES (?, ?, ?)", (bound(identity.path), *identity[1:])
            )
            connection.execute("COMMIT")
        if self.moved_from is not None or self.restored:
            _note_place(connection, identity_of(self.root), joins=self.restored)
            self.moved_from, self.restored = None, False


def _set_modes(connection: sqlite3.Connection) -> None:
    connection.create_function("fingerprint", 1, fingerprint, deterministic=True)
    # Of a new database: fewer pages to sum and copy, and a small pass costs the same.
    connection.execute("PRAGMA page_size=8192")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    # On macOS alone: fsync leaves what is written in the drive's cache.
    connection.execute("PRAGMA fullfsync=1")


def _note_place(connection: sqlite3.Connection, now: VaultIdentity, *, joins: bool) -> None:
    """Note where the vault is; with `joins`, that this device has not joined it there."""
    connection.execute(
        "UPDATE vault SET path = ?, device = ?, inode = ?", (bound(now.path), *now[1:])
    )
    if joins:
        upgrade.join_again(connection)


def _has_log(directory: Path) -> bool:
    """Return True if the last commits stand in a log: in use, or its writer was killed.

    An empty log means nothing; a reader without the lock leaves one.
    """
    try:
        return (directory / f"{DATABASE}-wal").stat().st_size > 0
    except FileNotFoundError:
        return False


def _opened(path: Path, *, locked: bool) -> sqlite3.Connection:
    """Return a connection for reading to the database at `path`."""
    # With the lock and no log nothing can change under us, and nothing need be made to read it.
    mode = "mode=ro"
    if locked:
        mode = "mode=rw" if _has_log(path.parent) else "mode=ro&immutable=1"
    connection = open_there(path, mode)
    connection.execute("PRAGMA mmap_size=268435456")
    return connection
