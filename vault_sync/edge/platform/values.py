"""The values that all systems share: a disk's free room, a folder's items, a refused exchange."""

from __future__ import annotations

import os
from operator import attrgetter
from typing import NamedTuple, Protocol

SPARE = ".out"
"""Ends the name of a file that was taken out of its place, on Windows, for another."""


class Changed(OSError):  # noqa: N818 - somebody edited it, which is no fault
    """A file that is not replaced, since its text is not the one that was to be."""


class FolderItem(Protocol):
    """A name in an open folder, which tells its kind, and its status while the folder is open."""

    @property
    def name(self) -> str:
        """Return the name, spelled as on the disk."""

    def is_symlink(self) -> bool:
        """Return True for a link, or what is one to this system."""

    def is_dir(self, *, follow_symlinks: bool = ...) -> bool:
        """Return True for a folder."""

    def is_file(self, *, follow_symlinks: bool = ...) -> bool:
        """Return True for a regular file."""

    def stat(self, *, follow_symlinks: bool = ...) -> os.stat_result:
        """Return the status, with the numbers that the system's own listing may leave out."""


class Room(NamedTuple):
    """The free room of a disk: bytes of a block, free blocks, free files (None: not counted)."""

    block: int
    blocks: int
    files: int | None


def file_number(status: os.stat_result) -> int:
    """Return the number of a file on its disk, of a status that `current.files` gave."""
    return status.st_ino


stat_numbers = attrgetter("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino")
"""Returns size, time of the last write, `changed_ns` and `file_number` of such a status.

In one call, for a scan asks it of every file.
"""

_AWAY_ON_MACOS, _AWAY_ON_WINDOWS = 0x40000000, 0x40000 | 0x400000
"""SF_DATALESS; FILE_ATTRIBUTE_RECALL_ON_OPEN and RECALL_ON_DATA_ACCESS."""


def is_away(status: os.stat_result) -> bool:
    """Return True for a file whose content is in a cloud only, so that reading would fetch it."""
    flags, attributes = (getattr(status, f"st_{name}", 0) for name in ("flags", "file_attributes"))
    return bool(flags & _AWAY_ON_MACOS or attributes & _AWAY_ON_WINDOWS)


def changed_ns(status: os.stat_result) -> int:
    """Return when a file or its name was changed last, in ns of Unix, of such a status."""
    return status.st_ctime_ns
