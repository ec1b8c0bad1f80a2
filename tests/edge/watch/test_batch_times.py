"""When a batch comes: the watcher looks at the files, and its time passes only while it waits."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from vault_sync.core.model.values import RelPath
from vault_sync.edge.watch import batches
from vault_sync.edge.watch.batches import ChangeBatch, WatchTiming
from vault_sync.edge.watch.listener import Mailbox, Message
from vault_sync.edge.watch.stamps import Stamp

NEVER = 1e9
RARE = WatchTiming(settle=1.0, sweep=NEVER, recent=60.0, longest=60.0, tick=NEVER, poll=NEVER)
"""Nothing happens but what a test asks for."""
A = RelPath("papers/a.md")


class Played(Mailbox):
    """A mailbox whose clock stands still, but while somebody waits for a message."""

    __slots__ = ("_coming", "now")

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self._coming: list[tuple[float, Callable[[], object]]] = []

    def at(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something so many seconds after the start."""
        self._coming = sorted([*self._coming, (1000.0 + seconds, act)], key=lambda each: each[0])

    def wait(self, seconds: float) -> Message | None:
        until = self.now + max(seconds, 0.0)
        while (message := super().wait(0)) is None and self._coming:
            if self._coming[0][0] > until:
                break
            at, act = self._coming.pop(0)
            self.now = max(self.now, at)
            act()
        if message is None:
            self.now = until
        return message


class Watch:
    """A watcher over a folder, by looking at it, in played time."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.mailbox, self.slept = root, Played(), 0.0
        self.drift = lambda: self.slept
        (root / "papers").mkdir(parents=True)
        monkeypatch.setattr(time, "monotonic", lambda: self.mailbox.now)

    def batches(self, timing: WatchTiming, until: float) -> list[tuple[float, ChangeBatch]]:
        """Return the batches of so many seconds, each with the time since the start."""
        self.mailbox.at(until, self.mailbox.stop)
        coming = batches.change_batches(
            self.root, timing, self.mailbox, polling=True, drift=self.drift
        )
        return [(round(self.mailbox.now - 1000.0, 6), batch) for batch in coming]

    def whys(self, timing: WatchTiming, until: float) -> list[tuple[float, str]]:
        return [(at, batch.why) for at, batch in self.batches(timing, until)]

    def write(self, path: str = A) -> None:
        self.mailbox.put("file", str(self.root / path))


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(tmp_path / "vault", monkeypatch)


START = (0.0, "start")


def test_a_batch_comes_when_it_has_been_quiet_or_after_the_longest_time(watch: Watch) -> None:
    for at in (10.0, 10.5, 11.4):
        watch.mailbox.at(at, watch.write)
    for step in range(8):
        watch.mailbox.at(20.0 + 0.9 * step, watch.write)
    found = watch.batches(RARE._replace(longest=3.0), 90.0)
    assert [at for at, _ in found] == [0.0, 12.4, 23.0, pytest.approx(26.6)]
    assert all(batch.paths == {A} and batch.why == "events" for _, batch in found[1:])
    assert found[1][1].touched == {A: 1011.4}, "the last touch"


def test_a_sweep_comes_at_each_interval_and_waits_for_nothing(watch: Watch) -> None:
    sweep = "time for a sweep"
    times = RARE._replace(sweep=100.0)
    assert watch.whys(times, 301.0) == [START, (100.0, sweep), (200.0, sweep), (300.0, sweep)]


def test_a_sweep_and_events_make_one_batch(watch: Watch) -> None:
    watch.mailbox.at(99.5, watch.write)
    (_, (at, batch)) = watch.batches(RARE._replace(sweep=100.0), 150.0)
    assert (at, batch.swept, batch.touched) == (100.5, True, {A: 1099.5})


def test_a_sweep_looks_back_as_far_as_it_is_told_to(watch: Watch) -> None:
    """By the wall clock; what an event told of has the time of its event."""
    now = time.time()
    for name, age in (("a", 50.0), ("b", 500.0), ("c", 5_000.0), ("d", -50.0)):
        (watch.root / "papers" / f"{name}.md").write_text("x")
        os.utime(watch.root / "papers" / f"{name}.md", (now - age, now - age))
    watch.mailbox.at(99.0, watch.write)
    first, second = watch.batches(RARE._replace(sweep=99.5, recent=1_000.0), 110.0)
    names = {f"papers/{name}.md" for name in "abd"}
    assert first[1].touched.keys() == names == second[1].touched.keys() == second[1].paths
    assert first[1].touched[A] == pytest.approx(1000.0 - 50.0, abs=9.0)
    assert first[1].touched[RelPath("papers/d.md")] == 1000.0, "ahead of this clock is now"
    assert second[1].touched[A] == 1099.0


def test_what_lies_elsewhere_is_hidden_or_is_no_note_brings_no_batch(watch: Watch) -> None:
    for path in (".git/a.md", "papers/.a.md", "a.png", "../b.md", "papers/vault-sync.toml"):
        watch.mailbox.at(10.0, partial(watch.write, path))
    watch.mailbox.at(20.0, partial(watch.write, "vault-sync.toml"))
    watch.mailbox.at(30.0, partial(watch.write, "B.MD"))
    found = watch.batches(RARE, 60.0)
    assert [(at, *batch.paths) for at, batch in found[1:]] == [
        (21.0, "vault-sync.toml"),
        (31.0, "B.MD"),
    ]


@pytest.mark.parametrize(("folder", "looks"), [("papers", True), ("papers/2023", False)])
def test_a_folder_that_changed_is_looked_through(watch: Watch, folder: str, looks: bool) -> None:
    """A top folder is listened to at once, and not at the next tick."""
    ticks = list[float]()

    def drift() -> float:
        ticks.append(watch.mailbox.now - 1000.0)
        return 0.0

    watch.drift = drift
    path = str(watch.root / folder)
    watch.mailbox.at(10.0, lambda: watch.mailbox.put("folder", path))
    assert watch.whys(RARE, 60.0) == [START, (11.0, "a folder changed")]
    assert (10.0 in ticks) == looks


def test_watches_that_are_refused_are_made_up_for_until_the_next_sweep(watch: Watch) -> None:
    """Then they are asked for again; where files are looked at anyway, nothing changes."""
    watch.mailbox.at(10.0, lambda: watch.mailbox.put("refused", str(watch.root)))
    watch.mailbox.at(20.0, watch.write)
    found = watch.batches(RARE._replace(sweep=100.0), 150.0)
    assert [[problem.code for problem in batch.problems] for _, batch in found] == [
        *([], ["watch-limit"], []),
    ]
    assert [problem.level for problem in found[1][1].problems] == ["notice"]


def test_what_was_asked_for_comes_at_its_time_and_once(watch: Watch) -> None:
    watch.mailbox.ring(1030.0)
    watch.mailbox.ring(1020.0)
    watch.mailbox.at(40.0, watch.mailbox.ring)
    asked = "asked for"
    assert watch.whys(RARE, 90.0) == [START, (20.0, asked), (30.0, asked), (40.0, asked)]


def test_what_is_asked_for_in_the_past_is_over_with_the_next_batch(watch: Watch) -> None:
    watch.mailbox.at(10.0, watch.write)
    watch.mailbox.at(10.5, lambda: watch.mailbox.ring(1010.7))
    assert watch.whys(RARE, 90.0) == [START, (11.0, "events")]


def test_the_clocks_are_compared_at_each_tick(watch: Watch) -> None:
    """A little apart they may be; the time that the machine slept counts once."""
    times = RARE._replace(tick=5.0)
    for at, slept in ((11.0, 2.0), (21.0, -1.0), (31.0, 1.5)):
        watch.mailbox.at(at, partial(setattr, watch, "slept", slept))
    why = "the machine slept"
    assert watch.whys(times, 90.0) == [START, (26.0, why), (36.0, why)]


def test_files_are_looked_at_at_each_interval(watch: Watch) -> None:
    file = watch.root / A

    def write() -> None:
        file.write_text("x")
        os.utime(file, (0, 0))

    watch.mailbox.at(3.0, write)
    watch.mailbox.at(7.0, file.unlink)
    found = watch.batches(RARE._replace(poll=2.0), 30.0)
    assert [at for at, _ in found[1:]] == [5.0, 9.0]
    assert [batch.touched for _, batch in found[1:]] == [{A: 1004.0}, {A: 1008.0}]


def test_at_the_start_no_file_has_changed_only_by_being_there(watch: Watch) -> None:
    """Else every file would be guarded for a while wherever files are looked at."""
    for path in ("a.md", A):
        (watch.root / path).write_text("x")
        os.utime(watch.root / path, (0, 0))
    (_, first), *more = watch.batches(RARE._replace(poll=2.0), 30.0)
    assert (first.why, first.touched, first.paths) == ("start", {}, frozenset()) and not more


@pytest.mark.parametrize(("took", "every", "due"), [(1.0, 2.0, 121.0), (1.0, 50.0, 151.0)])
def test_a_look_that_takes_long_is_taken_seldom(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, took: float, every: float, due: float
) -> None:
    """Never more than a twentieth of the time is spent on it."""
    clock = watch.mailbox

    def look(_: Path) -> dict[RelPath, Stamp]:
        clock.now += took
        return {}

    monkeypatch.setattr(batches, "read_stamps", look)
    poller = batches._Poller(watch.root, every)
    clock.now = 100.0
    poller.poll(clock.now)
    assert poller.due == due


def test_a_vault_that_is_gone_is_looked_for_each_second_and_missed_once(watch: Watch) -> None:
    away = watch.root.with_name("away")
    watch.mailbox.at(7.0, lambda: watch.root.rename(away))
    watch.mailbox.at(8.0, watch.write)
    watch.mailbox.at(20.5, lambda: away.rename(watch.root))
    found = watch.batches(RARE._replace(tick=5.0, poll=1.0), 60.0)
    gone = [(at, batch) for at, batch in found if batch.problems]
    assert [(at, batch.why, batch.swept) for at, batch in gone] == [
        (9.0, "the vault is gone", False)
    ]
    assert [problem.code for problem in gone[0][1].problems] == ["vault-gone"]
    (back,) = [(at, batch) for at, batch in found if "the vault is back" in batch.why]
    assert back[0] == 22.0 and back[1].swept and not back[1].problems
