"""The folders of other users that this person said are to be used as vaults, on this device."""

from __future__ import annotations

import json
import os
from pathlib import Path

from vault_sync.edge.fs.private import make_private
from vault_sync.edge.fs.reading import MOST_SETTINGS, read_outside
from vault_sync.edge.platform import current


class Dubious(Exception):  # noqa: N818 - git calls it so
    """A vault, or its configuration, belongs to another user; the text says what to do."""


def check(root: Path, configuration: Path) -> None:
    """Check that a vault's folder and its configuration are this user's, or trusted.

    Another user's configuration, in a folder above that all may write, would have this one's notes
    written where that user reads them.

    Raises:
        Dubious: one of them is another user's (or, on Windows, no administrator's either).
    """
    for path in (root, configuration):
        if not os.path.lexists(path):
            continue
        owner = current.files.foreign_owner(path)
        if owner is not None and root not in trusted():
            raise Dubious(
                f"{path}: detected dubious ownership: it belongs to {owner}, not to you: name the "
                f"vault with --vault DIR, or call `vault-sync config --trust DIR` for {root}"
            )


def trust(root: Path) -> None:
    """Remember, for this user on this device, that a folder of another user is to be used.

    Raises:
        OSError: it cannot be remembered.
    """
    found = sorted({*map(os.fsencode, trusted()), os.fsencode(root)})
    file = _file()
    make_private(file.parent)
    text = json.dumps([os.fsdecode(path) for path in found], indent=0)
    beside = file.with_name(f".{file.name}.{os.urandom(3).hex()}")
    beside.write_text(f"{text}\n", encoding="ascii")
    beside.replace(file)


def trusted() -> frozenset[Path]:
    """Return the folders that are trusted; none where that cannot be read."""
    try:
        folders = json.loads(read_outside(_file(), MOST_SETTINGS))
    except (OSError, ValueError, RecursionError):
        return frozenset()
    if not isinstance(folders, list):
        return frozenset()
    return frozenset(Path(each) for each in folders if isinstance(each, str))


def _file() -> Path:
    import platformdirs  # few calls are about another user's vault

    return platformdirs.user_config_path("vault-sync", appauthor=False) / "trusted.json"
