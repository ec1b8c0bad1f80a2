"""The two renames that nothing else can stand in for: exchange, and move to a free name.

`os.rename` replaces whatever it finds, so anything saved between a look and the rename is gone.
Here the kernel compares at the swap: an exchange puts the displaced file under the other name,
where it can be looked at, and a move fails if its target exists. Linux: `renameat2`; macOS:
`renameatx_np`; where the file system has neither, hard links; where it has no links, nothing.
Windows has no exchange, but keeps others from a file that is looked at (`pinned`).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from vault_sync.edge.platform import current
from vault_sync.edge.platform.values import SPARE

PROBE = ".vault-sync-probe-"
"""Begins the names of the small files of `prove`."""


Expected = Callable[[bytes], bool]
"""A question of the text that is to be replaced."""


class Volume(NamedTuple):
    """The renames of one file system, each by a way that was tried there and looked at.

    `exchanges`: the kernel's exchange left both files. `no_replace`: its move onto a file left both
    as they were. `links`: the same two, by hard links; not tried where the kernel has both.
    `pinned`: a file is moved aside by whoever keeps others from it, and another to the free name.
    """

    exchanges: bool
    no_replace: bool
    links: bool
    pinned: bool = False

    @property
    def safe(self) -> bool:
        """Return True if a file can be replaced here, and made, with no other text lost by it."""
        return self.links or ((self.exchanges or self.pinned) and self.no_replace)

    def exchange(
        self,
        from_folder: int,
        from_name: str,
        to_folder: int,
        to_name: str,
        expected: Expected = lambda _: True,
    ) -> str:
        """Swap two files; both must exist. Return the name of the displaced one in `from_folder`.

        Names are relative to open folders. Without the kernel's exchange the displaced file is hard
        linked first: an editor that writes in place loses nothing, but one that saves by rename
        between the link and the rename does. `expected` is asked of the text where it can be.

        Raises:
            Changed: it is not the expected one, and nothing was displaced.
            FileNotFoundError: one of the two is not there; neither was touched.
            OSError: as the file system says, or it has no way to do it; neither was touched.
        """
        if self.exchanges:
            _by_kernel(from_folder, from_name, to_folder, to_name, exchange=True)
        elif self.pinned:
            four = from_folder, from_name, to_folder, to_name
            return current.files.exchange_pinned(*four, expected)
        elif self.links:
            _exchange_by_links(from_folder, from_name, to_folder, to_name)
        else:
            raise OSError(errno.EOPNOTSUPP, "no safe exchange", from_name, None, to_name)
        return from_name

    def move(self, from_folder: int, from_name: str, to_folder: int, to_name: str) -> str:
        """Rename a file, never onto another. Return `from_name`, at which nothing is left.

        Raises:
            FileExistsError: `to_name` is there already; nothing was touched.
            OSError: as the file system says, or it has no way to do it; nothing was touched.
        """
        if self.no_replace:
            _by_kernel(from_folder, from_name, to_folder, to_name, exchange=False)
        elif self.links:
            _move_by_links(from_folder, from_name, to_folder, to_name)
        else:
            raise OSError(errno.EOPNOTSUPP, "no safe move", from_name, None, to_name)
        return from_name


def prove(folder: int) -> Volume:
    """Try every way with small files in an open folder, and look at both files after each.

    The number that a call answers proves nothing: a FUSE driver that knows no flags answers 0 to
    an exchange and replaces (exfat-fuse does).

    Raises:
        OSError: no file can be made there.
    """
    exchanges = _exchanges(folder, partial(current.system.flagged_rename, exchange=True))
    no_replace = _moves(folder, partial(current.system.flagged_rename, exchange=False))
    pinned = current.files.PINS and _exchanges(folder, _exchange_pinned)
    links = (
        not ((exchanges or pinned) and no_replace)
        and _exchanges(folder, _exchange_by_links)
        and _moves(folder, _move_by_links)
    )
    return Volume(exchanges, no_replace, links, pinned)


_TwoNames = Callable[[int, str, int, str], object]
_FIRST, _SECOND = b"first\n", b"second, longer\n"


def _exchanges(folder: int, act: _TwoNames) -> bool:
    return _tried(folder, act, _SECOND) == ("done", _SECOND, _FIRST)


def _moves(folder: int, act: _TwoNames) -> bool:
    """Return True if a call moves to a free name, and onto a file does nothing.

    Linux refuses a name that is taken before it asks the driver, and ntfs-3g then refuses a free
    one: one of the two alone proves nothing.
    """
    onto_a_file = _tried(folder, act, _SECOND) == ("refused", _FIRST, _SECOND)
    return onto_a_file and _tried(folder, act, None) == ("done", None, _FIRST)


def _tried(
    folder: int, act: _TwoNames, other: bytes | None
) -> tuple[str, bytes | None, bytes | None]:
    """Make a small file, and one of the text `other`, and try to rename the first to the second.

    Return "done", "refused" (since a file is there) or "unknown", and both texts; None: no file.
    """
    names = [f"{PROBE}{os.urandom(6).hex()}-{side}" for side in "ab"]
    try:
        _make(folder, names[0], _FIRST)
        if other is not None:
            _make(folder, names[1], other)
        try:
            answer = "unknown" if act(folder, names[0], folder, names[1]) is False else "done"
        except FileExistsError:
            answer = "refused"
        except OSError:
            answer = "unknown"
        return answer, _text_of(folder, names[0]), _text_of(folder, names[1])
    finally:
        for name in (*names, f"{names[0]}.old", names[0] + SPARE):
            with suppress(FileNotFoundError):
                current.files.remove(folder, name)


def _make(folder: int, name: str, text: bytes) -> None:
    file = current.files.open_to_write(name, folder)
    try:
        os.write(file, text)
    finally:
        os.close(file)


def _text_of(folder: int, name: str) -> bytes | None:
    """Return a small file's bytes; None if the folder does not list it, whatever a cache says."""
    if name not in current.files.names(folder):
        return None
    try:
        file = current.files.open_to_read(name, folder)
    except OSError:
        return None
    try:
        return os.read(file, 100)
    finally:
        os.close(file)


def _exchange_by_links(from_folder: int, from_name: str, to_folder: int, to_name: str) -> None:
    spare = f"{from_name}.old"
    files = current.files
    files.link(to_folder, to_name, from_folder, spare)
    try:
        files.rename(from_folder, from_name, to_folder, to_name)
    except OSError:
        files.remove(from_folder, spare)
        raise
    files.rename(from_folder, spare, from_folder, from_name)


def _exchange_pinned(from_folder: int, from_name: str, to_folder: int, to_name: str) -> None:
    """Exchange two small files so that the displaced one has the other's name, as elsewhere."""
    four = from_folder, from_name, to_folder, to_name
    aside = current.files.exchange_pinned(*four, _FIRST.__ne__)
    current.files.rename(from_folder, aside, from_folder, from_name)


def _move_by_links(from_folder: int, from_name: str, to_folder: int, to_name: str) -> None:
    current.files.link(from_folder, from_name, to_folder, to_name)
    current.files.remove(from_folder, from_name)


def _by_kernel(
    from_folder: int, from_name: str, to_folder: int, to_name: str, *, exchange: bool
) -> None:
    """Make one flagged rename that was proved here. Raise OSError if it is not known any more."""
    if not current.system.flagged_rename(
        from_folder, from_name, to_folder, to_name, exchange=exchange
    ):
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP), from_name, None, to_name)
