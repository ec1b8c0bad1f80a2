"""The watcher: an iterator of change batches, each followed by quiet; others act on them.

Events are hints. The kernel drops them, watchdog hides that, a network folder has none: so
everything is looked at when the watcher starts, every `sweep` seconds, and whenever something may
have been missed. (The shape is that of watchfiles: an iterator, and the caller's loop around it.)
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from vault_sync.core.model.values import Problem, RelPath, is_markdown, is_visible
from vault_sync.edge.git.activity import head
from vault_sync.edge.platform import current
from vault_sync.edge.platform.spelling import canonical, inside
from vault_sync.edge.watch.listener import Listener, Mailbox, Message
from vault_sync.edge.watch.stamps import Stamp, changed_lately, read_stamps

_log = logging.getLogger(__name__)

CONFIG = RelPath("vault-sync.toml")
LONGEST = 60.0
RECENT = 60.0
HEAD_MOVED = "git's HEAD moved"
_NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """File changes after which nothing has happened for a while.

    `paths`: the Markdown files (and the configuration) that events named since the last batch;
    hints. `swept`: events may be missing, everything must be looked at. `bulk`: git moved its HEAD,
    so what changed was not typed. `touched`: when each file was last seen to change, in seconds of
    the monotonic clock. `why`: the causes of the batch, for the log. `problems`: what keeps the
    watcher from its work. A batch with neither paths nor `swept` was requested, or has a problem.
    """

    paths: frozenset[RelPath] = frozenset()
    swept: bool = False
    bulk: bool = False
    touched: Mapping[RelPath, float] = field(default_factory=dict)
    why: str = ""
    problems: tuple[Problem, ...] = ()


class WatchTiming(NamedTuple):
    """The timing of the watcher, in seconds.

    A batch comes `settle` after the last event, and after `longest` under events without end.
    Everything is swept every `sweep`. `recent`: how far back a sweep takes modification times for
    touches; at least the quiet time.
    `tick`: how often the watcher looks after itself. `poll`: how often it looks at the files where
    there are no events; never more than a twentieth of its time.
    """

    settle: float = 1.0
    sweep: float = 300.0
    recent: float = RECENT
    longest: float = LONGEST
    tick: float = 5.0
    poll: float = 2.0


def clock_drift() -> float:
    """Return a clock that runs on while the machine sleeps, less one that does not, in seconds.

    Where there is no such clock (macOS) the wall clock serves; when somebody sets it, that costs
    one sweep.
    """
    return current.system.sleeping_clock() - time.monotonic()


def change_batches(
    root: Path,
    timing: WatchTiming,
    mailbox: Mailbox,
    *,
    polling: bool = False,
    drift: Callable[[], float] = clock_drift,
) -> Generator[ChangeBatch, None, None]:
    """Yield change batches, the first at once; end when the mailbox says stop.

    The first comes when the listener is open: what changes after it is reported. `polling`: the
    files are looked at instead, where events are not reported (`mounts.silent_ground`).
    """
    watch = _Watch(root, timing, mailbox, polling=polling, drift=drift)
    with contextlib.closing(watch):
        while True:
            watch.listen()
            if mailbox.stopped:
                return
            if watch.is_due():
                yield watch.take()


@dataclass(slots=True)
class _Gathered:
    """The changes since the last batch, the times of the first and of the last of them."""

    touched: dict[RelPath, float] = field(default_factory=dict)
    swept_for: dict[str, None] = field(default_factory=dict)  # as an ordered set
    first: float = _NEVER
    last: float = -_NEVER

    def note(self, at: float) -> None:
        self.first = min(self.first, at)
        self.last = max(self.last, at)


class _Poller:
    """A look at the stamps of all files, and the time at which the next one is due."""

    def __init__(self, base: Path, every: float) -> None:
        self._base, self._every = base, every
        self._stamps: dict[RelPath, Stamp] = {}
        self.due = 0.0

    def poll(self, now: float) -> set[RelPath]:
        """Return the files that changed since the last look, whichever of the two took it."""
        stamps = read_stamps(self._base)
        took = time.monotonic() - now
        self.due = now + took + max(self._every, 20 * took)
        changed = {path for path, _ in stamps.items() ^ self._stamps.items()}
        self._stamps = stamps
        return changed

    def changed_within(self, seconds: float) -> dict[RelPath, float]:
        """Return the files modified lately, by event or not; only those can be under a hand."""
        self._stamps = read_stamps(self._base)
        return changed_lately(
            self._stamps, within=seconds, wall=time.time(), monotonic=time.monotonic()
        )


class _Watch:
    """The state of one run of `change_batches`. One thread; times are monotonic."""

    def __init__(
        self,
        root: Path,
        timing: WatchTiming,
        mailbox: Mailbox,
        *,
        polling: bool,
        drift: Callable[[], float],
    ) -> None:
        self.base = canonical(Path(os.path.realpath(root)))
        self.timing, self.mailbox = timing, mailbox
        self.polls_always = self.polling = polling
        self.drift = drift
        self.awake = drift()
        self.head = head(self.base)
        self.gathered = _Gathered()
        self.wanted: list[float] = []
        self.problems: dict[str, Problem] = {}
        self.poller = _Poller(self.base, timing.poll)
        self.listener: Listener | None = None if polling else self._open_listener()
        self.next_tick = now = time.monotonic()
        self.next_sweep = now + timing.sweep
        # The first sweep takes the stamps, so that no file counts as changed only by being there.
        self.poller.due = now + timing.poll
        self.sweep_for("start", now - timing.settle)

    def _open_listener(self) -> Listener | None:
        try:
            listener = Listener(self.base, self.mailbox)
        except OSError as error:
            # No inotify instance is left for this user: the files must be looked at.
            self.polling = True
            self.problems["watch"] = _limit_problem(
                f"no file watcher can be opened ({error.strerror})"
            )
            return None
        listener.align()
        return listener

    def close(self) -> None:
        if self.listener is not None:
            self.listener.close()

    def listen(self) -> None:
        """Wait until there is a message or something to do, and act on it."""
        message = self.mailbox.wait(self._next() - time.monotonic())
        if message is not None:
            self._read(message)
        if self.mailbox.stopped:
            return
        now = time.monotonic()
        if now >= self.next_tick:
            self._look_after_itself(now)
        if now >= self.next_sweep:
            self._sweep(now)
        if self._polls() and now >= self.poller.due:
            self._poll(now)
        for _ in range(self.mailbox.waiting()):
            message = self.mailbox.wait(0)
            if message is not None:
                self._read(message)

    def _next(self) -> float:
        """Return the time at which there is something to do if no message comes before."""
        times = [self.next_tick, self.next_sweep, self._due()]
        return min([*times, self.poller.due] if self._polls() else times)

    def _polls(self) -> bool:
        return self.polling and "vault" not in self.problems

    def _due(self) -> float:
        """Return the time at which a batch is due."""
        gathered, wanted = self.gathered, min(self.wanted, default=_NEVER)
        if "vault" in self.problems or gathered.first == _NEVER:
            return wanted
        # A batch that was requested waits too while files are changing: its caller would not know
        # of the changes that are under way.
        return min(gathered.last + self.timing.settle, gathered.first + self.timing.longest)

    def _read(self, message: Message) -> None:
        if message.kind == "ring":
            self.wanted.append(message.at)
        elif message.kind == "lost":
            _log.info("file events were lost: %s", message.path)
            self.sweep_for("events were lost", message.at)
        elif message.kind == "refused":
            self.polling = True
            self.problems["watch"] = _limit_problem("the limit of inotify watches is reached")
        elif message.kind in {"file", "folder"}:
            self._note_change(message)

    def _note_change(self, message: Message) -> None:
        placed = inside(message.path, self.base)
        if placed is None:
            return
        path, as_listed = placed
        if not path:
            self.next_tick = 0.0  # the vault itself was moved or removed
            return
        if not is_visible(path):
            return
        if not as_listed:
            # The file's own name may be spelled otherwise too, and a listing has the right one.
            self.sweep_for("an event is spelled otherwise", message.at)
        elif message.kind == "folder":
            # Which files it holds, or held, is not said; and it may be a new top folder.
            if "/" not in path:
                self.next_tick = 0.0
            self.sweep_for("a folder changed", message.at)
        elif is_markdown(path) or path == CONFIG:
            self.gathered.touched[RelPath(path)] = message.at
            self.gathered.note(message.at)

    # Batches

    def sweep_for(self, why: str, at: float) -> None:
        self.gathered.swept_for[why] = None
        self.gathered.note(at)

    def is_due(self) -> bool:
        return self._due() <= time.monotonic()

    def take(self) -> ChangeBatch:
        """Return what was gathered as a batch; gathering begins anew."""
        now = time.monotonic()
        if not self.base.is_dir():  # moved away: no event tells of that
            self._miss_vault(now)
        self.wanted = [at for at in self.wanted if at > now]
        if "vault" in self.problems:
            return ChangeBatch(why="the vault is gone", problems=tuple(self.problems.values()))
        self._look_at_head(now)
        gathered, self.gathered = self.gathered, _Gathered()
        touched = gathered.touched
        if gathered.swept_for:
            touched = {**self.poller.changed_within(self.timing.recent), **touched}
        return ChangeBatch(
            paths=frozenset(touched),
            swept=bool(gathered.swept_for),
            bulk=HEAD_MOVED in gathered.swept_for,
            touched=touched,
            why=", ".join(gathered.swept_for) or ("events" if touched else "asked for"),
            problems=tuple(self.problems.values()),
        )

    # Looking after itself

    def _look_after_itself(self, now: float) -> None:
        self.next_tick = now + self.timing.tick
        drift = self.drift()
        if abs(drift - self.awake) > 2.0:
            self.sweep_for("the machine slept", now)
        self.awake = drift
        if not self.base.is_dir():
            self._miss_vault(now)
            return
        if self.problems.pop("vault", None):
            _log.info("the vault is back: %s", self.base)
            self.sweep_for("the vault is back", now)
        if self.listener is not None and self.listener.align():
            self.sweep_for("a watch was put right", now)
        self._look_at_head(now)

    def _miss_vault(self, now: float) -> None:
        self.next_tick = now + min(1.0, self.timing.tick)
        if "vault" not in self.problems:
            self.problems["vault"] = Problem(
                path=str(self.base),
                code="vault-gone",
                message="the vault's folder is not there",
                hint="bring it back (mount it, undo the move), or stop the daemon",
            )
            self.wanted.append(now)  # to say so at once

    def _look_at_head(self, now: float) -> None:
        there = head(self.base)
        if there != self.head:
            self.head = there
            self.sweep_for(HEAD_MOVED, now)

    def _sweep(self, now: float) -> None:
        self.next_sweep = now + self.timing.sweep
        self.sweep_for("time for a sweep", now - self.timing.settle)
        if self.problems.pop("watch", None) and not self.polls_always:
            # Somebody may have followed the advice since.
            self.polling = False
            if self.listener is not None:
                self.listener.start_anew()
            else:
                self.listener = self._open_listener()

    def _poll(self, now: float) -> None:
        for path in self.poller.poll(now):
            self.gathered.touched[path] = now
            self.gathered.note(now)


def _limit_problem(what: str) -> Problem:
    return Problem(
        path="",
        code="watch-limit",
        message=f"{what}: changes are found by looking at the files, later and with more work",
        hint=current.system.WATCH_ADVICE,
        level="notice",
    )
