"""The folder for what is no note: `.vault-sync`; the vault's id there; names in `.trash`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from vault_sync.core.model.values import RelPath
from vault_sync.core.text.module_door import door
from vault_sync.edge.fs.errors import Unsafe
from vault_sync.edge.fs.vault_dir import OWN_FOLDER, VaultDir, read_at
from vault_sync.edge.platform import current
from vault_sync.edge.platform.durability import sync_file

if TYPE_CHECKING:
    from vault_sync.edge.platform import rename
    from vault_sync.edge.platform.rename import Volume
else:  # a pass at rest replaces no file
    rename = door("vault_sync.edge.platform.rename")

TEMPORARY = f"{OWN_FOLDER}/tmp"  # noqa: S108 - a folder of the vault, not of the system

OWN_FOLDER_CLOSED = (
    f"{OWN_FOLDER} in the vault, through which every text goes, cannot be written: look at the"
    " owner and mode of that folder, of what is in it, and of the vault"
)

ID = f"{OWN_FOLDER}/id"
"""The file that tells a vault that was moved from another folder that stands where it was."""


def temporary_name(token: str, number: int) -> str:
    return f"{token}-{number}"


def own_folder(vault: VaultDir) -> int:
    """Open `.vault-sync/tmp`; make it if need be, with a `.gitignore` that hides it from git."""
    folder = vault.folder(TEMPORARY, make=True)
    own = vault.folder(OWN_FOLDER)
    try:
        file = current.files.open_to_write(".gitignore", own, mode=0o666)
    except FileExistsError:
        return folder
    try:
        os.write(file, b"*\n")
    finally:
        os.close(file)
    return folder


def volume_of(vault: VaultDir, folder: int) -> Volume:
    """Return what the file system of an open folder can do, tried once for an open vault.

    On the vault's own file system it is tried in `.vault-sync/tmp`. That is made for it, and
    removed again where no file will be written.

    Raises:
        OSError: nothing can be written there, or in the program's own folder.
    """
    device = current.files.status_of(folder).st_dev
    if device not in vault.volumes:
        vault.volumes[device] = _proved(vault, folder, device)
    return vault.volumes[device]


def _proved(vault: VaultDir, folder: int, device: int) -> Volume:
    if current.files.status_of(vault.fd).st_dev != device:
        return rename.prove(folder)
    there = vault.stat(OWN_FOLDER) is not None
    try:
        own = own_folder(vault)
        volume = rename.prove(own if current.files.status_of(own).st_dev == device else folder)
    except PermissionError:
        raise Unsafe(OWN_FOLDER_CLOSED) from None
    if not there and not volume.safe:
        current.files.remove(vault.folder(OWN_FOLDER), ".gitignore")
        vault.remove_folder(TEMPORARY)
        vault.remove_folder(OWN_FOLDER)
    return volume


def read_id(vault: VaultDir) -> str | None:
    """Return the id that stands in a vault; None where there is none.

    Raises:
        OSError: it cannot be read.
    """
    try:
        content = read_at(*vault.place(ID))
    except FileNotFoundError:
        return None
    return content.decode("ascii", "replace").strip() or None


def id_in(root: Path) -> str | None:
    """Return the id that stands in the vault at `root`; None where none can be read."""
    try:
        with VaultDir(root) as vault:
            return read_id(vault)
    except OSError:
        return None


def write_id(vault: VaultDir, id_: str) -> None:
    """Write an id into a vault, durably.

    Raises:
        OSError: it is not there.
    """
    own_folder(vault)
    folder, name = vault.place(ID)
    file = current.files.open_to_write(name, folder, new=False, mode=0o666)
    try:
        os.ftruncate(file, 0)
        current.files.write_at(file, f"{id_}\n".encode(), 0)
        sync_file(file)
    finally:
        os.close(file)


def trash_names(target: RelPath) -> Iterator[RelPath]:
    """Yield `.trash/a.md`, `.trash/a 2.md`, `.trash/a 3.md` and so on, as Obsidian counts."""
    yield target
    stem, dot, kind = target.rpartition(".")
    for number in count(2):
        yield RelPath(f"{stem} {number}{dot}{kind}")
