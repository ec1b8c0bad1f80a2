"""The folder for what is no note: `.vault-sync`; and names in Obsidian's `.trash`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count

from vault_sync.core.model.values import RelPath
from vault_sync.edge.fs.vault_dir import OWN_FOLDER, VaultDir

TEMPORARY = f"{OWN_FOLDER}/tmp"  # noqa: S108 - a folder of the vault, not of the system


def temporary_name(token: str, number: int) -> str:
    return f"{token}-{number}"


def own_folder(vault: VaultDir) -> int:
    """Open `.vault-sync/tmp`; make it if need be, with a `.gitignore` that hides it from git."""
    folder = vault.folder(TEMPORARY, make=True)
    own = vault.folder(OWN_FOLDER)
    try:
        file = os.open(
            ".gitignore", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666, dir_fd=own
        )
    except FileExistsError:
        return folder
    try:
        os.write(file, b"*\n")
    finally:
        os.close(file)
    return folder


def trash_names(target: RelPath) -> Iterator[RelPath]:
    """Yield `.trash/a.md`, `.trash/a 2.md`, `.trash/a 3.md` and so on, as Obsidian counts."""
    yield target
    stem, dot, kind = target.rpartition(".")
    for number in count(2):
        yield RelPath(f"{stem} {number}{dot}{kind}")
