"""Stamps of files: which of them changed, and when, as far as a look at their stats can tell."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from vault_sync.core.model.paths import is_markdown
from vault_sync.core.model.values import RelPath


class Stamp(NamedTuple):
    """What tells that a file changed, as far as one `stat` can tell."""

    mtime_ns: int
    size: int
    inode: int


def look(root: Path) -> dict[RelPath, Stamp]:
    """Every visible Markdown file of the vault.

    Links are not followed; what cannot be read is left out. One scan of a folder at a time, no
    `rglob`: 10,000 files take about 30 ms.
    """
    found: dict[RelPath, Stamp] = {}
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    name = entry.name
                    if name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(f"{folder}{name}/")
                    elif is_markdown(name) and entry.is_file(follow_symlinks=False):
                        found[RelPath(f"{folder}{name}")] = _stamp(entry.stat())
        except OSError:
            continue  # gone or closed to us since its parent was read; the pass has its own say
    return found


def stamp(root: Path, path: RelPath) -> Stamp | None:
    """One file's stamp; None where no plain file is."""
    try:
        status = os.lstat(root / path)
    except OSError:
        return None
    return _stamp(status) if stat.S_ISREG(status.st_mode) else None


def changed_lately(
    seen: Mapping[RelPath, Stamp], *, within: float, wall: float, monotonic: float
) -> dict[RelPath, float]:
    """The files modified less than `within` seconds from now, each with its monotonic time.

    For changes that no event told of. A time a little in the future (another machine's clock) is
    as good as now; one far in the future says nothing.
    """
    found = {}
    for path, (mtime_ns, _, _) in seen.items():
        age = wall - mtime_ns / 1e9
        if -within < age < within:
            found[path] = monotonic - max(age, 0.0)
    return found


def fingerprint(root: Path, path: RelPath) -> str | None:
    """SHA-256 of the file's bytes, in hex; None where no plain file can be read."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(root / path, flags)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None  # a folder; or a pipe, which would never end
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _stamp(status: os.stat_result) -> Stamp:
    return Stamp(status.st_mtime_ns, status.st_size, status.st_ino)
