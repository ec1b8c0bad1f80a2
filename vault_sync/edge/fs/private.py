"""Folders and files of this program outside of any vault: nobody but this user reads them."""

from __future__ import annotations

import os
from pathlib import Path

from vault_sync.edge.platform import current

OURS = "vault-sync"
"""The name of the folder that holds all states, where none was chosen."""


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, that this user alone may enter.

    One that is this program's by its name, and was made by an earlier release, is closed as well;
    a folder that somebody chose (VAULT_SYNC_STATE_DIR) keeps its rights.

    Raises:
        OSError: it cannot be made.
    """
    for each in (*reversed(folder.parents), folder):
        if not each.is_dir():
            each.mkdir(mode=0o700, exist_ok=True)
    for each in (folder, folder.parent):
        if each.name == OURS or each == folder:
            _close(each)


def make_private_file(path: Path) -> None:
    """Make a file, if it is not there, that this user alone may read; close one that is.

    Raises:
        OSError: it cannot be made.
    """
    file = current.files.open_to_write(path, new=False)
    os.close(file)
    _close(path)


def _close(path: Path) -> None:
    status = path.lstat()
    if status.st_mode & 0o077 and status.st_uid == current.files.user_id():
        path.chmod(status.st_mode & 0o7700)
