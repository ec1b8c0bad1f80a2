"""The daemon as others see it: its status file, the service manager, the log, the desktop."""

from __future__ import annotations

import logging
import math
import os
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import replace

from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.report.lines import problem_object
from vault_sync.daemon.values import BEAT, DaemonTasks
from vault_sync.edge.state.heartbeat import Heartbeat
from vault_sync.edge.system.notify import sd_notify, status_line, watchdog_seconds

_log = logging.getLogger(__name__)

FOUND = "found"
"""The source of the problems that passes find; those of other sources are the daemon's own."""


class StatusReporter:
    """The last status, and the problems of each source."""

    def __init__(self, tasks: DaemonTasks) -> None:
        self._store, self._notify, self._tell = tasks.report, tasks.notify, tasks.tell
        self._problems: dict[str, tuple[Problem, ...]] = {}
        self._conflicts: frozenset[str] | None = None
        self._waiting: frozenset[RelPath] = frozenset()
        self._until: Mapping[RelPath, float] = {}
        self._next_beat = 0.0
        self.beat_every = min(BEAT, (watchdog_seconds() or math.inf) / 2)
        now = time.time()
        self._status = Heartbeat(pid=os.getpid(), started=now, beat=now)

    @property
    def doing(self) -> str:
        """The present activity, in words."""
        return self._status.doing

    def beat(self) -> float | None:
        """Give the service manager and `status` a heartbeat if one is due.

        Return the time of the next one (monotonic), or None if none was due.
        """
        now = time.monotonic()
        if now < self._next_beat:
            return None
        if self._next_beat == 0.0:
            sd_notify("READY=1")
            self._tell("ready", {"pid": self._status.pid})
            self._status = replace(self._status, doing="watching")
        sd_notify("WATCHDOG=1")
        self._next_beat = now + self.beat_every
        self.publish(self.doing)
        return self._next_beat

    def change_to(self, doing: str) -> None:
        """Log and publish another activity; do nothing if it is the present one."""
        if self.doing != doing:
            _log.info("%s", doing)
            self._tell("paused", {"reason": doing})
            self.publish(doing)

    def set_waiting(self, waiting: frozenset[RelPath], until: Mapping[RelPath, float]) -> None:
        """Set the files that wait for a quiet time; `until` has its end (monotonic), if any."""
        if waiting != self._waiting:
            self._tell("waiting", {"files": _wall_times(waiting, until)})
        self._waiting, self._until = waiting, until

    def waits(self, latest: float) -> str:
        """Return in words how many files wait and until when, "" if none does.

        `latest` (monotonic) is the end of the wait of a file that is not guarded yet.
        """
        if not self._waiting:
            return ""
        first = min(self._until.get(path, latest) for path in self._waiting)
        wall = time.localtime(time.time() + first - time.monotonic())
        count = len(self._waiting)
        files = "1 file waits" if count == 1 else f"{count:,} files wait"
        return f"; {files} until {time.strftime('%H:%M:%S', wall)}"

    def end_pass(self, summary: str) -> None:
        """Publish that a pass ended now, with a line on what it did."""
        self._status = replace(self._status, last_pass=time.time(), last_did=summary)
        self.publish("watching")

    def publish(self, doing: str) -> None:
        """Store the status, and give it to the service manager."""
        until = _wall_times(self._waiting, self._until)
        own = (found for source, found in self._problems.items() if source != FOUND)
        self._status = replace(
            self._status,
            doing=doing,
            beat=time.time(),
            waiting=until,
            problems=tuple(problem for found in own for problem in found),
        )
        waits = f"; {len(until)} waiting for a quiet moment" if until else ""
        sd_notify(status_line(f"{doing}; last pass: {self._status.last_did or 'none yet'}{waits}"))
        try:
            self._store(self._status)
        except (OSError, sqlite3.OperationalError) as error:
            _log.warning("the sign of life could not be stored: %s", error)

    def set_problems(self, source: str, problems: tuple[Problem, ...]) -> None:
        """Replace the problems of one source; each new one goes to the log.

        A new one of the daemon's own is an event too: those that a pass finds are in its event.
        """
        for problem in problems:
            if problem not in self._problems.get(source, ()):
                _log.warning("%s: %s; %s", problem.path, problem.message, problem.hint)
                if source != FOUND:
                    self._tell("problem", {"problem": problem_object(problem)})
        self._problems[source] = problems

    def show_new_conflicts(self, conflicts: frozenset[str]) -> None:
        """Notify of conflicts that the pass before did not have; those of the first are no news."""
        before, self._conflicts = self._conflicts, conflicts
        if self._notify is None or before is None or conflicts <= before:
            return
        new = sorted(conflicts - before)
        rest = f" and {len(new) - 1} more" if len(new) > 1 else ""
        self._notify("vault-sync: both sides were edited", f"{new[0]}{rest}")


def _wall_times(waiting: frozenset[RelPath], until: Mapping[RelPath, float]) -> dict[str, float]:
    """Return the end of each file's wait in seconds since 1970; now, if `until` has none."""
    wall, monotonic = time.time(), time.monotonic()
    return {path: wall + until.get(path, monotonic) - monotonic for path in sorted(waiting)}
