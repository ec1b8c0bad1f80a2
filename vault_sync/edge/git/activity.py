"""Git's activity in a vault, and the state of its HEAD; read from files, git is not run."""

from __future__ import annotations

import os
from pathlib import Path

from vault_sync.core.text.encodings import as_text
from vault_sync.edge.fs.reading import MOST_SETTINGS, read_outside

# What git leaves lying while it changes the work tree, or until a person has finished a merge.
# (watchman holds its events back on index.lock too.)
_AT_WORK = {
    "index.lock": "the index is locked",
    "HEAD.lock": "HEAD is locked",
    "MERGE_HEAD": "a merge is not finished",
    "rebase-merge": "a rebase is not finished",
    "rebase-apply": "a rebase or am is not finished",
    "CHERRY_PICK_HEAD": "a cherry-pick is not finished",
    "REVERT_HEAD": "a revert is not finished",
}


def git_dirs(root: Path) -> tuple[Path, ...]:
    """Return the git directories that can change files of the vault.

    Its own or that of a folder above it, and those of its visible top folders (the digests may be a
    repository of their own, or a submodule).
    """
    found = []
    for folder in (root, *root.parents):
        own = _git_dir(folder)
        if own is not None:
            found.append(own)
            break
    try:
        with os.scandir(root) as entries:
            tops = sorted(e.name for e in entries if e.is_dir(follow_symlinks=False))
    except OSError:
        tops = []  # the watcher says that the vault is gone; git has nothing to say of it
    nested = (_git_dir(root / top) for top in tops if not top.startswith("."))
    return (*found, *(path for path in nested if path is not None))


def git_busy(root: Path) -> str | None:
    """Return what git is doing in the vault, in words, with the file that tells; None: nothing."""
    for directory in git_dirs(root):
        for name, what in _AT_WORK.items():
            path = directory / name
            if os.path.lexists(path):
                return f"{what} ({path})"
    return None


def is_bisecting(root: Path) -> bool:
    """Return True while HEAD goes from commit to commit in search of one (`git bisect`)."""
    return any(os.path.lexists(directory / "BISECT_LOG") for directory in git_dirs(root))


def head(root: Path) -> str:
    """Return a text that changes when HEAD moves (commit, checkout, reset); "" without git."""
    return "\n".join(_head_of(directory) for directory in git_dirs(root))


def _git_dir(folder: Path) -> Path | None:
    """Return the git directory of a folder. A worktree or submodule has a file: `gitdir: P`."""
    dot_git = folder / ".git"
    if dot_git.is_dir():
        return dot_git
    words = _read(dot_git)
    if not words.startswith("gitdir:"):
        return None
    return folder / words.removeprefix("gitdir:").strip()


def _head_of(directory: Path) -> str:
    words = _read(directory / "HEAD").strip()
    if not words.startswith("ref:"):
        return words
    name = words.removeprefix("ref:").strip()
    common = directory / (_read(directory / "commondir").strip() or ".")
    loose = _read(directory / name) or _read(common / name)
    if loose:
        return f"{name} {loose.strip()}"
    for line in _read(common / "packed-refs").splitlines():
        if line.endswith(f" {name}"):
            return f"{name} {line.split(' ', 1)[0]}"
    # A repository with reftables keeps no readable refs; its list of tables changes with each move.
    return f"{name} {_read(common / 'reftable' / 'tables.list')}"


def _read(path: Path) -> str:
    try:
        return as_text(read_outside(path, MOST_SETTINGS))
    except OSError:
        return ""  # not there, or not a file: what it would say is not so
