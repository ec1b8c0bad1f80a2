"""Syncthing's list of files that it leaves alone, where `.vault-sync` belongs: it is a device's.

The list is not carried to other devices, so each has to have the line (Syncthing's documentation,
"Ignoring Files").
"""

from __future__ import annotations

from pathlib import Path

from vault_sync.core.text.encodings import as_text
from vault_sync.edge.fs.own_files import IGNORED_BY_SYNCTHING, kind_at, read_own, write_own
from vault_sync.edge.fs.vault_dir import OWN_FOLDER

FILE = IGNORED_BY_SYNCTHING
_MARK = ".stfolder"
_PATTERNS = frozenset({OWN_FOLDER, f"/{OWN_FOLDER}", f"{OWN_FOLDER}/", f"/{OWN_FOLDER}/"})


def travels(root: Path) -> bool:
    """Return True if Syncthing carries a vault's `.vault-sync` to other devices.

    Raises:
        OSError: the list cannot be read.
    """
    return kind_at(root, _MARK) is not None and not _PATTERNS & {
        line.strip().removeprefix("(?d)").removeprefix("(?i)") for line in _lines(root)
    }


def add(root: Path) -> None:
    """Put `.vault-sync` at the end of the list.

    Raises:
        OSError: the list cannot be read or written.
    """
    before = read_own(root, FILE) or b""
    start = b"" if before.endswith(b"\n") or not before else b"\n"
    write_own(root, FILE, before + start + f"{OWN_FOLDER}\n".encode())


def _lines(root: Path) -> list[str]:
    return as_text(read_own(root, FILE) or b"").splitlines(keepends=True)
