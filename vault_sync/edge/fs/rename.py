"""The two renames that nothing else can stand in for: exchange, and move to a free name.

`os.rename` replaces whatever it finds, so anything saved between a look and the rename is gone.
Here the kernel compares at the swap: an exchange puts the displaced file under the other name,
where it can be looked at, and a move fails if its target exists. Linux: `renameat2`; macOS:
`renameatx_np`; where the file system has neither, hard links.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache

_UNKNOWN_TO_THE_FILE_SYSTEM = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
_SYSCALL_RENAMEAT2 = {"x86_64": 316, "aarch64": 276, "riscv64": 276, "armv7l": 382, "i686": 353}


def exchange(from_folder: int, from_name: str, to_folder: int, to_name: str) -> None:
    """Swap two files in one step; both must exist.

    Names are relative to open folders. Without the kernel's exchange the displaced file is hard
    linked first: an editor that writes in place loses nothing, but one that saves by rename between
    the link and the rename does (`exchange_works` tells which of the two a vault has).

    Raises:
        FileNotFoundError: one of the two is not there; neither was touched.
        OSError: as the file system says; neither was touched.
    """
    if not _special(from_folder, from_name, to_folder, to_name, _flags()[0]):
        _exchange_by_links(from_folder, from_name, to_folder, to_name)


def move(from_folder: int, from_name: str, to_folder: int, to_name: str) -> None:
    """Rename a file, never onto another.

    Raises:
        FileExistsError: `to_name` is there already; nothing was touched.
        OSError: as the file system says; nothing was touched.
    """
    if not _special(from_folder, from_name, to_folder, to_name, _flags()[1]):
        os.link(
            from_name,
            to_name,
            src_dir_fd=from_folder,
            dst_dir_fd=to_folder,
            follow_symlinks=False,
        )
        os.unlink(from_name, dir_fd=from_folder)


def exchange_works(folder: int) -> bool:
    """Try with two small files whether the file system of an open folder has the exchange."""
    names = [f".exchange-{os.getpid()}-{side}" for side in "ab"]
    try:
        for name in names:
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600, dir_fd=folder))
        return _special(folder, names[0], folder, names[1], _flags()[0])
    finally:
        for name in names:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)


def _exchange_by_links(from_folder: int, from_name: str, to_folder: int, to_name: str) -> None:
    spare = f"{from_name}.old"
    os.link(to_name, spare, src_dir_fd=to_folder, dst_dir_fd=from_folder, follow_symlinks=False)
    try:
        os.replace(from_name, to_name, src_dir_fd=from_folder, dst_dir_fd=to_folder)
    except OSError:
        os.unlink(spare, dir_fd=from_folder)
        raise
    os.replace(spare, from_name, src_dir_fd=from_folder, dst_dir_fd=from_folder)


def _flags() -> tuple[int, int]:
    """Return the kernel's flags for exchange and for no-replace."""
    return (2, 4) if sys.platform == "darwin" else (2, 1)


def _special(from_folder: int, from_name: str, to_folder: int, to_name: str, flag: int) -> bool:
    """Make one flagged rename. Return False if this kernel or file system does not have it."""
    call = _kernel_rename()
    if call is None:
        return False
    old, new = os.fsencode(from_name), os.fsencode(to_name)
    # Unlike the calls of `os`, ctypes does not begin again after a signal.
    while call(from_folder, old, to_folder, new, flag):
        code = ctypes.get_errno()
        if code in _UNKNOWN_TO_THE_FILE_SYSTEM:
            return False
        if code != errno.EINTR:
            raise OSError(code, os.strerror(code), from_name, None, to_name)
    return True


@cache
def _kernel_rename() -> Callable[[int, bytes, int, bytes, int], int] | None:
    library = ctypes.CDLL(None, use_errno=True)
    integer, name = ctypes.c_int, ctypes.c_char_p
    found = getattr(library, "renameatx_np" if sys.platform == "darwin" else "renameat2", None)
    if found is not None:
        found.argtypes = [integer, name, integer, name, ctypes.c_uint]
        return found  # type: ignore[no-any-return]
    number = _SYSCALL_RENAMEAT2.get(os.uname().machine)
    if sys.platform != "linux" or number is None:
        return None
    library.syscall.argtypes = [ctypes.c_long, integer, name, integer, name, ctypes.c_uint]
    return lambda *arguments: int(library.syscall(number, *arguments))
