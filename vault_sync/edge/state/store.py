"""The state that a device has of one vault: the base, its history, the journal, passes; the lock.

The state lies outside the vault, in one folder a vault, in an SQLite database beside the saved
texts. Deleting it loses no text and deletes none. Whatever cannot be trusted in it (damaged, of
another folder) counts as not being there: `has_base` is False, and `note` says why.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from vault_sync.core.model.plan import BaseKey, BaseUpdate, Value
from vault_sync.core.text.module_door import door
from vault_sync.edge.fs.private import make_private
from vault_sync.edge.platform import current
from vault_sync.edge.platform.lock import locked, locked_folder
from vault_sync.edge.state.database import StateDatabase, StateError
from vault_sync.edge.state.places import DATABASE, SAVED, canonical, identity_of, moved_state
from vault_sync.edge.state.schema import bound, has_passed

if TYPE_CHECKING:
    from vault_sync.edge.state import base_table, deliveries, earlier_values
else:  # a pass at rest asks for no row
    base_table = door("vault_sync.edge.state.base_table")
    deliveries = door("vault_sync.edge.state.deliveries")
    earlier_values = door("vault_sync.edge.state.earlier_values")


def state_dir(root: Path, environ: Mapping[str, str]) -> Path:
    """Return the folder of the state of the vault at `root`, a `canonical` path; nothing is made.

    The platform's state directory, or VAULT_SYNC_STATE_DIR. The name ends in a hash of the
    canonical path, so a copied vault has a state of its own.

    Raises:
        StateError: that would be inside the vault, where a sync service would carry it elsewhere.
    """
    above = environ.get("VAULT_SYNC_STATE_DIR")
    if above:
        parent = Path(above).absolute()
    else:
        from platformdirs import user_state_path

        parent = user_state_path("vault-sync", appauthor=False)
    if Path(os.path.realpath(parent)).is_relative_to(root):
        raise StateError(
            f"the state must not lie in the vault: set VAULT_SYNC_STATE_DIR ({parent})"
        )
    digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
    return parent / f"{root.name or 'vault'}-{digest}"


def open_state(root: Path, environ: Mapping[str, str] | None = None) -> StateStore:
    """Return the state of the vault at `root`, for reading; nothing is made until it is written.

    That of a vault which had another path is read where it lies; the first lock moves it, unless
    the vault has that path too: a mount.
    """
    root = canonical(root)
    home = state_dir(root, os.environ if environ is None else environ)
    found = None
    if not (home / DATABASE).exists() and root.is_dir():
        found = moved_state(home.parent, identity_of(root))
    directory, is_moved = found or (home, False)
    return StateStore(root, directory, home if is_moved else directory)


class StateStore:
    """One vault's memory; `root` is `canonical`. Whatever writes needs `with state.lock(wait)`."""

    def __init__(self, root: Path, directory: Path, home: Path | None = None) -> None:
        self.root = root
        self._home = home or directory
        self._lie_in(directory)
        self._rows: dict[BaseKey, Value] | None = None
        self._rows_version = 0
        self._changes: list[BaseUpdate] = []
        self._typing: Collection[str] = ()
        self.locked_at = 0

    def _lie_in(self, directory: Path) -> None:
        self.directory = directory
        self.saved = directory / SAVED
        self._database = StateDatabase(self.root, directory)

    # ---- the base

    @property
    def has_base(self) -> bool:
        """False on a device's first pass over this vault, or when the base cannot be trusted."""
        return bool(self.rows()) or has_passed(self.select)

    @property
    def note(self) -> str | None:
        """The reason why the base counts as none, where there was one; for a message."""
        self.rows()
        return self._database.distrust

    def rows(self) -> Mapping[BaseKey, Value]:
        """Return the base: the values that both sides last agreed on.

        Raises:
            StateError: it cannot be read just now, or is of a newer version.
        """
        if self._database.connect() is None:
            return {}
        if self._current_rows() is None:
            with self._database.reading() as connection:
                self._rows = base_table.read_base(connection)
                self._rows_version = self._database.version
        return self._current_rows() or {}

    def _current_rows(self) -> dict[BaseKey, Value] | None:
        """Return the base as it was read, if it still stands so in the database."""
        if self._rows_version != self._database.version:
            self._rows = None
        return self._rows

    def was_before(self, row: BaseKey, value: Value) -> bool:
        """Return True if the base had `value` in this row at an earlier time, in any digest."""
        return earlier_values.is_old(self.select, row, value, self._typing)

    def outdate(self) -> None:
        """End the sessions that are over: what was replaced in them counts as old from now on.

        Raises:
            StateError: the state could not be written.
        """
        if earlier_values.come_to_rest(self.select, self._typing):
            with self.writing() as connection:
                earlier_values.outdate(connection, self._typing)

    def keep(self, base_updates: Sequence[BaseUpdate]) -> None:
        """Put base updates that need no operation into the base: one commit, or none at all.

        Raises:
            StateError: the state could not be written; the base is what it was.
        """
        rows = self._current_rows() or base_table.read_about(self.select, base_updates, self.rows)
        new = [
            base_update
            for base_update in base_updates
            if any(rows.get(row) != value for row, value in base_update.put.items())
            or any(row in rows for row in base_update.drop)
        ]
        if new:
            with self.writing() as connection:
                ids = base_table.promise(connection, ((None, one) for one in new))
                self.stand(connection, new, ids)

    def stand(
        self, connection: sqlite3.Connection, base_updates: Sequence[BaseUpdate], ids: range
    ) -> None:
        """Change the base inside a `writing` of the caller's; earlier values go to the history.

        `ids`: those of the values that the base updates put (`base_table.promise`).
        """
        base_table.stand(connection, base_updates, ids)
        if connection.execute("SELECT 1 FROM refused LIMIT 1").fetchone() is not None:
            connection.executemany(
                "DELETE FROM refused WHERE key = ? AND digest = ? AND field = ?",
                [tuple(map(bound, row)) for one in base_updates for row in one.put],
            )
        put = (item for base_update in base_updates for item in base_update.put.items())
        earlier_values.forget(connection, put)
        earlier_values.outdate(connection, self._typing)
        deliveries.note_time(connection, self.locked_at)
        self._changes += base_updates

    # ---- the database

    def select(self, query: str, *values: object) -> list[Any]:
        """Return the rows of a query, or none where there is no state that can be trusted.

        Raises:
            StateError: it cannot be read just now.
        """
        return self._database.select(query, *values)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give one transaction, durable when the block ends; an error in it changes nothing.

        Raises:
            StateError: the disk is full, not writable or failing.
        """
        self._changes = []
        with self._database.writing() as connection:
            yield connection
        before = self._current_rows()
        if before is not None and self._changes:
            # A copy: whoever was given the old rows may still be reading them.
            rows = dict(before)
            for base_update in self._changes:
                for row in base_update.drop:
                    rows.pop(row, None)
            for base_update in self._changes:  # what is put stands, as in the database
                rows.update(base_update.put)
            self._rows = rows

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; the state can be used again."""
        self._database.close()

    def stamp(self) -> tuple[int, ...] | None:
        """Return numbers that change when another process writes; None while a log is there."""
        return self._database.stamp()

    # ---- the lock

    @contextmanager
    def lock(self, wait: float, typing: Collection[str] = ()) -> Iterator[None]:
        """Lock the vault; wait for another process that has locked it, `wait` seconds at most.

        Its folder is locked as well as its state, for another state may be another environment's.
        The kernel frees both when their process dies, however it dies. Nothing is written; the
        state of a vault that had another path is moved to its place.
        `typing`: the files under somebody's hands meanwhile (`earlier_values`).

        Raises:
            Busy: another process still has it.
            StateError: the state directory cannot be made or opened.
        """
        with ExitStack() as stack:
            try:
                make_private(self.directory)
                stack.enter_context(locked(self.directory / "lock", wait))
                stack.enter_context(locked_folder(self.root, wait))
                self._move_home()
            except OSError as error:
                raise self._database.unusable("cannot be opened", error) from error
            self.close()
            self._database.locked, self._database.distrust = True, None
            self._typing, self.locked_at = typing, time.time_ns()
            try:
                yield
            finally:
                self.close()
                self._database.locked, self._typing = False, ()

    def _move_home(self) -> None:
        """Move the state of a vault that had another path to the folder of its present one."""
        if self.directory != self._home:
            self.close()
            if _moved(self.directory, self._home):
                self._lie_in(self._home)

    def take_over(self) -> str | None:
        """Take over the memory of a vault that was elsewhere; return its path then, or None.

        Raises:
            StateError: it cannot be opened or written.
        """
        if self._database.connect() is None:
            return None
        was = str(self.root) if self._database.restored else self._database.moved_from
        if was is not None:
            with self.writing():
                pass  # the place is noted by whatever is written first
        return was


def _moved(directory: Path, home: Path) -> bool:
    """Rename the folder of a state, over one of locks alone. Return False if it stays.

    Windows moves no folder in which a file is open, as the lock is. It is found where it lies by
    what tells its vault from others.
    """
    _remove_unused(home)
    try:
        directory.rename(home)
    except PermissionError:
        if not current.files.PINS:
            raise
        return False
    return True


def _remove_unused(home: Path) -> None:
    """Remove the folder of a state that holds no more than locks."""
    if home.is_dir() and not (home / DATABASE).exists():
        for name in ("lock", "daemon.lock"):
            (home / name).unlink(missing_ok=True)
        home.rmdir()
