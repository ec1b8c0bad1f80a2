"""What one device remembers of one vault: the base, its history, the journal, the passes; the lock.

The state lies outside the vault, in one folder a vault, in an SQLite database beside the saved
texts. Deleting it loses no text and deletes none. Whatever cannot be trusted in it (damaged, of
another folder) counts as not being there: `known` is False, and `note` says why.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from vault_sync.core.model.plan import BaseKey, BaseUpdate, Value
from vault_sync.edge.state import base_table, earlier_values
from vault_sync.edge.state.lock import held
from vault_sync.edge.state.schema import (
    SCHEMA,
    TABLES,
    bound,
    fingerprint,
    is_damage,
    set_aside,
    unbound,
)


class StateError(Exception):
    """The state cannot be used; the text says what to do."""


def state_dir(root: Path, environ: Mapping[str, str]) -> Path:
    """Where the state of the vault at `root` lies; nothing is made.

    The platform's state directory, or VAULT_SYNC_STATE_DIR. The name ends in a hash of the
    canonical path, so a copied or moved vault has a state of its own.

    Raises:
        StateError: that would be inside the vault, where a sync service would carry it elsewhere.
    """
    canonical = Path(os.path.realpath(root))
    above = environ.get("VAULT_SYNC_STATE_DIR")
    if above:
        parent = Path(above).absolute()
    else:
        from platformdirs import user_state_path

        parent = user_state_path("vault-sync", appauthor=False)
    if Path(os.path.realpath(parent)).is_relative_to(canonical):
        raise StateError(
            f"the state must not lie in the vault: set VAULT_SYNC_STATE_DIR ({parent})"
        )
    digest = hashlib.sha256(os.fsencode(canonical)).hexdigest()[:16]
    return parent / f"{canonical.name or 'vault'}-{digest}"


def open_state(root: Path, environ: Mapping[str, str] | None = None) -> StateStore:
    """The state of the vault at `root`, for reading; nothing is made until something is written."""
    return StateStore(root, state_dir(root, os.environ if environ is None else environ))


class StateStore:
    """One vault's memory. Reading needs no lock; whatever writes needs `with state.lock(wait)`."""

    def __init__(self, root: Path, directory: Path) -> None:
        self.root = Path(os.path.realpath(root))
        self.directory = directory
        self.saved = directory / "saved"
        self._locked = False
        self._connection: sqlite3.Connection | None = None
        self._looked = self._writes = self._distrusted = False
        self._note: str | None = None
        self._rows: dict[BaseKey, Value] | None = None
        self._rows_as_of: tuple[int, ...] | None = None
        self._changes: list[BaseUpdate] = []
        self._typing: Collection[str] = ()

    # ---- the base

    @property
    def has_base(self) -> bool:
        """False on a device's first pass over this vault, or when the base cannot be trusted."""
        self.rows()
        return self._connection is not None

    @property
    def note(self) -> str | None:
        """Why the base counts as none, where there was one; for a message."""
        self.rows()
        return self._note

    def rows(self) -> Mapping[BaseKey, Value]:
        """The base: what both sides last agreed on.

        Raises:
            StateError: it cannot be read just now, or is of a newer version.
        """
        if self._connect() is None:
            return {}
        if self._rows is None:
            with self._reading() as connection:
                self._rows = base_table.read_base(connection)
        return self._rows or {}

    def was_before(self, row: BaseKey, value: Value) -> bool:
        """Whether the base had `value` in this row at an earlier time, in whatever digest then."""
        return earlier_values.is_old(self.select, row, value, self._typing)

    def outdate(self) -> None:
        """Ends the sessions that are over: what was replaced in them counts as old from now on.

        Raises:
            StateError: the state could not be written.
        """
        if earlier_values.come_to_rest(self.select, self._typing):
            with self.writing() as connection:
                earlier_values.outdate(connection, self._typing)

    def older(self) -> Mapping[BaseKey, frozenset[str]]:
        """The sha256 of every earlier value of each row, in hex."""
        found: dict[BaseKey, set[str]] = {}
        for *row, hash_ in self.select("SELECT key, digest, field, hash FROM history"):
            found.setdefault(BaseKey(*map(unbound, row)), set()).add(hash_.hex())  # type: ignore[arg-type]
        return {row: frozenset(hashes) for row, hashes in found.items()}

    def keep(self, base_updates: Iterable[BaseUpdate]) -> None:
        """Puts agreements that need no operation into the base: one commit, or none at all.

        Raises:
            StateError: the state could not be written; the base is what it was.
        """
        rows = self.rows()
        new = [
            base_update
            for base_update in base_updates
            if any(rows.get(row) != value for row, value in base_update.put.items())
            or any(row in rows for row in base_update.drop)
        ]
        if new:
            with self.writing() as connection:
                said = base_table.promise(connection, ((None, one) for one in new))
                self.stand(connection, new, said)

    def stand(
        self, connection: sqlite3.Connection, base_updates: Sequence[BaseUpdate], said: range
    ) -> None:
        """Changes the base inside a `writing` of the caller's; earlier values go to the history.

        `said`: where what the agreements put was written.
        """
        base_table.stand(connection, base_updates, said)
        put = (item for base_update in base_updates for item in base_update.put.items())
        earlier_values.forget(connection, put)
        earlier_values.outdate(connection, self._typing)
        self._changes += base_updates

    # ---- the database

    def select(self, query: str, *values: object) -> list[Any]:
        """The rows of a query; none where there is no state, or none that can be trusted.

        Raises:
            StateError: it cannot be read just now.
        """
        if self._connect() is None:
            return []
        with self._reading() as connection:
            return connection.execute(query, values).fetchall()
        return []

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, durable when the block ends; an error in it leaves all as it was.

        Raises:
            StateError: the disk is full, not writable or failing.
        """
        assert self._locked, "whoever writes holds the lock"
        self._changes = []
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
            raise self._unusable("could not be written", error) from error
        if self._rows is not None and self._changes:
            # A copy: whoever was given the old rows may still be reading them.
            rows = dict(self._rows)
            for base_update in self._changes:
                for row in base_update.drop:
                    rows.pop(row, None)
                rows.update(base_update.put)
            self._rows = rows

    def close(self) -> None:
        """Closes the database; the state can be used again."""
        if self._connection is not None:
            # What was committed stands in the log if not in the database; both are read next time.
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None
        self._looked = self._writes = self._distrusted = False
        self._rows_as_of = None if self._rows is None else self.stamp()

    def stamp(self) -> tuple[int, ...] | None:
        """What tells whether another process has written since; None while a log is there."""
        try:
            if self._unclean():
                return None
            stat = self._database().stat()
        except OSError:
            return None
        return (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)

    def _database(self) -> Path:
        return self.directory / "state.sqlite"

    def _unclean(self) -> bool:
        """Whether what was committed last stands in a log: in use, or its writer was killed.

        An empty log says nothing; a reader that held no lock leaves one.
        """
        try:
            return (self.directory / "state.sqlite-wal").stat().st_size > 0
        except FileNotFoundError:
            return False

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """The connection. If the database turns out to be damaged, the state counts as none."""
        assert self._connection is not None
        try:
            yield self._connection
        except (sqlite3.Error, ValueError) as error:
            if not is_damage(error):
                raise self._unusable("cannot be read", error) from error
            self._distrust(f"the state in {self.directory} is damaged ({error})")

    def _unusable(self, how: str, error: Exception) -> StateError:
        return StateError(
            f"the state in {self.directory} {how} ({error}): see to its disk, or set "
            "VAULT_SYNC_STATE_DIR to another place"
        )

    def _distrust(self, note: str) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._rows = None, None
        self._distrusted, self._note = True, note

    def _connect(self) -> sqlite3.Connection | None:
        """The database, if there is one and it is this vault's."""
        if self._looked:
            return self._connection
        if self._rows_as_of is None or self._rows_as_of != self.stamp():
            self._rows = None
        if self._database().exists():
            try:
                self._connection = self._open()
            except sqlite3.Error as error:
                raise self._unusable("cannot be opened", error) from error
            try:
                with self._reading() as connection:
                    self._check(connection)
            except StateError:
                self._connection.close()
                self._connection = None
                raise
        self._looked = True
        return self._connection

    def _open(self) -> sqlite3.Connection:
        # With the lock and no log nothing can change under us, and nothing need be made to read it.
        mode = (
            "mode=ro"
            if not self._locked
            else "mode=rw"
            if self._unclean()
            else "mode=ro&immutable=1"
        )
        name = quote(os.fsencode(self._database()))
        connection = sqlite3.connect(f"file:{name}?{mode}", uri=True, isolation_level=None)
        connection.execute("PRAGMA mmap_size=268435456")
        return connection

    def _check(self, connection: sqlite3.Connection) -> None:
        """Counts a database as none that is another vault's; refuses that of a newer program."""
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            raise StateError(
                f"the state in {self.directory} was written by a newer vault-sync: update this one"
            )
        if 0 < version < SCHEMA:
            self._distrust(f"the state in {self.directory} was written by an older vault-sync")
            return
        if self._locked and self._unclean():
            problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if problem != "ok":
                raise sqlite3.DatabaseError(problem)
        found = connection.execute("SELECT path, device, inode FROM vault").fetchall()
        if [(unbound(path), *rest) for path, *rest in found] != [self._identity()]:
            self._distrust(f"{self.root} is not the folder that it was at the last pass")

    def _identity(self) -> tuple[str, int, int]:
        # The number of a device may be another after a restart (btrfs, NFS); that of its file
        # system is the same where there is one.
        device = os.statvfs(self.root).f_fsid or self.root.stat().st_dev
        return str(self.root), device % 2**63, self.root.stat().st_ino

    def _connect_to_write(self) -> sqlite3.Connection:
        self._connect()
        if self._writes and self._connection is not None:
            return self._connection
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        path = self._database()
        if self._distrusted:
            set_aside(path)
            self._distrusted = False
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.create_function("fingerprint", 1, fingerprint, deterministic=True)
            # Of a new database: fewer pages to sum and copy, and a small pass costs the same.
            connection.execute("PRAGMA page_size=8192")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                identity = self._identity()
                connection.executescript(f"BEGIN; {TABLES} PRAGMA user_version={SCHEMA};")
                connection.execute(
                    "INSERT INTO vault VALUES (?, ?, ?)", (bound(identity[0]), *identity[1:])
                )
                connection.execute("COMMIT")
        except BaseException:
            connection.close()
            self._looked = False
            raise
        self._connection, self._writes = connection, True
        return connection

    # ---- the lock

    @contextmanager
    def lock(self, wait: float, typing: Collection[str] = ()) -> Iterator[None]:
        """Holds the vault; another holder is waited for, `wait` seconds at most.

        The kernel frees the lock when its holder dies, however it dies. Nothing is written.
        `typing`: the files under somebody's hands meanwhile (`earlier`).

        Raises:
            Busy: somebody else still holds it.
            StateError: the state directory cannot be made or opened.
        """
        with ExitStack() as stack:
            try:
                self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                stack.enter_context(held(self.directory / "lock", wait))
            except OSError as error:
                raise self._unusable("cannot be opened", error) from error
            self.close()
            self._locked, self._note, self._typing = True, None, typing
            try:
                yield
            finally:
                self.close()
                self._locked, self._typing = False, ()
