"""The program's own folder in a vault: `.vault-sync`, for temporary and displaced files."""

from __future__ import annotations

import os

from vault_sync.edge.beneath import OWN_FOLDER, Beneath

TEMPORARY = f"{OWN_FOLDER}/tmp"  # noqa: S108 - a folder of the vault, not of the system


def temporary_name(token: str, number: int) -> str:
    return f"{token}-{number}"


def own_folder(vault: Beneath) -> int:
    """`.vault-sync/tmp`, open; made if need be, with a `.gitignore` that hides it from git."""
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
