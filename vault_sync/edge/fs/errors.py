"""The refusals of the operating system, in words and with what to do."""

from __future__ import annotations

import errno
import os

_WORDS = {
    errno.ENOSPC: "the disk is full: make room and run again",
    errno.EDQUOT: "the disk quota is used up: make room and run again",
    errno.EROFS: "the file system is mounted read-only: mount it for writing and run again",
    errno.EACCES: "permission is missing: look at the owner and mode of the file and its folder",
    errno.EPERM: "the system does not allow it: look at the owner and attributes of the file and"
    " its folder",
    errno.EIO: "the disk reports an error: save what is on it and have it checked",
    errno.ELOOP: "a symbolic link stands there; links are not followed",
    errno.ENOTDIR: "a symbolic link or a file stands where a folder should be",
    errno.EISDIR: "a folder stands there",
    errno.ENAMETOOLONG: "its name is too long for the file system",
    errno.ENOENT: "it is gone; the next pass looks again",
    errno.ESPIPE: "it is not a regular file",
    errno.ENXIO: "it is not a regular file",
    errno.EXDEV: "it would have to move to another file system",
    errno.EBUSY: "another program has it open; the next pass tries again",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
}


NO_SAFE_REPLACE = (
    "this disk ({}) cannot replace a file so that an edit made in that instant is kept, so nothing"
    " is written on it: move the vault to a disk with ext4, btrfs, xfs, APFS or NTFS"
    " (`check`, `diff`, `export` and `--dry-run` work here)"
)


CLOUD_ONLY = (
    'it is in the cloud only: choose "Keep Downloaded" (iCloud) or "Always keep on this device"'
    " (OneDrive) for the vault"
)


class Unsafe(OSError):  # noqa: N818 - it is a verdict on a file, not a fault of ours
    """A file that this program does not touch as it is; the text says why."""


def in_words(error: Exception) -> str:
    """Return why something was not done, for a person."""
    if isinstance(error, OSError) and error.errno is not None:
        words = _WORDS.get(error.errno)
        return words or f"the system says: {os.strerror(error.errno)}"
    return str(error)
