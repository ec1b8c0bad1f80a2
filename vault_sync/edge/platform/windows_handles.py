"""Opening on Windows: what is there is looked at, and what is busy is tried again for a while.

The calls themselves are a `Kernel`: that of Windows, or one that stands in for it in tests.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from enum import IntFlag
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from vault_sync.core.naming.note_names import unfit_for_windows
from vault_sync.edge.platform.values import SPARE, Changed, one_step_on_windows

READ_ONLY, DIRECTORY, _REPARSE = 0x1, 0x10, 0x400
_STANDS_FOR_ANOTHER = 0x20000000
"""A bit of the tags of links, junctions and mount points, and of no file that is in a cloud."""
_SHARING = {32, 33}
_BUSY = {5, *_SHARING}
"""Errors that pass: access denied (a file that is being removed), a sharing or lock violation."""
_PAUSES = tuple(0.01 * 2**number for number in range(7))

Result = TypeVar("Result")


class Access(IntFlag):
    """The rights that a file is opened with."""

    LOOK = 0x80
    READ = 0x80000000
    WRITE = 0x40000000
    DELETE = 0x10000


class Share(IntFlag):
    """The rights that others may open a file with meanwhile."""

    READ = 1
    WRITE = 2
    DELETE = 4


ALL = Share.READ | Share.WRITE | Share.DELETE


class Look(NamedTuple):
    """The status of a file: attributes, tag of a link, bytes, times in ns of Unix, numbers."""

    attributes: int
    tag: int
    size: int
    mtime_ns: int
    changed_ns: int
    number: int
    disk: int
    links: int

    @property
    def is_link(self) -> bool:
        """Return True for a link or a junction."""
        return bool(self.attributes & _REPARSE and self.tag & _STANDS_FOR_ANOTHER)

    @property
    def is_folder(self) -> bool:
        """Return True for a folder, if it is no link."""
        return bool(self.attributes & DIRECTORY) and not self.is_link

    def status(self) -> os.stat_result:
        """Return the same as a status of Python's; the change time is one, not the creation."""
        if self.is_link:
            mode = stat.S_IFLNK | 0o777
        elif self.is_folder:
            mode = stat.S_IFDIR | 0o777
        else:
            mode = stat.S_IFREG | (0o444 if self.attributes & READ_ONLY else 0o666)
        mtime, changed = self.mtime_ns / 1e9, self.changed_ns / 1e9
        numbers = (mode, self.number % 2**63, self.disk, self.links, 0, 0, self.size)
        more: dict[str, int | float] = {
            "st_mtime": mtime,
            "st_ctime": changed,
            "st_mtime_ns": self.mtime_ns,
            "st_ctime_ns": self.changed_ns,
        }
        if hasattr(os.stat_result, "st_file_attributes"):
            more["st_file_attributes"] = self.attributes
        return os.stat_result((*numbers, 0, int(mtime), int(changed)), more)


class Kernel(Protocol):
    """The calls of Windows that `windows.Windows` makes; an open file or folder is a descriptor."""

    def open(
        self, path: str, access: Access, share: Share, *, new: bool | None = None, follow: bool
    ) -> int:
        """Return a descriptor. `new`: True: it must not be there, False: it may be made."""

    def path_of(self, file: int) -> str:
        """Return where an open file or folder is."""

    def look(self, file: int) -> Look:
        """Return the status of an open file or folder."""

    def listing(self, folder: int) -> Iterator[tuple[str, Look]]:
        """Yield the names in an open folder."""

    def rename(self, file: int, to: str) -> None:
        """Rename an open file, never onto another."""

    def move(self, path: str, to: str, *, replace: bool = False) -> None:
        """Rename what is at a path; onto another file only if `replace`."""

    def remove(self, path: str) -> None:
        """Remove a file."""

    def remove_folder(self, path: str) -> None:
        """Remove an empty folder."""

    def lock(self, file: int) -> None:
        """Lock an open file for this process, until it is closed."""

    def foreign_owner(self, path: str) -> str | None:
        """Return who owns what is at a path; None: this user, administrators or the system."""

    def copy_attributes(self, like: int, file: int) -> None:
        """Give an open file the other streams, the attributes and the access list of another."""


class WindowsHandles:
    """Opens files and folders, with patience for what another program holds."""

    def __init__(self, kernel: Kernel, pause: Callable[[float], None] = time.sleep) -> None:
        self.kernel, self._pause = kernel, pause

    def open(
        self,
        path: str,
        access: Access,
        share: Share = ALL,
        *,
        new: bool | None = None,
        follow: bool = False,
    ) -> int:
        """Return a descriptor of what is at a path, which may be a link itself."""
        call = partial(self.kernel.open, path, access, share, new=new, follow=follow)
        return self.patiently(call, _SHARING)

    def open_plain(
        self,
        path: str,
        access: Access,
        share: Share = ALL,
        *,
        new: bool | None = None,
        folder: bool | None = None,
    ) -> int:
        """Return a descriptor of what is no link, and a folder or none, if `folder` says so."""
        file = self.open(path, access, share, new=new)
        look = self.kernel.look(file)
        wrong = errno.ELOOP if look.is_link else 0
        if not wrong and folder is not None and look.is_folder != folder:
            wrong = errno.ENOTDIR if folder else errno.EISDIR
        if wrong:
            os.close(file)
            raise OSError(wrong, os.strerror(wrong), path)
        return file

    def look(self, path: str, *, follow: bool = False) -> Look:
        """Return the status of what is at a path, that of a link itself unless `follow`."""
        file = self.open(path, Access.LOOK, follow=follow)
        try:
            return self.kernel.look(file)
        finally:
            os.close(file)

    def within(self, name: str | Path, above: int | None, *, new: bool = False) -> str:
        """Return the path of a name in an open folder; `new`: it is to be made.

        Raises:
            LeadsOut: the name leads elsewhere than one step below that folder.
            OSError: the name would be another on this system, or a device.
        """
        if above is None:
            return str(Path(name).absolute())
        name = str(name)
        if new and (why := unfit_for_windows(name)) is not None:
            raise OSError(why)
        name = one_step_on_windows(name)
        return f"{self.kernel.path_of(above)}{os.sep}{name}"

    def move(
        self,
        from_folder: int,
        from_name: str,
        to_folder: int,
        to_name: str,
        *,
        replace: bool = False,
    ) -> None:
        """Rename a file; onto another only if `replace`."""
        path, to = self.within(from_name, from_folder), self.within(to_name, to_folder, new=True)
        self.patiently(lambda: self.kernel.move(path, to, replace=replace))

    def exchange_pinned(
        self,
        from_folder: int,
        from_name: str,
        to_folder: int,
        to_name: str,
        expected: Callable[[bytes], bool],
    ) -> str:
        """Put a file in another's place if that has an expected text; return where it is now.

        While it is looked at, nobody can write to it, rename or remove it. It is moved aside by
        that very handle, and then ours takes the free name; should somebody save under it in
        between, that stays and ours goes nowhere.

        Raises:
            Changed: another text stood there, or was saved there meanwhile.
            OSError: as the system says; what stood there stands there.
        """
        temporary, target = self.within(from_name, from_folder), self.within(to_name, to_folder)
        aside = temporary + SPARE
        self._take_out(target, aside, expected)
        try:
            self.patiently(lambda: self.kernel.move(temporary, target))
        except FileExistsError:
            os.utime(aside)
            raise Changed(errno.EEXIST, os.strerror(errno.EEXIST), target) from None
        except OSError:
            with suppress(FileExistsError):  # what was saved there meanwhile is newer
                self.patiently(lambda: self.kernel.move(aside, target))
            raise
        return from_name + SPARE

    def _take_out(self, target: str, aside: str, expected: Callable[[bytes], bool]) -> None:
        file = self.open_plain(target, Access.READ | Access.DELETE, Share.READ, folder=False)
        try:
            with os.fdopen(file, "rb", closefd=False) as content:
                if not expected(content.read()):
                    raise Changed(errno.ESTALE, os.strerror(errno.ESTALE), target)
            self.patiently(lambda: self.kernel.rename(file, aside))
        finally:
            os.close(file)

    def patiently(self, call: Callable[[], Result], passing: Collection[int] = _BUSY) -> Result:
        """Return what a call returns; try it again while another program has the file open.

        Raises:
            OSError: it still has (EBUSY), or any other error.
        """
        for pause in (*_PAUSES, None):
            try:
                return call()
            except OSError as error:
                code = getattr(error, "winerror", None)
                if code in passing and pause is not None:
                    self._pause(pause)
                elif code in _SHARING:
                    words = os.strerror(errno.EBUSY)
                    raise OSError(errno.EBUSY, words, error.filename) from error
                else:
                    raise
        raise AssertionError
