"""A vault's files by way of open folders: nothing outside it, and nothing through a symlink.

Every component of a path is opened relative to the folder before it and without following links,
so a folder that is swapped for a link between a check and a use cannot lead a write elsewhere.

What is no note lies in `.vault-sync`, the vault's id among it, and in `.trash`.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.text.encodings import as_text
from vault_sync.core.text.folding import casefold_nfc
from vault_sync.core.text.module_door import door
from vault_sync.edge.fs.errors import Unsafe, in_words
from vault_sync.edge.fs.reading import (
    MOST,
    MOST_SETTINGS,
    code_of,
    read_at,
    size_of,
    stream_outside,
)
from vault_sync.edge.platform import current
from vault_sync.edge.platform.durability import sync_file
from vault_sync.edge.platform.values import OWN, LeadsOut

if TYPE_CHECKING:
    from vault_sync.edge.platform import rename
    from vault_sync.edge.platform.rename import Volume
else:  # a pass at rest replaces no file
    rename = door("vault_sync.edge.platform.rename")

OWN_FOLDER = OWN
TRASH_FOLDER = ".trash"
_OPEN_FOLDERS = 64


class VaultDir:
    """An open vault. Folders stay open, the last few of them, until it is closed.

    `volumes`: what was proved of the file systems it lies on, by device number
    (`volume_of`). A number may go to another disk later, so no longer than that.
    """

    def __init__(self, root: Path) -> None:
        # The root itself may be a link of the user's own; what it points to is the vault.
        self.root = root
        self.fd = current.files.open_root(root)
        self._open: dict[str, int] = {}
        self.volumes: dict[int, Volume] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for folder in (*self._open.values(), self.fd):
            os.close(folder)
        self._open.clear()

    def folder(self, path: str, *, make: bool = False) -> int:
        """Return the descriptor of a folder ("": the root); the caller must not close it.

        Raises:
            Unsafe: `make`, and a folder is there that is named alike but for case or normalisation.
            OSError: it is not there, is a symlink (ELOOP or ENOTDIR), may not be entered.
        """
        if not path:
            return self.fd
        if path[0] == "/":
            raise LeadsOut(path)
        already_open = self._open.get(path)
        if already_open is not None:
            return already_open
        above, _, name = path.rpartition("/")
        parent = self.folder(above, make=make)
        try:
            opened = current.files.open_folder(name, parent)
        except FileNotFoundError:
            if not make:
                raise
            if casefold_nfc(name) in folded_names(parent):
                raise Unsafe(
                    f"a folder is there whose name differs from {path!r} in case only"
                ) from None
            current.files.make_folder(parent, name)
            sync_file(parent)
            opened = current.files.open_folder(name, parent)
        if len(self._open) >= _OPEN_FOLDERS:
            os.close(self._open.pop(next(iter(self._open))))
        self._open[path] = opened
        return opened

    def remove_folder(self, path: str) -> None:
        """Remove an empty folder."""
        folder, name = self.place(path)
        if path in self._open:
            os.close(self._open.pop(path))
        current.files.remove_folder(folder, name)

    def place(self, path: str, *, make: bool = False) -> tuple[int, str]:
        """Return a file's folder, open, and its name in there.

        Raises:
            LeadsOut: the path has a part that leads elsewhere than one step down.
            OSError: as `folder`.
        """
        folder, slash, name = path.rpartition("/")
        if slash and not folder:
            raise LeadsOut(path)
        return self.folder(folder, make=make), name

    def target(self, path: str, *, make: bool = False, trash: bool = False) -> tuple[int, str]:
        """Return the place of a file that is to be written, moved or removed, as `place` does.

        Whoever does so, a pass, what ends one or what takes one back, comes through here.

        Raises:
            Unsafe: no file is written there (`refusal`).
            OSError: as `place`.
        """
        if (why := refusal(path, trash=trash)) is not None:
            raise Unsafe(why)
        return self.place(path, make=make)

    @contextmanager
    def opened(self, path: str) -> Iterator[int]:
        """Give a file open for reading; close it at the end."""
        folder, name = self.place(path)
        file = current.files.open_to_read(name, folder)
        try:
            yield file
        finally:
            os.close(file)

    def read(self, path: str, most: int = MOST) -> bytes:
        """Return all bytes of a file.

        Raises:
            OSError: it is not there, not a regular file, larger than `most`, behind a symlink, or
                cannot be read.
        """
        return read_at(*self.place(path), most)

    def stat(self, path: str) -> os.stat_result | None:
        """Return the stat of a path, that of a link itself, or None if nothing is there."""
        try:
            folder, name = self.place(path)
            return current.files.status_at(folder, name)
        except FileNotFoundError:
            return None

    def holds(self, path: str) -> bytes | None:
        """Return all bytes of a file, or None if there is none."""
        try:
            return self.read(path)
        except FileNotFoundError:
            return None


def same_file(folder: int, name: str, other_folder: int, other: str) -> bool:
    """Return True if two names lead to one file."""
    return os.path.samestat(
        current.files.status_at(folder, name), current.files.status_at(other_folder, other)
    )


def folded_names(folder: int) -> set[str]:
    """The names in an open folder, as `casefold_nfc` has them."""
    return {casefold_nfc(name) for name in current.files.names(folder)}


_HIDDEN = "it is hidden, in a dot folder, or outside the vault"


WRITTEN = (".md", ".base", ".bib", ".pdf")
"""The kinds of files that are written in a vault."""


def refusal(path: str, *, trash: bool = False) -> str | None:
    """Return why a path may not be written, or None: a kind of `WRITTEN`, in no dot folder.

    Format characters are ignored by some file systems (git's `.git` with U+200C of 2014), so they
    do not hide a leading dot here.
    """
    parts = path.split("/")
    if trash and parts[0] == TRASH_FOLDER and len(parts) == 2:
        del parts[0]
    if not path.endswith(WRITTEN):
        return "only Markdown (.md), views (.base), references (.bib) and papers (.pdf) are written"
    if "\0" in path or "\\" in path:
        return "its name holds a character that no file name should"
    for part in parts:
        if part.isascii():
            if not part or part[0] == ".":
                return _HIDDEN
            continue
        seen = "".join(c for c in part if unicodedata.category(c) != "Cf")
        seen = unicodedata.normalize("NFKC", seen)
        if not seen or seen.startswith("."):
            return _HIDDEN
    return None


BESIDE = ".vault-sync-"
"""Begins the name of a temporary file that lies beside the file it will stand for."""


def is_beside(path: str) -> bool:
    """Return True if a path is one of such a file, in a folder that is written in."""
    above, slash, name = path.rpartition("/")
    return name.startswith(BESIDE) and refusal(f"{above}{slash}a.md") is None


def within(root: Path, given: str) -> str | None:
    """Return a path from the vault's root for one from there or an absolute one; None: outside."""
    full = os.path.normpath(root / given)
    below = os.path.relpath(full, os.path.normpath(root))
    outside = Path(below).parts[:1] == (os.pardir,) or Path(below).is_absolute()
    return None if outside else Path(below).as_posix()


def stream(root: Path | None, path: Path, most: int) -> IO[bytes]:
    """Open a file for reading: one of the vault at `root`, or the reader's own elsewhere.

    Raises:
        OSError: it is not there, no regular file, larger than `most`, or in the vault a link.
    """
    below = None if root is None else within(root, str(path))
    if root is None or below is None:
        return stream_outside(path, most)
    with VaultDir(root) as vault, vault.opened(below) as file:
        size_of(file, most)
        return os.fdopen(os.dup(file), "rb")


def read_content(root: Path, path: str, most: int = MOST) -> bytes:
    """Return the bytes of one file of the vault at `root`; raise OSError as `VaultDir.read`."""
    with VaultDir(root) as vault:
        return vault.read(path, most)


def read_text(root: Path, path: RelPath) -> str:
    """Return a file's text: its bytes as UTF-8, whatever is none as surrogates.

    Raises:
        OSError: it is not there, not a regular file, behind a symlink, or cannot be read.
    """
    with VaultDir(root) as vault:
        return as_text(vault.read(path))


def read_texts(root: Path, paths: Iterable[RelPath]) -> Iterator[tuple[RelPath, str | Problem]]:
    """Yield the texts of many files, or a Problem for one that cannot be read."""
    for path, content in read_contents(root, paths):
        yield path, as_text(content) if isinstance(content, bytes) else content


def read_contents(
    root: Path, paths: Iterable[RelPath]
) -> Iterator[tuple[RelPath, bytes | Problem]]:
    """Yield the bytes of many files, or a Problem for one that cannot be read."""
    with VaultDir(root) as vault:
        for path in paths:
            try:
                yield path, vault.read(path)
            except OSError as error:
                yield path, Problem(path, code_of(error), f"cannot be read: {in_words(error)}")


TEMPORARY = f"{OWN_FOLDER}/tmp"  # noqa: S108 - a folder of the vault, not of the system


OWN_FOLDER_CLOSED = (
    f"{OWN_FOLDER} in the vault, through which every text goes, cannot be written: look at the"
    " owner and mode of that folder, of what is in it, and of the vault"
)


ID = f"{OWN_FOLDER}/id"
"""The file that tells a vault that was moved from another folder that stands where it was."""


def temporary_name(token: str, number: int) -> str:
    return f"{token}-{number}"


def own_folder(vault: VaultDir) -> int:
    """Open `.vault-sync/tmp`; make it if need be, with a `.gitignore` that hides it from git."""
    folder = vault.folder(TEMPORARY, make=True)
    own = vault.folder(OWN_FOLDER)
    try:
        file = current.files.open_to_write(".gitignore", own, mode=0o666)
    except FileExistsError:
        return folder
    try:
        os.write(file, b"*\n")
    finally:
        os.close(file)
    return folder


def volume_of(vault: VaultDir, folder: int) -> Volume:
    """Return what the file system of an open folder can do, tried once for an open vault.

    On the vault's own file system it is tried in `.vault-sync/tmp`. That is made for it, and
    removed again where no file will be written.

    Raises:
        OSError: nothing can be written there, or in the program's own folder.
    """
    device = current.files.status_of(folder).st_dev
    if device not in vault.volumes:
        vault.volumes[device] = _proved(vault, folder, device)
    return vault.volumes[device]


def _proved(vault: VaultDir, folder: int, device: int) -> Volume:
    if current.files.status_of(vault.fd).st_dev != device:
        return rename.prove(folder)
    there = vault.stat(OWN_FOLDER) is not None
    try:
        own = own_folder(vault)
        volume = rename.prove(own if current.files.status_of(own).st_dev == device else folder)
    except PermissionError:
        raise Unsafe(OWN_FOLDER_CLOSED) from None
    if not there and not volume.safe:
        current.files.remove(vault.folder(OWN_FOLDER), ".gitignore")
        vault.remove_folder(TEMPORARY)
        vault.remove_folder(OWN_FOLDER)
    return volume


def read_id(vault: VaultDir) -> str | None:
    """Return the id that stands in a vault; None where there is none.

    Raises:
        OSError: it cannot be read.
    """
    try:
        content = vault.read(ID, MOST_SETTINGS)
    except FileNotFoundError:
        return None
    return content.decode("ascii", "replace").strip() or None


def id_in(root: Path) -> str | None:
    """Return the id that stands in the vault at `root`; None where none can be read."""
    try:
        with VaultDir(root) as vault:
            return read_id(vault)
    except OSError:
        return None


def write_id(vault: VaultDir, id_: str) -> None:
    """Write an id into a vault, durably.

    Raises:
        OSError: it is not there.
    """
    own_folder(vault)
    folder, name = vault.place(ID)
    file = current.files.open_to_write(name, folder, new=False, mode=0o666)
    try:
        os.ftruncate(file, 0)
        current.files.write_at(file, f"{id_}\n".encode(), 0)
        sync_file(file)
    finally:
        os.close(file)


def trash_names(target: RelPath) -> Iterator[RelPath]:
    """Yield `.trash/a.md`, `.trash/a 2.md`, `.trash/a 3.md` and so on, as Obsidian counts."""
    yield target
    stem, dot, kind = target.rpartition(".")
    for number in count(2):
        yield RelPath(f"{stem} {number}{dot}{kind}")
