"""Listening: events that are lost, threads that die, watches that are refused."""

from __future__ import annotations

import errno
import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.watching import FAST, Watching, watch_over
from vault_sync.edge.platform import current
from vault_sync.edge.watch import batches, listener
from vault_sync.edge.watch.batches import WatchTiming
from vault_sync.edge.watch.listener import Listener, Mailbox
from watchdog.events import FileDeletedEvent

linux_only = pytest.mark.skipif(not Path("/proc/self").exists(), reason="inotify is Linux's")

# What watchdog and the kernel do not do


def test_lost_events_bring_a_sweep(watching: Watching) -> None:
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed")
    batch = watching.next()
    assert (batch.swept, batch.why) == (True, "events were lost")


def test_a_log_line_that_loses_nothing_brings_no_sweep(watching: Watching) -> None:
    log = logging.getLogger("watchdog.observers.inotify")
    log.error("InotifyEmitter.queue_events() called when the thread is inactive")
    log.info("Snapshot succeeded again")
    watching.mailbox.ring()
    assert not watching.next().swept


@linux_only
def test_a_file_that_is_written_bit_by_bit_has_changed_when_it_is_closed(
    watching: Watching,
) -> None:
    papers = watching.root / "papers"
    (papers / ".a.md").write_text("one")
    (papers / ".a.md").rename(papers / "a.md")
    watching.until_names("papers/a.md")
    with (papers / "a.md").open("a") as file:
        file.write("two")
        file.flush()
        (papers / "b.md").write_text("the end")
        assert [batch.paths for batch in watching.until_names("papers/b.md")] == [{"papers/b.md"}]
    watching.until_names("papers/a.md")


@linux_only
@pytest.mark.parametrize("victim", ["InotifyEmitter", "InotifyReader", "InotifyObserver"])
def test_threads_that_died_are_started_again(tmp_path: Path, victim: str) -> None:
    others = set(threading.enumerate())
    watching = watch_over(tmp_path, WatchTiming(settle=0.05, tick=0.2))
    for thread in set(threading.enumerate()) - others:
        if type(thread).__name__ == victim:
            thread.stop()  # type: ignore[attr-defined]
            thread.join()
    batch = watching.until(lambda batch: batch.swept)[-1]
    assert "a watch was put right" in batch.why
    (watching.root / "papers" / "a.md").write_text("x")
    watching.until_names("papers/a.md")
    watching.coming.close()


class Table:
    """A kernel that gives `left` more watches; `given` are the folders that got one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from watchdog.observers.inotify_c import InotifyFD

        self.left = 10_000
        self.given: set[str] = set()
        real = InotifyFD.add_callback

        def add(fd: InotifyFD, path: bytes, *words: object) -> object:
            if self.left <= 0:
                raise OSError(errno.ENOSPC, "inotify watch limit reached")
            self.left -= 1
            self.given.add(os.fsdecode(path))
            return real(fd, path, *words)  # type: ignore[arg-type]

        monkeypatch.setattr(InotifyFD, "add_callback", add)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    if not Path("/proc/self").exists():
        pytest.skip("inotify is Linux's")
    return Table(monkeypatch)


def test_dot_folders_take_no_watch(tmp_path: Path, table: Table) -> None:
    """A git repository has more folders than the vault around it, and each costs events."""
    root = tmp_path / "vault"
    for folder in (".git/objects/ab", ".obsidian/plugins", "papers/2023"):
        (root / folder).mkdir(parents=True)
    watching = watch_over(tmp_path, FAST)
    expected = {root, root / "papers", root / "papers" / "2023", root / "digests"}
    assert table.given == {str(path) for path in expected}
    watching.coming.close()


@pytest.mark.parametrize("given", [0, 2, 4])
def test_watches_that_are_refused_are_made_up_for(tmp_path: Path, table: Table, given: int) -> None:
    """At the root (0), at a top folder (2) and, where watchdog hides it, below one (4)."""
    for number in range(5):
        (tmp_path / "vault" / "papers" / str(number)).mkdir(parents=True)
    table.left = given
    watching = watch_over(tmp_path, FAST)
    assert [problem.code for problem in watching.first.problems] == ["watch-limit"]
    assert watching.first.swept
    for number in range(5):
        (watching.root / "papers" / str(number) / "a.md").write_text("x")
    watching.until_names(*(f"papers/{number}/a.md" for number in range(5)))
    watching.coming.close()


def test_it_listens_again_when_more_watches_are_given(tmp_path: Path, table: Table) -> None:
    others = set(threading.enumerate())
    table.left = 2
    watching = watch_over(tmp_path, WatchTiming(settle=0.05, tick=1000.0, sweep=0.3))
    assert watching.next().problems  # asked again at a sweep, and refused again
    table.left = 10_000
    table.given.clear()
    batch = watching.until(lambda batch: not batch.problems)[-1]
    assert batch.why == "time for a sweep"
    assert table.given == {str(watching.root / name) for name in ("", "papers", "digests")}
    watching.coming.close()
    for thread in set(threading.enumerate()) - others:
        thread.join()  # nobody listens beside the new one


def test_when_one_can_be_opened_it_listens_and_looks_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    with monkeypatch.context() as planted:
        planted.setattr(listener, "_open_observer", refuse)
        pace = WatchTiming(settle=0.05, tick=1000.0, sweep=0.3, poll=0.05)
        watching = watch_over(tmp_path, pace)
        assert watching.next().problems
    watching.until(lambda batch: not batch.problems)

    def look(*_: object) -> None:
        raise AssertionError("it looks at the files still")

    monkeypatch.setattr(batches._Poller, "poll", look)
    (watching.root / "papers" / "a.md").write_text("x")
    watching.until_names("papers/a.md")
    watching.coming.close()


def test_no_inotify_instance_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    monkeypatch.setattr(listener, "_open_observer", refuse)
    watching = watch_over(tmp_path, FAST)
    assert [problem.code for problem in watching.first.problems] == ["watch-limit"]
    (watching.root / "papers" / "a.md").write_text("x")
    watching.until_names("papers/a.md")
    watching.coming.close()


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listener]:
    """A listener to a folder of its own, which nobody has aligned yet."""
    (tmp_path / "vault" / "papers").mkdir(parents=True)
    found = Listener(tmp_path / "vault", Mailbox())
    yield found
    found.close()


def watched(listening: Listener) -> set[str]:
    root = Path(listening.base)
    return {
        Path(each.watch.path).relative_to(root).as_posix() for each in listening._observer.emitters
    }


@linux_only
def test_it_says_whether_events_may_have_been_missed(listening: Listener) -> None:
    """A new folder holds files before it is watched; so does one that came in another's place."""
    root, papers = Path(listening.base), Path(listening.base) / "papers"
    assert [listening.align(), listening.align()] == [True, False]
    (root / "digests").mkdir()
    assert [listening.align(), listening.align()] == [True, False]
    papers.rename(root / ".papers")
    papers.mkdir()
    assert [listening.align(), listening.align()] == [True, False]
    papers.rmdir()
    assert [listening.align(), listening.align()] == [True, False]
    assert watched(listening) == {".", "digests"}


@linux_only
def test_links_and_files_and_hidden_folders_are_not_watched(
    listening: Listener, tmp_path: Path
) -> None:
    root = Path(listening.base)
    (tmp_path / "outside").mkdir()
    (root / "link").symlink_to(tmp_path / "outside")
    (root / ".hidden").mkdir()
    (root / "a.md").write_text("x")
    listening.align()
    assert watched(listening) == {".", "papers"}


@pytest.mark.parametrize("end", [Listener.start_anew, Listener.close])
def test_watches_are_given_back(tmp_path: Path, end: Callable[[Listener], None]) -> None:
    """Also before others are asked for; what is not told to end goes on for ever."""
    (tmp_path / "papers").mkdir()
    others = set(threading.enumerate())
    listening = Listener(tmp_path, Mailbox())
    listening.align()
    begun = set(threading.enumerate()) - others
    assert len(begun) > 1
    end(listening)
    for thread in begun:
        thread.join()
    listening.close()


@linux_only
@pytest.mark.parametrize(
    ("code", "told", "logged"),
    [
        (errno.ENOSPC, "refused", False),
        (errno.EMFILE, "refused", False),
        (errno.ENOENT, None, False),
        (errno.ENOTDIR, None, False),
        (errno.EACCES, None, True),
    ],
)
def test_a_folder_that_cannot_be_watched(
    listening: Listener,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    code: int,
    told: str | None,
    logged: bool,
) -> None:
    """A limit is made up for, what went meanwhile is no news, any other refusal is logged."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(listening._observer, "schedule", refuse)
    assert not listening.align()
    message = listening._mailbox.wait(0)
    assert (message.kind if message else None) == told
    assert ("is not watched" in caplog.text) == logged


# As on macOS and Windows


def test_one_watch_hears_all_of_the_vault_and_nothing_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current.system, "ONE_WATCH", True)
    watching = watch_over(tmp_path, FAST)
    (watching.root / "papers" / "a.md").write_text("x")
    watching.until_names("papers/a.md")
    (watching.root / ".hidden").mkdir()
    (watching.root / ".hidden" / "b.md").write_text("x")
    (watching.root / "c.md").write_text("x")
    batches = watching.until_names("c.md")
    assert not any(".hidden/b.md" in batch.paths or batch.swept for batch in batches)
    watching.coming.close()


def test_one_watch_is_all_that_is_asked_for(
    listening: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current.system, "ONE_WATCH", True)
    assert [listening.align(), listening.align()] == [True, False]
    assert watched(listening) == {"."}
    (emitter,) = listening._observer.emitters
    assert emitter.watch.is_recursive


@pytest.mark.parametrize(("name", "swept"), [("gone", True), ("gone.md", False)])
def test_what_was_a_folder_perhaps_is_looked_for(
    watching: Watching, monkeypatch: pytest.MonkeyPatch, name: str, swept: bool
) -> None:
    """Windows tells of a folder that was removed as of a file."""
    monkeypatch.setattr(current.system, "TELLS_FOLDERS", False)
    path = watching.root / name
    listener._EventHandler(watching.mailbox).dispatch(FileDeletedEvent(str(path)))
    watching.mailbox.ring()
    assert watching.next().swept == swept


def test_what_the_observer_loses_brings_a_sweep(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = current.system.open_observer
    given: list[Callable[[str], None]] = []

    def opened(refused: Callable[[str], None], lost: Callable[[str], None]) -> object:
        given.append(lost)
        return real(refused, lost)

    monkeypatch.setattr(current.system, "open_observer", opened)
    listener._open_observer(watching.mailbox)[0].stop()
    given[0](str(watching.root))
    batch = watching.next()
    assert (batch.swept, batch.why) == (True, "events were lost")


def test_messages_come_in_the_sequence_in_which_they_were_put() -> None:
    mailbox = Mailbox()
    mailbox.put("file", "/a")
    mailbox.ring(7.0)
    mailbox.stop()
    assert mailbox.waiting() == 3 and mailbox.stopped
    found = [mailbox.wait(0) for _ in range(3)]
    assert [(each.kind, each.path) for each in found if each] == [
        ("file", "/a"),
        ("ring", ""),
        ("stop", ""),
    ]
    assert found[1] is not None and found[1].at == 7.0
    assert mailbox.wait(0) is None and mailbox.wait(0.001) is None
