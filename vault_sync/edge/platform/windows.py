"""The part that there is for Windows: the program starts, reads no vault, and says so.

A vault's folders are opened relative to one another and pinned, which takes handles of their own
here; until that is built and seen on Windows, `REFUSAL` is what every command answers.
"""

from __future__ import annotations

import errno
import msvcrt
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from vault_sync.edge.platform.disk_room import Room

if TYPE_CHECKING:  # 60 ms that only a watcher needs
    import socket
    import threading

    from watchdog.observers.api import BaseObserver

assert sys.platform == "win32"

REFUSAL: str | None = (
    "vault-sync does not open vaults on Windows yet: use it under WSL, with the vault on WSL's own"
    " disk, or on Linux or macOS; nothing was read or written"
)


def _refuse(path: object) -> NoReturn:
    raise OSError(errno.ENOTSUP, "folders are not opened on Windows yet", str(path))


def open_root(path: Path) -> int:
    """Raise OSError: no folder is opened."""
    _refuse(path)


def open_folder(name: str, above: int) -> int:
    """Raise OSError: no folder is opened."""
    del above
    _refuse(name)


def open_to_read(name: str | Path, above: int | None = None) -> int:
    """Open a file for reading, its bytes as they are on the disk."""
    if above is not None:
        _refuse(name)
    return os.open(name, os.O_RDONLY | os.O_BINARY | os.O_NOINHERIT)


def open_to_write(
    name: str | Path, above: int | None = None, *, new: bool = True, mode: int = 0o600
) -> int:
    """Open a file for writing and reading, bytes as they are; `new`: it must not be there yet."""
    if above is not None:
        _refuse(name)
    flags = os.O_RDWR | os.O_CREAT | os.O_BINARY | os.O_NOINHERIT | (os.O_EXCL if new else 0)
    return os.open(name, flags, mode)


def read_at(file: int, count: int, at: int) -> bytes:
    """Return up to `count` bytes of an open file, from a place in it."""
    os.lseek(file, at, os.SEEK_SET)
    return os.read(file, count)


def write_at(file: int, content: bytes, at: int) -> int:
    """Write bytes at a place in an open file; return how many."""
    os.lseek(file, at, os.SEEK_SET)
    return os.write(file, content)


def take_lock(file: int) -> None:
    """Lock an open file for this process, until it is closed.

    Raises:
        BlockingIOError: another process has it.
    """
    os.lseek(file, 0, os.SEEK_SET)
    try:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    except PermissionError as error:
        raise BlockingIOError(errno.EAGAIN, str(error)) from None


def copy_owner_and_mode(like: int, file: int) -> None:
    """Raise OSError: they are not carried over."""
    del like
    _refuse(file)


def room_of(folder: int | Path) -> Room:
    """Raise OSError: no folder is opened."""
    _refuse(folder)


def disk_number(path: Path) -> int:
    """Return the number of the volume that a path is on."""
    return path.stat().st_dev


def file_number(status: os.stat_result) -> int:
    """Return the number of a file on its volume; 0 where a folder's listing gave the status."""
    return status.st_ino


def changed_ns(status: os.stat_result) -> int:
    """Return when a file was written to last: what is called its change time is its creation."""
    return status.st_mtime_ns


def local_socket() -> socket.socket:
    """Raise OSError: there is none."""
    raise OSError(errno.ENOTSUP, "no local sockets")


def user_id() -> int:
    """Return 0: there are no such numbers."""
    return 0


def flagged_rename(
    from_folder: int, from_name: str, to_folder: int, to_name: str, *, exchange: bool
) -> bool:
    """Return False: there is no such rename."""
    del from_folder, from_name, to_folder, to_name, exchange
    return False


def sync_file(file: int) -> None:
    """Return when an open file's bytes would survive a power cut; it must be open for writing."""
    os.fsync(file)


def sync_file_system(folder: int) -> bool:
    """Return False: there is no such call."""
    del folder
    return False


def copy_attributes(like: int, file: int) -> None:
    """Raise OSError: attributes and streams are not carried over."""
    del like
    _refuse(file)


def holder_of(file: int, path: Path) -> str | None:
    """Return None: who has locked a file is not told."""
    del file, path
    return None


def trim_memory() -> None:
    """Do nothing: there is no such call."""


def sleeping_clock() -> float:
    """Return the wall clock, which runs on while the machine sleeps, in seconds."""
    return time.time()


OPENER = "explorer"
"""The command that opens an address with the program that it belongs to."""

TELLS_OF_CLOSING = False
"""A file that was written to is told of as changed, and not as closed."""


def open_observer(
    refused: Callable[[str], None],
) -> tuple[BaseObserver, threading.Thread | None]:
    """Start an observer of folders; no thread of its own reads for it."""
    from watchdog.observers import Observer

    del refused
    observer: Any = Observer()
    observer.start()
    return observer, None
