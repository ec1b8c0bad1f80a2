"""How far a pass is, told to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from vault_sync.core.model.values import RelPath

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


def silent(what: str, done: int, whole: int) -> None:
    del what, done, whole


def counted(progress: Progress, whole: int) -> Callable[[str, RelPath], None]:
    """Counts the files that are prepared, and then swapped in."""
    done = {"before-stage": count(1), "before-look": count(1)}

    def at(point: str, path: RelPath) -> None:
        del path
        if point in done:
            what = "writing" if point == "before-look" else "preparing"
            progress(what, next(done[point]), whole)

    return at
