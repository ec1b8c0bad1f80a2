"""The walk over a vault's folders; the scan of its Markdown files, with their stats."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from vault_sync.core.model.values import NOTHING, Problem, RelPath, is_markdown
from vault_sync.core.naming.copy_names import is_delivery_mark
from vault_sync.edge.fs.errors import in_words
from vault_sync.edge.platform import current
from vault_sync.edge.platform.values import FolderItem, stat_numbers


class Stat(NamedTuple):
    """The numbers that tell an unchanged file without reading it. Sizes in bytes, times in ns."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def stat_of(status: os.stat_result) -> Stat:
    """Return the numbers of a file's status that tell it unchanged."""
    return _stat(stat_numbers(status))


_stat = partial(tuple.__new__, Stat)
"""Makes a `Stat` in half the time of `Stat._make`, for each file of a vault."""


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


class Scan(NamedTuple):
    """The visible Markdown files of a vault, and what stands in the way of seeing all of them.

    `otherwise` are those whose ending has capitals (`x.MD`): not read, but their names are taken.
    `marks` are the files that a sync service has not finished bringing, each with the time of its
    last change (Unix ns).
    """

    files: dict[RelPath, Stat]
    problems: tuple[Problem, ...]
    otherwise: tuple[RelPath, ...] = ()
    marks: Mapping[RelPath, int] = NOTHING


def walk(root: Path) -> Iterator[FolderEntry | ClosedFolder]:
    """Yield every entry of every visible folder, each folder in one go. Links are not followed.

    Each folder is opened relative to the one above: no path is too long, and a folder that is
    swapped for a link meanwhile leads nowhere else.

    Raises:
        OSError: the root itself cannot be listed.
    """
    for found in _walk_folders(root):
        if isinstance(found, ClosedFolder):
            yield found
            continue
        for entry in found.entries:
            yield FolderEntry(RelPath(found.prefix + entry.name), _kind_of(entry), entry)


class _OpenFolder(NamedTuple):
    """Items of a folder, listed in one go; `prefix` and a name are a path of the vault."""

    prefix: str
    entries: list[FolderItem]


def _walk_folders(root: Path) -> Iterator[_OpenFolder | ClosedFolder]:
    top = current.files.open_root(root)
    try:
        yield from _walk_folder(top, "")
    finally:
        os.close(top)


def _walk_folder(folder: int, prefix: str) -> Iterator[_OpenFolder | ClosedFolder]:
    entries = list(current.files.entries(folder))
    folders = [each for each in entries if each.is_dir(follow_symlinks=False)]
    inner = [each.name for each in folders if _kind_of(each) == "folder"]
    yield _OpenFolder(prefix, entries)
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
    scanner = _Scanner()
    for found in _walk_folders(root):
        if isinstance(found, ClosedFolder):
            scanner.note_closed(found)
        else:
            scanner.note_folder(found)
    return scanner.result()


class _Scanner:
    """Gathers what a scan finds, folder by folder."""

    def __init__(self) -> None:
        self._files: dict[RelPath, Stat] = {}
        self._problems: list[Problem] = []
        self._otherwise: list[RelPath] = []
        self._marks: dict[RelPath, int] = {}

    def result(self) -> Scan:
        return Scan(self._files, tuple(self._problems), tuple(self._otherwise), self._marks)

    def note_closed(self, found: ClosedFolder) -> None:
        text = f"the folder cannot be listed: {in_words(found.error)}"
        hint = "what is in it counts as unknown until it can"
        self._problems.append(Problem(found.path, "unlisted", text, hint=hint))

    def note_folder(self, folder: _OpenFolder) -> None:
        """Note the files of a folder, which is emptied: an entry keeps the status it gave.

        Ten thousand of these take as long to make room for as a tenth of a pass at rest.
        """
        prefix, entries = folder
        entries.reverse()
        while entries:
            entry = entries.pop()
            name = entry.name
            path = RelPath(prefix + name)
            if not name.endswith(".md") or name.startswith("."):
                self._note_other(entry, path)
            elif entry.is_file(follow_symlinks=False):
                self._note_file(entry, path)
            else:
                self._note_no_file(entry, path)

    def _note_file(self, entry: FolderItem, path: RelPath) -> None:
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return
        except OSError as error:
            text = f"cannot be looked at: {in_words(error)}"
            self._problems.append(Problem(path, "unreadable", text))
            return
        mode = status.st_mode
        if not stat.S_ISREG(mode):
            text = "is not a regular file"
            self._problems.append(Problem(path, "not-a-file", text, level="notice"))
            return
        if not mode & 0o444:
            hint = "change its permissions"
            self._problems.append(Problem(path, "unreadable", "may not be read", hint=hint))
        self._files[path] = _stat(stat_numbers(status))

    def _note_no_file(self, entry: FolderItem, path: RelPath) -> None:
        """Note what is called as a note is: a link, or what is neither file nor folder."""
        kind = _kind_of(entry)
        if kind == "link":
            self._note_link(entry, path)
        elif kind == "other":
            self._note_file(entry, path)

    def _note_other(self, entry: FolderItem, path: RelPath) -> None:
        kind = _kind_of(entry)
        if kind in {"hidden", "file"} and is_delivery_mark(path):
            with suppress(OSError):  # brought since its folder was listed
                self._marks[path] = stat_of(entry.stat(follow_symlinks=False)).ctime_ns
        elif kind == "link":
            self._note_link(entry, path)
        elif kind == "file" and is_markdown(path):
            self._otherwise.append(path)

    def _note_link(self, entry: FolderItem, path: RelPath) -> None:
        try:
            leads_to_folder = entry.is_dir()
        except OSError:
            leads_to_folder = False
        if leads_to_folder or path.endswith(".md"):
            text, hint = (
                "is a symbolic link; links are not followed",
                "move what it leads to into the vault, and leave a link to it where it was",
            )
            self._problems.append(Problem(path, "symlink", text, hint=hint, level="notice"))
