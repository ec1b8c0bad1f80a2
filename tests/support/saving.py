"""The ways in which editors and sync services save a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def in_place(file: Path, text: str) -> str:
    """As Obsidian saves: truncate, then write. Returns what was truncated away."""
    with file.open("a+b") as opened:
        opened.seek(0)
        replaced = opened.read()
        opened.truncate(0)
        opened.write(text.encode())
    return replaced.decode()


def by_rename(file: Path, text: str) -> None:
    """As most editors and Syncthing save: another file, renamed over the old one."""
    new = file.with_name(f".{file.name}.new")
    new.write_bytes(text.encode())
    new.rename(file)


def as_vim(file: Path, text: str) -> None:
    """As vim saves: the old one to a backup, a new one in its place, the backup away."""
    backup = file.with_name(f"{file.name}~")
    if file.exists():
        file.rename(backup)
    file.write_bytes(text.encode())
    backup.unlink(missing_ok=True)


def by_delete_and_rename(file: Path, text: str) -> None:
    """As some sync services do: the old one away, then another renamed into its place."""
    new = file.with_name(f".{file.name}.new")
    new.write_bytes(text.encode())
    file.unlink(missing_ok=True)
    new.rename(file)


STYLES: dict[str, Callable[[Path, str], str | None]] = {
    "in place": in_place,
    "by rename": by_rename,
    "vim": as_vim,
    "delete and rename": by_delete_and_rename,
}
EDITORS = ("in place", "by rename", "vim")
"""Those of them in which a person saves."""
