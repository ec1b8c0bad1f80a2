"""Work beside the passes: one at a time, and not again at once where it was of no use."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest
from tests.support.folders import ROOT
from vault_sync.daemon.threads import BackgroundTask, forwarded_signals


def finish(task: BackgroundTask) -> None:
    assert task._thread is not None
    task._thread.join()


@pytest.mark.parametrize(("found", "times"), [(True, 2), (False, 1)])
def test_it_is_started_again_only_where_it_found_something(found: bool, times: int) -> None:
    begun: list[threading.Event] = []
    told: list[str] = []

    def work(stop: threading.Event) -> bool:
        begun.append(stop)
        return found

    task = BackgroundTask(work, lambda: told.append("news"))
    for _ in range(2):
        task.start()
        finish(task)
    assert (len(begun), len(told)) == (times, times if found else 0)
    assert [task.take_news(), task.take_news()] == [found, False], "news are taken once"


def test_a_failure_is_logged_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: threading.Event) -> bool:
        raise ZeroDivisionError

    task = BackgroundTask(fail, lambda: None)
    task.start()
    finish(task)
    task.start()
    assert len(caplog.records) == 1 and not task.take_news()


def test_it_runs_once_at_a_time_and_is_asked_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vault_sync.daemon.threads.PAUSE", 0.0)
    begun = threading.Semaphore(0)
    ended: list[bool] = []

    def work(stop: threading.Event) -> bool:
        begun.release()
        ended.append(stop.wait(20))
        return False

    task = BackgroundTask(work, lambda: None)
    task.start()
    assert begun.acquire(timeout=20)
    assert task._thread is not None and task._thread.daemon, "it keeps no process alive"
    task.start()
    task.end()
    finish(task)
    assert ended == [True], "one run, which was asked to end"


PROGRAM = """
import os, queue, signal, threading
from vault_sync.daemon.threads import forwarded_signals

arrived = queue.Queue()
signal.signal(signal.SIGUSR1, lambda *_: None)
before = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
{before}
with forwarded_signals(lambda number: arrived.put((number, threading.current_thread().name))):
    for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(os.getpid(), number)
        if number != signal.SIGUSR1:
            print(*arrived.get())
assert arrived.empty()
assert before == [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
assert signal.set_wakeup_fd(-1) == -1
"""

ELSEWHERE = """
threading.Thread(target=threading.Event().wait, daemon=True).start()
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
"""
"""Leaves the kernel no thread but one that sleeps to give a signal to."""


@pytest.mark.parametrize("before", ["", ELSEWHERE], ids=["any thread", "another thread"])
def test_each_signal_arrives_and_those_of_others_do_not(before: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(before=before)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    assert ran.stdout.split() == [
        word for number in numbers for word in (str(int(number)), "vault-sync-signals")
    ]


FLOOD = """
import os, signal, threading
from vault_sync.daemon.threads import forwarded_signals

gate = threading.Event()
with forwarded_signals(lambda _: gate.wait()):
    for _ in range(5_000):
        os.kill(os.getpid(), signal.SIGHUP)
    gate.set()
"""


def test_more_signals_than_can_be_read_bring_no_word_of_the_interpreter() -> None:
    """The log of a daemon is for the daemon's words."""
    ran = subprocess.run(
        [sys.executable, "-c", FLOOD], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_signal_that_a_system_has_not_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows knows no SIGHUP."""
    number = signal.SIGHUP
    before = [signal.getsignal(each) for each in (number, signal.SIGTERM)]
    monkeypatch.delattr(signal, "SIGHUP")
    with forwarded_signals(lambda _: None):
        during = [signal.getsignal(each) for each in (number, signal.SIGTERM)]
    assert [one is other for one, other in zip(before, during, strict=True)] == [True, False]
    assert before == [signal.getsignal(each) for each in (number, signal.SIGTERM)]


def test_outside_the_main_thread_signals_are_left_as_they_are() -> None:
    found: list[object] = []

    def look() -> None:
        before = signal.getsignal(signal.SIGTERM)
        with forwarded_signals(found.append):
            found.append(signal.getsignal(signal.SIGTERM) is before)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [True]
