"""A vault's disk in one line: its kind, the way files are replaced there, how changes are heard."""

from __future__ import annotations

from pathlib import Path

from vault_sync.edge.platform import current
from vault_sync.edge.platform.mounts import file_system, silent_ground
from vault_sync.edge.platform.rename import Volume
from vault_sync.edge.state.places import same_folder
from vault_sync.edge.system.surroundings import Surroundings


def disk_line(root: Path, around: Surroundings) -> str:
    """Return the line, or "" where the vault is gone or nothing can be written in it."""
    if around.volume is None:
        return ""
    mounts = around.proc / "self" / "mountinfo"
    try:
        volume, folds = around.volume(root), folds_case(root)
    except OSError:
        return ""
    silent = silent_ground(root, mounts, around.platform)
    folding = {None: "", True: "case ignored", False: "case told apart"}
    watches = "one of the whole vault" if current.system.ONE_WATCH else "one a folder"
    parts = (
        file_system(root, mounts) or "a file system that has no name here",
        silent or "local",
        folding[folds],
        _replacing(volume),
        f"watch: {'every file is looked at, every few seconds' if silent else watches}",
    )
    return f"disk: {', '.join(filter(None, parts))}"


def _replacing(volume: Volume) -> str:
    if not volume.safe:
        return "no safe replace (tried): nothing is written"
    if volume.exchanges or volume.pinned:
        return f"safe replace by {'exchange' if volume.exchanges else 'a pinned handle'} (proved)"
    return "replace by hard links (proved)"


def folds_case(folder: Path) -> bool | None:
    """Return True if a file is found under a name in other case; None: no name there can tell.

    Raises:
        OSError: the folder cannot be listed.
    """
    names = {each.name for each in folder.iterdir()}
    for name in sorted(names):
        if (other := name.swapcase()) not in {name, *names}:
            return same_folder(folder / name, folder / other)
    return None
