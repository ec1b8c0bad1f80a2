"""Files and folders on Linux and macOS: opened by descriptor, and no link followed.

`os.open` sets O_CLOEXEC by itself: no program that is started has them.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vault_sync.edge.platform.values import OWN, FolderItem, Room, one_step

if TYPE_CHECKING:  # most commands need none
    import socket

assert sys.platform != "win32"

KernelRename = Callable[[int, bytes, int, bytes, int], int]
"""Two open folders, each with a name, and a flag in; 0 or -1 out."""
_UNKNOWN = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}

PINS = False
"""A file cannot be kept from others while it is looked at, so it is exchanged first."""


def open_root(path: Path) -> int:
    """Open a folder by its path; it may be a link of the user's own."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY)


def open_folder(name: str, above: int) -> int:
    """Open a folder of an open folder; a link there is refused."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    return os.open(one_step(name), flags, dir_fd=above)


def open_to_read(name: str | Path, above: int | None = None) -> int:
    """Open a file for reading, following no link. O_NONBLOCK: a named pipe must not hang us."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    return os.open(_within(name, above), flags, dir_fd=above)


def open_to_write(
    name: str | Path, above: int | None = None, *, new: bool = True, mode: int = 0o600
) -> int:
    """Open a file for writing and reading, following no link; `new`: it must not be there yet.

    O_NONBLOCK: a device must not hang us either.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | (os.O_EXCL if new else 0)
    return os.open(_within(name, above), flags, mode, dir_fd=above)


def _within(name: str | Path, above: int | None) -> str | Path:
    return name if above is None else one_step(str(name))


def open_to_sync(name: str | Path, above: int | None = None) -> int | None:
    """Open a file or a folder so that it can be synced; a link is refused. None: it need not be."""
    return open_to_read(name, above)


def open_to_lock(folder: Path) -> int:
    """Open what stands for a folder when it is locked: the folder itself."""
    return open_root(folder)


def open_mark(folder: Path) -> int:
    """Open the mark by which users who share a vault wait for each other.

    It lies in the program's own folder, and none may open it but who may write in the vault: who
    may only read it could lock it for ever.

    Raises:
        OSError: the program has written nothing there yet, or it may not be opened.
    """
    root = open_root(folder)
    try:
        own = open_folder(OWN, root)
        try:
            file = open_to_write("lock", own, new=False)
        finally:
            os.close(own)
        wanted, seen = _rights_to_lock(os.fstat(root).st_mode), os.fstat(file)
        if not stat.S_ISREG(seen.st_mode):
            os.close(file)
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO), "lock")
        if stat.S_IMODE(seen.st_mode) != wanted and seen.st_uid == os.geteuid():
            os.fchmod(file, wanted)
        return file
    finally:
        os.close(root)


def _rights_to_lock(mode: int) -> int:
    """Return the rights by which whoever may write in a folder, and nobody else, opens its lock."""
    return 0o600 | (0o060 if mode & 0o020 else 0) | (0o006 if mode & 0o002 else 0)


def status(path: Path, *, follow: bool = False) -> os.stat_result:
    """Return the status of a file or folder, that of a link itself unless `follow`."""
    return path.stat(follow_symlinks=follow)


def status_at(folder: int, name: str) -> os.stat_result:
    """Return the status of what has a name in an open folder, that of a link itself."""
    return os.stat(one_step(name), dir_fd=folder, follow_symlinks=False)


def status_of(file: int) -> os.stat_result:
    """Return the status of an open file or folder."""
    return os.fstat(file)


def names(folder: int) -> list[str]:
    """Return the names in an open folder, spelled as on the disk."""
    _rewind(folder)
    return os.listdir(folder)


def entries(folder: int) -> Sequence[FolderItem]:
    """Return what is in an open folder; each can be asked while the folder is open."""
    _rewind(folder)
    with os.scandir(folder) as found:
        return list(found)


def _rewind(folder: int) -> None:
    """Have the next listing of an open folder begin anew.

    On btrfs (seen with Linux 6.18) a folder lists what was there when it was opened or rewound, and
    Python rewinds it behind a listing, not before.
    """
    os.lseek(folder, 0, os.SEEK_SET)


def make_folder(folder: int, name: str) -> None:
    """Make a folder in an open folder, which gives no rights that this one does not give."""
    mode = stat.S_IMODE(os.fstat(folder).st_mode) & 0o777
    os.mkdir(one_step(name), mode, dir_fd=folder)


def remove_folder(folder: int, name: str) -> None:
    """Remove an empty folder of an open folder."""
    os.rmdir(one_step(name), dir_fd=folder)


def remove(folder: int, name: str) -> None:
    """Remove a file of an open folder."""
    os.unlink(one_step(name), dir_fd=folder)


def rename(from_folder: int, from_name: str, to_folder: int, to_name: str) -> None:
    """Rename a file; one that is there already is replaced."""
    old, new = one_step(from_name), one_step(to_name)
    os.replace(old, new, src_dir_fd=from_folder, dst_dir_fd=to_folder)


def kernel_rename(name: str) -> KernelRename | None:
    """Return the C library's rename of that name, which takes a flag; None where it has none."""
    import ctypes  # most commands write nothing

    integer, text = ctypes.c_int, ctypes.c_char_p
    found: Any = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if found is not None:
        found.argtypes = [integer, text, integer, text, ctypes.c_uint]
    return found  # type: ignore[no-any-return]


def rename_by(
    call: KernelRename | None,
    from_folder: int,
    from_name: str,
    to_folder: int,
    to_name: str,
    flag: int,
) -> bool:
    """Make one rename with a flag by a call of the kernel. Return False if it is not known."""
    import ctypes

    if call is None:
        return False
    old, new = os.fsencode(one_step(from_name)), os.fsencode(one_step(to_name))
    # Unlike the calls of `os`, ctypes does not begin again after a signal.
    while call(from_folder, old, to_folder, new, flag):
        code = ctypes.get_errno()
        if code in _UNKNOWN:
            return False
        if code != errno.EINTR:
            raise OSError(code, os.strerror(code), from_name, None, to_name)
    return True


def link(from_folder: int, from_name: str, to_folder: int, to_name: str) -> None:
    """Give a file a second name, that of no other file."""
    folders = {"src_dir_fd": from_folder, "dst_dir_fd": to_folder}
    os.link(one_step(from_name), one_step(to_name), **folders, follow_symlinks=False)


def may_write(folder: int, name: str) -> bool:
    """Return True if this process may write to a file, which the superuser may do to any."""
    effective = os.access in os.supports_effective_ids
    return os.access(one_step(name), os.W_OK, dir_fd=folder, effective_ids=effective)


def exchange_pinned(
    from_folder: int,
    from_name: str,
    to_folder: int,
    to_name: str,
    expected: Callable[[bytes], bool],
) -> str:
    """Raise OSError: see `PINS`."""
    del from_folder, to_folder, to_name, expected
    raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP), from_name)


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


def local_socket() -> socket.socket:
    """Return a socket for messages within this machine."""
    import socket

    return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)


def foreign_owner(path: Path) -> str | None:
    """Return the name of the user to whom a file or folder belongs; None: this one, or root.

    Under `sudo` also whoever called it, as git has it.
    """
    owner, ours = path.lstat().st_uid, {os.geteuid(), 0}
    caller = os.environ.get("SUDO_UID", "")
    if os.geteuid() == 0 and caller.isdecimal():
        ours.add(int(caller))
    return None if owner in ours else user_name(owner)


def user_name(number: int) -> str:
    """Return the name of a user by the number."""
    import pwd  # few are strangers

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def user_id() -> int:
    """Return the number of the user that this process runs for."""
    return os.getuid()
