"""Which Markdown files a vault has, by one walk; what tells that one of them is unchanged."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from vault_sync.core.model.values import Problem, RelPath
from vault_sync.edge.fs.errors import in_words


class Stat(NamedTuple):
    """What tells that a file is unchanged, without reading it. Sizes in bytes, times in ns."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Scan:
    """The visible Markdown files of a vault, and what stands in the way of seeing all of them."""

    files: dict[RelPath, Stat]
    problems: tuple[Problem, ...]


def scan(root: Path) -> Scan:
    """Every visible `.md` file beneath `root`, by one walk. Links are named, not followed.

    Raises:
        OSError: the root itself cannot be listed.
    """
    found = Scan({}, ())
    problems: list[Problem] = []
    top = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _walk(top, "", found.files, problems)
    finally:
        os.close(top)
    return Scan(found.files, tuple(problems))


def _walk(folder: int, prefix: str, files: dict[RelPath, Stat], problems: list[Problem]) -> None:
    inner = []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith("."):
                continue
            if entry.is_symlink():
                _tell_link(entry, prefix + name, problems)
            elif entry.is_dir(follow_symlinks=False):
                inner.append(name)
            elif name.endswith(".md"):
                _note_file(entry, prefix + name, files, problems)
    for name in inner:
        try:
            below = os.open(
                name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder
            )
            try:
                _walk(below, f"{prefix}{name}/", files, problems)
            finally:
                os.close(below)
        except OSError as error:
            problems.append(
                Problem(
                    prefix + name,
                    "unlisted",
                    f"the folder cannot be listed: {in_words(error)}",
                    hint="what is in it counts as unknown until it can",
                )
            )


def _note_file(
    entry: os.DirEntry[str], path: str, files: dict[RelPath, Stat], problems: list[Problem]
) -> None:
    try:
        seen = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return
    except OSError as error:
        problems.append(Problem(path, "unreadable", f"cannot be looked at: {in_words(error)}"))
        return
    if not stat.S_ISREG(seen.st_mode):
        problems.append(Problem(path, "not-a-file", "is not a regular file", level="notice"))
        return
    if not seen.st_mode & 0o444:
        problems.append(
            Problem(path, "unreadable", "may not be read", hint="change its permissions")
        )
    files[RelPath(path)] = Stat(seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)


def _tell_link(entry: os.DirEntry[str], path: str, problems: list[Problem]) -> None:
    try:
        leads_to_folder = entry.is_dir()
    except OSError:
        leads_to_folder = False
    if leads_to_folder or path.endswith(".md"):
        problems.append(
            Problem(
                path,
                "symlink",
                "is a symbolic link; links are not followed",
                hint="move what it leads to into the vault",
                level="notice",
            )
        )
