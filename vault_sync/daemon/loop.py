"""The daemon's loop: change batches in, passes out, and nothing written under a person's hands.

The loop decides when a pass runs and which files it must not write; the pass itself is given as a
callable. Signals only put a message into the mailbox, so they act between passes, never inside one.
"""

from __future__ import annotations

import logging
import signal
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from vault_sync.core.model.values import Problem, RelPath
from vault_sync.daemon.status_reporter import FOUND, StatusReporter
from vault_sync.daemon.threads import BackgroundTask, forwarded_signals
from vault_sync.daemon.values import DaemonTasks, PassSummary
from vault_sync.daemon.write_guard import WriteGuard
from vault_sync.edge.config import WatchConfig
from vault_sync.edge.git.activity import git_busy
from vault_sync.edge.platform.lock import Busy
from vault_sync.edge.state.database import StateError
from vault_sync.edge.system.notify import sd_notify
from vault_sync.edge.watch.batches import (
    CONFIG,
    LONGEST,
    RECENT,
    ChangeBatch,
    WatchTiming,
    change_batches,
)
from vault_sync.edge.watch.listener import Mailbox

_log = logging.getLogger(__name__)

BUSY_FIRST, BUSY_LONGEST = 0.25, 5.0
RETRY = 30.0
ARRIVING = 5.0
"""Seconds after which a pass looks again at what waits for a file that is being brought."""


def run(
    root: Path,
    tasks: DaemonTasks,
    timing: WatchConfig,
    *,
    polling: bool,
    mailbox: Mailbox | None = None,
) -> int:
    """Run passes until a signal or the mailbox says stop. Return the signal's number, else 0.

    A pass waits while another process has locked the vault. Errors of the disk and of the state are
    reported and the pass is tried again; any other exception of a pass is a bug and comes out.
    """
    daemon = _Daemon(root, tasks, timing, mailbox or Mailbox())
    with forwarded_signals(daemon.on_signal):
        try:
            while not daemon.mailbox.stopped:
                daemon.follow(polling=polling)
        finally:
            daemon.end()
    return daemon.signal


class _Daemon:
    """The state of the loop between two change batches. Times are monotonic."""

    def __init__(
        self, root: Path, tasks: DaemonTasks, timing: WatchConfig, mailbox: Mailbox
    ) -> None:
        self.root, self.tasks, self.timing, self.mailbox = root, tasks, timing, mailbox
        self.signal = 0
        self.reload_wanted = False
        self.guard = WriteGuard(root)
        self.status = StatusReporter(tasks)
        # What no pass has seen yet; and what waits for a quiet file, with what brought it.
        self.fresh = ChangeBatch()
        self.waiting: frozenset[RelPath] = frozenset()
        self.delayed = ChangeBatch()
        self.patience = BUSY_FIRST
        look_up = tasks.look_up
        self.facts = BackgroundTask(look_up, self.mailbox.ring) if look_up is not None else None

    def follow(self, *, polling: bool) -> None:
        """Act on change batches until another configuration is in force or the mailbox stops."""
        watch_timing = WatchTiming(
            settle=self.timing.settle,
            sweep=self.timing.sweep,
            recent=max(self.timing.quiet, RECENT),
            longest=min(LONGEST, self.status.beat_every),
        )
        batches = change_batches(self.root, watch_timing, self.mailbox, polling=polling)
        with closing(batches):
            for batch in batches:
                self.beat()
                self.gather(batch)
                if (self.reload_wanted or CONFIG in batch.paths) and self.read_config():
                    return  # the watcher is begun anew, with a sweep
                self.attend()

    def beat(self) -> None:
        """Give a heartbeat when it is time, and have the watcher wake up for the next."""
        next_beat = self.status.beat()
        if next_beat is not None:
            self.mailbox.ring(next_beat)

    def gather(self, batch: ChangeBatch) -> None:
        """Tell our own writes from a person's, and note what the next pass must look at."""
        self.status.set_problems("watcher", batch.problems)
        ours = self.guard.note_touches(batch.touched)
        self.fresh = _join(self.fresh, batch, without=ours)
        if self.facts is not None and self.facts.take_news():
            self.fresh = replace(self.fresh, swept=True, why=f"{self.fresh.why}, facts came")

    def attend(self) -> None:
        """Run one pass, if there is anything to look at and nothing speaks against it now."""
        if not self.root.is_dir():
            self.status.change_to("the vault is gone")
            return
        guarded = self.guard.guarded(self.waiting, self.timing.quiet)
        due = self.waiting - guarded.keys()
        self.status.set_waiting(self.waiting, guarded)
        if not (self.fresh.paths or self.fresh.swept or due):
            self.come_back(guarded)
            return
        busy = git_busy(self.root)
        if busy is not None:
            self.fresh = replace(self.fresh, swept=True)  # what git does is one bulk change
            self.wait_for(f"git: {busy}")
            return
        batch = _join(self.fresh, self.delayed, also=due) if due else self.fresh
        self.one_pass(batch, guarded, due)

    def one_pass(
        self, batch: ChangeBatch, guarded: Mapping[RelPath, float], due: frozenset[RelPath]
    ) -> None:
        """Run a pass; `due` are the files among those that waited which it may write now."""
        began = time.monotonic()
        try:
            result = self.tasks.run_pass(batch, frozenset(guarded))
        except Busy as error:
            self.fresh = batch
            self.wait_for(str(error))
            return
        except (OSError, sqlite3.OperationalError, StateError) as error:
            _log.warning("a pass failed; it is tried again: %s", error, exc_info=True)
            self.fresh = replace(batch, swept=True)
            self.status.set_problems("pass", (_failure(error),))
            self.mailbox.ring(began + RETRY)
            self.status.publish(f"the last pass failed: {error}")
            return
        self.waiting = (self.waiting - due) | result.waiting
        self.fresh = ChangeBatch()
        self.delayed = _join(self.delayed, batch) if self.waiting else ChangeBatch()
        self.take_result(result)
        self.status.set_waiting(self.waiting, guarded)
        did = result.summary + self.status.waits(time.monotonic() + self.timing.quiet)
        _log.info("%s (%s, %.0f ms)", did, batch.why, 1000 * (time.monotonic() - began))
        self.come_back(guarded)
        self.status.end_pass(did)

    def take_result(self, result: PassSummary) -> None:
        """Note what a pass wrote, show what it found, look up the facts that it wants."""
        now = time.monotonic()
        self.patience = BUSY_FIRST
        if result.arriving:
            self.fresh = ChangeBatch(swept=True, why="files arriving")
            self.mailbox.ring(now + ARRIVING)
        self.guard.note_writes(result.written, now)
        self.status.set_problems("pass", ())
        self.status.set_problems(FOUND, result.problems)
        self.status.set_problems("ping-pong", self.guard.quarrels(now))
        self.status.show_new_conflicts(result.conflicts)
        if result.wanted and self.facts is not None:
            self.facts.start()

    def come_back(self, guarded: Mapping[RelPath, float]) -> None:
        """Ask for a change batch when the first of the waiting files may be written."""
        if self.waiting:
            latest = time.monotonic() + self.timing.quiet
            self.mailbox.ring(min(guarded.get(path, latest) for path in self.waiting))

    def wait_for(self, busy: str) -> None:
        """Look again soon, and then less often, until whoever is at work has ended."""
        self.mailbox.ring(time.monotonic() + self.patience)
        self.patience = min(2 * self.patience, BUSY_LONGEST)
        self.status.change_to(f"waiting for {busy}")

    def read_config(self) -> bool:
        """Read the configuration again. Return False if the old one stays in force."""
        self.reload_wanted = False
        timing = self.tasks.reload()
        if isinstance(timing, Problem):
            self.status.set_problems("configuration", (timing,))
            self.status.publish(self.status.doing)
            return False
        self.timing = timing
        self.status.set_problems("configuration", ())
        _log.info("the configuration was read again")
        return True

    def on_signal(self, number: int) -> None:
        """Stop, or with SIGHUP read the configuration again, after a pass that is under way."""
        if number == getattr(signal, "SIGHUP", None):
            self.reload_wanted = True
            self.mailbox.ring()
            return
        self.signal = number
        self.mailbox.stop()

    def end(self) -> None:
        """End the look-up of facts, and publish that the daemon has stopped."""
        sd_notify("STOPPING=1")
        if self.facts is not None:
            self.facts.end()
        self.status.publish("stopped")


def _join(
    first: ChangeBatch,
    second: ChangeBatch,
    *,
    without: frozenset[RelPath] = frozenset(),
    also: frozenset[RelPath] = frozenset(),
) -> ChangeBatch:
    return ChangeBatch(
        paths=first.paths | (second.paths - without) | also,
        swept=first.swept or second.swept,
        bulk=first.bulk or second.bulk,
        # Each reason once: what waits long is joined with itself again and again.
        why=", ".join(filter(None, dict.fromkeys(f"{first.why}, {second.why}".split(", ")))),
    )


def _failure(error: Exception) -> Problem:
    return Problem(
        path="",
        code="pass-failed",
        message=f"the last pass failed: {error}",
        hint="see the log; nothing was taken for agreed, and the pass is tried again",
    )
