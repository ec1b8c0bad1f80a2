"""The surroundings of a vault, as the doctor examines them, and its disk in one line."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from vault_sync.edge.fs.vault_dir import read_content
from vault_sync.edge.platform import current
from vault_sync.edge.platform.mounts import file_system, silent_ground
from vault_sync.edge.platform.rename import Volume
from vault_sync.edge.state.places import same_folder


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The surroundings of a vault: the machine, as the doctor examines it.

    `volume` tries, in the vault, how files can be replaced there; None: not tried.
    `hook`: the pre-commit hook is installed; None: there is no repository. `home` is the user's
    folder. `now` is
    Unix time; `free` gives the free bytes of a path's disk; `read` the bytes of a
    file of the vault.
    """

    state: Path
    volume: Callable[[Path], Volume] | None = None
    hook: bool | None = None
    home: Path = field(default_factory=Path.home)
    proc: Path = current.PROC
    platform: str = current.NAME
    now: float = field(default_factory=time.time)
    free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
    read: Callable[[Path, str], bytes] = read_content


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
