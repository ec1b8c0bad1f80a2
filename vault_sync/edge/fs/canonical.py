"""One spelling of a folder's path, whatever it is called, and what tells it from other folders."""

from __future__ import annotations

import os
from pathlib import Path

from vault_sync.edge.platform import current, spelling
from vault_sync.edge.platform.values import file_number


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
