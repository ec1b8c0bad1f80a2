"""What one device remembers of one vault: the base, its history, the journal, the passes; the lock.

The state lies outside the vault, in one folder a vault, in an SQLite database beside the saved
texts. Deleting it loses no text and deletes none. Whatever cannot be trusted in it (damaged, of
another folder) counts as not being there: `known` is False, and `note` says why.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import subprocess
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from vault_sync.core.plan import Agreement, Row

SCHEMA = 1
_DATABASE = "state.sqlite"
_TABLES = """
CREATE TABLE vault(path TEXT NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL);
CREATE TABLE base(key, digest, field, value NOT NULL, sum INTEGER NOT NULL, agreement INTEGER,
                  PRIMARY KEY (key, digest, field)) WITHOUT ROWID;
CREATE TABLE history(key, digest, field, hash BLOB NOT NULL,
                     PRIMARY KEY (key, digest, field, hash)) WITHOUT ROWID;
CREATE TABLE pass(id INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL, cause TEXT NOT NULL,
                  token TEXT NOT NULL UNIQUE, open INTEGER NOT NULL);
CREATE TABLE operation(pass INTEGER NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL,
                       path NOT NULL, target, before TEXT, after TEXT, why TEXT NOT NULL,
                       undone TEXT, PRIMARY KEY (pass, number)) WITHOUT ROWID;
CREATE TABLE journal(pass INTEGER NOT NULL, number INTEGER NOT NULL, content BLOB NOT NULL);
CREATE TABLE agreement(id INTEGER PRIMARY KEY, pass INTEGER NOT NULL, paths TEXT NOT NULL,
                       rows TEXT);
CREATE TABLE saved(hash TEXT NOT NULL, path NOT NULL, pass INTEGER, at TEXT NOT NULL,
                   why TEXT NOT NULL);
CREATE INDEX saved_by_hash ON saved(hash);
CREATE TABLE beside(token TEXT NOT NULL, path NOT NULL);
CREATE TRIGGER remember AFTER UPDATE OF value ON base WHEN old.value IS NOT new.value BEGIN
  INSERT OR IGNORE INTO history VALUES (old.key, old.digest, old.field, fingerprint(old.value));
END;
"""


class StateError(Exception):
    """The state cannot be used; the text says what to do."""


class Busy(Exception):  # noqa: N818 - nothing is wrong, it is another's turn
    """Another process holds the vault; `holder` names it: pid, command, since when."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"the vault is held by {holder}")
        self.holder = holder


class _Identity(NamedTuple):
    path: str
    device: int
    inode: int


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


def open_state(root: Path, environ: Mapping[str, str] | None = None) -> State:
    """The state of the vault at `root`, for reading; nothing is made until something is written."""
    return State(root, state_dir(root, os.environ if environ is None else environ))


class State:
    """One vault's memory. Reading needs no lock; whatever writes needs `with state.lock(wait)`."""

    def __init__(self, root: Path, directory: Path) -> None:
        self.root = Path(os.path.realpath(root))
        self.directory = directory
        self.saved = directory / "saved"
        self._locked = False
        self._connection: sqlite3.Connection | None = None
        self._writes = False
        self._rows: dict[Row, str] | None = None
        self._note: str | None = None

    # ---- the base

    @property
    def known(self) -> bool:
        """False on a device's first pass over this vault, or when the base cannot be trusted."""
        self._load()
        return self._rows is not None

    @property
    def note(self) -> str | None:
        """Why the base counts as none, where there was one; for a message."""
        self._load()
        return self._note

    def rows(self) -> Mapping[Row, str]:
        """The base: what both sides last agreed on, as JSON texts."""
        self._load()
        return {} if self._rows is None else self._rows

    def was_before(self, row: Row, value: str) -> bool:
        """Whether the base had `value` in this row at an earlier time."""
        connection = self.reading() if self.known else None
        if connection is None:
            return False
        found = connection.execute(
            "SELECT 1 FROM history WHERE key = ? AND digest = ? AND field = ? AND hash = ?",
            (*map(bound, row), fingerprint(value)),
        )
        return found.fetchone() is not None

    def older(self) -> Mapping[Row, frozenset[str]]:
        """The sha256 of every earlier value of each row, in hex."""
        found: dict[Row, set[str]] = {}
        connection = self.reading() if self.known else None
        for key, digest, field, hash_ in (
            connection.execute("SELECT key, digest, field, hash FROM history") if connection else ()
        ):
            row = Row(unbound(key), unbound(digest), unbound(field))  # type: ignore[arg-type]
            found.setdefault(row, set()).add(hash_.hex())
        return {row: frozenset(hashes) for row, hashes in found.items()}

    def keep(self, agreements: Iterable[Agreement]) -> None:
        """Puts agreements that need no operation into the base: one commit, or none at all.

        Raises:
            StateError: the state could not be written; the base is what it was.
        """
        rows = self.rows()
        new = [
            agreement
            for agreement in agreements
            if any(rows.get(row) != value for row, value in agreement.put.items())
            or any(row in rows for row in agreement.drop)
        ]
        if new:
            with self.writing() as connection:
                for agreement in new:
                    self.put(connection, agreement.put, agreement.drop, None)

    def put(
        self,
        connection: sqlite3.Connection,
        put: Mapping[Row, str],
        drop: Iterable[Row],
        agreement: int | None,
    ) -> None:
        """Changes the base inside a `writing` of the caller's; earlier values go to the history."""
        for row in drop:
            where = tuple(map(bound, row))
            connection.execute(
                "INSERT OR IGNORE INTO history SELECT key, digest, field, fingerprint(value)"
                " FROM base WHERE key = ? AND digest = ? AND field = ?",
                where,
            )
            connection.execute("DELETE FROM base WHERE key = ? AND digest = ? AND field = ?", where)
        connection.executemany(
            "INSERT INTO base VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " value = excluded.value, sum = excluded.sum, agreement = excluded.agreement",
            [
                (*map(bound, row), bound(value), _sum(row, value), agreement)
                for row, value in put.items()
            ],
        )

    # ---- the database

    def reading(self) -> sqlite3.Connection | None:
        """The database, if there is one that can be trusted."""
        if self._connection is None:
            self._connection = self._open_to_read()
        return self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, durable when the block ends; an error in it leaves all as it was.

        Raises:
            StateError: the disk is full, not writable or failing.
        """
        assert self._locked, "whoever writes holds the lock"
        try:
            connection = self._open_to_write()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except (sqlite3.Error, OSError) as error:
            raise StateError(
                f"the state in {self.directory} could not be written ({error}): see to its disk,"
                " or set VAULT_SYNC_STATE_DIR to another place"
            ) from error
        self._rows = None

    def close(self) -> None:
        """Closes the database; the state can be used again."""
        if self._connection is not None:
            try:
                self._connection.close()
            except sqlite3.Error as error:
                # What was committed is in the log beside it; the next opening takes it up.
                self._note = self._note or f"the state was not closed cleanly ({error})"
            self._connection = None
        self._writes = False
        self._rows = None
        self._loaded = False

    _loaded = False

    def _load(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        self._rows, self._note = None, None
        try:
            connection = self.reading()
            if connection is not None:
                self._note = self._stranger(connection)
            if connection is not None and self._note is None:
                self._rows = _read_base(connection)
        except (sqlite3.Error, ValueError) as error:
            self._note = f"the state in {self.directory} is damaged ({error})"
        if self._note is not None and self._connection is not None:
            self._connection.close()
            self._connection = None

    def _stranger(self, connection: sqlite3.Connection) -> str | None:
        found = connection.execute("SELECT path, device, inode FROM vault").fetchone()
        here = self._identity()
        if found is None or _Identity(unbound(found[0]), *found[1:]) == here:
            return None
        return f"{self.root} is not the folder that it was at the last pass"

    def _identity(self) -> _Identity:
        stat = self.root.stat()
        return _Identity(str(self.root), stat.st_dev, stat.st_ino)

    def _open_to_read(self) -> sqlite3.Connection | None:
        path = self.directory / _DATABASE
        if not path.exists():
            return None
        log = path.with_name(f"{_DATABASE}-wal")
        unclean = log.exists() and log.stat().st_size > 0
        # With the lock and no log nothing can change under us, and nothing need be made to read it.
        still = self._locked and not unclean
        name = quote(os.fsencode(path))
        connection = sqlite3.connect(
            f"file:{name}?mode=ro&immutable=1" if still else f"file:{name}?mode=ro",
            uri=True,
            isolation_level=None,
        )
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            connection.close()
            raise StateError(
                f"the state in {self.directory} was written by a newer vault-sync: update this one"
            )
        if version == 0:
            connection.close()
            return None
        if unclean:
            problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if problem != "ok":
                connection.close()
                raise sqlite3.DatabaseError(problem)
        return connection

    def _open_to_write(self) -> sqlite3.Connection:
        if self._writes and self._connection is not None:
            return self._connection
        self._load()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        path = self.directory / _DATABASE
        if self._note is not None:
            _set_aside(path)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(path, isolation_level=None)
        self._connection, self._writes = connection, True
        connection.create_function("fingerprint", 1, fingerprint, deterministic=True)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            identity = self._identity()
            connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version={SCHEMA};")
            connection.execute(
                "INSERT INTO vault VALUES (?, ?, ?)", (bound(identity.path), *identity[1:])
            )
            connection.execute("COMMIT")
        return connection

    # ---- the lock

    @contextmanager
    def lock(self, wait: float) -> Iterator[None]:
        """Holds the vault; another holder is waited for, `wait` seconds at most.

        The kernel frees the lock when its holder dies, however it dies. Nothing is written.

        Raises:
            Busy: somebody else still holds it.
            StateError: the state directory cannot be made or opened.
        """
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.directory / "lock"
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise StateError(f"the state in {self.directory} cannot be opened ({error})") from error
        try:
            _take(file, path, wait)
            self.close()
            self._locked = True
            try:
                yield
            finally:
                self.close()
                self._locked = False
        finally:
            os.close(file)


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


def _sum(row: Row, value: str) -> int:
    # SQLite does not notice a flipped bit inside a value.
    return zlib.crc32("\0".join((*row, value)).encode("utf-8", "surrogateescape"))


def _read_base(connection: sqlite3.Connection) -> dict[Row, str]:
    rows = {}
    for key, digest, field, value, sum_ in connection.execute(
        "SELECT key, digest, field, value, sum FROM base"
    ):
        try:
            row = Row(key, digest, field)
            checked = zlib.crc32(f"{key}\0{digest}\0{field}\0{value}".encode())
        except UnicodeEncodeError:
            checked = -1
        if checked != sum_:
            row = Row(unbound(key), unbound(digest), unbound(field))  # type: ignore[arg-type]
            value = unbound(value)
            if _sum(row, value) != sum_:
                raise ValueError("a value in it is not what was written")
        rows[row] = value
    return rows


def _set_aside(path: Path) -> None:
    """Renames a database that counts as none, with its log, to the next free name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.aside-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))


def _take(file: int, path: Path, wait: float) -> None:
    end = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= end:
                raise Busy(_holder(file, path)) from None
        # flock can wait for ever or not at all; looking again is the third way.
        time.sleep(0.02)


def _holder(file: int, path: Path) -> str:
    """Who holds the lock, asked of the kernel, so that nothing need be written by the holder."""
    stat = os.fstat(file)
    inode = f"{os.major(stat.st_dev):02x}:{os.minor(stat.st_dev):02x}:{stat.st_ino}"
    locks = Path("/proc/locks")
    pids = []
    if locks.exists():
        lines = [line.split() for line in locks.read_text().splitlines()]
        pids = [line[4] for line in lines if line[1] == "FLOCK" and line[5] == inode]
    else:
        mine = str(os.getpid())
        found = subprocess.run(["lsof", "-t", path], capture_output=True, text=True, check=False)
        pids = [pid for pid in found.stdout.split() if pid != mine]
    if not pids:
        return "another process"
    told = subprocess.run(
        ["ps", "-o", "lstart=,command=", "-p", pids[0]],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout.split()
    command, since = " ".join(told[5:]), " ".join(told[:5])
    return f"process {pids[0]} ({command}), which began {since}" if told else f"process {pids[0]}"
