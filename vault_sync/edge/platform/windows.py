"""Calls that Windows alone has: share modes, listings with numbers, renames of an open file.

What has no words here does as its namesake of `linux` or `darwin`, or of `windows_handles.Kernel`.
"""

from __future__ import annotations

import ctypes
import errno
import msvcrt
import os
import struct
import sys
import time
from collections.abc import Callable, Iterator
from ctypes import wintypes
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from vault_sync.edge.platform.windows_files import WindowsFiles
from vault_sync.edge.platform.windows_handles import Access, Look, Share

if TYPE_CHECKING:  # 60 ms that only a watcher needs
    import threading

    from watchdog.observers.api import BaseObserver

assert sys.platform == "win32"

_OPEN_EXISTING, _OPEN_ALWAYS, _CREATE_NEW = 3, 4, 1
_BACKUP_SEMANTICS, _OPEN_REPARSE_POINT, _NORMAL = 0x02000000, 0x00200000, 0x80
_WRITE_THROUGH, _REPLACE = 8, 1
_RENAME_INFO, _ATTRIBUTE_TAG_INFO, _BASIC_INFO = 3, 9, 0
_LISTING, _LISTING_ANEW = 10, 11
_LOCKED = {33, 997}
"""Errors of a place that another process has locked: a violation, and one that would wait."""
_NO_MORE_FILES, _END_OF_FILE, _NO_STREAMS = 18, 38, {1, 38, 50, 87, 120}
_CARRIED = 0x2 | 0x4 | 0x20 | 0x2000
"""Attributes that a file keeps: hidden, system, to be archived, not indexed."""
_ENCRYPTED = 0x4000
_ACCESS_LIST, _HANDED_DOWN, _HANDING_DOWN = 0x4, 0x400, 0x100
"""DACL_SECURITY_INFORMATION; SE_DACL_AUTO_INHERITED, which is set by SE_DACL_AUTO_INHERIT_REQ."""
_OWNER, _QUERY, _USER = 0x1, 0x8, 1
"""OWNER_SECURITY_INFORMATION; TOKEN_QUERY; TokenUser."""
_ADMINISTRATORS, _SYSTEM = "S-1-5-32-544", "S-1-5-18"
_RENAMING = struct.Struct("@IPI")
"""FILE_RENAME_INFO: replace (no), a root (none), the length of the name, which follows."""
_LISTED = struct.Struct("<IIqqqqqqIIIB27xQ")
_REMOTE_DRIVE = 4
_1601 = 116444736000000000
_LOCKED_BYTE = 1 << 30
"""The place that is locked: beyond the end, for a lock here keeps others from the bytes too."""


@cache
def _library() -> ctypes.WinDLL:
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    text, number, handle, place = (
        wintypes.LPCWSTR,
        wintypes.DWORD,
        wintypes.HANDLE,
        wintypes.LPVOID,
    )
    for name, result, arguments in (
        ("CreateFileW", handle, (text, number, number, place, number, number, handle)),
        ("CloseHandle", wintypes.BOOL, (handle,)),
        ("GetFinalPathNameByHandleW", number, (handle, wintypes.LPWSTR, number, number)),
        ("GetFileInformationByHandle", wintypes.BOOL, (handle, place)),
        ("GetFileInformationByHandleEx", wintypes.BOOL, (handle, number, place, number)),
        ("SetFileInformationByHandle", wintypes.BOOL, (handle, number, place, number)),
        ("MoveFileExW", wintypes.BOOL, (text, text, number)),
        ("FindFirstStreamW", handle, (text, number, place, number)),
        ("FindNextStreamW", wintypes.BOOL, (handle, place)),
        ("FindClose", wintypes.BOOL, (handle,)),
        ("GetDriveTypeW", number, (text,)),
        ("GetVolumeInformationW", wintypes.BOOL, (text, *(place, number, *(place,) * 4, number))),
        ("LockFile", wintypes.BOOL, (handle, number, number, number, number)),
    ):
        call = getattr(kernel, name)
        call.restype, call.argtypes = result, arguments
    return kernel


def _error(path: str, other: str | None = None) -> OSError:
    code = ctypes.get_last_error()
    return OSError(0, ctypes.FormatError(code), path, code, other)


class Windows:
    """The calls of Windows itself, as `windows_handles.Kernel` says what each does."""

    def open(
        self, path: str, access: Access, share: Share, *, new: bool | None = None, follow: bool
    ) -> int:
        how = _OPEN_EXISTING if new is None else _CREATE_NEW if new else _OPEN_ALWAYS
        flags = _BACKUP_SEMANTICS | _NORMAL | (0 if follow else _OPEN_REPARSE_POINT)
        handle = _library().CreateFileW(path, access, share, None, how, flags, None)
        if handle in {None, wintypes.HANDLE(-1).value}:
            raise _error(path)
        mode = os.O_RDWR if access & Access.WRITE else os.O_RDONLY
        return msvcrt.open_osfhandle(handle, mode | os.O_BINARY | os.O_NOINHERIT)

    def path_of(self, file: int) -> str:
        """Return where an open file or folder is, as the disk spells it, of any length."""
        room = ctypes.create_unicode_buffer(1 << 15)
        if not _library().GetFinalPathNameByHandleW(msvcrt.get_osfhandle(file), room, len(room), 0):
            raise _error("")
        return room.value

    def look(self, file: int) -> Look:
        """Return what the system says of an open file or folder."""
        handle = msvcrt.get_osfhandle(file)
        numbers, basic = (ctypes.create_string_buffer(size) for size in (52, 40))
        tag = ctypes.create_string_buffer(8)
        information = _library().GetFileInformationByHandleEx
        if not (
            _library().GetFileInformationByHandle(handle, numbers)
            and information(handle, _BASIC_INFO, basic, len(basic))
        ):
            raise _error("")
        attributes, disk, high, low, links, index_high, index_low = struct.unpack_from(
            "<I24x6I", numbers
        )
        kind = 0
        if information(handle, _ATTRIBUTE_TAG_INFO, tag, len(tag)):
            kind = struct.unpack("<II", tag)[1]
        _, _, written, changed = struct.unpack_from("<qqqq", basic)
        number = index_high << 32 | index_low
        return Look(
            attributes, kind, high << 32 | low, _ns(written), _ns(changed), number, disk, links
        )

    def listing(self, folder: int) -> Iterator[tuple[str, Look]]:
        """Yield the names in an open folder, with all but the number of links."""
        disk, how = self.look(folder).disk, _LISTING_ANEW
        room = ctypes.create_string_buffer(1 << 16)
        handle = msvcrt.get_osfhandle(folder)
        while _library().GetFileInformationByHandleEx(handle, how, room, len(room)):
            yield from _listed(bytes(room), disk)
            how = _LISTING
        if ctypes.get_last_error() != _NO_MORE_FILES:
            raise _error(self.path_of(folder))

    def rename(self, file: int, to: str) -> None:
        name = to.encode("utf-16-le", "surrogatepass")
        room = _RENAMING.pack(0, 0, len(name)) + name + b"\0\0"
        handle = msvcrt.get_osfhandle(file)
        if not _library().SetFileInformationByHandle(handle, _RENAME_INFO, room, len(room)):
            raise _error(self.path_of(file), to)

    def move(self, path: str, to: str, *, replace: bool = False) -> None:
        flags = _WRITE_THROUGH | (_REPLACE if replace else 0)
        if not _library().MoveFileExW(path, to, flags):
            raise _error(path, to)

    def remove(self, path: str) -> None:
        Path(path).unlink()

    def remove_folder(self, path: str) -> None:
        Path(path).rmdir()

    def lock(self, file: int) -> None:
        if _library().LockFile(msvcrt.get_osfhandle(file), _LOCKED_BYTE, 0, 1, 0):
            return
        error = _error(self.path_of(file))
        raise BlockingIOError(errno.EAGAIN, str(error)) if error.winerror in _LOCKED else error

    def foreign_owner(self, path: str) -> str | None:
        owner = _owner_of(path)
        # A disk that keeps no owners (FAT) has none to be a stranger.
        return None if owner is None or owner in _ours() else owner

    def copy_attributes(self, like: int, file: int) -> None:
        source, target = self.path_of(like), self.path_of(file)
        if self.look(like).attributes & ~self.look(file).attributes & _ENCRYPTED:
            raise OSError("it is encrypted, and a new text would not be: encrypt its folder too")
        for stream in _streams(source):
            Path(target + stream).write_bytes(Path(source + stream).read_bytes())
        attributes = self.look(like).attributes & _CARRIED or _NORMAL
        # 0 leaves the times as they are.
        basic = ctypes.create_string_buffer(struct.pack("<qqqqI4x", 0, 0, 0, 0, attributes), 40)
        handle = msvcrt.get_osfhandle(file)
        if not _library().SetFileInformationByHandle(handle, _BASIC_INFO, basic, len(basic)):
            raise _error(target)
        _copy_access_list(source, target)


def _copy_access_list(source: str, target: str) -> None:
    """Give a file the access list of another, if it has not the same by its folder."""
    wanted = _access_list(source)
    if wanted in {b"", _access_list(target)}:
        return
    # What a folder handed down stays such, and what is kept from its list too.
    (control,) = struct.unpack_from("<H", wanted, 2)
    handed_down = _HANDING_DOWN if control & _HANDED_DOWN else 0
    descriptor = wanted[:2] + struct.pack("<H", control | handed_down) + wanted[4:]
    if not _security().SetFileSecurityW(target, _ACCESS_LIST, descriptor):
        raise _error(target)


def _access_list(path: str) -> bytes:
    """Return a file's access list, in a security descriptor; b"": its disk has none."""
    size = wintypes.DWORD()
    room = ctypes.create_string_buffer(1 << 16)
    ask = _security().GetFileSecurityW
    if ask(path, _ACCESS_LIST, room, len(room), ctypes.byref(size)):
        return room.raw[: size.value]
    if ctypes.get_last_error() not in _NO_STREAMS:
        raise _error(path)
    return b""


def _owner_of(path: str) -> str | None:
    """Return the security identifier (`S-1-5-..`) of a file's owner; None: its disk keeps none."""
    size = wintypes.DWORD()
    room = ctypes.create_string_buffer(1 << 12)
    if not _security().GetFileSecurityW(path, _OWNER, room, len(room), ctypes.byref(size)):
        if ctypes.get_last_error() in _NO_STREAMS:
            return None
        raise _error(path)
    (at,) = struct.unpack_from("<I", room, 4)  # of a self-relative descriptor
    return _identifier(room.raw, at) if at else None


def _identifier(room: bytes, at: int) -> str:
    """Return a SID that stands in some bytes, in text."""
    revision, count = room[at], room[at + 1]
    authority = int.from_bytes(room[at + 2 : at + 8], "big")
    parts = struct.unpack_from(f"<{count}I", room, at + 8)
    return "-".join(map(str, ("S", revision, authority, *parts)))


@cache
def _ours() -> frozenset[str]:
    """Return the identifiers whose files this user believes: administrators, system, own."""
    found = {_ADMINISTRATORS, _SYSTEM}
    token, size = wintypes.HANDLE(), wintypes.DWORD()
    security, kernel = _security(), _library()
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    if security.OpenProcessToken(kernel.GetCurrentProcess(), _QUERY, ctypes.byref(token)):
        room = ctypes.create_string_buffer(1 << 10)
        if security.GetTokenInformation(token, _USER, room, len(room), ctypes.byref(size)):
            # TOKEN_USER begins with a pointer to the SID, which stands in the same room.
            (there,) = struct.unpack_from("@P", room)
            found.add(_identifier(room.raw, there - ctypes.addressof(room)))
        kernel.CloseHandle(token)
    return frozenset(found)


@cache
def _security() -> ctypes.WinDLL:
    library = ctypes.WinDLL("advapi32", use_last_error=True)
    text, number, place = wintypes.LPCWSTR, wintypes.DWORD, wintypes.LPVOID
    for name, arguments in (
        ("GetFileSecurityW", (text, number, place, number, place)),
        ("SetFileSecurityW", (text, number, place)),
        ("OpenProcessToken", (wintypes.HANDLE, number, place)),
        ("GetTokenInformation", (wintypes.HANDLE, number, place, number, place)),
    ):
        call = getattr(library, name)
        call.restype, call.argtypes = wintypes.BOOL, arguments
    return library


def _listed(room: bytes, disk: int) -> Iterator[tuple[str, Look]]:
    """Yield the names in FILE_ID_BOTH_DIR_INFO records; a link's tag is the size of its EAs."""
    at = 0
    while True:
        following, _, _, _, written, changed, size, _, attributes, length, tag, _, number = (
            _LISTED.unpack_from(room, at)
        )
        start = at + _LISTED.size
        name = room[start : start + length].decode("utf-16-le", "surrogatepass")
        if name not in {".", ".."}:
            yield (
                name,
                Look(attributes, tag, size, _ns(written), _ns(changed), number, disk, 1),
            )
        if not following:
            return
        at += following


def _ns(filetime: int) -> int:
    return (filetime - _1601) * 100


def _streams(path: str) -> Iterator[str]:
    """Yield the names of a file's streams but for the text itself, as `:name`."""
    room = ctypes.create_string_buffer(8 + 2 * 296)
    library = _library()
    handle = library.FindFirstStreamW(path, 0, room, 0)
    if handle in {None, wintypes.HANDLE(-1).value}:
        if ctypes.get_last_error() not in _NO_STREAMS:
            raise _error(path)
        return
    try:
        while True:
            name = ctypes.wstring_at(ctypes.addressof(room) + 8).removesuffix(":$DATA")
            if name != ":":
                yield name
            if not library.FindNextStreamW(handle, room):
                break
        if ctypes.get_last_error() != _END_OF_FILE:
            raise _error(path)
    finally:
        library.FindClose(handle)


FILES = WindowsFiles(Windows())
flagged_rename = FILES.flagged_rename
sync_file = FILES.sync_file
copy_attributes = FILES.copy_attributes


def sync_file_system(folder: int) -> bool:
    """Return False: only an administrator may make that call."""
    del folder
    return False


def is_ours(file: int, path: Path) -> bool:
    """Return True: who has locked a file is not to be found out here."""
    del file, path
    return True


def holder_of(file: int, path: Path) -> str | None:
    """Return None: who has locked a file is not told."""
    del file, path
    return None


def remote(path: Path) -> str | None:
    anchor = path.absolute().anchor
    network = anchor.startswith("\\\\") or _library().GetDriveTypeW(anchor) == _REMOTE_DRIVE
    return "a network folder" if network else None


def file_system(path: Path) -> str | None:
    room = ctypes.create_unicode_buffer(261)
    nothing = (None, 0, None, None, None)
    found = _library().GetVolumeInformationW(path.absolute().anchor, *nothing, room, len(room))
    return room.value if found else None


def trim_memory() -> None:
    """Do nothing: there is no such call."""


def sleeping_clock() -> float:
    return time.time()


WATCH_ADVICE = "close other programs that watch folders, and start the daemon again"
OPENER = "explorer"

TELLS_OF_CLOSING = False
TELLS_FOLDERS = False
"""Something that was removed is told of as a file, whatever it was."""
ONE_WATCH = True
"""A watch of a folder is one of all beneath it; more of them would keep folders in place."""


def open_observer(
    refused: Callable[[str], None], lost: Callable[[str], None]
) -> tuple[BaseObserver, threading.Thread | None]:
    """Start an observer of folders; no thread of its own reads for it. `lost` gets a folder."""
    from vault_sync.edge.platform.windows_events import WindowsObserver

    del refused
    observer = WindowsObserver(lost)
    observer.start()
    return observer, None
