"""The surroundings of a vault, as the doctor examines them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import field
from pathlib import Path

from vault_sync.core.model.value_class import value_class
from vault_sync.edge.platform import current
from vault_sync.edge.platform.rename import Volume


@value_class
class Surroundings:
    """The surroundings of a vault: the machine, as the doctor examines it.

    `volume` tries, in the vault, how files can be replaced there; None: not tried.
    `hook`: the pre-commit hook is installed; None: there is no repository. `home` is the user's
    folder. `now` is
    Unix time; `free` gives the free bytes of a path's disk; `read` the bytes of a file.
    """

    state: Path
    volume: Callable[[Path], Volume] | None = None
    hook: bool | None = None
    home: Path = field(default_factory=Path.home)
    proc: Path = current.PROC
    platform: str = current.NAME
    now: float = field(default_factory=time.time)
    free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
    read: Callable[[Path], bytes] = Path.read_bytes
