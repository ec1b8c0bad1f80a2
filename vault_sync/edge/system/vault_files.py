"""The doctor's findings on the files of a vault: names, copies, contents, the configuration."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from vault_sync.core.model.values import Problem, RelPath, is_markdown, is_visible
from vault_sync.core.naming.copy_names import certain, possible
from vault_sync.core.naming.note_names import unfit_for_windows
from vault_sync.core.text.encodings import encoded
from vault_sync.core.text.folding import casefold_nfc
from vault_sync.edge.fs.own_files import kind_at
from vault_sync.edge.fs.scan import ClosedFolder, FolderEntry, walk
from vault_sync.edge.fs.vault_dir import VaultDir
from vault_sync.edge.platform import current
from vault_sync.edge.platform.values import is_away
from vault_sync.edge.system.surroundings import Surroundings


@dataclass(slots=True)
class Tree:
    """The visible part of a vault, as one walk finds it.

    `absent` are files in the cloud only; `vaults` the folders in it that are Obsidian vaults.
    """

    folders: list[str] = field(default_factory=lambda: [""])
    files: dict[RelPath, os.stat_result] = field(default_factory=dict)
    closed: list[RelPath] = field(default_factory=list)
    links: list[RelPath] = field(default_factory=list)
    absent: list[RelPath] = field(default_factory=list)
    vaults: list[str] = field(default_factory=list)


def read_tree(root: Path) -> Tree:
    tree = Tree()
    try:
        for found in walk(root):
            if isinstance(found, ClosedFolder):
                tree.closed.append(found.path)
            else:
                _note(tree, found)
    except OSError:
        tree.closed.append(RelPath("."))
    return tree


def _note(tree: Tree, found: FolderEntry) -> None:
    if found.kind == "hidden":
        # iCloud keeps `.Name.md.icloud` in the place of a file that it has sent away.
        if found.path.endswith(".md.icloud"):
            tree.absent.append(found.path)
        elif found.path.rpartition("/")[2] == ".obsidian":
            tree.vaults.append(found.path.rpartition("/")[0])
    elif found.kind == "link":
        tree.links.append(found.path)
    elif found.kind == "folder":
        tree.folders.append(found.path)
    elif found.kind == "file":
        with suppress(FileNotFoundError):  # gone since its folder was listed
            status = found.entry.stat(follow_symlinks=False)
            tree.files[found.path] = status
            if is_away(status):
                tree.absent.append(found.path)


def findings(root: Path, tree: Tree, around: Surroundings) -> Iterable[Problem]:
    """Yield the findings on the files of a vault."""
    yield from _clock(tree, around)
    yield from _configuration(root, tree, around)
    yield from _copies(root, tree, around)
    yield from _twins(tree)
    yield from _elsewhere(tree)
    yield from _contents(root, tree, around)
    yield from _unwritable(root, tree)
    yield from _others(tree)


def _clock(tree: Tree, around: Surroundings) -> Iterable[Problem]:
    ahead = {path: s.st_mtime for path, s in tree.files.items() if s.st_mtime > around.now + 60}
    if ahead:
        worst = max(ahead, key=lambda path: ahead[path])
        day = time.strftime("%Y-%m-%d %H:%M", time.localtime(ahead[worst]))
        yield Problem(
            worst,
            "clock",
            f"dated in the future ({day}); {len(ahead)} such files in all",
            "set the clock of this machine, or of the one that wrote them; `touch` the file",
            level="notice",
        )


_CONFIG = "vault-sync.toml"
_MISSPELLED = frozenset(
    {"vault-sync.toml.txt", "vault-sync.txt", "vault_sync.toml", "vaultsync.toml"}
)


_HIDDEN = (f".{_CONFIG}", f".obsidian/{_CONFIG}", f".vault-sync/{_CONFIG}")
_AT_HOME = (f".{_CONFIG}", ".config/vault-sync/config.toml", f".config/vault-sync/{_CONFIG}")


def _configuration(root: Path, tree: Tree, around: Surroundings) -> Iterable[Problem]:
    """Find a configuration that is not read, or that makes another folder the vault."""
    hint = f"a vault's settings stand in {_CONFIG} in its own folder: move them there"
    for path in _HIDDEN:
        if kind_at(root, path) == "file":
            yield Problem(path, "config-place", "is not read there", hint)
    for path in _AT_HOME:
        if kind_at(around.home, path) == "file":
            yield Problem(f"~/{path}", "config-place", "is not read", hint, level="notice")
    inside = [folder for folder in tree.vaults if folder]
    for path in sorted(tree.files):
        folder, _, name = path.rpartition("/")
        if name == _CONFIG and folder and folder not in inside:
            hint = "move it to the vault's own folder, or remove it"
            words = "is not read there, and makes a vault of its folder for calls from within"
            yield Problem(path, "config-place", words, hint)
        elif not folder and name != _CONFIG and name.lower() in {_CONFIG, *_MISSPELLED}:
            yield Problem(path, "config-name", "is not read", f"rename it to {_CONFIG}")
    if "" in tree.vaults:
        return
    above = next((each for each in root.resolve().parents if (each / ".obsidian").is_dir()), None)
    if above is not None:
        words = f"the Obsidian vault is {above}, and {_CONFIG} lies in a folder of it"
        hint = f"move {_CONFIG} to {above}: links and names are looked for in the whole vault"
        yield Problem("", "config-place", words, hint)
    elif len(inside) == 1:
        words = f"the Obsidian vault is the folder {inside[0]}, and {_CONFIG} lies above it"
        hint = f"move {_CONFIG} to {inside[0]}: paths in it are from Obsidian's own root"
        yield Problem(inside[0], "config-place", words, hint)


_FRESH = ("untitled", "무제")
"""Begin the names that Obsidian gives to new notes, which it numbers."""
_ALIKE = 0.8
"""The share of one file's lines that another must have for it to be a copy."""


def _is_copy(root: Path, path: str, original: str, around: Surroundings) -> bool:
    """Return True if two files have most of their lines in common: a number alone proves nothing.

    Obsidian numbers new notes (`Untitled 1`), and people number what they like.
    """
    if path.rpartition("/")[2].lower().startswith(_FRESH):
        return False
    try:
        lines, others = (
            {line.strip() for line in around.read(root, each).splitlines() if line.strip()}
            for each in (path, original)
        )
    except OSError:
        return False
    fewer = min(len(lines), len(others))
    return bool(fewer) and len(lines & others) >= _ALIKE * fewer


def _copies(root: Path, tree: Tree, around: Surroundings) -> Iterable[Problem]:
    for path in sorted(tree.files):
        copy = certain(path)
        if copy is not None and copy.certainty == "certain":
            yield Problem(
                path,
                "conflict-copy",
                f"a copy that {copy.service} made of two versions it could not merge",
                "`vault-sync sync` merges one of a digest or of a paper's note; from any other, "
                "move what you want to keep into the file it is a copy of, then delete it",
            )
        for other in possible(path, tree.files.keys()):
            if is_markdown(path) and _is_copy(root, path, other.original, around):
                yield Problem(
                    path,
                    "numbered-copy",
                    f"this may be a copy that {other.service} made of two versions",
                    "if it is, move what you want to keep into the other file and delete this one",
                    level="notice",
                )
                break


def _twins(tree: Tree) -> Iterable[Problem]:
    """Find names that are one name on another device: without case (Windows, macOS), in NFC."""
    alike: dict[tuple[str, str], list[str]] = {}
    for path in (*tree.files, *tree.folders, *tree.links):
        folder, _, name = path.rpartition("/")
        alike.setdefault((folder, casefold_nfc(name)), []).append(path)
    for twins in alike.values():
        first, *others = sorted(twins)
        if others:
            yield Problem(
                first,
                "twins",
                f"differs from {', '.join(others)} only in case or in how letters are composed",
                "rename one of them: other devices hold them for the same file",
            )


def _elsewhere(tree: Tree) -> Iterable[Problem]:
    """Find names that another of the reader's devices cannot have."""
    found = {
        path: why
        for path in sorted((*tree.files, *tree.folders))
        if path and (why := unfit_for_windows(path.rpartition("/")[2])) is not None
    }
    if found:
        first = next(iter(found))
        yield Problem(
            first,
            "names-elsewhere",
            f"{found[first]} ({len(found)} such names in the vault)",
            "rename it if the vault is on Windows too: sync services leave such files out there",
            level="notice",
        )


def _contents(root: Path, tree: Tree, around: Surroundings) -> Iterable[Problem]:
    for path in sorted(filter(is_markdown, tree.files.keys() - set(tree.absent))):
        try:
            words = around.read(root, path)
        except OSError as error:
            yield _unreadable(path, error.strerror or str(error))
            continue
        try:
            words.decode("utf-8")
        except UnicodeDecodeError as error:
            found = encoded(words.decode("utf-8", "surrogateescape"))
            like = f"; it looks like {found.name}" if found else ""
            yield Problem(
                path=path,
                code="not-utf-8",
                message=f"byte {error.start} is not UTF-8{like}; Obsidian would save it wrongly",
                hint="save it as UTF-8 in the editor that wrote it",
                line=words.count(b"\n", 0, error.start) + 1,
            )
    for path in tree.closed:
        yield _unreadable(path, "the folder cannot be read")


def _unwritable(root: Path, tree: Tree) -> Iterable[Problem]:
    """Find folders and notes in which nothing can be written; the vault's own is found before."""
    with VaultDir(root) as vault:
        folders = [path for path in tree.folders[1:] if not _may_write(vault, path)]
    files = [
        path
        for path, status in tree.files.items()
        if is_markdown(path) and not status.st_mode & 0o222
    ]
    for found, words in ((folders, "a folder cannot be written"), (files, "a file is read-only")):
        if found:
            yield Problem(
                min(found),
                "read-only",
                f"{words} ({len(found)} such in the vault)",
                "if papers or digests are there, allow writing: a pass leaves them as they are",
                level="notice",
            )


def _may_write(vault: VaultDir, path: str) -> bool:
    with suppress(OSError):  # gone meanwhile
        return current.files.may_write(*vault.place(path))
    return True


def _unreadable(path: RelPath, why: str) -> Problem:
    return Problem(path, "unreadable", f"cannot be read: {why}", "check its owner and permissions")


def _others(tree: Tree) -> Iterable[Problem]:
    # The configuration is read through one, as where it is kept with others in one place.
    if links := sorted(path for path in tree.links if is_visible(path) and path != _CONFIG):
        yield Problem(
            links[0],
            "symlink",
            f"a symbolic link is not followed ({len(links)} in the vault)",
            "if papers or digests lie behind it, move them into the vault",
            level="notice",
        )
    if tree.absent:
        yield Problem(
            min(tree.absent),
            "not-downloaded",
            f"{len(tree.absent)} files are in the cloud only",
            'choose "Keep Downloaded" (iCloud) or "Always keep on this device" (OneDrive) for the'
            " vault: what is away is not read",
        )
