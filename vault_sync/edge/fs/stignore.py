"""Syncthing's list of files that it leaves alone, where `.vault-sync` belongs: it is a device's.

The list is not carried to other devices, so each has to have the line (Syncthing's documentation,
"Ignoring Files").
"""

from __future__ import annotations

from pathlib import Path

from vault_sync.core.text.encodings import as_text
from vault_sync.edge.fs.vault_dir import OWN_FOLDER

FILE = ".stignore"
_MARK = ".stfolder"
_PATTERNS = frozenset({OWN_FOLDER, f"/{OWN_FOLDER}", f"{OWN_FOLDER}/", f"/{OWN_FOLDER}/"})


def travels(root: Path) -> bool:
    """Return True if Syncthing carries a vault's `.vault-sync` to other devices.

    Raises:
        OSError: the list cannot be read.
    """
    return (root / _MARK).exists() and not _PATTERNS & {
        line.strip().removeprefix("(?d)").removeprefix("(?i)") for line in _lines(root)
    }


def add(root: Path) -> None:
    """Put `.vault-sync` at the end of the list.

    Raises:
        OSError: the list cannot be read or written.
    """
    lines = _lines(root)
    start = "\n" if lines and not lines[-1].endswith("\n") else ""
    with (root / FILE).open("ab") as file:
        file.write(f"{start}{OWN_FOLDER}\n".encode())


def _lines(root: Path) -> list[str]:
    try:
        content = (root / FILE).read_bytes()
    except FileNotFoundError:
        return []
    return as_text(content).splitlines(keepends=True)
