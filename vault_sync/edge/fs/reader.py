"""The contents of a vault's files, as bytes and as texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from vault_sync.core.model.values import Problem, RelPath
from vault_sync.edge.fs.errors import in_words
from vault_sync.edge.fs.vault_dir import VaultDir


def read(root: Path, path: RelPath) -> str:
    """Return a file's text: its bytes as UTF-8, whatever is none as surrogates.

    Raises:
        OSError: it is not there, not a regular file, behind a symlink, or cannot be read.
    """
    with VaultDir(root) as vault:
        return as_text(vault.read(path))


def read_all(root: Path, paths: Iterable[RelPath]) -> Iterator[tuple[RelPath, str | Problem]]:
    """Yield the texts of many files, or a Problem for one that cannot be read."""
    for path, content in contents(root, paths):
        yield path, as_text(content) if isinstance(content, bytes) else content


def contents(root: Path, paths: Iterable[RelPath]) -> Iterator[tuple[RelPath, bytes | Problem]]:
    """Yield the bytes of many files, or a Problem for one that cannot be read."""
    with VaultDir(root) as vault:
        for path in paths:
            try:
                yield path, vault.read(path)
            except OSError as error:
                yield path, Problem(path, "unreadable", f"cannot be read: {in_words(error)}")


def as_text(content: bytes) -> str:
    """Return bytes as UTF-8, whatever is none as surrogates."""
    return content.decode("utf-8", "surrogateescape")
