"""One file as it was read: its stat, a hash of its bytes, and the papers and links in it."""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

from vault_sync.edge.fs.scan import Stat


class File(NamedTuple):
    """One file as it was read.

    `mark` is the hash of its bytes. `kind` is "note" (managed), "plain", "named" (it only names a
    paper, or has a title and authors), "digest" or "other", `keys` are the papers it is about in
    its order, one a line: its identity, apart from all that its texts say. `points` is what it
    names that another file could come to be, or cease to be, one a line: the keys of addresses,
    and the folded names after `[[` of what it links to.
    `open`: the last pass was not done there.
    """

    stat: Stat
    mark: bytes
    kind: str
    keys: str
    points: str
    open: bool


def numbers(stat: Stat) -> tuple[int, int, int]:
    """Return a file's inode, size and modification time; the first is 0 where none are known."""
    return stat.inode, stat.size, stat.mtime_ns


def seconds_at_rest(stat: Stat, now: int) -> float:
    """Return the seconds for which a file has been as it is at `now` (Unix ns).

    A sync service gives a file the time of its own making: the change time tells when it came.
    """
    return (now - max(stat.mtime_ns, stat.ctime_ns)) / 1e9


GRAIN = 20_000_000
"""Nanoseconds that a file system's clock may stand still: a jiffy is at most 10 ms."""


COARSE = 2_000_000_000
"""The same where times are whole seconds (FAT counts in twos)."""


UNKNOWN = Stat(-1, 0, 0, 0)
"""Equal to no file's: the file is read again."""


NEW = File(UNKNOWN, b"", "other", "", "", open=False)
"""The record of a file of which nobody knows yet what it is to any paper."""


def file_read(stat: Stat, content: bytes, read_at: int) -> File:
    """Return the record of a file just read."""
    return NEW._replace(stat=believable(stat, read_at), mark=mark_of(content))


DELIVERY_LAG = 2_000_000_000
"""Nanoseconds between the last write of a file elsewhere and its arrival here, at least."""


def looks_delivered(stat: Stat) -> bool:
    """Return True if a file was put here with the time that it was written at elsewhere, earlier.

    So do sync services, and whatever else keeps the times of the files that it brings.
    """
    return stat.ctime_ns - stat.mtime_ns >= DELIVERY_LAG


def mark_of(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()


def believable(stat: Stat, read_at: int) -> Stat:
    """Return a file's stat; UNKNOWN if a write after `read_at` (Unix ns) may leave it the same."""
    last = max(stat.mtime_ns, stat.ctime_ns)
    grain = COARSE if stat.mtime_ns % 1_000_000_000 == 0 else GRAIN
    return stat if last < read_at - grain else UNKNOWN
