"""Wait until nobody types in a file: a command's part of the rule that the daemon follows too."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from vault_sync.core.model.values import RelPath
from vault_sync.edge.state import pass_log
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.watch.stamps import changed_lately, fingerprint, stamp

_PASSES = 5
"""The newest passes that are looked at for our own last write of a file."""


class QuietWait(NamedTuple):
    """The wait of one command. `quiet` is in seconds; `say` is called once if there is a wait."""

    root: Path
    state: StateStore
    quiet: float
    say: Callable[[RelPath, float], None]
    sleep: Callable[[float], None] = time.sleep

    def until_quiet(self, path: RelPath) -> bool:
        """Wait until nobody but us has touched a file for `quiet` seconds; False: it is so now."""
        waited = False
        while (left := self.seconds_left(path)) > 0:
            if not waited:
                self.say(path, left)
            waited = True
            self.sleep(min(left, 1.0))
        return waited

    def seconds_left(self, path: RelPath) -> float:
        """Return the seconds for which a file must be left alone; 0 if it may be written now."""
        found = stamp(self.root, path)
        if found is None or self._is_ours(path):
            return 0.0
        now, monotonic = time.time(), time.monotonic()
        lately = changed_lately({path: found}, within=self.quiet, wall=now, monotonic=monotonic)
        return lately[path] + self.quiet - monotonic if path in lately else 0.0

    def _is_ours(self, path: RelPath) -> bool:
        """Return True if the file holds what one of our last passes wrote there."""
        own = {
            change.after
            for record in pass_log.records(self.state, _PASSES)
            for change in record.changes
            if change.undone is None and path in {change.path, change.to}
        }
        return bool(own) and fingerprint(self.root, path) in own
