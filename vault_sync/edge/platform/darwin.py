"""Calls that macOS alone has: renameatx_np, F_FULLFSYNC, fcopyfile, lsof, FSEvents by watchdog.

What has no words here does as its namesake of `linux`.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import stat
import struct
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vault_sync.edge.platform import posix
from vault_sync.edge.platform.losses import CallbackLosses

if TYPE_CHECKING:  # 60 ms that only a watcher needs
    import threading

    from watchdog.observers.api import BaseObserver

assert sys.platform == "darwin"

_EXCHANGE, _NO_REPLACE = 2, 4
_LOCAL_MOUNT = 0x1000
_COPYFILE_ACL_AND_XATTR = 1 << 0 | 1 << 2


def flagged_rename(
    from_folder: int, from_name: str, to_folder: int, to_name: str, *, exchange: bool
) -> bool:
    four = from_folder, from_name, to_folder, to_name
    return posix.rename_by(_kernel_rename(), *four, _EXCHANGE if exchange else _NO_REPLACE)


@cache
def _kernel_rename() -> posix.KernelRename | None:
    return posix.kernel_rename("renameatx_np")


def sync_file(file: int) -> None:
    """Return when an open file's bytes, or a folder's names, would survive a power cut.

    `fsync` leaves them in the drive's cache; F_FULLFSYNC does not, where it is known.
    """
    try:
        fcntl.fcntl(file, fcntl.F_FULLFSYNC)
    except OSError as error:
        if error.errno not in {errno.ENOTSUP, errno.EINVAL, errno.ENOTTY}:
            raise
        os.fsync(file)


def sync_file_system(folder: int) -> bool:
    """Return False: macOS has no such call."""
    del folder
    return False


def copy_attributes(like: int, file: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.fcopyfile(like, file, None, _COPYFILE_ACL_AND_XATTR):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def is_ours(file: int, path: Path) -> bool:
    """Return True if one who has a folder open is a vault-sync of this user, or of root.

    A folder can be locked by all who may read it; its mark by those alone who may write there.
    """
    if not stat.S_ISDIR(os.fstat(file).st_mode):
        return True
    pids = [pid for pid in _output_of(["lsof", "-t", str(path)]).split() if pid != str(os.getpid())]
    owners = _output_of(["ps", "-o", "uid=", "-p", ",".join(pids)]).split() if pids else []
    return not owners or bool({str(os.geteuid()), "0"} & set(owners))


def holder_of(file: int, path: Path) -> str | None:
    """Return process, command and since when it runs, of whoever has locked the file at `path`."""
    del file
    pids = [pid for pid in _output_of(["lsof", "-t", str(path)]).split() if pid != str(os.getpid())]
    if not pids:
        return None
    words = _output_of(["ps", "-o", "lstart=,command=", "-p", pids[0]]).split()
    return f"process {pids[0]} ({' '.join(words[5:])}), running since {' '.join(words[:5])}"


def _output_of(command: list[str]) -> str:
    import subprocess  # a vault is seldom locked by another

    environ = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    return done.stdout


def remote(path: Path) -> str | None:
    """Return what kind of network folder a path leads to, in words; None: a disk of its own."""
    flags, kind = _mounted(path)
    return None if kind is None or flags & _LOCAL_MOUNT else f"a network folder ({kind})"


def file_system(path: Path) -> str | None:
    """Return the type of the file system at a path, if it is told."""
    return _mounted(path)[1]


def _mounted(path: Path) -> tuple[int, str | None]:
    """Return flags and type of what is mounted at a path, by statfs(2).

    `f_flags` stands at byte 64 of its structure, `f_fstypename` at 72.
    """
    library = ctypes.CDLL(None, use_errno=True)
    call = getattr(library, "statfs$INODE64", None) or library.statfs
    room = ctypes.create_string_buffer(4096)
    if call(os.fsencode(path), room):
        return 0, None
    flags, kind = struct.unpack_from("=I4x16s", room, 64)
    return flags, kind.partition(bytes(1))[0].decode("ascii", "replace")


def trim_memory() -> None:
    """Do nothing: macOS takes free memory back by itself."""


def sleeping_clock() -> float:
    """Return the wall clock, which runs on while the machine sleeps, in seconds."""
    return time.time()


WATCH_ADVICE = "close other programs that watch folders, and start the daemon again"
OPENER = "open"

TELLS_OF_CLOSING = False
"""A file that was written to is told of as changed, and not as closed."""
TELLS_FOLDERS = True
ONE_WATCH = True
"""A watch of a folder is one of all beneath it."""


def open_observer(
    refused: Callable[[str], None], lost: Callable[[str], None]
) -> tuple[BaseObserver, threading.Thread | None]:
    """Start an observer of folders; no thread of its own reads for it. `lost` gets a folder.

    Not watchdog's own, which turns paths into NFC: FSEvents takes them as they are listed.
    """
    from watchdog.observers.api import BaseObserver
    from watchdog.observers.fsevents import FSEventsEmitter

    class Emitter(CallbackLosses, FSEventsEmitter):
        """An emitter that notices dropped events."""

        def lost(self) -> None:
            lost(str(self.watch.path))

    del refused
    observer: Any = BaseObserver(Emitter)
    observer.start()
    return observer, None
