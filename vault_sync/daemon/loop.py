"""The daemon: quiet moments in, passes out, and nothing written under a person's hands.

The loop decides when a pass runs and which files it must not write; what a pass does is given as a
callable. Signals only ring the bell, so they are heard between passes and never inside one.
"""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType

from vault_sync.core.model.values import Problem, RelPath
from vault_sync.daemon import quiet_rule as quiet
from vault_sync.daemon.background import BackgroundTask
from vault_sync.edge.git.activity import git_busy
from vault_sync.edge.state.lock import Busy
from vault_sync.edge.state.store import StateError
from vault_sync.edge.system.notify import sd_notify, status_line, watchdog_seconds
from vault_sync.edge.watch.batches import (
    CONFIG,
    LONGEST,
    RECENT,
    ChangeBatch,
    WatchTiming,
    change_batches,
)
from vault_sync.edge.watch.mailbox import Mailbox
from vault_sync.edge.watch.stamps import changed_lately, fingerprint, stamp

_log = logging.getLogger(__name__)

BUSY_FIRST, BUSY_LONGEST = 0.25, 5.0
BEAT = 60.0
RETRY = 30.0
ECHO = 600.0
FOUND = "found"
"""What passes find; the other sources of problems are the daemon's own."""


@dataclass(frozen=True, slots=True)
class PassSummary:
    """What the daemon must know of a pass.

    `written`: SHA-256 in hex of every file written. `waiting`: the held files that the pass would
    have written. `wanted`: facts are missing that the network may know. `conflicts`: the open
    ones, one line each. `summary`: what was done, in a line.
    """

    written: Mapping[RelPath, str] = field(default_factory=dict)
    waiting: frozenset[RelPath] = frozenset()
    wanted: bool = False
    conflicts: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """`[watch]` of the configuration, in seconds."""

    settle: float = 1.0
    quiet: float = 10.0
    sweep: float = 300.0


@dataclass(frozen=True, slots=True)
class DaemonStatus:
    """What `status` can show of a daemon. Times are Unix times; `waiting` says until when.

    `problems` are the daemon's own: what a pass finds, `status` finds as well.
    """

    pid: int
    started: float
    beat: float
    doing: str = "starting"
    last_pass: float | None = None
    last_did: str = ""
    waiting: Mapping[RelPath, float] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


Pass = Callable[[ChangeBatch, frozenset[RelPath]], PassSummary]
"""One pass over the vault. The paths are held: they must not be written now."""


def run(
    root: Path,
    pass_: Pass,
    *,
    timing: Timing,
    reload: Callable[[], Timing | Problem],
    report: Callable[[DaemonStatus], None],
    facts: Callable[[threading.Event], bool] | None = None,
    tell: Callable[[str, str], object] | None = None,
    polling: bool = False,
    mailbox: Mailbox | None = None,
) -> int:
    """Keeps the vault in line until a signal or the bell says stop; the signal's number, else 0.

    `reload` reads the configuration again (SIGHUP, or its file changed); a Problem leaves the old
    one in force. `report` stores the sign of life for `status`. `facts` looks up what passes want
    in a thread of its own until its event is set, and says whether it found anything; whatever it
    raises is logged. `tell` shows title and text of a new conflict.

    Who holds the vault is waited for. Errors of the disk and of the state are reported and the pass
    is tried again; any other exception of a pass is a bug and comes out.
    """
    daemon = _Daemon(root, pass_, timing, mailbox or Mailbox(), report, facts, tell)
    with _signals(daemon):
        try:
            while not daemon.mailbox.stopped:
                daemon.follow(reload, polling=polling)
        finally:
            daemon.end()
    return daemon.signal


class _Daemon:
    """What the loop remembers from one moment to the next. Times are monotonic."""

    def __init__(
        self,
        root: Path,
        pass_: Pass,
        timing: Timing,
        mailbox: Mailbox,
        report: Callable[[DaemonStatus], None],
        facts: Callable[[threading.Event], bool] | None,
        tell: Callable[[str, str], object] | None,
    ) -> None:
        self.root, self.pass_, self.timing, self.mailbox = root, pass_, timing, mailbox
        self.report, self.tell = report, tell
        self.signal = 0
        self.reload_wanted = False
        # What somebody else did, and what we did.
        self.touches: quiet.Touches = {}
        self.turns: quiet.Turns = quiet.NO_TURNS
        self.written: dict[RelPath, tuple[str, float]] = {}
        # What no pass has seen yet; and what waits for a quiet file, with what brought it.
        self.fresh = ChangeBatch()
        self.waiting: frozenset[RelPath] = frozenset()
        self.kept = ChangeBatch()
        self.until: Mapping[RelPath, float] = {}
        self.conflicts: frozenset[str] | None = None
        self.patience = BUSY_FIRST
        self.standing: dict[str, tuple[Problem, ...]] = {}
        self.facts = BackgroundTask(facts, self.mailbox.ring) if facts is not None else None
        self.beat_every = min(BEAT, (watchdog_seconds() or 2 * BEAT) / 2)
        self.next_beat = 0.0
        now = time.time()
        self.life = DaemonStatus(pid=os.getpid(), started=now, beat=now)

    # The loop

    def follow(self, reload: Callable[[], Timing | Problem], *, polling: bool) -> None:
        """Attends to moments until another configuration is in force or the bell says stop."""
        pace = WatchTiming(
            settle=self.timing.settle,
            sweep=self.timing.sweep,
            recent=max(self.timing.quiet, RECENT),
            longest=min(LONGEST, self.beat_every),
        )
        with closing(change_batches(self.root, pace, self.mailbox, polling=polling)) as coming:
            for batch in coming:
                self.stay_alive()
                self.hear(batch)
                if (self.reload_wanted or CONFIG in batch.paths) and self.read_config(reload):
                    return  # the watcher is begun anew, with a sweep
                self.attend()

    def hear(self, batch: ChangeBatch) -> None:
        """Tells our own writes from a person's, and remembers what the next pass must look at."""
        self.stand("watcher", batch.problems)
        ours = frozenset(path for path in batch.touched if self.is_ours(path))
        self.touches = quiet.touched(self.touches, batch.touched, ours)
        for path in batch.touched.keys() & self.turns.keys() - ours:
            self.turns = quiet.with_turns(self.turns, {path: ""}, batch.touched[path], ours=False)
        self.fresh = _joined(self.fresh, batch, without=ours)
        if self.facts is not None and self.facts.take_news():
            self.fresh = replace(self.fresh, swept=True, why=f"{self.fresh.why}, facts came")

    def is_ours(self, path: RelPath) -> bool:
        """Whether the file holds what we wrote there last: the event was our own echo."""
        known = self.written.get(path)
        return known is not None and known[0] == fingerprint(self.root, path)

    def attend(self) -> None:
        """One pass, if there is anything to look at and nothing speaks against it now."""
        if not self.root.is_dir():
            self.be("the vault is gone")
            return
        holds = self.until = self.holds()
        due = self.waiting - holds.keys()
        if not (self.fresh.paths or self.fresh.swept or due):
            self.come_back(holds)
            return
        busy = git_busy(self.root)
        if busy is not None:
            self.fresh = replace(self.fresh, swept=True)  # what git does is one bulk change
            self.wait_for(f"git: {busy}")
            return
        batch = _joined(self.fresh, self.kept, also=due) if due else self.fresh
        self.one_pass(batch, holds, due)

    def holds(self) -> dict[RelPath, float]:
        """The files that must not be written now, each until when.

        A file that waits is about to be written: whether it is quiet is asked of the file too, in
        case its events were lost.
        """
        now, still = time.monotonic(), self.timing.quiet
        self.touches = quiet.unexpired(self.touches, now, still)
        holds = quiet.holds(self.touches, self.turns, now, still)
        stamps = {p: s for p in self.waiting - holds.keys() if (s := stamp(self.root, p))}
        lately = changed_lately(stamps, within=still, wall=time.time(), monotonic=now)
        theirs = {path: at for path, at in lately.items() if not self.is_ours(path)}
        self.touches = quiet.touched(self.touches, theirs, ())
        return quiet.holds(self.touches, self.turns, now, still)

    def one_pass(
        self, batch: ChangeBatch, holds: Mapping[RelPath, float], due: frozenset[RelPath]
    ) -> None:
        began = time.monotonic()
        try:
            result = self.pass_(batch, frozenset(holds))
        except Busy as error:
            self.fresh = batch
            self.wait_for(str(error))
            return
        except (OSError, sqlite3.OperationalError, StateError) as error:
            _log.warning("a pass failed; it is tried again: %s", error, exc_info=True)
            self.fresh = replace(batch, swept=True)
            self.stand("pass", (_failed(error),))
            self.mailbox.ring(began + RETRY)
            self.say(f"the last pass failed: {error}")
            return
        now = time.monotonic()
        self.patience = BUSY_FIRST
        self.fresh = ChangeBatch()
        self.waiting = (self.waiting - due) | result.waiting
        self.kept = _joined(self.kept, batch) if self.waiting else ChangeBatch()
        self.remember(result.written, now)
        self.stand("pass", ())
        self.stand(FOUND, result.problems)
        self.stand("ping-pong", quiet.ping_pong(self.turns, now))
        self.show_new(result.conflicts)
        if result.wanted and self.facts is not None:
            self.facts.start()
        _log.info("%s (%s, %.0f ms)", result.summary, batch.why, 1000 * (now - began))
        self.come_back(holds)
        self.life = replace(self.life, last_pass=time.time(), last_did=result.summary)
        self.say("watching")

    def remember(self, written: Mapping[RelPath, str], now: float) -> None:
        old = {path: own for path, own in self.written.items() if own[1] > now - ECHO}
        self.written = old | {path: (digest, now) for path, digest in written.items()}
        self.turns = quiet.with_turns(self.turns, written, now, ours=True)

    def come_back(self, holds: Mapping[RelPath, float]) -> None:
        """Asks for a moment when the first of the waiting files may be written."""
        if self.waiting:
            unknown = time.monotonic() + self.timing.quiet
            self.mailbox.ring(min(holds.get(path, unknown) for path in self.waiting))

    def wait_for(self, busy: str) -> None:
        """Looks again soon, and then less often, whether whoever is at work has ended."""
        self.mailbox.ring(time.monotonic() + self.patience)
        self.patience = min(2 * self.patience, BUSY_LONGEST)
        self.be(f"waiting for {busy}")

    def read_config(self, reload: Callable[[], Timing | Problem]) -> bool:
        """Reads the configuration again; False: the old one stays in force."""
        self.reload_wanted = False
        read = reload()
        if isinstance(read, Problem):
            self.stand("configuration", (read,))
            self.say(self.life.doing)
            return False
        self.timing = read
        self.stand("configuration", ())
        _log.info("the configuration was read again")
        return True

    # What others see

    def stay_alive(self) -> None:
        """A sign of life to the service manager and for `status`, when it is time."""
        now = time.monotonic()
        if now < self.next_beat:
            return
        if self.next_beat == 0.0:
            sd_notify("READY=1")
            self.life = replace(self.life, doing="watching")
        sd_notify("WATCHDOG=1")
        self.next_beat = now + self.beat_every
        self.mailbox.ring(self.next_beat)
        self.say(self.life.doing)

    def be(self, doing: str) -> None:
        """Says what it is doing, if that is new."""
        if self.life.doing != doing:
            _log.info("%s", doing)
            self.say(doing)

    def say(self, doing: str) -> None:
        """Stores the sign of life, and tells the service manager."""
        wall, monotonic = time.time(), time.monotonic()
        until = {path: self.until.get(path, monotonic) for path in sorted(self.waiting)}
        self.life = replace(
            self.life,
            doing=doing,
            beat=wall,
            waiting={path: wall + at - monotonic for path, at in until.items()},
            problems=tuple(
                each for source, found in self.standing.items() if source != FOUND for each in found
            ),
        )
        waits = f"; {len(until)} waiting for a quiet moment" if until else ""
        sd_notify(status_line(f"{doing}; last pass: {self.life.last_did or 'none yet'}{waits}"))
        try:
            self.report(self.life)
        except (OSError, sqlite3.OperationalError) as error:
            _log.warning("the sign of life could not be stored: %s", error)

    def stand(self, source: str, problems: tuple[Problem, ...]) -> None:
        """The problems of one source as they are now; each new one goes to the log."""
        for problem in problems:
            if problem not in self.standing.get(source, ()):
                _log.warning("%s: %s; %s", problem.path, problem.message, problem.hint)
        self.standing[source] = problems

    def show_new(self, conflicts: frozenset[str]) -> None:
        """Shows what was not open before; what was open when the daemon began is no news."""
        known, self.conflicts = self.conflicts, conflicts
        if self.tell is None or known is None or conflicts <= known:
            return
        new = sorted(conflicts - known)
        rest = f" and {len(new) - 1} more" if len(new) > 1 else ""
        self.tell("vault-sync: both sides were edited", f"{new[0]}{rest}")

    # The end

    def on_signal(self, number: int, _frame: FrameType | None) -> None:
        if number == getattr(signal, "SIGHUP", None):
            self.reload_wanted = True
            self.mailbox.ring()
            return
        self.signal = number
        self.mailbox.stop()

    def end(self) -> None:
        sd_notify("STOPPING=1")
        if self.facts is not None:
            self.facts.end()
        self.say("stopped")


@contextmanager
def _signals(daemon: _Daemon) -> Iterator[None]:
    """SIGTERM, SIGINT and SIGHUP go to the daemon; outside the main thread they are left alone."""
    names = ("SIGTERM", "SIGINT", "SIGHUP")
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (getattr(signal, name) for name in names if hasattr(signal, name)):
            before[number] = signal.signal(number, daemon.on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _joined(
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


def _failed(error: Exception) -> Problem:
    return Problem(
        path="",
        code="pass-failed",
        message=f"the last pass failed: {error}",
        hint="see the log; nothing was taken for agreed, and the pass is tried again",
    )
