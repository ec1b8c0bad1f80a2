"""Saved texts: whatever was replaced, moved to the trash or displaced, as plain files.

`<state>/saved/<a>/<sha256>`: readable with any editor, without this program. Which path and pass
a text came from stands in the state's table; a text counts as saved once it stands there too.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from vault_sync.edge.fs.vault_dir import read_all
from vault_sync.edge.platform import current
from vault_sync.edge.platform.durability import BATCH, sync_everything, sync_file, sync_path


def name_of(content: bytes) -> str:
    """Return the name that a text is saved under: its sha256 in hex."""
    return hashlib.sha256(content).hexdigest()


def file_of(folder: Path, name: str) -> Path:
    return folder / name[:1] / name


def save(folder: Path, texts: Iterable[bytes], count: int) -> list[str]:
    """Put texts, `count` of them, on the disk, durably, and return their names.

    Raises:
        OSError: not all of them are saved.
    """
    if not count:
        return []
    batch = count >= BATCH
    names = []
    touched = {folder.parent}
    folder.mkdir(mode=0o700, exist_ok=True)
    watch = current.files.open_root(folder)
    try:
        for content in texts:
            name = name_of(content)
            names.append(name)
            shelf = folder / name[:1]
            if not shelf.is_dir():
                shelf.mkdir(mode=0o700, exist_ok=True)
                touched.add(folder)
            touched.add(shelf)
            _put(shelf / name, content, sync=not batch)
        if batch and sync_everything(watch):
            return names
        for one in touched:
            sync_path(one)
        if batch:
            for name in names:
                sync_path(file_of(folder, name))
    finally:
        os.close(watch)
    return names


def take(folder: Path, name: str) -> bytes | None:
    """Return a saved text, or None if it is not there or no longer what it was."""
    try:
        content = file_of(folder, name).read_bytes()
    except FileNotFoundError:
        return None
    return content if name_of(content) == name else None


def _put(path: Path, content: bytes, *, sync: bool) -> None:
    # A file of that name may be there, torn by a power cut or never synced: looked at, not trusted.
    file = current.files.open_to_write(path, new=False)
    try:
        if read_all(file) != content:
            os.ftruncate(file, 0)
            write_all(file, content)
        if sync:
            sync_file(file)
    finally:
        os.close(file)


def write_all(file: int, content: bytes) -> None:
    """Write all bytes from the file's start; a short write is followed by another.

    Raises:
        OSError: they are not all there, or do not read back.
    """
    at = 0
    while at < len(content):
        at += current.files.write_at(file, content[at:], at)
    if read_all(file) != content:
        raise OSError("the file does not read back as it was written")
