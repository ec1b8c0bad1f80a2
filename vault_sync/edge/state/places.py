"""The folders of vaults and of their states: one spelling of each, and which state is a vault's."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from vault_sync.edge.fs.vault_dir import id_in
from vault_sync.edge.platform import current, spelling
from vault_sync.edge.platform.values import file_number
from vault_sync.edge.state.schema import VAULT_ID, unbound

DATABASE, SAVED = "state.sqlite", "saved"


def canonical(folder: Path) -> Path:
    """Return the path of a folder without links, each name as it stands on the disk."""
    return spelling.canonical(Path(os.path.realpath(folder)), same_folder)


def same_folder(one: Path, other: Path) -> bool:
    """Return True if both paths lead to one folder: by a link, a mount, or another spelling."""
    try:
        return root_id(one) == root_id(other)
    except OSError:
        return False


def root_id(folder: Path) -> tuple[int, int]:
    """Return two numbers that no other folder has just now: of its file system, and its inode.

    Raises:
        OSError: it is not there.
    """
    number = file_number(current.files.status(folder, follow=True))
    return current.files.disk_number(folder) % 2**63, number


class VaultIdentity(NamedTuple):
    """The identity of a vault's folder: path, number of its file system, inode."""

    path: str
    device: int
    inode: int


def identity_of(root: Path) -> VaultIdentity:
    """Return what tells a vault's folder from any other.

    Raises:
        OSError: it is not there.
    """
    return VaultIdentity(str(root), *root_id(root))


def identity_in(connection: sqlite3.Connection) -> VaultIdentity | None:
    """Return the identity of the vault that a database is about."""
    found = connection.execute("SELECT path, device, inode FROM vault").fetchall()
    return VaultIdentity(unbound(found[0][0]), *found[0][1:]) if len(found) == 1 else None


def is_moved(connection: sqlite3.Connection, was: VaultIdentity, now: VaultIdentity) -> bool:
    """Return True if a database's vault is the folder `now`, which had another path.

    The folder is the same one and its id is the same, which no folder at its old path has; or its
    old path is another spelling of the new one.
    """
    old, new = Path(was.path), Path(now.path)
    if was[1:] != now[1:]:
        return False
    if same_folder(old, new):
        return canonical(old) == new
    id_ = id_in(new)
    return id_ is not None and id_ == _id_remembered(connection) and id_ != id_in(old)


def is_mounted_twice(was: VaultIdentity, now: VaultIdentity) -> bool:
    """Return True if the folder `now` has two paths, of which none is a spelling of the other."""
    old, new = Path(was.path), Path(now.path)
    return was[1:] == now[1:] and same_folder(old, new) and canonical(old) != new


def is_restored(connection: sqlite3.Connection, was: VaultIdentity, now: VaultIdentity) -> bool:
    """Return True if a database's vault is at its path again with its id, in another folder.

    So it is after a restored backup or on a new disk: files may be older, or not here yet.
    """
    id_ = id_in(Path(now.path)) if was.path == now.path and was != now else None
    return id_ is not None and id_ == _id_remembered(connection)


def _id_remembered(connection: sqlite3.Connection) -> str | None:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'fact'").fetchone():
        return None  # of an older release
    row = connection.execute("SELECT value FROM fact WHERE name = ?", (VAULT_ID,)).fetchone()
    return row[0] if row else None


def moved_state(parent: Path, now: VaultIdentity) -> tuple[Path, bool] | None:
    """Return the folder among all states whose vault is this one, which had another path.

    With it, True if the vault has that path no more, so that the state is to be moved.
    """
    for folder, connection in databases(parent):
        with closing(connection):
            try:
                was = identity_in(connection)
                if was is not None and is_moved(connection, was, now):
                    return folder, True
            except sqlite3.Error:
                continue  # damaged, or in use: whoever it belongs to says so
            if was is not None and is_mounted_twice(was, now):
                return folder, False
    return None


def open_there(file: Path, mode: str) -> sqlite3.Connection:
    """Return a connection to a database that is there, in a mode of SQLite's ("URI Filenames").

    Raises:
        sqlite3.Error: it is not there, or cannot be opened.
    """
    name = quote(os.fsencode(file))
    return sqlite3.connect(f"file:{name}?{mode}", uri=True, isolation_level=None)


def databases(parent: Path) -> Iterator[tuple[Path, sqlite3.Connection]]:
    """Yield each folder that has a state, and its database, open for reading."""
    for file in sorted(parent.glob(f"*/{DATABASE}")):
        try:
            connection = open_there(file, "mode=ro")
        except sqlite3.Error:
            continue
        yield file.parent, connection
