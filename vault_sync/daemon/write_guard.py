"""The files that must not be written now, from what others and the daemon did to them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from vault_sync.core.model.values import Problem, RelPath
from vault_sync.daemon import quiet_rule
from vault_sync.edge.watch.stamps import changed_lately, fingerprint, stamp

ECHO = 600.0
"""Seconds for which the daemon recognises its own writes."""


class WriteGuard:
    """The touches of other programs and the daemon's own writes. Times are monotonic."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._touches: quiet_rule.Touches = {}
        self._turns: quiet_rule.Turns = quiet_rule.NO_TURNS
        self._written: dict[RelPath, tuple[str, float]] = {}

    def note_touches(self, touched: Mapping[RelPath, float]) -> frozenset[RelPath]:
        """Record when files changed. Return those that hold the daemon's own writes."""
        ours = frozenset(path for path in touched if self._is_ours(path))
        self._touches = quiet_rule.touched(self._touches, touched, ours)
        for path in touched.keys() & self._turns.keys() - ours:
            turn = {path: ""}
            self._turns = quiet_rule.with_turns(self._turns, turn, touched[path], ours=False)
        return ours

    def note_writes(self, written: Mapping[RelPath, str], now: float) -> None:
        """Record the files that a pass wrote, each with the SHA-256 of its bytes in hex."""
        recent = {path: own for path, own in self._written.items() if own[1] > now - ECHO}
        self._written = recent | {path: (digest, now) for path, digest in written.items()}
        self._turns = quiet_rule.with_turns(self._turns, written, now, ours=True)

    def guarded(self, waiting: Iterable[RelPath], quiet: float) -> dict[RelPath, float]:
        """Return the files that must not be written now, each with the end of its guard.

        A file that waits is about to be written: its modification time counts too, in case its
        events were lost.
        """
        now = time.monotonic()
        self._touches = quiet_rule.unexpired(self._touches, now, quiet)
        guarded = quiet_rule.guarded(self._touches, self._turns, now, quiet)
        found = {path: stamp(self._root, path) for path in waiting if path not in guarded}
        stamps = {path: each for path, each in found.items() if each}
        lately = changed_lately(stamps, within=quiet, wall=time.time(), monotonic=now)
        theirs = {path: at for path, at in lately.items() if not self._is_ours(path)}
        self._touches = quiet_rule.touched(self._touches, theirs, ())
        return quiet_rule.guarded(self._touches, self._turns, now, quiet)

    def quarrels(self, now: float) -> tuple[Problem, ...]:
        """Return a problem for each file that another program and the daemon rewrite by turns."""
        return quiet_rule.ping_pong(self._turns, now)

    def _is_ours(self, path: RelPath) -> bool:
        """Return True if the file holds what the daemon last wrote there: an echo of its own."""
        own = self._written.get(path)
        return own is not None and own[0] == fingerprint(self._root, path)
