"""One spelling of a folder's path, whatever it is called, and what tells it from other folders."""

from __future__ import annotations

import os
from pathlib import Path

from vault_sync.core.text.casefold import casefold_nfc


def canonical(folder: Path) -> Path:
    """Return the path of a folder without links, each name as it stands on the disk.

    Where a file system takes `Notes` and `notes`, or two normal forms of a name, for one, so does
    this.
    """
    whole = Path(os.path.realpath(folder))
    here = Path(whole.anchor)
    for name in whole.parts[1:]:
        here /= _as_on_disk(here, name)
    return here


def _as_on_disk(above: Path, name: str) -> str:
    try:
        names = os.listdir(above)  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return name  # it may be passed through and not be listed
    if name in names:
        return name
    folded = casefold_nfc(name)
    alike = [each for each in names if casefold_nfc(each) == folded]
    return next((each for each in alike if same_folder(above / each, above / name)), name)


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
    # The number of a device may be another after a restart (btrfs, NFS); that of its file
    # system is the same where there is one.
    device = os.statvfs(folder).f_fsid or folder.stat().st_dev
    return device % 2**63, folder.stat().st_ino
