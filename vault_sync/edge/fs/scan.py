"""The walk over a vault's folders; the scan of its Markdown files, with their stats."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import Literal, NamedTuple

from vault_sync.core.model.paths import is_markdown
from vault_sync.core.model.value_class import value_class
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.naming.copy_names import is_delivery_mark
from vault_sync.edge.fs.errors import in_words
from vault_sync.edge.platform import current
from vault_sync.edge.platform.values import FolderItem, changed_ns, file_number


class Stat(NamedTuple):
    """The numbers that tell an unchanged file without reading it. Sizes in bytes, times in ns."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def stat_of(status: os.stat_result) -> Stat:
    """Return the numbers of a file's status that tell it unchanged."""
    return Stat(status.st_size, status.st_mtime_ns, changed_ns(status), file_number(status))


class FolderEntry(NamedTuple):
    """A name that a folder of the vault holds.

    `hidden`: it begins with a dot, whatever it is. `other`: a pipe, a socket, a device. `entry` can
    be asked for its stat until the walk goes on.
    """

    path: RelPath
    kind: Literal["file", "folder", "link", "hidden", "other"]
    entry: FolderItem


class ClosedFolder(NamedTuple):
    """A folder that cannot be listed, or not to its end."""

    path: RelPath
    error: OSError


@value_class
class Scan:
    """The visible Markdown files of a vault, and what stands in the way of seeing all of them.

    `otherwise` are those whose ending has capitals (`x.MD`): not read, but their names are taken.
    `marks` are the files that a sync service has not finished bringing, each with the time of its
    last change (Unix ns).
    """

    files: dict[RelPath, Stat]
    problems: tuple[Problem, ...]
    otherwise: tuple[RelPath, ...] = ()
    marks: Mapping[RelPath, int] = field(default_factory=dict)


def walk(root: Path) -> Iterator[FolderEntry | ClosedFolder]:
    """Yield every entry of every visible folder, each folder in one go. Links are not followed.

    Each folder is opened relative to the one above: no path is too long, and a folder that is
    swapped for a link meanwhile leads nowhere else.

    Raises:
        OSError: the root itself cannot be listed.
    """
    top = current.files.open_root(root)
    try:
        yield from _walk_folder(top, "")
    finally:
        os.close(top)


def _walk_folder(folder: int, prefix: str) -> Iterator[FolderEntry | ClosedFolder]:
    inner = []
    for entry in current.files.entries(folder):
        kind = _kind_of(entry)
        if kind == "folder":
            inner.append(entry.name)
        yield FolderEntry(RelPath(prefix + entry.name), kind, entry)
    for name in inner:
        try:
            below = current.files.open_folder(name, folder)
            try:
                yield from _walk_folder(below, f"{prefix}{name}/")
            finally:
                os.close(below)
        except OSError as error:
            yield ClosedFolder(RelPath(prefix + name), error)


def _kind_of(entry: FolderItem) -> Literal["file", "folder", "link", "hidden", "other"]:
    if entry.name.startswith("."):
        return "hidden"
    if entry.is_file(follow_symlinks=False):
        return "file"
    if entry.is_symlink():
        return "link"
    return "folder" if entry.is_dir(follow_symlinks=False) else "other"


def scan(root: Path) -> Scan:
    """Return every visible `.md` file beneath `root`, by one walk. Links are named, not followed.

    Raises:
        OSError: the root itself cannot be listed.
    """
    files: dict[RelPath, Stat] = {}
    problems: list[Problem] = []
    marks: dict[RelPath, int] = {}
    otherwise: list[RelPath] = []
    for found in walk(root):
        path = found.path
        if isinstance(found, ClosedFolder):
            problems.append(
                Problem(
                    path,
                    "unlisted",
                    f"the folder cannot be listed: {in_words(found.error)}",
                    hint="what is in it counts as unknown until it can",
                )
            )
        elif found.kind in {"file", "other"} and path.endswith(".md"):
            _note_file(found.entry, path, files, problems)
        elif found.kind in {"hidden", "file"} and is_delivery_mark(path):
            with suppress(OSError):  # brought since its folder was listed
                marks[path] = stat_of(found.entry.stat(follow_symlinks=False)).ctime_ns
        elif found.kind == "link":
            _note_link(found.entry, path, problems)
        elif found.kind == "file" and is_markdown(path):
            otherwise.append(path)
    return Scan(files, tuple(problems), tuple(otherwise), marks)


def _note_file(
    entry: FolderItem, path: RelPath, files: dict[RelPath, Stat], problems: list[Problem]
) -> None:
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return
    except OSError as error:
        problems.append(Problem(path, "unreadable", f"cannot be looked at: {in_words(error)}"))
        return
    if not stat.S_ISREG(status.st_mode):
        problems.append(Problem(path, "not-a-file", "is not a regular file", level="notice"))
        return
    if not status.st_mode & 0o444:
        problems.append(
            Problem(path, "unreadable", "may not be read", hint="change its permissions")
        )
    files[path] = stat_of(status)


def _note_link(entry: FolderItem, path: RelPath, problems: list[Problem]) -> None:
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
