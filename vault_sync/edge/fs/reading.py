"""The one way by which the bytes of a file are read: a regular file, and no more than is bearable.

A device has no end, a pipe waits for its other side, a file of holes has any size. None of them is
read, wherever it lies and whoever names it.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import IO

from vault_sync.edge.fs.errors import CLOUD_ONLY, Unsafe
from vault_sync.edge.platform import current
from vault_sync.edge.platform.values import is_away

MOST = 64 << 20
"""The bytes of the largest note, digest, library or PDF that is read."""
MOST_SETTINGS = 1 << 20
"""The bytes of the largest file of settings: this program's, git's, Syncthing's."""
MOST_SNAPSHOT = 4 << 30
"""The bytes of the largest file of arXiv's facts, which is read as a stream."""

UNREADABLE, NOT_A_FILE, TOO_LARGE = "unreadable", "not-a-file", "too-large"


class NotAFile(Unsafe):
    """A device, a pipe, a socket or a folder stands where a file should be."""


class TooLarge(Unsafe):
    """A file that would take more memory than any note needs."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(f"it has {size:,} bytes, and at most {most:,} are read")


_NO_FILE = {errno.ENXIO, errno.ENODEV, errno.ESPIPE, errno.EISDIR}


def code_of(error: OSError) -> str:
    """Return the code of a problem for a file that could not be read."""
    if isinstance(error, TooLarge):
        return TOO_LARGE
    if isinstance(error, NotAFile) or error.errno in _NO_FILE:
        return NOT_A_FILE
    return UNREADABLE


def size_of(file: int, most: int) -> int:
    """Return the size of an open file that can be read.

    Raises:
        NotAFile: it is none.
        TooLarge: it has more bytes than `most`.
        Unsafe: they are in a cloud only, and reading them would fetch them.
    """
    status = current.files.status_of(file)
    if not stat.S_ISREG(status.st_mode):
        raise NotAFile("it is not a regular file")
    if is_away(status):
        raise Unsafe(CLOUD_ONLY)
    if status.st_size > most:
        raise TooLarge(status.st_size, most)
    return status.st_size


def read_all(file: int, most: int = MOST) -> bytes:
    """Return all bytes of an open file, from its start.

    Raises:
        OSError: as `size_of`; or it grew beyond `most` meanwhile.
    """
    size = size_of(file, most)
    parts = [current.files.read_at(file, size + 1, 0)]
    at = len(parts[0])
    if at == size:
        return parts[0]  # asked for one more, and there was none
    while part := current.files.read_at(file, max(size - at, 0) + 1, at):
        parts.append(part)
        at += len(part)
        if at > most:
            raise TooLarge(at, most)
    return b"".join(parts)


def read_at(folder: int, name: str, most: int = MOST) -> bytes:
    """Return all bytes of a file in an open folder; a link is refused.

    Raises:
        OSError: it is not there, or as `read_all`.
    """
    file = current.files.open_to_read(name, folder)
    try:
        return read_all(file, most)
    finally:
        os.close(file)


def read_outside(path: Path, most: int) -> bytes:
    """Return all bytes of a file that lies in no vault; links on the way are the user's own.

    Raises:
        OSError: it is not there, or as `read_all`.
    """
    file = _opened(path)
    try:
        return read_all(file, most)
    finally:
        os.close(file)


def stream_outside(path: Path, most: int) -> IO[bytes]:
    """Open a file for reading from its start to its end, as `read_outside`.

    Raises:
        OSError: it is not there, or as `size_of`.
    """
    file = _opened(path)
    try:
        size_of(file, most)
    except OSError:
        os.close(file)
        raise
    return os.fdopen(file, "rb")


def _opened(path: Path) -> int:
    return current.files.open_to_read(Path(os.path.realpath(path)))
