"""Work beside the passes: one at a time, and not again at once where it was of no use."""

from __future__ import annotations

import threading

import pytest
from vault_sync.daemon import background
from vault_sync.daemon.background import BackgroundTask


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
    monkeypatch.setattr(background, "PAUSE", 0.0)
    begun = threading.Semaphore(0)
    ended: list[bool] = []

    def work(stop: threading.Event) -> bool:
        begun.release()
        ended.append(stop.wait(20))
        return False

    task = BackgroundTask(work, lambda: None)
    task.start()
    assert begun.acquire(timeout=20)
    task.start()
    task.end()
    finish(task)
    assert ended == [True], "one run, which was asked to end"
