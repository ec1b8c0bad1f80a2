"""Files and folders on Windows: pinned while they are open, and no link followed.

An open folder is a handle that does not share deletion, so neither it nor one above it is renamed,
removed or put elsewhere; its path leads to it, therefore, and names are opened by path.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vault_sync.edge.platform.values import OWN, FolderItem, Room
from vault_sync.edge.platform.windows_handles import READ_ONLY, Access, Look, Share, WindowsHandles

if TYPE_CHECKING:  # most commands need none
    import socket

_PINNED = Share.READ | Share.WRITE
_BLOCK = 4096


class ListedEntry(NamedTuple):
    """An entry of a listing, which has all numbers by itself."""

    name: str
    path: str
    look: Look

    def is_symlink(self) -> bool:
        return self.look.is_link

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        return self.look.is_folder or (follow_symlinks and os.path.isdir(self.path))  # noqa: PTH112

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        plain = not self.look.is_folder and not self.look.is_link
        return plain or (follow_symlinks and os.path.isfile(self.path))  # noqa: PTH113

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        del follow_symlinks
        return self.look.status()


class WindowsFiles(WindowsHandles):
    """The functions of `posix`, with the same promises, by the calls of a `Kernel`."""

    PINS = True

    def open_root(self, path: Path) -> int:
        return self.open(str(path.absolute()), Access.READ, _PINNED, follow=True)

    def open_folder(self, name: str, above: int) -> int:
        return self.open_plain(self.within(name, above), Access.READ, _PINNED, folder=True)

    def open_to_read(self, name: str | Path, above: int | None = None) -> int:
        """Open a file for reading, its bytes as they are on the disk; a link is refused."""
        return self.open_plain(self.within(name, above), Access.READ, folder=False)

    def open_to_write(
        self, name: str | Path, above: int | None = None, *, new: bool = True, mode: int = 0o600
    ) -> int:
        """Open a file for writing and reading; `new`: it must not be there yet."""
        del mode
        access = Access.READ | Access.WRITE
        path = self.within(name, above, new=True)
        return self.open_plain(path, access, new=new, folder=False)

    def open_to_sync(self, name: str | Path, above: int | None = None) -> int | None:
        """Open a file so that it can be synced, which takes a handle that may write.

        None: a folder, whose names are in the journal of NTFS; or a file that nobody may write, or
        that another program keeps from being written. Should a power cut take the text of such a
        file back, it stands in the base, and the earlier one in the file is a conflict.
        """
        path = self.within(name, above)
        file = self.open_plain(path, Access.READ)
        look = self.kernel.look(file)
        os.close(file)
        if look.is_folder or look.attributes & READ_ONLY:
            return None
        try:
            return self.open_plain(path, Access.READ | Access.WRITE)
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            return None

    def open_to_lock(self, folder: Path) -> int:
        """Open what stands for a folder when it is locked: a file that only this program has.

        Raises:
            OSError: the program has written nothing there yet.
        """
        root = self.open_root(folder)
        try:
            own = self.open_folder(OWN, root)
            try:
                return self.open_to_write("lock", own, new=False)
            finally:
                os.close(own)
        finally:
            os.close(root)

    def open_mark(self, folder: Path) -> int:
        """Raise OSError: what `open_to_lock` opens is the mark."""
        raise OSError(errno.ENOTSUP, "the lock is the mark", str(folder))

    def sync_file(self, file: int) -> None:
        """Return when an open file's bytes would survive a power cut; it is open for writing."""
        if not self.kernel.look(file).is_folder:
            os.fsync(file)

    def read_at(self, file: int, count: int, at: int) -> bytes:
        os.lseek(file, at, os.SEEK_SET)
        return os.read(file, count)

    def write_at(self, file: int, content: bytes, at: int) -> int:
        os.lseek(file, at, os.SEEK_SET)
        return os.write(file, content)

    def status(self, path: Path, *, follow: bool = False) -> os.stat_result:
        return self.look(str(path), follow=follow).status()

    def status_at(self, folder: int, name: str) -> os.stat_result:
        return self.look(self.within(name, folder)).status()

    def status_of(self, file: int) -> os.stat_result:
        return self.kernel.look(file).status()

    def names(self, folder: int) -> list[str]:
        return [name for name, _ in self._listing(self.kernel.path_of(folder))]

    def entries(self, folder: int) -> Sequence[FolderItem]:
        """Return what is in an open folder, with its numbers, which `os.scandir` leaves out."""
        above = self.kernel.path_of(folder)
        listed = self._listing(above)
        return [ListedEntry(name, f"{above}{os.sep}{name}", look) for name, look in listed]

    def _listing(self, path: str) -> list[tuple[str, Look]]:
        # By a handle of its own: one that was listed before may give what was there then.
        file = self.open(path, Access.READ)
        try:
            return list(self.kernel.listing(file))
        finally:
            os.close(file)

    def make_folder(self, folder: int, name: str) -> None:
        os.mkdir(self.within(name, folder, new=True))  # noqa: PTH102

    def remove_folder(self, folder: int, name: str) -> None:
        self.patiently(lambda: self.kernel.remove_folder(self.within(name, folder)))

    def remove(self, folder: int, name: str) -> None:
        self.patiently(lambda: self.kernel.remove(self.within(name, folder)))

    def rename(self, from_folder: int, from_name: str, to_folder: int, to_name: str) -> None:
        self.move(from_folder, from_name, to_folder, to_name, replace=True)

    def link(self, from_folder: int, from_name: str, to_folder: int, to_name: str) -> None:
        """Raise OSError: nothing is done by links here."""
        del from_folder, to_folder, to_name
        raise OSError(errno.ENOTSUP, "links are not used here", from_name)

    def may_write(self, folder: int, name: str) -> bool:
        """Return True if a file is not read-only."""
        return os.access(self.within(name, folder), os.W_OK)

    def take_lock(self, file: int) -> None:
        self.kernel.lock(file)

    def local_socket(self) -> socket.socket:
        """Raise OSError: there is none."""
        raise OSError(errno.ENOTSUP, "no local sockets")

    def foreign_owner(self, path: Path) -> str | None:
        """Return who owns a file or folder; None: this user, administrators or the system."""
        return self.kernel.foreign_owner(str(path))

    def user_id(self) -> int:
        """Return 0: there are no such numbers."""
        return 0

    def copy_owner_and_mode(self, like: int, file: int) -> None:
        """Do nothing: a new file is its maker's; `copy_attributes` carries the access list over."""

    def copy_attributes(self, like: int, file: int) -> None:
        """Give an open file the other streams, the attributes and the access list of another."""
        self.kernel.copy_attributes(like, file)

    def room_of(self, folder: int | Path) -> Room:
        path = folder if isinstance(folder, Path) else self.kernel.path_of(folder)
        return Room(_BLOCK, shutil.disk_usage(path).free // _BLOCK, None)

    def disk_number(self, path: Path) -> int:
        """Return the number of the volume that a path is on."""
        return self.look(str(path), follow=True).disk

    def flagged_rename(
        self, from_folder: int, from_name: str, to_folder: int, to_name: str, *, exchange: bool
    ) -> bool:
        """Rename to a free name. Return False for an exchange: there is none."""
        if exchange:
            return False
        self.move(from_folder, from_name, to_folder, to_name)
        return True
