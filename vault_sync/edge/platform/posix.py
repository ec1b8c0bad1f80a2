"""Files and folders on Linux and macOS: opened by descriptor, and no link followed."""

from __future__ import annotations

import fcntl
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vault_sync.edge.platform.disk_room import Room

if TYPE_CHECKING:  # most commands need none
    import socket

assert sys.platform != "win32"

REFUSAL: str | None = None
"""Why no vault can be opened on this system; None: it can."""


def open_root(path: Path) -> int:
    """Open a folder by its path; it may be a link of the user's own."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def open_folder(name: str, above: int) -> int:
    """Open a folder of an open folder; a link there is refused."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(name, flags, dir_fd=above)


def open_to_read(name: str | Path, above: int | None = None) -> int:
    """Open a file for reading, following no link. O_NONBLOCK: a named pipe must not hang us."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    return os.open(name, flags, dir_fd=above)


def open_to_write(
    name: str | Path, above: int | None = None, *, new: bool = True, mode: int = 0o600
) -> int:
    """Open a file for writing and reading, following no link; `new`: it must not be there yet."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_EXCL if new else 0)
    return os.open(name, flags, mode, dir_fd=above)


def read_at(file: int, count: int, at: int) -> bytes:
    """Return up to `count` bytes of an open file, from a place in it."""
    return os.pread(file, count, at)


def write_at(file: int, content: bytes, at: int) -> int:
    """Write bytes at a place in an open file; return how many."""
    return os.pwrite(file, content, at)


def take_lock(file: int) -> None:
    """Lock an open file for this process, until it is closed.

    Raises:
        BlockingIOError: another process has it.
    """
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def copy_owner_and_mode(like: int, file: int) -> None:
    """Give an open file the owner and the mode of another.

    Raises:
        OSError: they cannot be carried over.
    """
    seen, mine = os.fstat(like), os.fstat(file)
    if (seen.st_uid, seen.st_gid) != (mine.st_uid, mine.st_gid):
        os.fchown(file, seen.st_uid, seen.st_gid)
    os.fchmod(file, stat.S_IMODE(seen.st_mode))


def room_of(folder: int | Path) -> Room:
    """Return the free room of the disk that an open folder is on."""
    disk = os.statvfs(folder)
    # Some file systems make inodes as they go and report none.
    return Room(disk.f_frsize, disk.f_bavail, disk.f_favail if disk.f_files else None)


def disk_number(path: Path) -> int:
    """Return a number of the file system at a path that stays the same where it can.

    The number of a device may be another after a restart (btrfs, NFS); that of its file system is
    the same where there is one.
    """
    return os.statvfs(path).f_fsid or path.stat().st_dev


def file_number(status: os.stat_result) -> int:
    """Return the number of a file on its file system."""
    return status.st_ino


def changed_ns(status: os.stat_result) -> int:
    """Return when a file or its name was changed last, in nanoseconds of Unix time."""
    return status.st_ctime_ns


def local_socket() -> socket.socket:
    """Return a socket for messages within this machine."""
    import socket

    return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)


def user_id() -> int:
    """Return the number of the user that this process runs for."""
    return os.getuid()
