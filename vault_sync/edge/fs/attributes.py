"""Mode, owner and extended attributes: what a replaced file had, the file in its place has."""

from __future__ import annotations

import stat

from vault_sync.edge.fs.errors import Unsafe
from vault_sync.edge.platform import current


def check_writable(file: int, folder: int, name: str) -> None:
    """Raise Unsafe if putting another file in this one's place is not what its owner expects."""
    seen = current.files.status_of(file)
    if not stat.S_ISREG(seen.st_mode):
        raise Unsafe("it is not a regular file")
    if seen.st_nlink > 1:
        raise Unsafe(
            f"it has {seen.st_nlink} names (hard links), and the others would keep the old text:"
            " replace the links by copies"
        )
    # Asked of the mode as well, for the superuser may do anything.
    if not seen.st_mode & 0o222 or not current.files.may_write(folder, name):
        raise Unsafe("it is read-only: allow writing to it and run again")


def copy_attributes(like: int, file: int) -> None:
    """Give an open file the owner, mode, ACL and extended attributes of another.

    Raises:
        OSError: they cannot be carried over.
    """
    current.files.copy_owner_and_mode(like, file)
    current.system.copy_attributes(like, file)
