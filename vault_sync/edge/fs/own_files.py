"""The files at a vault's top that are no notes, and single looks at what a path of it holds.

All of it goes through the folder handle of the vault, so that no link is followed: a vault is
cloned or shared, and a link in it may lead to any file of this machine.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Literal

from vault_sync.edge.fs.errors import Unsafe
from vault_sync.edge.fs.reading import MOST_SETTINGS
from vault_sync.edge.fs.vault_dir import VaultDir
from vault_sync.edge.platform import current
from vault_sync.edge.platform.durability import sync_file

CONFIGURATION = "vault-sync.toml"
IGNORED_BY_SYNCTHING = ".stignore"
GIT_ATTRIBUTES = ".gitattributes"
_OWN = frozenset({CONFIGURATION, IGNORED_BY_SYNCTHING, GIT_ATTRIBUTES})

Kind = Literal["file", "folder", "link", "other"]


def kind_at(root: Path, path: str) -> Kind | None:
    """Return what stands at a path of the vault, None for nothing; behind a link there is nothing.

    A path that leads out of the vault holds nothing, either.
    """
    try:
        with VaultDir(root) as vault:
            status = vault.stat(path) if path else current.files.status_of(vault.fd)
    except OSError:
        return None
    return None if status is None else _kind(status)


def _kind(status: os.stat_result) -> Kind:
    if stat.S_ISREG(status.st_mode):
        return "file"
    if stat.S_ISDIR(status.st_mode):
        return "folder"
    return "link" if stat.S_ISLNK(status.st_mode) else "other"


def names_in(root: Path, path: str) -> list[str]:
    """Return the names in a folder of the vault; none where there is no folder."""
    try:
        with VaultDir(root) as vault:
            return current.files.names(vault.folder(path))
    except OSError:
        return []


def read_own(root: Path, name: str) -> bytes | None:
    """Return the bytes of one of these files, None where there is none.

    Raises:
        Unsafe: it is a link, no file, or too large for what it is; the text says what to do.
        OSError: it cannot be read.
    """
    with VaultDir(root) as vault:
        if _present(vault, name) is None:
            return None
        return vault.read(name, MOST_SETTINGS)


def write_own(root: Path, name: str, content: bytes) -> None:
    """Write one of these files, whole or not at all; one that is there is replaced.

    Raises:
        Unsafe: as `read_own`; nothing is written.
        OSError: it cannot be written.
    """
    with VaultDir(root) as vault:
        like = _present(vault, name)
        beside = f".{name}.{os.urandom(3).hex()}"
        file = current.files.open_to_write(beside, vault.fd, mode=0o666)
        try:
            _fill(vault, file, content, name if like is not None else None)
        except BaseException:
            os.close(file)
            current.files.remove(vault.fd, beside)
            raise
        os.close(file)
        current.files.rename(vault.fd, beside, vault.fd, name)
        sync_file(vault.fd)


def _fill(vault: VaultDir, file: int, content: bytes, like: str | None) -> None:
    at = 0
    while at < len(content):
        at += current.files.write_at(file, content[at:], at)
    if like is not None:
        with vault.opened(like) as other:
            current.files.copy_owner_and_mode(other, file)
    sync_file(file)


def remove_own(root: Path, name: str) -> None:
    """Remove one of these files, if it is there.

    Raises:
        Unsafe: as `read_own`; nothing is removed.
    """
    with VaultDir(root) as vault:
        if _present(vault, name) is not None:
            current.files.remove(vault.fd, name)


def _present(vault: VaultDir, name: str) -> os.stat_result | None:
    assert name in _OWN, "no other file at the top is this program's to write"
    status = vault.stat(name)
    if status is not None and (kind := _kind(status)) != "file":
        raise Unsafe(_WRONG[kind].format(vault.root / name))
    return status


_WRONG = {
    "link": "{}: is not a file: a symbolic link stands there, and links are not followed: put the"
    " file that it leads to in its place",
    "folder": "{}: is not a file: a folder stands there: put a file of that name there, or remove"
    " it",
    "other": "{}: is not a file: a device, a pipe or a socket stands there: remove it",
}


def remove_tree(root: Path, path: str) -> bool:
    """Remove a folder of the vault and all in it; a link in it goes, and what it leads to stays.

    Return False where no folder is.

    Raises:
        OSError: something in it cannot be removed.
    """
    with VaultDir(root) as vault:
        try:
            vault.folder(path)
        except OSError:
            return False
        folders = [path]
        for folder in folders:  # it grows: each folder comes behind the one that holds it
            handle = vault.folder(folder)
            for item in current.files.entries(handle):
                if item.is_dir(follow_symlinks=False) and not item.is_symlink():
                    folders.append(f"{folder}/{item.name}")
                else:
                    current.files.remove(handle, item.name)
        for folder in reversed(folders):
            vault.remove_folder(folder)
    return True
