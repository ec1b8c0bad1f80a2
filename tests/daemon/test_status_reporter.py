"""The daemon as others see it: what is stored, what is logged, what is shown, and when."""

from __future__ import annotations

import logging
import time

import pytest
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.daemon.status_reporter import FOUND, StatusReporter
from vault_sync.daemon.values import DaemonTasks, PassSummary
from vault_sync.edge.config import WatchConfig
from vault_sync.edge.state.heartbeat import Heartbeat

A, B = RelPath("a.md"), RelPath("b.md")
PROBLEM = Problem("a.md", "code", "it is odd", "mend it")
OTHER = Problem("b.md", "code", "it is odd", "mend it")


class World:
    """A reporter, with what it stored and showed."""

    def __init__(self) -> None:
        self.stored: list[Heartbeat] = []
        self.shown: list[tuple[str, str]] = []
        tasks = DaemonTasks(
            run_pass=lambda *_: PassSummary(),
            reload=WatchConfig,
            report=self.stored.append,
            notify=lambda title, text: self.shown.append((title, text)),
        )
        self.reporter = StatusReporter(tasks)


def test_the_first_heartbeat_is_due_at_once_and_the_next_is_not() -> None:
    world = World()
    assert world.reporter.doing == "starting"
    before = time.monotonic()
    following = world.reporter.beat()
    assert following is not None and following >= before + world.reporter.beat_every
    assert [status.doing for status in world.stored] == ["watching"]
    world.reporter._next_beat = 1e12
    assert world.reporter.beat() is None
    assert len(world.stored) == 1


def test_a_service_manager_that_waits_less_long_is_given_its_heartbeat_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual = World().reporter.beat_every
    monkeypatch.setenv("WATCHDOG_USEC", "10000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    assert World().reporter.beat_every == 5.0 < usual


def test_another_activity_is_logged_and_stored_once(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    with caplog.at_level(logging.INFO):
        world.reporter.change_to("waiting for git: a merge")
        world.reporter.change_to("waiting for git: a merge")
    assert caplog.messages == ["waiting for git: a merge"]
    assert [status.doing for status in world.stored] == ["waiting for git: a merge"]


def test_a_wait_has_its_end_as_a_time_of_the_clock_on_the_wall() -> None:
    world = World()
    many = [RelPath(f"c{number}.md") for number in range(9)]
    world.reporter.set_waiting(frozenset({*many, A, B}), {A: time.monotonic() + 1000.0})
    world.reporter.end_pass("1 written")
    (status,) = world.stored
    assert (status.last_did, list(status.waiting)) == ("1 written", [A, B, *many])
    assert status.waiting[A] - status.waiting[B] > 900
    assert status.waiting[B] == pytest.approx(status.beat)


def test_problems_are_logged_when_they_are_new_and_only_own_ones_are_stored(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    for _ in range(3):
        world.reporter.set_problems("watcher", (PROBLEM,))
        world.reporter.set_problems(FOUND, (OTHER,))
    assert caplog.messages == [f"{name}: it is odd; mend it" for name in ("a.md", "b.md")]
    world.reporter.publish("watching")
    world.reporter.set_problems("watcher", ())
    world.reporter.publish("watching")
    assert [status.problems for status in world.stored] == [(PROBLEM,), ()]


def test_only_conflicts_that_came_since_are_shown() -> None:
    world = World()
    for conflicts in ("a", "a", "abcdefghi", "b", "ab"):
        world.reporter.show_new_conflicts(frozenset(conflicts))
    assert [text for _, text in world.shown] == ["b and 7 more", "a"]


def test_what_waits_is_counted_with_the_earliest_end(monkeypatch: pytest.MonkeyPatch) -> None:
    status = World().reporter
    noon = time.mktime((2024, 5, 1, 12, 0, 0, 0, 0, -1))
    monkeypatch.setattr(time, "time", lambda: noon)
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    assert status.waits(100.0) == ""
    status.set_waiting(frozenset({A}), {A: 100.0 + 3600})
    assert status.waits(100.0 + 7200) == "; 1 file waits until 13:00:00"
    status.set_waiting(frozenset({A, B}), {A: 100.0 + 3600})
    assert status.waits(100.0) == "; 2 files wait until 12:00:00"
