"""The real watcher on real folders.

Every test waits on the watcher's own moments, never on a clock: one that does not come fails by the
time-out of the whole test.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from tests.support.watching import FAST, Watching, git, watch_over
from vault_sync.core.model.values import RelPath
from vault_sync.edge.fs.scan import ClosedFolder, FolderEntry, scan, walk
from vault_sync.edge.platform import current
from vault_sync.edge.system.vault_files import read_tree
from vault_sync.edge.watch import batches, stamps
from vault_sync.edge.watch.batches import ChangeBatch, WatchTiming, change_batches
from vault_sync.edge.watch.listener import Mailbox
from vault_sync.edge.watch.stamps import read_stamps
from watchdog.utils.delayed_queue import DelayedQueue

# What an editor, a person and a program do


def test_the_first_moment_comes_at_once_and_sweeps(tmp_path: Path) -> None:
    watching = watch_over(tmp_path, WatchTiming(settle=20.0))
    assert watching.first.swept and not watching.first.bulk
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
    (root / "papers" / "picture.png").unlink()
    (root / "papers" / ".x.md.swp").write_text("x")
    (root / ".OBSIDIANTEST").write_text("x")
    (root / "papers" / "a.md.tmp").write_text("x")
    (root / "seen.md").write_text("the end")
    (batch,) = watching.until_names("seen.md")
    assert batch.paths == {"seen.md"}
    assert not batch.swept
    assert batch.why == "events"


def test_reading_and_touching_a_file_is_no_change(watching: Watching) -> None:
    note, hidden = (watching.root / "papers" / name for name in ("a.md", ".a.md"))
    hidden.write_text("one")
    hidden.rename(note)  # at once: who is slow to write what is there empty makes two changes
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
    watching = watch_over(tmp_path, FAST)
    (tmp_path / "real" / "papers" / "a.md").write_text("one")
    watching.until_names("papers/a.md")
    watching.coming.close()


# When a moment comes


def test_a_burst_is_one_moment_or_few(tmp_path: Path) -> None:
    watching = watch_over(tmp_path, WatchTiming(settle=0.3, tick=1000.0))
    names = [f"papers/{number}.md" for number in range(1000)]
    for name in names:
        (watching.root / name).write_text("x")
    assert len(watching.until_names(*names)) <= 20
    watching.coming.close()


def test_a_moment_waits_until_it_is_quiet(tmp_path: Path) -> None:
    """Files are written a fourth of `settle` apart; a moment comes `settle` after its last."""
    watching = watch_over(tmp_path, WatchTiming(settle=0.4, tick=1000.0))
    names, paused = [f"{number}.md" for number in range(6)], threading.Event()
    for name in names:
        paused.wait(0.1)
        (watching.root / name).write_text("x")
    while names:
        batch = watching.next()
        assert time.monotonic() - max(batch.touched.values()) >= 0.4
        names = [name for name in names if name not in batch.paths]
    watching.coming.close()


def test_events_without_end_do_not_put_a_moment_off_for_ever(tmp_path: Path) -> None:
    watching = watch_over(tmp_path, WatchTiming(settle=0.2, longest=0.3, tick=1000.0))
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
    watching = watch_over(tmp_path, WatchTiming(settle=0.01, sweep=0.1))
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
    watching = watch_over(tmp_path, WatchTiming(settle=0.3, tick=1000.0))
    (watching.root / "papers" / "a.md").write_text("x")
    watching.until_names("papers/a.md")
    (watching.root / "papers" / "a.md").write_text("y")
    watching.mailbox.ring(time.monotonic() + 0.1)
    batch = watching.until_names("papers/a.md")[-1]
    assert time.monotonic() - max(batch.touched.values()) >= 0.3
    watching.coming.close()


def test_what_happens_during_a_moment_is_in_the_next(watching: Watching) -> None:
    (watching.root / "papers" / "a.md").write_text("x")
    watching.until_names("papers/a.md")
    (watching.root / "papers" / "b.md").write_text("x")
    (watching.root / "papers" / "c.md").write_text("x")
    watching.until_names("papers/b.md", "papers/c.md")


@pytest.mark.parametrize("polling", [False, True])
def test_stop_ends_it_at_once(
    tmp_path: Path, polling: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = DelayedQueue.__init__
    monkeypatch.setattr(DelayedQueue, "__init__", lambda self, _delay: make(self, 1000.0))
    watching = watch_over(tmp_path, WatchTiming(tick=1000.0, sweep=1000.0), polling=polling)
    (watching.root / "papers" / "a.md").write_text("x")
    # One half of a move: watchdog sleeps over it, here for long, which must not hold us.
    (watching.root / "papers" / "a.md").rename(watching.root.parent / "a.md")
    threading.Timer(0.2, watching.mailbox.stop).start()
    assert all(batch.why == "events" for batch in watching.coming), "it ends"


def test_a_watcher_told_to_stop_before_it_begins_does_not_begin(tmp_path: Path) -> None:
    mailbox = Mailbox()
    mailbox.stop()
    assert list(change_batches(tmp_path, FAST, mailbox)) == []


# What watchdog and the kernel do not do


@pytest.mark.parametrize("polling", [False, True])
def test_the_vault_goes_and_comes_back(
    tmp_path: Path, polling: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    pace = WatchTiming(settle=0.05, tick=0.05, poll=0.05)
    watching = watch_over(tmp_path, pace, polling=polling)
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
    assert f"the vault is back: {watching.root}" in caplog.messages
    (watching.root / "papers" / "b.md").write_text("x")
    watching.until_names("papers/b.md")
    watching.coming.close()


def test_another_vault_in_the_old_place_is_heard(tmp_path: Path) -> None:
    """Moved away and made anew between two looks: the same path, another folder."""
    watching = watch_over(tmp_path, WatchTiming(settle=0.05, tick=0.2))
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


def test_polling_names_what_changed(tmp_path: Path) -> None:
    watching = watch_over(tmp_path, FAST, polling=True)
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
    watching = watch_over(tmp_path, WatchTiming(settle=0.02, tick=0.05), drift=lambda: asleep[0])
    asleep[0] = 1.0  # the two clocks may differ a little
    watching.mailbox.ring(time.monotonic() + 0.2)
    assert not watching.next().swept
    asleep[0] = 3600.0
    batch = watching.next()
    assert (batch.swept, batch.why) == (True, "the machine slept")
    watching.coming.close()


def test_the_drift_is_the_time_that_the_machine_slept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current.system, "sleeping_clock", lambda: 100.0)
    monkeypatch.setattr(time, "monotonic", lambda: 40.0)
    assert batches.clock_drift() == 60.0


def test_the_clocks_of_this_machine_do_not_drift() -> None:
    first = batches.clock_drift()
    assert abs(batches.clock_drift() - first) < 0.5


def test_a_sweep_says_what_changed_lately_though_nobody_told(tmp_path: Path) -> None:
    """What was typed just before the start must be known as touched."""
    papers = tmp_path / "vault" / "papers"
    papers.mkdir(parents=True)
    now, begun = time.time(), time.monotonic()
    for name, age in (("new", 3.0), ("old", 500.0), ("ahead", -3.0), ("far", -9000.0)):
        (papers / f"{name}.md").write_text("x")
        os.utime(papers / f"{name}.md", (now - age, now - age))
    watching = watch_over(tmp_path, FAST)
    touched = watching.first.touched
    assert touched.keys() == {"papers/new.md", "papers/ahead.md"}
    assert touched[RelPath("papers/new.md")] == pytest.approx(begun - 3.0, abs=1.0)
    assert begun <= touched[RelPath("papers/ahead.md")] <= time.monotonic()
    watching.coming.close()


# Git


def test_a_checkout_brings_a_sweep(repository: Path) -> None:
    mailbox = Mailbox()
    coming = change_batches(repository, FAST, mailbox)
    next(coming)
    git(repository, "checkout", "-q", "HEAD~1")
    batch = next(coming)
    assert batch.swept and batch.bulk, "nobody typed that"
    assert batch.why == "git's HEAD moved"
    (repository / "a.md").write_text("typed\n")
    assert not next(coming).bulk
    coming.close()


def test_a_checkout_that_changes_no_file_is_seen_as_well(repository: Path) -> None:
    mailbox = Mailbox()
    coming = change_batches(repository, WatchTiming(settle=0.02, tick=0.05), mailbox)
    next(coming)
    git(repository, "commit", "-q", "--allow-empty", "-m", "nothing")
    assert next(coming).why == "git's HEAD moved"
    coming.close()


# The ground


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
    tree = read_tree(tmp_path)
    assert tree.files.keys() == {deep}
    assert not tree.closed


@pytest.mark.parametrize(
    "spelled", [str.lower, str.upper, lambda name: unicodedata.normalize("NFD", name)]
)
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_an_event_under_another_spelling_of_the_vault_is_heard(
    tmp_path: Path, spelled: Callable[[str], str], kind: Literal["file", "folder"]
) -> None:
    """MacOS and Windows: events name the vault as the disk does, and it was opened otherwise."""
    root = tmp_path / "논문 Vault"
    root.mkdir()
    mailbox = Mailbox()
    coming = change_batches(root, WatchTiming(settle=0.01), mailbox, polling=True)
    assert next(coming).why == "start"
    mailbox.put(kind, f"{tmp_path}/{spelled(root.name)}/papers/a.md")
    batch = next(coming)
    assert batch.swept and not batch.paths
    mailbox.put("file", f"{tmp_path}/elsewhere/a.md")
    mailbox.put("file", f"{root}/b.md")
    assert next(coming).paths == {"b.md"}
    coming.close()
