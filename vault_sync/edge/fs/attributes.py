"""Mode, owner and extended attributes: what a replaced file had, the file in its place has."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys

from vault_sync.edge.fs.errors import Unsafe

_COPYFILE_ACL_AND_XATTR = 1 << 0 | 1 << 2


def check_writable(file: int, folder: int, name: str) -> None:
    """Raise Unsafe if putting another file in this one's place is not what its owner expects."""
    seen = os.fstat(file)
    if not stat.S_ISREG(seen.st_mode):
        raise Unsafe("it is not a regular file")
    if seen.st_nlink > 1:
        raise Unsafe(
            f"it has {seen.st_nlink} names (hard links), and the others would keep the old text:"
            " replace the links by copies"
        )
    # Asked of the mode as well, for the superuser may do anything.
    if not seen.st_mode & 0o222 or not os.access(
        name, os.W_OK, dir_fd=folder, effective_ids=os.access in os.supports_effective_ids
    ):
        raise Unsafe("it is read-only: allow writing to it and run again")


def copy_attributes(like: int, file: int) -> None:
    """Give an open file the owner, mode, ACL and extended attributes of another.

    Raises:
        OSError: they cannot be carried over.
    """
    seen, mine = os.fstat(like), os.fstat(file)
    if (seen.st_uid, seen.st_gid) != (mine.st_uid, mine.st_gid):
        os.fchown(file, seen.st_uid, seen.st_gid)
    os.fchmod(file, stat.S_IMODE(seen.st_mode))
    if sys.platform == "darwin":
        library = ctypes.CDLL(None, use_errno=True)
        if library.fcopyfile(like, file, None, _COPYFILE_ACL_AND_XATTR):
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return
    try:
        names = os.listxattr(like)
    except OSError as error:
        if error.errno in {errno.ENOTSUP, errno.EOPNOTSUPP}:
            return
        raise
    for name in names:
        # security.* is the system's own (SELinux labels, capabilities) and set by its policy.
        if not name.startswith("security."):
            os.setxattr(file, name, os.getxattr(like, name))
