"""The files that are not as they were, by their stats."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import compress
from operator import ne
from pathlib import Path
from stat import S_ISREG

from vault_sync.core.model.values import RelPath
from vault_sync.edge.fs.scan import Scan, Stat, stat_of
from vault_sync.edge.platform import current
from vault_sync.edge.platform.spelling import SpellingTest
from vault_sync.sync.incremental.memory import Memory, TakesWholePass
from vault_sync.sync.observation.file_record import seconds_at_rest


class TakesWalk(Exception):  # noqa: N818 - nothing fails, all stats are read
    """Change after which a file may be elsewhere, where no event has told of it yet."""


def stats_of(root: Path, paths: Iterable[RelPath]) -> dict[RelPath, Stat | None]:
    """Return the stats of some files, None for one that is gone.

    Raises:
        TakesWholePass: one is no plain file.
    """
    found: dict[RelPath, Stat | None] = {}
    spelling = SpellingTest(root)
    for path in paths:
        try:
            seen = current.files.status(root / path)
            is_there = spelling.is_listed(path)
        except FileNotFoundError:
            is_there = False
        except OSError as error:
            raise TakesWholePass(f"{path} cannot be looked at") from error
        if not is_there:
            found[path] = None
            continue
        if not S_ISREG(seen.st_mode):
            raise TakesWholePass(f"{path} is no plain file")
        found[path] = stat_of(seen)
    return found


def suspects(memory: Memory, found: Scan) -> dict[RelPath, Stat | None]:
    """Return the files that are not as they were, None for one that is gone.

    Raises:
        TakesWholePass: that cannot be known, as a folder may hide files.
    """
    before, files = memory.stats, found.files
    others = compress(files, map(ne, files.values(), map(before.get, files)))
    changed: dict[RelPath, Stat | None] = {path: files[path] for path in others}
    gone = before.keys() - files.keys()
    if gone and any(each.level == "problem" for each in found.problems):
        raise TakesWholePass("a folder may hide files")
    return changed | dict.fromkeys(gone)


def at_rest(root: Path, paths: Iterable[RelPath], now: int) -> dict[RelPath, float]:
    """Return the seconds since some files changed; `now` is in Unix ns."""
    stats = stats_of(root, paths)
    return {path: seconds_at_rest(stat, now) for path, stat in stats.items() if stat is not None}
