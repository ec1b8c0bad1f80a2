"""The real watcher on real folders.

Every test waits on the watcher's own moments, never on a clock: one that does not come fails by the
time-out of the whole test.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from vault_sync.core.model.values import RelPath
from vault_sync.edge.fs.mounts import file_system, silent_ground
from vault_sync.edge.fs.scan import ClosedFolder, FolderEntry, scan, walk
from vault_sync.edge.git.activity import git_busy, git_dirs, head
from vault_sync.edge.system.doctor import _read_tree
from vault_sync.edge.watch import batches, listener, stamps
from vault_sync.edge.watch.batches import ChangeBatch, WatchTiming, change_batches
from vault_sync.edge.watch.mailbox import Mailbox
from vault_sync.edge.watch.stamps import changed_lately, fingerprint, read_stamps

pytestmark = pytest.mark.timeout(30)

FAST = WatchTiming(settle=0.05, sweep=1000.0, tick=1000.0, poll=0.05)


class Watching:
    """A watcher over a vault with two folders, after its first moment."""

    def __init__(
        self, root: Path, pace: WatchTiming = FAST, **options: bool | Callable[[], float]
    ) -> None:
        self.root, self.mailbox = root, Mailbox()
        for folder in ("papers", "digests"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        self.coming = change_batches(root, pace, self.mailbox, **options)  # type: ignore[arg-type]
        self.first = next(self.coming)

    def next(self) -> ChangeBatch:
        return next(self.coming)

    def until(self, is_it: Callable[[ChangeBatch], bool]) -> list[ChangeBatch]:
        """The moments up to the one that is it."""
        seen = []
        for batch in self.coming:
            seen.append(batch)
            if is_it(batch):
                return seen
        raise AssertionError(f"the watcher ended after {seen}")

    def until_names(self, *paths: str) -> list[ChangeBatch]:
        """The moments until every path was named, or everything was swept."""
        missing = set(paths)

        def all_named(batch: ChangeBatch) -> bool:
            missing.difference_update(batch.paths)
            return not missing

        return self.until(all_named)


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Watching]:
    found = Watching(tmp_path / "vault")
    yield found
    found.coming.close()


def _watch_over(
    tmp_path: Path, pace: WatchTiming, **options: bool | Callable[[], float]
) -> Watching:
    return Watching(tmp_path / "vault", pace, **options)


# What an editor, a person and a program do


def test_the_first_moment_comes_at_once_and_sweeps(tmp_path: Path) -> None:
    watching = _watch_over(tmp_path, WatchTiming(settle=20.0))
    assert watching.first.swept
    assert watching.first.why == "start"
    assert watching.first.problems == ()
    watching.coming.close()


def test_noise_brings_no_moment(watching: Watching) -> None:
    """Dot folders, other files, reading, changed times: nothing to look at."""
    root = watching.root
    for folder in (".git", ".obsidian", ".vault-sync", "papers/.hidden"):
        (root / folder).mkdir()
        (root / folder / "x.md").write_text("x")
    (root / "papers" / "picture.png").write_bytes(b"x")
    (root / "papers" / ".x.md.swp").write_text("x")
    (root / ".OBSIDIANTEST").write_text("x")
    (root / "papers" / "a.md.tmp").write_text("x")
    (root / "seen.md").write_text("the end")
    (batch,) = watching.until_names("seen.md")
    assert batch.paths == {"seen.md"}
    assert not batch.swept
    assert batch.why == "events"


def test_reading_and_touching_a_file_is_no_change(watching: Watching) -> None:
    note = watching.root / "papers" / "a.md"
    note.write_text("one")
    watching.until_names("papers/a.md")
    note.read_text()
    os.utime(note)
    (watching.root / "seen.md").write_text("the end")
    (batch,) = watching.until_names("seen.md")
    assert batch.paths == {"seen.md"}


def test_a_save_in_place(watching: Watching) -> None:
    before = time.monotonic()
    (watching.root / "papers" / "a.md").write_text("one")
    (batch,) = watching.until_names("papers/a.md")
    assert batch.paths == {"papers/a.md"}
    assert not batch.swept
    assert before <= batch.touched[RelPath("papers/a.md")] <= time.monotonic()


def test_a_save_by_rename(watching: Watching) -> None:
    new = watching.root / "papers" / "a.md.tmp"
    new.write_text("one")
    new.rename(new.with_suffix(""))
    assert watching.until_names("papers/a.md")[-1].paths == {"papers/a.md"}


def test_a_save_by_rename_from_a_dot_folder(watching: Watching) -> None:
    """How the tool itself writes."""
    (watching.root / ".vault-sync").mkdir()
    new = watching.root / ".vault-sync" / "7"
    new.write_text("one")
    new.rename(watching.root / "papers" / "a.md")
    assert watching.until_names("papers/a.md")[-1].paths == {"papers/a.md"}


def test_a_save_as_vim_does_it(watching: Watching) -> None:
    note = watching.root / "digests" / "a.md"
    note.write_text("one")
    watching.until_names("digests/a.md")
    note.rename(note.with_name("a.md~"))
    note.write_text("two")
    note.with_name("a.md~").unlink()
    assert watching.until_names("digests/a.md")[-1].paths == {"digests/a.md"}


def test_removal_and_rename_name_both_files(watching: Watching) -> None:
    for name in ("a", "b"):
        (watching.root / "papers" / f"{name}.md").write_text("one")
    watching.until_names("papers/a.md", "papers/b.md")
    (watching.root / "papers" / "a.md").unlink()
    (watching.root / "papers" / "b.md").rename(watching.root / "papers" / "c.md")
    watching.until_names("papers/a.md", "papers/b.md", "papers/c.md")


def test_a_file_moves_between_two_top_folders(watching: Watching) -> None:
    (watching.root / "papers" / "a.md").write_text("one")
    watching.until_names("papers/a.md")
    (watching.root / "papers" / "a.md").rename(watching.root / "digests" / "a.md")
    watching.until_names("papers/a.md", "digests/a.md")


def test_names_are_kept_as_they_are(watching: Watching) -> None:
    names = ["2023년 8월 3주차.md", "NFD 가.md", "a b%$'\".MD", os.fsdecode(b"\xff.md")]
    for name in names:
        (watching.root / "papers" / name).write_text("x")
    watching.until_names(*(f"papers/{name}" for name in names))


def test_the_configuration_is_named(watching: Watching) -> None:
    (watching.root / "vault-sync.toml").write_text("")
    (batch,) = watching.until_names("vault-sync.toml")
    assert batch.paths == {"vault-sync.toml"}


@pytest.mark.parametrize("folder", ["new", "new/deep/deeper", "papers/2023/08"])
def test_folders_made_with_their_files_at_once(watching: Watching, folder: str) -> None:
    (watching.root / folder).mkdir(parents=True)
    (watching.root / folder / "a.md").write_text("one")
    assert watching.until(lambda batch: batch.swept)
    # And from then on the new folder is heard like any other.
    (watching.root / folder / "b.md").write_text("one")
    watching.until_names(f"{folder}/b.md")


def test_a_top_folder_is_renamed_and_its_old_name_used_again(watching: Watching) -> None:
    (watching.root / "papers" / "a.md").write_text("one")
    watching.until_names("papers/a.md")
    (watching.root / "papers").rename(watching.root / "articles")
    (watching.root / "papers").mkdir()
    watching.until(lambda batch: batch.swept)
    (watching.root / "articles" / "a.md").write_text("two")
    (watching.root / "papers" / "b.md").write_text("two")
    watching.until_names("articles/a.md", "papers/b.md")


def test_a_folder_below_is_renamed(watching: Watching) -> None:
    (watching.root / "papers" / "2023").mkdir()
    (watching.root / "papers" / "2023" / "a.md").write_text("one")
    watching.until_names("papers/2023/a.md")
    (watching.root / "papers" / "2023").rename(watching.root / "papers" / "old")
    watching.until(lambda batch: batch.swept)
    (watching.root / "papers" / "old" / "a.md").write_text("two")
    watching.until_names("papers/old/a.md")


def test_a_top_folder_is_removed_and_made_again(watching: Watching) -> None:
    shutil.rmtree(watching.root / "papers")
    (watching.root / "papers").mkdir()
    watching.until(lambda batch: batch.swept)
    (watching.root / "papers" / "a.md").write_text("one")
    watching.until_names("papers/a.md")


def test_a_vault_behind_a_link_is_watched_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "vault").symlink_to("real")
    watching = _watch_over(tmp_path, FAST)
    (tmp_path / "real" / "papers" / "a.md").write_text("one")
    watching.until_names("papers/a.md")
    watching.coming.close()


# When a moment comes


def test_a_burst_is_one_moment_or_few(tmp_path: Path) -> None:
    watching = _watch_over(tmp_path, WatchTiming(settle=0.3, tick=1000.0))
    names = [f"papers/{number}.md" for number in range(2000)]
    for name in names:
        (watching.root / name).write_text("x")
    assert len(watching.until_names(*names)) <= 3
    watching.coming.close()


def test_a_moment_waits_until_it_is_quiet(tmp_path: Path) -> None:
    """Files written a fifth of `settle` apart come in one moment, `settle` after the last."""
    watching = _watch_over(tmp_path, WatchTiming(settle=0.4, tick=1000.0))
    paused = threading.Event()
    for number in range(6):
        (watching.root / f"{number}.md").write_text("x")
        paused.wait(0.1)
    last = time.monotonic() - 0.1
    batch = watching.next()
    assert len(batch.paths) == 6
    assert time.monotonic() - last >= 0.35
    watching.coming.close()


def test_events_without_end_do_not_put_a_moment_off_for_ever(tmp_path: Path) -> None:
    watching = _watch_over(tmp_path, WatchTiming(settle=0.2, longest=0.3, tick=1000.0))
    done = threading.Event()

    def write_on() -> None:
        while not done.wait(0.02):
            (watching.root / "papers" / "a.md").write_text("x")

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        assert watching.next().paths == {"papers/a.md"}
        assert watching.next().paths == {"papers/a.md"}
    finally:
        done.set()
        writer.join()
        watching.coming.close()


def test_everything_is_swept_from_time_to_time(tmp_path: Path) -> None:
    watching = _watch_over(tmp_path, WatchTiming(settle=0.01, sweep=0.1))
    for _ in range(2):
        batch = watching.next()
        assert (batch.swept, batch.why) == (True, "time for a sweep")
    watching.coming.close()


def test_a_moment_comes_when_it_is_asked_for(watching: Watching) -> None:
    wanted = time.monotonic() + 0.2
    watching.mailbox.ring(wanted)
    batch = watching.next()
    assert time.monotonic() >= wanted
    assert batch == ChangeBatch(why="asked for")


def test_a_moment_that_is_asked_for_waits_for_changes_to_settle(tmp_path: Path) -> None:
    """Else its caller would write into a file that somebody is just changing."""
    watching = _watch_over(tmp_path, WatchTiming(settle=0.3, tick=1000.0))
    (watching.root / "papers" / "a.md").write_text("x")
    watching.until_names("papers/a.md")
    (watching.root / "papers" / "a.md").write_text("y")
    written = time.monotonic()
    watching.mailbox.ring(written + 0.1)
    assert watching.next().paths == {"papers/a.md"}
    assert time.monotonic() - written >= 0.28
    watching.coming.close()


def test_what_happens_during_a_moment_is_in_the_next(watching: Watching) -> None:
    (watching.root / "papers" / "a.md").write_text("x")
    watching.until_names("papers/a.md")
    (watching.root / "papers" / "b.md").write_text("x")
    (watching.root / "papers" / "c.md").write_text("x")
    watching.until_names("papers/b.md", "papers/c.md")


@pytest.mark.parametrize("polling", [False, True])
def test_stop_ends_it_at_once(tmp_path: Path, polling: bool) -> None:
    watching = _watch_over(tmp_path, WatchTiming(tick=1000.0, sweep=1000.0), polling=polling)
    (watching.root / "papers" / "a.md").write_text("x")
    # One half of a move: watchdog sleeps half a second over it, which must not hold us.
    (watching.root / "papers" / "a.md").rename(watching.root.parent / "a.md")
    stopped_at = []

    def stop() -> None:
        stopped_at.append(time.monotonic())
        watching.mailbox.stop()

    threading.Timer(0.2, stop).start()
    assert list(watching.coming) == []
    assert time.monotonic() - stopped_at[0] < 0.25  # 1 ms on an idle machine


def test_a_watcher_told_to_stop_before_it_begins_does_not_begin(tmp_path: Path) -> None:
    mailbox = Mailbox()
    mailbox.stop()
    assert list(change_batches(tmp_path, FAST, mailbox)) == []


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


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="inotify is Linux's")
@pytest.mark.parametrize("victim", ["InotifyEmitter", "_InotifyReader", "_Observer"])
def test_threads_that_died_are_started_again(tmp_path: Path, victim: str) -> None:
    others = set(threading.enumerate())
    watching = _watch_over(tmp_path, WatchTiming(settle=0.05, tick=0.2))
    for thread in set(threading.enumerate()) - others:
        if type(thread).__name__ == victim:
            thread.stop()  # type: ignore[attr-defined]
            thread.join()
    batch = watching.until(lambda batch: batch.swept)[-1]
    assert "a watch was put right" in batch.why
    (watching.root / "papers" / "a.md").write_text("x")
    watching.until_names("papers/a.md")
    watching.coming.close()


@pytest.mark.parametrize("polling", [False, True])
def test_the_vault_goes_and_comes_back(tmp_path: Path, polling: bool) -> None:
    pace = WatchTiming(settle=0.05, tick=0.05, poll=0.05)
    watching = _watch_over(tmp_path, pace, polling=polling)
    (watching.root / "papers" / "a.md").write_text("x")
    watching.until_names("papers/a.md")
    watching.root.rename(tmp_path / "away")
    gone = watching.until(lambda batch: bool(batch.problems))[-1]
    assert [problem.code for problem in gone.problems] == ["vault-gone"]
    assert not gone.swept
    assert not gone.paths
    # While it is gone there is nothing to look at, and that is not said again and again.
    watching.mailbox.ring(time.monotonic() + 0.3)
    assert not watching.next().swept
    (tmp_path / "away").rename(watching.root)
    back = watching.until(lambda batch: batch.swept)[-1]
    assert "the vault is back" in back.why
    assert back.problems == ()
    (watching.root / "papers" / "b.md").write_text("x")
    watching.until_names("papers/b.md")
    watching.coming.close()


def test_another_vault_in_the_old_place_is_heard(tmp_path: Path) -> None:
    """Moved away and made anew between two looks: the same path, another folder."""
    watching = _watch_over(tmp_path, WatchTiming(settle=0.05, tick=0.2))
    watching.root.rename(tmp_path / "away")
    (watching.root / "papers").mkdir(parents=True)
    watching.until(lambda batch: batch.swept)
    (watching.root / "papers" / "a.md").write_text("x")
    watching.until_names("papers/a.md")
    watching.coming.close()


def test_a_vault_that_is_not_there_yet(tmp_path: Path) -> None:
    mailbox = Mailbox()
    coming = change_batches(tmp_path / "vault", WatchTiming(settle=0.05, tick=0.05), mailbox)
    assert [problem.code for problem in next(coming).problems] == ["vault-gone"]
    (tmp_path / "vault").mkdir()
    assert next(coming).swept
    coming.close()


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
    watching = _watch_over(tmp_path, FAST)
    expected = {root, root / "papers", root / "papers" / "2023", root / "digests"}
    assert table.given == {str(path) for path in expected}
    watching.coming.close()


@pytest.mark.parametrize("given", [0, 2, 4])
def test_watches_that_are_refused_are_made_up_for(tmp_path: Path, table: Table, given: int) -> None:
    """At the root (0), at a top folder (2) and, where watchdog hides it, below one (4)."""
    for number in range(5):
        (tmp_path / "vault" / "papers" / str(number)).mkdir(parents=True)
    table.left = given
    watching = _watch_over(tmp_path, FAST)
    assert [problem.code for problem in watching.first.problems] == ["watch-limit"]
    assert watching.first.swept
    for number in range(5):
        (watching.root / "papers" / str(number) / "a.md").write_text("x")
    watching.until_names(*(f"papers/{number}/a.md" for number in range(5)))
    watching.coming.close()


def test_it_listens_again_when_more_watches_are_given(tmp_path: Path, table: Table) -> None:
    table.left = 2
    watching = _watch_over(tmp_path, WatchTiming(settle=0.05, tick=1000.0, sweep=0.3))
    assert watching.next().problems  # asked again at a sweep, and refused again
    table.left = 10_000
    table.given.clear()
    batch = watching.until(lambda batch: not batch.problems)[-1]
    assert batch.why == "time for a sweep"
    assert table.given == {str(watching.root / name) for name in ("", "papers", "digests")}
    watching.coming.close()


def test_no_inotify_instance_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    monkeypatch.setattr(listener, "_open", refuse)
    watching = _watch_over(tmp_path, FAST)
    assert [problem.code for problem in watching.first.problems] == ["watch-limit"]
    (watching.root / "papers" / "a.md").write_text("x")
    watching.until_names("papers/a.md")
    watching.coming.close()


def test_polling_names_what_changed(tmp_path: Path) -> None:
    watching = _watch_over(tmp_path, FAST, polling=True)
    assert watching.first.problems == ()
    note = watching.root / "papers" / "a.md"
    note.write_text("x")
    os.utime(note, (0, 0))  # a sync service keeps the times of its files
    assert watching.until_names("papers/a.md")[-1].paths == {"papers/a.md"}
    note.unlink()
    assert watching.until_names("papers/a.md")[-1].paths == {"papers/a.md"}
    watching.coming.close()


def test_waking_from_sleep_brings_a_sweep(tmp_path: Path) -> None:
    asleep = [0.0]
    watching = _watch_over(tmp_path, WatchTiming(settle=0.02, tick=0.05), drift=lambda: asleep[0])
    asleep[0] = 1.0  # the two clocks may differ a little
    watching.mailbox.ring(time.monotonic() + 0.2)
    assert not watching.next().swept
    asleep[0] = 3600.0
    batch = watching.next()
    assert (batch.swept, batch.why) == (True, "the machine slept")
    watching.coming.close()


def test_the_clocks_of_this_machine_do_not_drift() -> None:
    first = batches.clock_drift()
    assert abs(batches.clock_drift() - first) < 0.5


def test_a_sweep_says_what_changed_lately_though_nobody_told(tmp_path: Path) -> None:
    """What was typed just before the start must be known as touched."""
    papers = tmp_path / "vault" / "papers"
    papers.mkdir(parents=True)
    now = time.time()
    for name, age in (("new", 3.0), ("old", 500.0), ("ahead", -3.0), ("far", -9000.0)):
        (papers / f"{name}.md").write_text("x")
        os.utime(papers / f"{name}.md", (now - age, now - age))
    watching = _watch_over(tmp_path, FAST)
    touched = {path: time.monotonic() - at for path, at in watching.first.touched.items()}
    assert touched.keys() == {"papers/new.md", "papers/ahead.md"}
    assert touched[RelPath("papers/new.md")] == pytest.approx(3.0, abs=1.0)
    assert touched[RelPath("papers/ahead.md")] == pytest.approx(0.0, abs=1.0)
    watching.coming.close()


# Git


def _git(folder: Path, *words: str) -> str:
    ours = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main")
    environ = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    done = subprocess.run(
        ["git", *ours, *words], cwd=folder, check=True, capture_output=True, text=True, env=environ
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not here")
    root = tmp_path / "repository"
    root.mkdir()
    _git(root, "init", "-q")
    for number in (1, 2):
        (root / "a.md").write_text(f"{number}\n")
        _git(root, "add", "-A")
        _git(root, "commit", "-qm", str(number))
    return root


def test_without_git_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert git_busy(tmp_path) is None
    assert head(tmp_path) == ""
    assert head(tmp_path / "nowhere") == ""


@pytest.mark.parametrize(
    "name", ["index.lock", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge/x"]
)
def test_git_at_work(repository: Path, name: str) -> None:
    assert git_busy(repository) is None
    sign = repository / ".git" / name
    sign.parent.mkdir(exist_ok=True)
    sign.write_text("")
    assert name.partition("/")[0] in (git_busy(repository) or "")


def test_git_at_work_around_the_vault_and_in_it(repository: Path) -> None:
    vault = repository / "notes" / "vault"
    (vault / "digests").mkdir(parents=True)
    _git(vault / "digests", "init", "-q")
    assert len(git_dirs(vault)) == 2
    for directory in git_dirs(vault):
        (directory / "index.lock").write_text("")
        assert git_busy(vault) is not None
        (directory / "index.lock").unlink()
    assert git_busy(vault) is None


def test_a_real_merge_that_stops_at_a_conflict(repository: Path) -> None:
    _git(repository, "checkout", "-qb", "side", "HEAD~1")
    (repository / "a.md").write_text("other\n")
    _git(repository, "commit", "-qam", "side")
    with contextlib.suppress(subprocess.CalledProcessError):
        _git(repository, "merge", "main")
    assert "merge" in (git_busy(repository) or "")
    _git(repository, "merge", "--abort")
    assert git_busy(repository) is None
    with contextlib.suppress(subprocess.CalledProcessError):
        _git(repository, "rebase", "main")
    assert "rebase" in (git_busy(repository) or "")


def test_a_worktree_has_its_own_head_and_locks(repository: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    _git(repository, "worktree", "add", "-qb", "other", str(tree))
    before = head(tree)
    assert _git(tree, "rev-parse", "HEAD") in before
    (tree / "a.md").write_text("3\n")
    _git(tree, "commit", "-qam", "3")
    assert head(tree) != before
    assert _git(tree, "rev-parse", "HEAD") in head(tree)
    lock = Path(_git(tree, "rev-parse", "--absolute-git-dir")) / "index.lock"
    lock.write_text("")
    assert git_busy(tree) is not None
    assert git_busy(repository) is None


def test_a_submodule_as_vault(repository: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    _git(outer, "init", "-q")
    _git(
        outer,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        str(repository),
        "v",
    )
    assert (outer / "v" / ".git").is_file()
    assert _git(outer / "v", "rev-parse", "HEAD") in head(outer / "v")
    assert _git(outer / "v", "rev-parse", "HEAD") in head(outer)


def test_head_moves_with_every_kind_of_move(repository: Path) -> None:
    seen = [head(repository)]
    for words in (
        ("checkout", "-q", "--detach", "HEAD~1"),
        ("checkout", "-q", "main"),
        ("pack-refs", "--all"),  # moves nothing
        ("reset", "-q", "--hard", "HEAD~1"),
        ("checkout", "-qb", "side"),
    ):
        _git(repository, *words)
        seen.append(head(repository))
    assert seen[0] == seen[2] == seen[3]
    assert len(set(seen)) == 4


def test_a_checkout_brings_a_sweep(repository: Path) -> None:
    mailbox = Mailbox()
    coming = change_batches(repository, FAST, mailbox)
    next(coming)
    _git(repository, "checkout", "-q", "HEAD~1")
    batch = next(coming)
    assert batch.swept
    assert batch.why == "git's HEAD moved"
    coming.close()


def test_a_checkout_that_changes_no_file_is_seen_as_well(repository: Path) -> None:
    mailbox = Mailbox()
    coming = change_batches(repository, WatchTiming(settle=0.02, tick=0.05), mailbox)
    next(coming)
    _git(repository, "commit", "-q", "--allow-empty", "-m", "nothing")
    assert next(coming).why == "git's HEAD moved"
    coming.close()


# The ground


def test_a_look_sees_the_visible_markdown_files(tmp_path: Path) -> None:
    for name in ("a.md", "b/c.md", "b/d.MD", "b/e.txt", ".git/x.md", "b/.x.md", "b/.y/z.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "link.md").symlink_to("a.md")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "elsewhere").symlink_to(tmp_path / "b")
    os.mkfifo(tmp_path / "pipe.md")
    assert read_stamps(tmp_path).keys() == {"a.md", "b/c.md", "b/d.MD"}
    assert read_stamps(tmp_path / "nowhere") == {}
    seen = read_stamps(tmp_path)
    assert changed_lately(seen, within=60, wall=time.time() + 100, monotonic=0.0) == {}


def test_a_file_that_goes_while_it_is_looked_at_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.md", "b.md", "c.md"):
        (tmp_path / name).write_text("x")

    def walk_and_remove(root: Path) -> Iterator[FolderEntry | ClosedFolder]:
        for found in walk(root):
            (root / "b.md").unlink(missing_ok=True)
            yield found

    monkeypatch.setattr(stamps, "walk", walk_and_remove)
    assert read_stamps(tmp_path).keys() == {"a.md", "c.md"}


def test_all_who_walk_reach_a_folder_whose_path_is_too_long(tmp_path: Path) -> None:
    """By its path from the root it could not be opened: PATH_MAX is 4,096 bytes."""
    name = "d" * 250
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(18):
        os.mkdir(name, dir_fd=folder)
        below = os.open(name, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(os.open("a.md", os.O_CREAT | os.O_WRONLY, 0o600, dir_fd=folder))
    os.close(folder)
    deep = "/".join([name] * 18 + ["a.md"])
    assert read_stamps(tmp_path).keys() == {deep}
    assert scan(tmp_path).files.keys() == {deep}
    tree = _read_tree(tmp_path)
    assert tree.files.keys() == {deep}
    assert not tree.closed


def test_a_fingerprint_is_of_plain_files_alone(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"abc")
    (tmp_path / "link.md").symlink_to("a.md")
    os.mkfifo(tmp_path / "pipe.md")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert fingerprint(tmp_path, RelPath("a.md")) == known
    for other in ("link.md", "pipe.md", "none.md", "."):
        assert fingerprint(tmp_path, RelPath(other)) is None


@pytest.mark.parametrize(
    ("mount", "kind", "words"),
    [
        ("/", "ext4", None),
        ("/home", "btrfs", None),
        ("/home/vau", "nfs4", None),  # no folder of ours
        ("/home/vault", "nfs4", "NFS"),
        ("/home", "cifs", "SMB"),
        ("/home/vault", "fuse.rclone", "FUSE"),
        ("/home", "fuseblk", None),  # NTFS on a local disk
        ("/home/vault", "9p", "host"),
    ],
)
def test_which_ground_is_silent(tmp_path: Path, mount: str, kind: str, words: str | None) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(
        "1 0 8:1 / / rw - ext4 /dev/a rw\n"
        f"2 1 0:9 / {mount} rw,relatime shared:1 - {kind} host:/x rw\n"
        "3 1 0:9 / /proc rw - proc proc rw\n"
    )
    found = silent_ground(Path("/home/vault"), table, "linux")
    assert (words in found) if found is not None and words is not None else found is words


def test_a_mount_with_a_blank_in_its_name(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text("2 1 0:9 / /my\\040vault rw - nfs b rw\n1 0 8:1 / / rw - ext4 a rw\n")
    assert file_system(Path("/my vault/x"), table) == "nfs"
    assert file_system(Path("/my"), table) == "ext4"
    assert file_system(Path("/my"), tmp_path / "none") is None


def test_icloud_is_known_by_its_path(tmp_path: Path) -> None:
    vault = tmp_path / "Library" / "Mobile Documents" / "iCloud~md~obsidian" / "vault"
    assert silent_ground(vault, tmp_path / "none", "darwin") is not None
    assert silent_ground(tmp_path, tmp_path / "none", "darwin") is None
