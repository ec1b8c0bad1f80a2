"""A FUSE file system that compares names as APFS does: no case, no composition, spelling preserved.

Run as `PYTHON apfs_like.py BACKING MOUNT`, by a Python that has pyfuse3. It exchanges files and
moves them to free names alone, as APFS does. With `--decomposed` it stores names in NFD, as HFS+.
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import os
import stat
import sys
import unicodedata
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Any

pyfuse3: Any = importlib.import_module("pyfuse3")
_library = ctypes.CDLL(None, use_errno=True)
Operation = Callable[..., Awaitable[object]]
_HERE, _NO_REPLACE, _EXCHANGE = -100, 1, 2
_STATUS = ("mode", "nlink", "uid", "gid", "rdev", "size", "atime_ns", "mtime_ns", "ctime_ns")
_DISK = ("bsize", "frsize", "blocks", "bfree", "bavail", "files", "ffree", "favail")


def folded(name: str) -> str:
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())


class Refused(pyfuse3.FUSEError):  # type: ignore[misc]
    """An error of the system, by its number."""


def refusing(operation: Operation) -> Operation:
    """Return an operation whose errors of the system are those of the one who asks."""

    @wraps(operation)
    async def run(*arguments: object) -> object:
        try:
            return await operation(*arguments)
        except OSError as error:
            raise Refused(error.errno) from error

    return run


class ApfsLike(pyfuse3.Operations):  # type: ignore[misc]
    """Passes all on to a folder, under the names that are there."""

    enable_writeback_cache = False

    def __init__(self, root: Path, *, decomposed: bool) -> None:
        super().__init__()
        self._root, self._decomposed = root, decomposed
        self._paths: dict[int, Path] = {pyfuse3.ROOT_INODE: root}

    def _find(self, parent: int, name: bytes) -> tuple[Path, bool]:
        """Return the path of a name, spelled as on the disk if it is there, and True if it is."""
        folder, wanted = self._paths[parent], os.fsdecode(name)
        try:
            for each in folder.iterdir():
                if folded(each.name) == folded(wanted):
                    return each, True
        except FileNotFoundError as error:
            raise Refused(errno.ENOENT) from error
        return folder / self._stored(wanted), False

    def _stored(self, name: str) -> str:
        return unicodedata.normalize("NFD", name) if self._decomposed else name

    def _there(self, parent: int, name: bytes) -> Path:
        path, there = self._find(parent, name)
        if not there:
            raise Refused(errno.ENOENT)
        return path

    def _free(self, parent: int, name: bytes) -> Path:
        path, there = self._find(parent, name)
        if there:
            raise Refused(errno.EEXIST)
        return path

    def _attributes(self, path: Path) -> Any:
        try:
            status = path.lstat()
        except OSError as error:
            raise Refused(error.errno) from error
        found = pyfuse3.EntryAttributes()
        for name in _STATUS:
            setattr(found, f"st_{name}", getattr(status, f"st_{name}"))
        found.st_ino = pyfuse3.ROOT_INODE if path == self._root else status.st_ino
        found.generation = found.entry_timeout = found.attr_timeout = 0
        self._paths[found.st_ino] = path
        return found

    async def lookup(self, parent: int, name: bytes, ctx: object = None) -> Any:
        dots = name in {b".", b".."}
        return self._attributes(self._paths[parent] if dots else self._there(parent, name))

    async def getattr(self, inode: int, ctx: object = None) -> Any:
        return self._attributes(self._paths[inode])

    async def opendir(self, inode: int, ctx: object) -> int:
        return inode

    @refusing
    async def readdir(self, inode: int, start: int, token: object) -> None:
        names = sorted(each.name for each in self._paths[inode].iterdir())
        for number, name in enumerate(names[start:], start + 1):
            try:
                found = self._attributes(self._paths[inode] / name)
            except Refused:
                continue
            if not pyfuse3.readdir_reply(token, os.fsencode(name), found, number):
                break

    @refusing
    async def mkdir(self, parent: int, name: bytes, mode: int, ctx: object) -> Any:
        path = self._free(parent, name)
        path.mkdir(mode)
        return self._attributes(path)

    @refusing
    async def rmdir(self, parent: int, name: bytes, ctx: object) -> None:
        self._there(parent, name).rmdir()

    @refusing
    async def unlink(self, parent: int, name: bytes, ctx: object) -> None:
        self._there(parent, name).unlink()

    @refusing
    async def symlink(self, parent: int, name: bytes, target: bytes, ctx: object) -> Any:
        path = self._free(parent, name)
        path.symlink_to(os.fsdecode(target))
        return self._attributes(path)

    @refusing
    async def readlink(self, inode: int, ctx: object) -> bytes:
        return os.fsencode(self._paths[inode].readlink())

    @refusing
    async def create(self, parent: int, name: bytes, mode: int, flags: int, ctx: object) -> Any:
        path, there = self._find(parent, name)
        if there and flags & os.O_EXCL:
            raise Refused(errno.EEXIST)
        file = os.open(path, flags | os.O_CREAT, mode)
        return pyfuse3.FileInfo(fh=file), self._attributes(path)

    @refusing
    async def open(self, inode: int, flags: int, ctx: object) -> Any:
        return pyfuse3.FileInfo(fh=os.open(self._paths[inode], flags & ~os.O_NOFOLLOW))

    @refusing
    async def read(self, file: int, at: int, count: int) -> bytes:
        return os.pread(file, count, at)

    @refusing
    async def write(self, file: int, at: int, content: bytes) -> int:
        return os.pwrite(file, content, at)

    async def release(self, file: int) -> None:
        os.close(file)

    async def flush(self, file: int) -> None:
        del file

    async def fsync(self, file: int, only_data: bool) -> None:
        del only_data
        os.fsync(file)

    async def fsyncdir(self, inode: int, only_data: bool) -> None:
        del inode, only_data

    @refusing
    async def link(self, inode: int, parent: int, name: bytes, ctx: object) -> Any:
        path = self._free(parent, name)
        path.hardlink_to(self._paths[inode])
        return self._attributes(path)

    @refusing
    async def setattr(self, inode: int, wanted: Any, fields: Any, file: object, ctx: object) -> Any:
        path = self._paths[inode]
        if fields.update_size:
            os.truncate(path, wanted.st_size)
        if fields.update_mode:
            path.chmod(stat.S_IMODE(wanted.st_mode))
        if fields.update_atime or fields.update_mtime:
            now = path.stat()
            atime = wanted.st_atime_ns if fields.update_atime else now.st_atime_ns
            mtime = wanted.st_mtime_ns if fields.update_mtime else now.st_mtime_ns
            os.utime(path, ns=(atime, mtime))
        return self._attributes(path)

    @refusing
    async def rename(
        self, parent: int, name: bytes, to: int, new: bytes, flags: int, ctx: object
    ) -> None:
        path = self._there(parent, name)
        target, taken = self._find(to, new)
        if flags & _EXCHANGE:
            if not taken:
                raise Refused(errno.ENOENT)
            if _library.renameat2(
                *(_HERE, os.fsencode(path), _HERE, os.fsencode(target), _EXCHANGE)
            ):
                raise Refused(ctypes.get_errno())
            self._attributes(path)
            self._attributes(target)
            return
        if flags & _NO_REPLACE and taken:
            raise Refused(errno.EEXIST)
        after = self._paths[to] / self._stored(os.fsdecode(new))
        if taken and not target.samefile(path):
            target.unlink()
        path.rename(after)
        for inode, each in list(self._paths.items()):
            if each == path or path in each.parents:
                self._paths[inode] = after / each.relative_to(path)
        self._attributes(after)

    async def statfs(self, ctx: object) -> Any:
        disk, found = os.statvfs(self._root), pyfuse3.StatvfsData()
        for name in _DISK:
            setattr(found, f"f_{name}", getattr(disk, f"f_{name}"))
        found.f_namemax = 255
        return found

    async def access(self, inode: int, mode: int, ctx: object) -> bool:
        del inode, mode
        return True


def main(backing: str, mount: str, *options: str) -> None:
    """Serve until it is unmounted."""
    operations = ApfsLike(Path(backing).resolve(), decomposed="--decomposed" in options)
    pyfuse3.init(operations, mount, {*pyfuse3.default_options, "fsname=apfs-like"})
    try:
        importlib.import_module("trio").run(pyfuse3.main)
    finally:
        pyfuse3.close(unmount=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
