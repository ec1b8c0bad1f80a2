"""The calls after which bytes are on the disk, and not only on their way there."""

from __future__ import annotations

import os
from pathlib import Path

from vault_sync.edge.platform import current

BATCH = 8
"""From this many files on, one sync of the file system costs less than one a file (1.4 ms)."""


def sync_file(file: int) -> None:
    """Return when an open file's bytes, or a folder's names, would survive a power cut.

    Raises:
        OSError: they are to be taken as not written; asking again would lie (fsyncgate).
    """
    current.system.sync_file(file)


def sync_at(folder: int, name: str) -> None:
    """Sync one file, named relative to an open folder."""
    _sync(current.files.open_to_sync(name, folder))


def sync_path(path: Path) -> None:
    """Sync a file or a folder at a path."""
    _sync(current.files.open_to_sync(path))


def _sync(file: int | None) -> None:
    if file is None:
        return
    try:
        sync_file(file)
    finally:
        os.close(file)


def sync_everything(folder: int) -> bool:
    """Sync the file system that an open folder is on. Return False where there is no such call.

    Raises:
        OSError: something of what was written since the folder was opened is not on the disk.
    """
    return current.system.sync_file_system(folder)
