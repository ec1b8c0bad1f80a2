"""A stand-in for the calls of Windows over a folder of this system, with Windows' own rules.

Files have share modes, an open folder stays where it is, names are compared without case, a rename
onto an open file is refused, nothing is a link that it would follow, and folders are not synced.
Other programs act by `FakeEditor`, under the same rules.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from vault_sync.edge.platform import current
from vault_sync.edge.platform.windows_files import WindowsFiles
from vault_sync.edge.platform.windows_handles import Access, Look, Share

_copy_attributes = current.system.copy_attributes
"""Of this system: what is installed later stands in its place."""
SHARED = Share.READ | Share.WRITE | Share.DELETE
DENIED, SHARING, EXISTS, SAME_DISK = 5, 32, 183, 17
_NUMBERS = {DENIED: errno.EACCES, SHARING: errno.EACCES, EXISTS: errno.EEXIST}
_OPPOSITE = ((Access.READ, Share.READ), (Access.WRITE, Share.WRITE), (Access.DELETE, Share.DELETE))


def refusal(code: int, path: str) -> OSError:
    """Return the error of Python on Windows for a code of Windows."""
    error = OSError(_NUMBERS[code], f"[WinError {code}]", path)
    error.winerror = code  # type: ignore[attr-defined, unused-ignore]
    return error


class Handle(NamedTuple):
    """An open file: what tells it from others, its rights and what it shares."""

    number: tuple[int, int]
    access: Access
    share: Share


class FakeKernel:
    """As `windows_handles.Kernel`. `before` is called before each call, with its name and path."""

    def __init__(self) -> None:
        self.before: Callable[[str, str], None] = lambda _name, _path: None
        self._handles: dict[int, Handle] = {}

    def open(
        self, path: str, access: Access, share: Share, *, new: bool | None = None, follow: bool
    ) -> int:
        self.before("open", path)
        found = self.spelled(path)
        if os.path.lexists(found):
            if new:
                raise refusal(EXISTS, path)
            self.check(found, access, share)
        flags = os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
        if access == Access.LOOK or (not follow and Path(found).is_symlink()):
            flags |= os.O_PATH
        elif access & Access.WRITE:
            self._check_mode(found)
            flags |= os.O_RDWR
        if new is not None:
            flags |= os.O_CREAT | (os.O_EXCL if new else 0)
        file = os.open(found, flags, 0o666)
        self._handles[file] = Handle(_number(os.fstat(file)), access, share)
        return file

    def _check_mode(self, path: str) -> None:
        if os.path.lexists(path) and not Path(path).lstat().st_mode & 0o222:
            raise refusal(DENIED, path)

    def spelled(self, path: str) -> str:
        """Return a path with its last name as the folder has it, which is compared without case."""
        above, _, name = path.rpartition("/")
        try:
            names = {each.name for each in Path(above or "/").iterdir()}
        except OSError:
            return path
        alike = (each for each in names if each.casefold() == name.casefold())
        return f"{above}/{name if name in names else next(alike, name)}"

    def check(self, path: str, access: Access, share: Share = SHARED) -> None:
        """Refuse what a handle that is open does not share, or what it does and is not shared."""
        number = _number(Path(path).lstat())
        for file, handle in list(self._handles.items()):
            try:
                there = _number(os.fstat(file)) == handle.number
            except OSError:
                there = False
            if not there:
                del self._handles[file]
            elif handle.number == number and any(
                (access & right and not handle.share & shared)
                or (handle.access & right and not share & shared)
                for right, shared in _OPPOSITE
            ):
                raise refusal(SHARING, path)

    def is_open(self, path: str) -> bool:
        """Return True if a file is open: nothing is renamed onto it then."""
        try:
            self.check(path, Access.READ | Access.WRITE | Access.DELETE, Share(0))
        except PermissionError:
            return True
        return False

    def path_of(self, file: int) -> str:
        return str(Path(f"/proc/self/fd/{file}").readlink())

    def look(self, file: int) -> Look:
        return _look(os.fstat(file))

    def listing(self, folder: int) -> Iterator[tuple[str, Look]]:
        with os.scandir(self.path_of(folder)) as entries:
            for entry in entries:
                yield entry.name, _look(entry.stat(follow_symlinks=False))._replace(links=1)

    def rename(self, file: int, to: str) -> None:
        self.before("rename", to)
        assert self._handles[file].access & Access.DELETE
        self._rename(self.path_of(file), to, replace=False)

    def move(self, path: str, to: str, *, replace: bool = False) -> None:
        self.before("move", to)
        path = self.spelled(path)
        self.check(path, Access.DELETE)
        self._rename(path, to, replace=replace)

    def _rename(self, path: str, to: str, *, replace: bool) -> None:
        taken = self.spelled(to)
        if os.path.lexists(taken) and not Path(taken).samefile(path):
            if not replace:
                raise refusal(EXISTS, to)
            if self.is_open(taken):
                raise refusal(DENIED, to)
            Path(taken).unlink()
        Path(path).rename(to)

    def remove(self, path: str) -> None:
        self.before("remove", path)
        path = self.spelled(path)
        self.check(path, Access.DELETE)
        self._check_mode(path)
        Path(path).unlink()

    def remove_folder(self, path: str) -> None:
        self.check(path, Access.DELETE)
        Path(path).rmdir()

    def lock(self, file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def foreign_owner(self, path: str) -> str | None:
        return "another" if Path(path).lstat().st_uid != os.geteuid() else None

    def copy_attributes(self, like: int, file: int) -> None:
        _copy_attributes(like, file)


def _number(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _look(status: os.stat_result) -> Look:
    attributes, tag = 0x20, 0
    if stat.S_ISLNK(status.st_mode):
        attributes, tag = 0x400, 0xA000000C
    elif stat.S_ISDIR(status.st_mode):
        attributes = 0x10
    elif not status.st_mode & 0o222:
        attributes |= 0x1
    return Look(
        *(attributes, tag, status.st_size, status.st_mtime_ns, status.st_ctime_ns),
        *(status.st_ino, status.st_dev & 0xFFFFFFFF, status.st_nlink),
    )


class FakeEditor:
    """Another program, which saves in place or by rename, and is refused as Windows refuses it."""

    def __init__(self, kernel: FakeKernel) -> None:
        self._kernel = kernel

    def save(self, path: Path, text: bytes) -> None:
        self._kernel.check(str(path), Access.WRITE)
        path.write_bytes(text)

    def save_by_rename(self, path: Path, text: bytes) -> None:
        new = path.with_name("editor.tmp")
        new.write_bytes(text)
        self._kernel.move(str(new), str(path), replace=True)

    def hold(self, path: Path, share: Share = Share.READ) -> int:
        """Keep a file open that others may not write to, as programs do that share little."""
        return self._kernel.open(str(path), Access.READ, share, follow=False)


def install(put: Callable[[object, str, object], None]) -> FakeKernel:
    """Let everything run on the stand-in, by `put` as `setattr` is; no pause takes time."""
    kernel = FakeKernel()
    files = WindowsFiles(kernel, pause=lambda _: None)
    put(current, "files", files)
    for name in ("flagged_rename", "sync_file", "copy_attributes"):
        put(current.system, name, getattr(files, name))
    put(current.system, "sync_file_system", lambda _: False)
    return kernel
