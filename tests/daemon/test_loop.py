"""The loop around a stand-in pass, in a thread of its own and as a real process.

The stand-in mirrors: every file of `digests` is to stand, word for word, in `papers`. That is
enough to write, to wait, and to quarrel.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import queue
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.daemon import loop
from vault_sync.daemon.values import DaemonTasks, PassSummary
from vault_sync.daemon.write_guard import WriteGuard
from vault_sync.edge.config import WatchConfig
from vault_sync.edge.platform.lock import Busy
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.heartbeat import Heartbeat
from vault_sync.edge.watch.batches import CONFIG, RECENT, ChangeBatch, WatchTiming
from vault_sync.edge.watch.listener import Mailbox

A, DIGEST = RelPath("papers/a.md"), RelPath("digests/a.md")
FAST = WatchConfig(settle=0.05, quiet=0.4, sweep=1000.0)
HAND = WatchConfig(settle=0.05, quiet=2.0, sweep=1000.0)
"""Time enough that a pass finds a file under a hand, on a busy machine too."""
PATIENCE = 100.0
"""Seconds after which what has not happened never will; nothing waits so long that is right."""


class Pass:
    """Writes each digest over its paper, but for guarded papers; every call can be waited for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.calls: queue.Queue[tuple[ChangeBatch, frozenset[RelPath], PassSummary]] = queue.Queue()
        self.also = PassSummary()
        self.raises: list[Exception] = []
        self.wrote_at = 0.0

    def __call__(self, batch: ChangeBatch, guarded: frozenset[RelPath]) -> PassSummary:
        if self.raises:
            raise self.raises.pop()
        written, waiting = {}, set()
        for digest in sorted((self.root / "digests").glob("*.md")):
            path = RelPath(f"papers/{digest.name}")
            words = digest.read_bytes()
            paper = self.root / path
            if paper.exists() and paper.read_bytes() == words:
                continue
            if path in guarded:
                waiting.add(path)
                continue
            new = self.root / ".new"
            new.write_bytes(words)
            self.wrote_at = time.monotonic()
            new.replace(paper)
            written[path] = hashlib.sha256(words).hexdigest()
        result = replace(
            self.also,
            written=written,
            waiting=frozenset(waiting),
            summary=f"{len(written)} written",
        )
        self.calls.put((batch, guarded, result))
        return result


class Running:
    """The daemon over a small vault, in a thread, after its first pass."""

    def __init__(self, root: Path, *, timing: WatchConfig = FAST, **options: object) -> None:
        self.root, self.timing, self.mailbox, self.pass_ = root, timing, Mailbox(), Pass(root)
        self.lives: list[Heartbeat] = []
        self.shown: list[tuple[str, str]] = []
        self.options = {
            "reload": lambda: FAST,
            "report": self.lives.append,
            "notify": lambda title, text: self.shown.append((title, text)),
            **options,
        }
        self.error: BaseException | None = None
        self.ended_with: int | None = None
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            tasks = DaemonTasks(self.pass_, **self.options)  # type: ignore[arg-type]
            self.ended_with = loop.run(
                self.root, tasks, self.timing, polling=False, mailbox=self.mailbox
            )
        except BaseException as error:  # noqa: BLE001  # a test looks at it
            self.error = error
        self.ended.set()

    def start(self) -> Running:
        self.thread.start()
        self.next()
        return self

    def next(self) -> tuple[ChangeBatch, frozenset[RelPath], PassSummary]:
        return self.pass_.calls.get(timeout=PATIENCE)

    def until_written(
        self, *paths: RelPath
    ) -> list[tuple[ChangeBatch, frozenset[RelPath], PassSummary]]:
        seen, missing = [], set(paths)
        while missing:
            seen.append(self.next())
            missing -= seen[-1][2].written.keys()
        return seen

    def until_waiting(self) -> tuple[ChangeBatch, frozenset[RelPath], PassSummary]:
        """The pass that may not write A. One may come before it, of the first of two saves."""
        while not (seen := self.next())[2].waiting:
            assert not seen[2].written
        assert seen[2].waiting == {A}
        return seen

    def has_nothing_to_do(self) -> bool:
        """Whether no pass comes within the quiet time and a good while."""
        try:
            self.pass_.calls.get(timeout=1.5 * FAST.quiet + 0.2)
        except queue.Empty:
            return True
        return False

    def stop(self) -> None:
        self.mailbox.stop()
        assert self.ended.wait(PATIENCE)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A vault whose two sides agree, and were written long ago."""
    for path in (A, DIGEST):
        (tmp_path / "vault" / path).parent.mkdir(parents=True)
        (tmp_path / "vault" / path).write_text("old\n")
        os.utime(tmp_path / "vault" / path, (1e9, 1e9))
    return tmp_path / "vault"


Launch = Callable[..., Running]


@pytest.fixture
def launch(root: Path) -> Iterator[Launch]:
    """Makes daemons over the vault, not started yet; all of them are stopped in the end."""
    launched: list[Running] = []

    def make(**options: Any) -> Running:
        launched.append(Running(root, **options))
        return launched[-1]

    yield make
    for running in launched:
        running.mailbox.stop()
        assert running.ended.wait(PATIENCE) or running.thread.ident is None


@pytest.fixture
def running(launch: Launch) -> Running:
    return launch().start()


# Quiet


def test_an_edit_reaches_the_other_side_at_once(launch: Launch, root: Path) -> None:
    running = launch(timing=WatchConfig(settle=0.05, quiet=1000.0, sweep=1000.0)).start()
    (root / DIGEST).write_text("new\n")
    batch, guarded, result = running.next()
    assert batch.paths == {DIGEST}
    assert not batch.swept
    assert guarded == {DIGEST}
    assert result.written.keys() == {A}


def test_own_writes_bring_no_pass_and_are_not_held(running: Running, root: Path) -> None:
    (root / DIGEST).write_text("new\n")
    running.until_written(A)
    assert running.has_nothing_to_do()
    # And the file just written may be written again at once: nobody has touched it.
    (root / DIGEST).write_text("newer\n")
    _, guarded, result = running.next()
    assert A not in guarded and result.written.keys() == {A}


def test_a_file_under_a_hand_waits_and_is_written_when_it_is_quiet(
    launch: Launch, root: Path
) -> None:
    running = launch(timing=HAND).start()
    (root / A).write_text("somebody types\n")
    (root / DIGEST).write_text("new\n")
    touched = time.monotonic()
    batch, guarded, result = running.until_waiting()
    assert guarded == {A, DIGEST}
    assert (root / A).read_text() == "somebody types\n"
    batch, guarded, result = running.next()
    assert running.pass_.wrote_at - touched >= HAND.quiet - 0.5
    # It comes with what brought it, since no file has changed in between.
    assert batch.paths >= {A, DIGEST}
    assert A not in guarded
    assert result.written.keys() == {A}
    assert running.has_nothing_to_do()


def test_whoever_types_on_is_waited_for(running: Running, root: Path) -> None:
    (root / DIGEST).write_text("new\n")
    pause = threading.Event()
    for number in range(6):
        pause.wait(0.1)
        last = time.monotonic()
        (root / A).write_text(f"typed {number}\n")
    while (root / A).read_text() != "new\n":
        running.next()
    assert running.pass_.wrote_at - last >= FAST.quiet


def test_what_was_typed_before_the_start_is_waited_for(launch: Launch, root: Path) -> None:
    (root / A).write_text("somebody types\n")
    running = launch(timing=HAND)
    running.thread.start()
    batch, guarded, result = running.next()
    assert batch.swept
    assert A in guarded
    assert result.waiting == {A}
    assert running.until_written(A)[-1][0].swept


def test_what_waits_is_asked_itself_whether_it_is_quiet(
    launch: Launch, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its events may be lost: here the watcher is deaf to it."""
    from vault_sync.edge.watch.batches import _Watch

    running = launch(timing=HAND).start()
    (root / A).write_text("somebody types\n")
    (root / DIGEST).write_text("new\n")
    running.until_waiting()
    monkeypatch.setattr(_Watch, "_note_change", lambda *_: None)
    threading.Event().wait(HAND.quiet / 4)
    typed = time.monotonic()
    (root / A).write_text("somebody types on\n")
    running.until_written(A)
    assert running.pass_.wrote_at - typed >= HAND.quiet - 0.1


class Rung(Mailbox):
    """A mailbox in which the batches that are asked for are seen."""

    __slots__ = ("times",)

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def ring(self, at: float = 0.0) -> None:
        self.times.append(at)


Alone = Callable[..., tuple[loop._Daemon, Rung]]


@pytest.fixture
def alone(root: Path) -> Alone:
    """Makes a daemon whose loop does not run, and its mailbox."""

    def make(timing: WatchConfig = FAST, **tasks: Any) -> tuple[loop._Daemon, Rung]:
        rung = Rung()
        usual = {"run_pass": Pass(root), "reload": lambda: FAST, "report": lambda _: None}
        return loop._Daemon(root, DaemonTasks(**{**usual, **tasks}), timing, rung), rung

    return make


def test_it_comes_back_when_the_first_of_the_waiting_may_be_written(alone: Alone) -> None:
    daemon, rung = alone(WatchConfig(quiet=50.0))
    daemon.come_back({A: 10.0})
    assert rung.times == [], "nothing waits"
    daemon.waiting = frozenset({A, DIGEST})
    daemon.come_back({A: 10.0, DIGEST: 20.0, RelPath("typed in.md"): 5.0})
    assert rung.times == [10.0]
    now = time.monotonic()
    daemon.come_back({})
    assert now + 50.0 <= rung.times[-1] <= time.monotonic() + 50.0, (
        "not guarded any more: the latest"
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_wait_for_the_next_batch(alone: Alone, number: signal.Signals) -> None:
    """At once: the configuration is read again, or all ends."""
    daemon, rung = alone()
    daemon.on_signal(number)
    again = number == signal.SIGHUP
    assert (daemon.reload_wanted, rung.times) == ((True, [0.0]) if again else (False, []))
    assert (rung.stopped, daemon.signal) == ((False, 0) if again else (True, number))


@pytest.mark.parametrize(("quiet", "recent"), [(10.0, RECENT), (RECENT + 10.0, RECENT + 10.0)])
@pytest.mark.parametrize(("watchdog", "longest"), [(None, 60.0), ("10000000", 5.0)])
def test_the_watcher_keeps_to_the_times_of_the_configuration_and_of_the_manager(
    alone: Alone,
    monkeypatch: pytest.MonkeyPatch,
    quiet: float,
    recent: float,
    watchdog: str | None,
    longest: float,
) -> None:
    """A sweep looks back as far as a file is guarded; no burst puts off a heartbeat."""
    asked: list[tuple[WatchTiming, bool]] = []

    def batches(
        _: Path, timing: WatchTiming, __: Mailbox, *, polling: bool
    ) -> Iterator[ChangeBatch]:
        asked.append((timing, polling))
        yield from ()

    monkeypatch.setattr(loop, "change_batches", batches)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    if watchdog is not None:
        monkeypatch.setenv("WATCHDOG_USEC", watchdog)
    daemon, _ = alone(WatchConfig(settle=0.3, quiet=quiet, sweep=70.0))
    daemon.follow(polling=True)
    assert asked == [(WatchTiming(0.3, 70.0, recent, longest), True)]


def test_what_a_pass_leaves_waiting_comes_again_with_what_brought_it(alone: Alone) -> None:
    """Also by way of passes between, until nothing waits."""
    found = [frozenset({A, DIGEST}), frozenset({A}), frozenset[RelPath]()]
    seen: list[ChangeBatch] = []

    def run_pass(batch: ChangeBatch, _: frozenset[RelPath]) -> PassSummary:
        seen.append(batch)
        return PassSummary(waiting=found.pop(0))

    daemon, _ = alone(run_pass=run_pass)
    other = RelPath("digests/other.md")
    daemon.fresh = ChangeBatch(paths=frozenset({DIGEST}), bulk=True, why="events")
    for path in (DIGEST, A):
        daemon.guard.note_touches({path: time.monotonic() + 1000.0})
    daemon.attend()
    daemon.attend()
    assert len(seen) == 1 and not seen[0].swept, "what is under a hand brings no pass"
    daemon.guard = WriteGuard(daemon.root)
    daemon.guard.note_touches({A: time.monotonic() + 1000.0})
    daemon.gather(ChangeBatch(paths=frozenset({other}), why="events"))
    daemon.attend()
    assert seen[1].paths == {DIGEST, other} and seen[1].bulk and daemon.waiting == {A}
    daemon.guard = WriteGuard(daemon.root)
    daemon.attend()
    daemon.attend()
    assert len(seen) == 3 and seen[2].paths == {A, DIGEST, other} and seen[2].bulk
    assert (daemon.waiting, daemon.delayed) == (frozenset(), ChangeBatch())


def test_what_waits_after_a_pass_is_told_with_it(alone: Alone) -> None:
    lives: list[Heartbeat] = []
    result = PassSummary(waiting=frozenset({A}), summary="2 written")
    daemon, rung = alone(run_pass=lambda *_: result, report=lives.append)
    until = time.monotonic() + 1000.0
    daemon.one_pass(ChangeBatch(paths=frozenset({DIGEST})), {A: until}, frozenset())
    assert lives[-1].waiting.keys() == {A} and rung.times == [until]
    assert lives[-1].last_did.startswith("2 written; 1 file waits until ")
    assert lives[-1].last_pass is not None


@pytest.mark.parametrize("signalled", [True, False])
@pytest.mark.parametrize("is_good", [True, False])
def test_another_configuration_begins_anew_and_a_wrong_one_goes_on(
    alone: Alone, monkeypatch: pytest.MonkeyPatch, signalled: bool, is_good: bool
) -> None:
    wrong = Problem("vault-sync.toml", "configuration", "it is wrong", "mend it")
    first = ChangeBatch(paths=frozenset({A if signalled else CONFIG}))
    coming = iter([first, ChangeBatch(paths=frozenset({DIGEST}))])
    monkeypatch.setattr(loop, "change_batches", lambda *_, **__: (each for each in coming))
    seen: list[frozenset[RelPath]] = []

    def run_pass(batch: ChangeBatch, _: frozenset[RelPath]) -> PassSummary:
        seen.append(batch.paths)
        return PassSummary()

    lives: list[Heartbeat] = []
    answer = WatchConfig(quiet=77.0) if is_good else wrong
    daemon, _ = alone(run_pass=run_pass, reload=lambda: answer, report=lives.append)
    daemon.reload_wanted = signalled
    daemon.follow(polling=False)
    assert seen == ([] if is_good else [first.paths, {DIGEST}])
    assert daemon.timing == (answer if is_good else FAST) and not daemon.reload_wanted
    assert any(wrong in life.problems for life in lives) != is_good


def test_facts_that_came_bring_a_sweep_once(alone: Alone) -> None:
    daemon, _ = alone(look_up=lambda _: True)
    assert daemon.facts is not None
    daemon.facts.news = True
    daemon.gather(ChangeBatch(why="asked for"))
    assert daemon.fresh == ChangeBatch(swept=True, why="asked for, facts came")
    daemon.fresh = ChangeBatch()
    daemon.gather(ChangeBatch(why="asked for"))
    assert daemon.fresh == ChangeBatch(why="asked for")


def test_two_batches_are_one(alone: Alone) -> None:
    """What either has; our own writes are no change."""
    daemon, _ = alone()
    for batch in (
        ChangeBatch(paths=frozenset({A}), why="events"),
        ChangeBatch(swept=True, bulk=True, why="git's HEAD moved"),
        ChangeBatch(paths=frozenset({DIGEST}), why="events"),
    ):
        daemon.gather(batch)
    assert daemon.fresh == ChangeBatch(
        frozenset({A, DIGEST}), swept=True, bulk=True, why="events, git's HEAD moved"
    )
    daemon, _ = alone()
    digest = hashlib.sha256((daemon.root / A).read_bytes()).hexdigest()
    daemon.guard.note_writes({A: digest}, time.monotonic())
    now = time.monotonic()
    daemon.gather(ChangeBatch(frozenset({A, DIGEST}), touched={A: now, DIGEST: now}))
    assert daemon.fresh.paths == {DIGEST} and not daemon.fresh.swept


def test_a_held_vault_is_looked_at_less_and_less_often(
    alone: Alone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until a pass has run: then it is probably soon free again."""
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0)
    daemon, rung = alone()
    for _ in range(7):
        daemon.wait_for("another")
    daemon.take_result(PassSummary())
    daemon.wait_for("another")
    waits = [at - 1000.0 for at in rung.times]
    assert waits == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 0.25]
    assert daemon.status.doing == "waiting for another"


def test_what_is_being_brought_is_looked_at_in_a_while(alone: Alone) -> None:
    daemon, rung = alone()
    daemon.take_result(PassSummary())
    assert rung.times == [] and not daemon.fresh.swept
    before = time.monotonic()
    daemon.take_result(PassSummary(arriving=True))
    assert before + loop.ARRIVING <= rung.times[-1] <= time.monotonic() + loop.ARRIVING
    assert daemon.fresh == ChangeBatch(swept=True, why="files arriving")


def test_facts_are_looked_up_only_where_some_are_wanted(alone: Alone) -> None:
    asked = threading.Event()
    daemon, _ = alone(look_up=lambda _: asked.set())
    daemon.take_result(PassSummary())
    assert daemon.facts is not None and daemon.facts._thread is None
    daemon.take_result(PassSummary(wanted=True))
    assert asked.wait(PATIENCE)
    daemon.end()
    daemon, _ = alone()
    daemon.take_result(PassSummary(wanted=True))  # nobody is to be asked
    daemon.end()


def test_a_pass_is_logged_with_what_it_did_and_why_and_how_long_it_took(
    alone: Alone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def run_pass(*_: object) -> PassSummary:
        now[0] += 4.0
        return PassSummary(summary="1 written")

    daemon, _ = alone(run_pass=run_pass)
    daemon.one_pass(ChangeBatch(why="events"), {}, frozenset())
    assert caplog.messages == ["1 written (events, 4000 ms)"]


def test_a_pass_that_fails_is_logged_with_the_place_of_the_failure(
    alone: Alone, caplog: pytest.LogCaptureFixture
) -> None:
    lives: list[Heartbeat] = []

    def fail(*_: object) -> PassSummary:
        raise StateError("the state is gone")

    daemon, _ = alone(run_pass=fail, report=lives.append)
    daemon.one_pass(ChangeBatch(why="events"), {}, frozenset())
    assert "the state is gone" in caplog.text and "in fail" in caplog.text
    assert daemon.fresh.swept, "nothing was taken for seen"
    assert [life.doing for life in lives] == ["the last pass failed: the state is gone"]


def test_told_to_end_it_reads_no_configuration_again(launch: Launch) -> None:
    read: list[WatchConfig] = []

    def reload() -> WatchConfig:
        read.append(FAST)
        return FAST

    running = launch(reload=reload).start()
    running.stop()
    assert (running.ended_with, read) == (0, [])


# Quarrels


def test_a_moment_that_waits_long_has_each_reason_once() -> None:
    """It is joined with itself, again and again: the reasons once filled 300 MB of the log."""
    kept = ChangeBatch(why="start")
    for _ in range(30):
        kept = loop._join(kept, loop._join(ChangeBatch(why="events"), kept))
    assert kept.why == "start, events"


def test_a_file_that_another_program_writes_back_is_left_alone(launch: Launch, root: Path) -> None:
    """Ours, theirs, ours, theirs ... ends, with a word about it."""
    running = launch(timing=WatchConfig(settle=0.02, quiet=0.05, sweep=1000.0)).start()
    (root / DIGEST).write_text("new\n")
    writes = 0
    while True:
        _, guarded, result = running.next()
        writes += A in result.written
        if A in result.written:
            (root / A).write_text("formatted\n")
        elif A in guarded and running.lives and running.lives[-1].problems:
            break
    assert writes == 4
    (problem,) = running.lives[-1].problems
    assert (problem.path, problem.code) == (A, "ping-pong")
    assert (root / A).read_text() == "formatted\n"


# Git


def test_git_at_work_is_waited_for_and_is_one_bulk_change(launch: Launch, root: Path) -> None:
    (root / ".git").mkdir()
    running = launch().start()
    lock = root / ".git" / "index.lock"
    lock.write_text("")
    (root / DIGEST).write_text("half a checkout\n")
    while not any(life.doing.startswith("waiting for git") for life in running.lives):
        assert running.pass_.calls.empty()
        threading.Event().wait(0.02)
    assert (root / A).read_text() == "old\n"
    (root / DIGEST).write_text("a checkout\n")
    lock.unlink()
    seen = running.until_written(A)
    assert seen[0][0].swept
    assert (root / A).read_text() == "a checkout\n"


# Facts, conflicts, configuration, failures


def test_facts_are_looked_up_beside_the_passes(launch: Launch, root: Path) -> None:
    going, go = threading.Event(), threading.Event()

    def facts(stop: threading.Event) -> bool:
        going.set()
        go.wait(PATIENCE)
        return not stop.is_set()

    running = launch(look_up=facts)
    running.pass_.also = PassSummary(wanted=True)
    running.start()
    assert going.wait(PATIENCE)
    # A pass does not wait for them.
    (root / DIGEST).write_text("new\n")
    running.until_written(A)
    running.pass_.also = PassSummary()
    go.set()
    batch, _, _ = running.next()
    assert batch.swept
    assert "facts came" in batch.why


def test_a_look_up_that_fails_or_finds_nothing_is_not_repeated_at_once(
    launch: Launch, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked = []

    def facts(stop: threading.Event) -> bool:
        asked.append(1)
        raise RuntimeError("no network")

    running = launch(look_up=facts)
    running.pass_.also = PassSummary(wanted=True)
    running.start()
    for number in range(3):
        (root / DIGEST).write_text(f"{number}\n")
        running.until_written(A)
    running.stop()
    assert asked == [1]
    assert "no network" in caplog.text


def test_stopping_does_not_wait_for_the_network(launch: Launch, root: Path) -> None:
    going, stopped, answer = threading.Event(), threading.Event(), threading.Event()

    def facts(stop: threading.Event) -> bool:
        going.set()
        if stop.wait(PATIENCE):
            stopped.set()
        answer.wait(PATIENCE)  # a server that does not answer
        return False

    running = launch(look_up=facts)
    running.pass_.also = PassSummary(wanted=True)
    running.start()
    assert going.wait(PATIENCE)
    running.stop()
    assert stopped.wait(PATIENCE) and not answer.is_set()
    answer.set()


def test_while_files_are_being_brought_it_looks_again_by_itself(
    launch: Launch, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "ARRIVING", 0.05)
    running = launch()
    running.pass_.also = PassSummary(arriving=True)
    running.start()
    batch, _, _ = running.next()
    assert batch.swept and "files arriving" in batch.why
    running.pass_.also = PassSummary()
    running.next()  # the last that was asked for, or one that saw it begin
    running.stop()


def test_what_a_pass_finds_is_logged_once(
    launch: Launch, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    running = launch()
    running.pass_.also = PassSummary(problems=(Problem("a.md", "odd", "it is odd", "mend it"),))
    running.start()
    (root / DIGEST).write_text("new\n")
    running.until_written(A)
    running.stop()
    assert [each for each in caplog.messages if "odd" in each] == ["a.md: it is odd; mend it"]
    assert not any(life.problems for life in running.lives), "`status` looks for itself"


def test_only_new_conflicts_are_shown(running: Running, root: Path) -> None:
    for number, conflicts in enumerate(
        [{"a: tags"}, {"a: tags"}, {"a: tags", "b: title", "c"}, set()]
    ):
        running.pass_.also = PassSummary(conflicts=frozenset(conflicts))
        (root / DIGEST).write_text(f"{number}\n")
        running.until_written(A)
    running.stop()
    assert [text for _, text in running.shown] == ["a: tags", "b: title and 1 more"]


def test_what_was_open_before_the_start_is_no_news(launch: Launch, root: Path) -> None:
    running = launch()
    running.pass_.also = PassSummary(conflicts=frozenset({"a: tags"}))
    running.start().stop()
    assert running.shown == []


def test_the_configuration_is_read_again_when_its_file_changes(launch: Launch, root: Path) -> None:
    bad = Problem("vault-sync.toml", "config", "unknown key", "remove it")
    answers: list[WatchConfig | Problem] = [WatchConfig(settle=0.05, quiet=99.0, sweep=1000.0), bad]
    running = launch(reload=answers.pop).start()
    # A wrong one leaves the old one in force, and is said.
    (root / "vault-sync.toml").write_text("x = 1")
    batch = running.next()[0]
    assert batch.paths == {"vault-sync.toml"}
    assert not batch.swept  # the watcher goes on as it was
    (root / "vault-sync.toml").write_text("")
    assert "start" in running.next()[0].why
    (root / A).write_text("typed\n")
    (root / DIGEST).write_text("new\n")
    running.until_waiting()
    assert running.has_nothing_to_do()  # the new quiet time holds
    running.stop()
    assert any(bad in life.problems for life in running.lives)
    assert bad not in running.lives[-1].problems


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), sqlite3.OperationalError("disk is full")]
)
def test_a_full_disk_is_said_and_the_pass_is_tried_again(
    launch: Launch, root: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(loop, "RETRY", 0.1)
    running = launch().start()
    running.pass_.raises = [error]
    (root / DIGEST).write_text("new\n")
    (batch, _, result) = running.next()
    assert batch.swept
    assert result.written.keys() == {A}
    running.stop()
    assert any(p.code == "pass-failed" for life in running.lives for p in life.problems)
    assert running.lives[-1].problems == ()


def test_a_pass_that_failed_is_not_tried_again_at_once(
    launch: Launch, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "RETRY", 5_000.0)
    times = queue.Queue[float]()

    class Told(Mailbox):
        def ring(self, at: float = 0.0) -> None:
            times.put(at)
            super().ring(at)

    running = launch()
    running.mailbox = Told()
    running.start()
    before = time.monotonic()
    running.pass_.raises = [OSError(28, "No space left on device")]
    (root / DIGEST).write_text("new\n")
    far = next(
        at for at in iter(lambda: times.get(timeout=PATIENCE), None) if abs(at - before) > 4_000
    )
    assert far >= before + 5_000


def test_who_holds_the_vault_is_waited_for_and_nothing_is_forgotten(
    launch: Launch, root: Path
) -> None:
    running = launch().start()
    running.pass_.raises = [Busy("a rebuild"), Busy("a rebuild")]
    (root / DIGEST).write_text("new\n")
    (batch, _, result) = running.next()
    assert DIGEST in batch.paths and not batch.swept
    assert result.written.keys() == {A}
    assert any("held by a rebuild" in each.doing for each in running.lives)
    assert not any(each.problems for each in running.lives)


def test_a_bug_comes_out(launch: Launch, root: Path) -> None:
    running = launch().start()
    running.pass_.raises = [KeyError("a bug")]
    (root / DIGEST).write_text("new\n")
    assert running.ended.wait(PATIENCE)
    assert isinstance(running.error, KeyError)
    assert running.lives[-1].doing == "stopped"


def test_no_pass_over_a_vault_that_is_gone(launch: Launch, root: Path) -> None:
    running = launch(timing=HAND).start()
    (root / A).write_text("typed\n")
    (root / DIGEST).write_text("new\n")
    running.until_waiting()
    root.rename(root.with_name("away"))
    running.mailbox.ring()
    assert running.has_nothing_to_do()
    assert [problem.code for problem in running.lives[-1].problems] == ["vault-gone"]
    root.with_name("away").rename(root)
    running.until_written(A)


def test_status_shows_what_is_and_what_waits(launch: Launch, root: Path) -> None:
    running = launch(timing=HAND).start()
    before = time.time()
    (root / A).write_text("typed\n")
    (root / DIGEST).write_text("new\n")
    running.until_waiting()
    running.until_written(A)
    running.stop()
    first, last = running.lives[0], running.lives[-1]
    assert (first.pid, first.doing, first.last_pass) == (os.getpid(), "watching", None)
    waits = next(life for life in running.lives if life.waiting)
    assert waits.waiting.keys() == {A}
    assert before + HAND.quiet - 0.5 < waits.waiting[A] < time.time() + HAND.quiet
    assert (last.doing, last.last_did, last.waiting) == ("stopped", "1 written", {})
    assert last.last_pass is not None
    assert [life.beat for life in running.lives] == sorted(life.beat for life in running.lives)


def test_a_status_that_cannot_be_stored_stops_nothing(
    launch: Launch, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def report(_: Heartbeat) -> None:
        raise OSError(28, "No space left on device")

    running = launch(report=report).start()
    (root / DIGEST).write_text("new\n")
    running.until_written(A)
    running.stop()
    assert "sign of life" in caplog.text


# The process


_TINY = """
import json, logging, os, pathlib, signal, sys, threading, time
sys.path.insert(0, {project!r})
from functools import partial
from vault_sync.daemon import loop
from vault_sync.daemon.values import DaemonTasks, PassSummary
from vault_sync.edge.config import WatchConfig

root, record = pathlib.Path({root!r}), open({record!r}, "a", buffering=1)
slow = pathlib.Path({slow!r})

def say(**words):
    print(json.dumps(words), file=record)

def pass_(batch, guarded):
    say(did="begin", paths=sorted(batch.paths), swept=batch.swept)
    while slow.exists():
        time.sleep(0.01)
    say(did="end")
    return PassSummary(summary="looked")

def reload():
    say(did="reload")
    return WatchConfig(settle=0.05, quiet=0.5, sweep=1000.0)

tasks = DaemonTasks(pass_, reload, lambda life: say(did="life", doing=life.doing))
{before}
number = loop.run(root, tasks, WatchConfig(0.05, 0.5, 1000.0), polling=False)
say(did="exit", number=number)
"""


class Process:
    """A tiny daemon in a process of its own; what it does is read from a pipe."""

    def __init__(self, root: Path, tmp_path: Path, before: str, environ: dict[str, str]) -> None:
        record = tmp_path / "record"
        os.mkfifo(record)
        self.slow = tmp_path / "slow"
        script = textwrap.dedent(_TINY).format(
            project=str(Path(loop.__file__).parents[2]),
            root=str(root),
            record=str(record),
            slow=str(self.slow),
            before=before,
        )
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", script], env=os.environ | environ, stderr=subprocess.PIPE
        )
        self.record = record.open()

    def until(self, did: str) -> dict[str, object]:
        for line in self.record:
            words: dict[str, object] = json.loads(line)
            if words["did"] == did:
                return words
        raise AssertionError(f"it ended before {did!r}: {self.process.communicate()}")

    def sleeps(self) -> None:
        """Return when its main thread sleeps (Linux; elsewhere at once)."""
        stat = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/stat")
        while stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "S":
            pass

    def ends(self) -> tuple[int, bytes]:
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors


@pytest.fixture
def start(root: Path, tmp_path: Path) -> Iterator[Callable[..., Process]]:
    started: list[Process] = []

    def begin(before: str = "", **environ: str) -> Process:
        started.append(Process(root, tmp_path, before, environ))
        return started[-1]

    yield begin
    for process in started:
        process.process.kill()
        process.process.communicate()
        process.record.close()


_ASLEEP = """
loop.WatchTiming = partial(loop.WatchTiming, tick=1e6)
"""
"""A watcher that only a message wakes: it does not look after itself every few seconds."""

_ELSEWHERE = """
threading.Thread(target=threading.Event().wait, daemon=True).start()
numbers = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
"""
"""Leaves the kernel no thread but one that sleeps to give a signal to."""


_HANDLED = """
def handle(*_):
    os.write(record.fileno(), b'{"did": "handled"}\\n')

signal.signal(signal.SIGUSR1, handle)
"""
"""A handler that may interrupt a print, and so does not print."""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("before", ["", _ELSEWHERE], ids=["any thread", "another thread"])
def test_a_signal_wakes_the_wait_and_ends_it(
    start: Callable[..., Process], number: signal.Signals, before: str
) -> None:
    """Were it not woken, nothing would end it before the test's own time is over."""
    process = start(_ASLEEP + before)
    process.until("end")
    process.until("life")
    process.sleeps()
    process.process.send_signal(number)
    assert process.until("exit")["number"] == number
    assert process.ends() == (0, b"")


def test_a_signal_that_another_handles_is_none_of_its_own(
    start: Callable[..., Process], root: Path
) -> None:
    process = start(_HANDLED)
    process.until("end")
    process.process.send_signal(signal.SIGUSR1)
    process.until("handled")
    (root / DIGEST).write_text("new\n")
    assert process.until("begin")["paths"] == [DIGEST]


def test_a_signal_does_not_end_a_pass_in_its_middle(
    start: Callable[..., Process], root: Path
) -> None:
    process = start()
    process.until("end")
    process.slow.write_text("")
    (root / DIGEST).write_text("new\n")
    process.until("begin")
    for _ in range(3):
        process.process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        process.process.wait(timeout=0.3)
    process.slow.unlink()
    process.until("end")
    process.until("exit")
    assert process.ends() == (0, b"")


def test_sighup_reads_the_configuration_again(start: Callable[..., Process], root: Path) -> None:
    process = start()
    process.until("end")
    process.process.send_signal(signal.SIGHUP)
    process.until("reload")
    assert process.until("begin")["swept"] is True
    (root / DIGEST).write_text("new\n")
    assert process.until("begin")["paths"] == [DIGEST]
    process.process.send_signal(signal.SIGTERM)
    process.until("exit")


def test_stopped_and_continued_it_finds_what_happened(
    start: Callable[..., Process], root: Path
) -> None:
    process = start()
    process.until("end")
    process.process.send_signal(signal.SIGSTOP)
    (root / DIGEST).write_text("new\n")
    process.process.send_signal(signal.SIGCONT)
    assert process.until("begin")["paths"] == [DIGEST]


def test_the_manager_is_told(start: Callable[..., Process], tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE)
        process = start(NOTIFY_SOCKET=manager.getsockname(), WATCHDOG_USEC="200000")
        heard: list[str] = []
        while heard.count("WATCHDOG=1") < 4:
            heard += manager.recv(1000).decode().splitlines()
        assert heard[0] == "READY=1"
        assert any(line.startswith("STATUS=watching; last pass: looked") for line in heard)
        process.process.send_signal(signal.SIGTERM)
        while "STOPPING=1" not in heard:
            heard += manager.recv(1000).decode().splitlines()


def test_a_vault_whose_root_is_removed_is_found_again(
    start: Callable[..., Process], root: Path
) -> None:
    process = start()
    process.until("end")
    shutil.rmtree(root)
    while process.until("life")["doing"] != "the vault is gone":
        pass
    root.mkdir()
    assert process.until("begin")["swept"] is True
