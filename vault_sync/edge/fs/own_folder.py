"""The folder for what is no note: `.vault-sync`; and names in Obsidian's `.trash`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count

from vault_sync.core.model.values import RelPath
from vault_sync.edge.fs.vault_dir import OWN_FOLDER, VaultDir
from vault_sync.edge.platform import current
from vault_sync.edge.platform.rename import Volume, prove

TEMPORARY = f"{OWN_FOLDER}/tmp"  # noqa: S108 - a folder of the vault, not of the system


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
        OSError: nothing can be written there.
    """
    device = os.fstat(folder).st_dev
    if device not in vault.volumes:
        vault.volumes[device] = _proved(vault, folder)
    return vault.volumes[device]


def _proved(vault: VaultDir, folder: int) -> Volume:
    device = os.fstat(folder).st_dev
    if os.fstat(vault.fd).st_dev != device:
        return prove(folder)
    there = vault.stat(OWN_FOLDER) is not None
    own = own_folder(vault)
    volume = prove(own if os.fstat(own).st_dev == device else folder)
    if not there and not volume.safe:
        os.unlink(".gitignore", dir_fd=vault.folder(OWN_FOLDER))
        vault.remove_folder(TEMPORARY)
        vault.remove_folder(OWN_FOLDER)
    return volume


def trash_names(target: RelPath) -> Iterator[RelPath]:
    """Yield `.trash/a.md`, `.trash/a 2.md`, `.trash/a 3.md` and so on, as Obsidian counts."""
    yield target
    stem, dot, kind = target.rpartition(".")
    for number in count(2):
        yield RelPath(f"{stem} {number}{dot}{kind}")
