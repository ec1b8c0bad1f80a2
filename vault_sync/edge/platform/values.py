"""The values that all systems share: a disk's free room, a folder's items, a refused exchange."""

from __future__ import annotations

import os
from operator import attrgetter
from typing import NamedTuple, Protocol

OWN = ".vault-sync"
"""The program's own folder in a vault, where its lock lies."""
SPARE = ".out"
"""Ends the name of a file that was taken out of its place, on Windows, for another."""


class Changed(OSError):  # noqa: N818 - somebody edited it, which is no fault
    """A file that is not replaced, since its text is not the one that was to be."""


class LeadsOut(OSError):  # noqa: N818 - a verdict on a path, not a fault of ours
    """A name that is not one step below an open folder, so that it may lead anywhere."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is no name of a file: it leads out of its folder")


_NO_NAMES = frozenset({"", ".", ".."})


def one_step(name: str) -> str:
    """Return a name that leads one step below the folder it is looked for in.

    All that is done in an open folder goes through here, whoever says the name.

    Raises:
        LeadsOut: it is empty, leads up, or holds a separator or a NUL.
    """
    if name in _NO_NAMES or "/" in name or "\0" in name:
        raise LeadsOut(name)
    return name


def one_step_on_windows(name: str) -> str:
    """Return a name as `one_step` does; there a backslash parts, a colon names a disk or a stream.

    Raises:
        LeadsOut: as `one_step`.
    """
    if "\\" in name or ":" in name:
        raise LeadsOut(name)
    return one_step(name)


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
