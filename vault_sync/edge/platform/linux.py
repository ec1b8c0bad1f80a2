"""Calls that Linux alone has: renameat2, syncfs, attributes, /proc, inotify, malloc_trim."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from vault_sync.edge.platform import posix

if TYPE_CHECKING:  # 60 ms that only a watcher needs
    import threading

    from watchdog.observers.api import BaseObserver

assert sys.platform == "linux"

_NO_REPLACE, _EXCHANGE = 1, 2
_SYSCALL_RENAMEAT2 = {"x86_64": 316, "aarch64": 276, "riscv64": 276, "armv7l": 382, "i686": 353}


def flagged_rename(
    from_folder: int, from_name: str, to_folder: int, to_name: str, *, exchange: bool
) -> bool:
    """Make one rename that exchanges, or that replaces nothing. Return False if it is not known."""
    four = from_folder, from_name, to_folder, to_name
    return posix.rename_by(_kernel_rename(), *four, _EXCHANGE if exchange else _NO_REPLACE)


@cache
def _kernel_rename() -> posix.KernelRename | None:
    import ctypes

    found = posix.kernel_rename("renameat2")
    number = _SYSCALL_RENAMEAT2.get(os.uname().machine)
    if found is not None or number is None:
        return found
    library = ctypes.CDLL(None, use_errno=True)
    integer, name = ctypes.c_int, ctypes.c_char_p
    library.syscall.argtypes = [ctypes.c_long, integer, name, integer, name, ctypes.c_uint]
    return lambda *arguments: int(library.syscall(number, *arguments))


def sync_file(file: int) -> None:
    """Return when an open file's bytes, or a folder's names, would survive a power cut."""
    os.fsync(file)


def sync_file_system(folder: int) -> bool:
    """Sync the file system that an open folder is on. Return False where there is no such call.

    Raises:
        OSError: something of what was written since the folder was opened is not on the disk.
    """
    import ctypes

    call = _kernel_syncfs()
    if call is None:
        return False
    while call(folder):
        code = ctypes.get_errno()
        if code == errno.ENOSYS:
            return False
        if code != errno.EINTR:
            raise OSError(code, os.strerror(code))
    return True


@cache
def _kernel_syncfs() -> Callable[[int], int] | None:
    import ctypes

    found = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if found is not None:
        found.argtypes = [ctypes.c_int]
    return found


def copy_attributes(like: int, file: int) -> None:
    """Give an open file the ACL and the extended attributes of another.

    Raises:
        OSError: they cannot be carried over.
    """
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


def holder_of(file: int, path: Path) -> str | None:
    """Return process, command and since when it runs, of whoever has locked an open file."""
    del path
    pid = _holding_process(file)
    if pid is None:
        return None
    process = Path("/proc", pid)
    try:
        command = process.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        status = process.stat()
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(status.st_ctime))
    except OSError:
        return f"process {pid}"
    whose = "" if status.st_uid == os.geteuid() else f" of {posix.user_name(status.st_uid)}"
    return f"process {pid} ({command}){whose}, running since {since}"


_NAMES = ("vault-sync", "vault_sync", "python", "pypy", "pytest")
"""Begin a word of the command of every process of this program, and of its tests."""


def is_ours(file: int, path: Path) -> bool:
    """Return True if whoever has locked an open file is a vault-sync, as far as can be seen.

    A folder can be locked by all who may read it, so there only this user, and root, are believed.
    """
    del path
    pid = _holding_process(file)
    if pid is None:
        return True
    process = Path("/proc", pid)
    try:
        words = process.joinpath("cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        owner = process.stat().st_uid
    except OSError:
        return True
    if stat.S_ISDIR(os.fstat(file).st_mode) and owner not in {os.geteuid(), 0}:
        return False
    return any(Path(word).name.startswith(_NAMES) for word in words)


def _holding_process(file: int) -> str | None:
    stat = os.fstat(file)
    inode = f"{os.major(stat.st_dev):02x}:{os.minor(stat.st_dev):02x}:{stat.st_ino}"
    try:
        locks = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return None
    for line in locks.splitlines():
        words = line.split()
        if words[1] == "FLOCK" and words[5] == inode and words[4] != "0":
            return words[4]
    return None


def file_system(path: Path) -> str | None:
    """Return None: `mounts` reads what is mounted."""
    del path
    return None


def remote(path: Path) -> str | None:
    """Return None: `mounts` reads what is mounted, and has words for it."""
    del path
    return None


def trim_memory() -> None:
    """Give the memory that is free again to the system: glibc keeps it for this process."""
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def sleeping_clock() -> float:
    """Return a clock that runs on while the machine sleeps, in seconds."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


WATCH_ADVICE = (
    "sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512; "
    "to keep it, write both lines to /etc/sysctl.d/60-inotify.conf"
)
"""The remedy when folders cannot be watched."""
OPENER = "xdg-open"
"""The command that opens an address with the program that it belongs to."""

TELLS_OF_CLOSING = True
"""A file that was written to is told of when it is closed, so its changes need not be heard."""
TELLS_FOLDERS = True
"""A folder that was removed is told of as one."""
ONE_WATCH = False
"""Each folder beneath another is watched by itself, so what is hidden can be left out."""


def open_observer(
    refused: Callable[[str], None], lost: Callable[[str], None]
) -> tuple[BaseObserver, threading.Thread | None]:
    """Start an observer of folders, and the thread that reads for it. `refused` gets a folder.

    What is `lost` is told of in watchdog's log, where `Listener` hears of it.
    """
    import warnings

    from vault_sync.edge.platform.inotify import InotifyObserver, InotifyReader

    # A folder that is made while its parent is walked is watched twice, which is no harm, and
    # watchdog warns of it in its reader's thread: where warnings are errors, that ends it.
    warnings.filterwarnings("ignore", "Callback with id ", RuntimeWarning)
    del lost
    reader = InotifyReader(refused)
    reader.start()
    observer = InotifyObserver(reader)
    observer.start()
    return observer, reader
