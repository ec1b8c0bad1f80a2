"""No word is ever lost: a pass is killed, starved and lied to at its system calls, then run again.

The oracle: every word of a person's (`tok-...`) is in the vault or among the saved texts at every
instant; every file is its exact old or its exact intended text; the base is never ahead of the
files; and the next pass ends where an undisturbed one would have ended.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.support.faults import injection
from tests.support.faults.crash_world import World, fresh, lost, unsettled
from tests.support.faults.injection import Point, sample
from vault_sync.edge.platform.rename import PROBE

SWAPPED_IN = ("digests", "papers", "papers/2024", ".trash")

pytestmark = pytest.mark.skipif(
    injection.missing() is not None, reason=injection.missing() or "faults can be injected"
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fresh(tmp_path / "world")


@pytest.fixture
def linking(world: World) -> World:
    """The same where the kernel has no exchange and all is done by hard links."""
    return world._replace(way="links")


@pytest.fixture
def pinning(world: World) -> World:
    """The same on the stand-in for Windows, where a file is pinned, taken out and replaced."""
    return world._replace(way="windows")


def check(fault: str, point: Point, world: World, said: str = "") -> None:
    wrong = lost(world)
    assert not wrong, (fault, point, wrong, said)
    wrong = unsettled(world)
    assert not wrong, (fault, point, wrong, said)


def test_an_undisturbed_pass_ends_as_meant_and_the_next_writes_nothing(world: World) -> None:
    assert injection.run(world.program).stdout == "done 6\n"
    assert unsettled(world) == []
    again = injection.points(world.program, world.vault.parent / "trace")
    writing = {"pwrite64", "write", "renameat2", "unlink", "unlinkat", "fsync", "fdatasync"}
    # One `write`: what the program prints.
    assert [point.call for point in again if point.call in writing] == ["write"]


def test_what_is_on_the_disk_before_what(world: World) -> None:
    """A power cut keeps what was synced: saved texts and journal, then new bytes, then the base."""
    trace = world.vault.parent.parent / "trace"
    injection.run(world.program, "-y", "-o", str(trace), "-e", "fsync,fdatasync,renameat2")
    lines = [line.partition(" ")[2].lstrip() for line in trace.read_text().splitlines()]
    swaps = [
        number for number, line in enumerate(lines) if "renameat2" in line and PROBE not in line
    ]
    commits = [
        number
        for number, line in enumerate(lines)
        if line.startswith("fdatasync") and "state.sqlite-wal>" in line
    ]

    def synced(name: str, after: int = -1) -> int:
        found = (
            number
            for number, line in enumerate(lines)
            if number > after and line.startswith("fsync") and f"{name}>" in line
        )
        return next(found, len(lines))

    assert len(swaps) == 6
    journal = max(number for number in commits if number < swaps[0])
    saved = [number for number, line in enumerate(lines) if re.search(r"/saved/\w+/\w{64}>", line)]
    assert len(saved) == 4 and max(saved) < journal
    for number in swaps[:4]:
        temporary = re.search(r'"(\w{12}-\d)"', lines[number])
        assert temporary is not None
        assert journal < synced(temporary[1]) < number
    folders = {synced(str(world.vault / name), swaps[-1]) for name in SWAPPED_IN}
    assert swaps[-1] < min(folders) <= max(folders) < max(commits)


def points_of(world: World) -> list[Point]:
    return injection.points(world.program, world.vault.parent.parent / "trace")


def killed_at(points: Sequence[Point], world: World) -> int:
    """Kill a pass at each of some calls; return how many there were."""
    for point in points:
        world = fresh(world.vault.parent, world.way)
        injection.inject(world.program, point, "signal=KILL")
        check("killed", point, world)
    return len(points)


def test_killed_at_some_calls(world: World) -> None:
    assert killed_at(sample(points_of(world), 9), world)


def test_killed_at_some_calls_where_files_are_pinned(pinning: World) -> None:
    """Among them between the two steps of an exchange, and before a move."""
    points = points_of(pinning)
    renames = [point for point in points if point.call == "rename"]
    assert len(renames) >= 9
    assert killed_at((*renames[-7::2], *sample(points, 2)), pinning)


def killed_everywhere(world: World) -> None:
    print(f"killed at {killed_at(points_of(world), world)} calls, no violation")


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_killed_at_every_call(world: World) -> None:
    killed_everywhere(world)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_killed_at_every_call_by_hard_links(linking: World) -> None:
    killed_everywhere(linking)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_killed_at_every_writing_call_where_files_are_pinned(pinning: World) -> None:
    print(f"killed at {killed_at(sample(points_of(pinning)), pinning)} calls, no violation")


def recoveries(world: World, first: Point, count: int | None) -> int:
    """Kills the pass at `first`, then the recovery at each of its calls; how many were tried."""
    world = fresh(world.vault.parent, world.way)
    injection.inject(world.program, first, "signal=KILL")
    points = points_of(world)
    chosen = sample(points, count)
    for second in chosen:
        world = fresh(world.vault.parent, world.way)
        injection.inject(world.program, first, "signal=KILL")
        injection.inject(world.program, second, "signal=KILL")
        check(f"killed at {first}, then", second, world)
    return len(chosen)


def test_killed_again_in_the_recovery(world: World) -> None:
    points = points_of(world)
    swaps = [point for point in points if point.call == "renameat2"]
    recoveries(world, swaps[len(swaps) // 2], 5)


def test_killed_between_the_halves_of_a_move_by_hard_links(linking: World) -> None:
    points = points_of(linking)
    begun = next(n for n, point in enumerate(points) if point.call == "linkat")
    calls = {"linkat", "renameat", "unlinkat"}
    assert killed_at([each for each in points[begun:] if each.call in calls][::3], linking)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_killed_again_at_every_writing_call_of_the_recovery(world: World) -> None:
    points = points_of(world)
    tried = [recoveries(world, first, None) for first in sample(points, 12)]
    print(f"killed again at {sum(tried)} calls of {len(tried)} recoveries, no violation")


FAULTS = ("error=ENOSPC", "error=EIO", "error=EINTR")


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
def test_refused_at_some_calls(world: World, lasting: bool) -> None:
    points = points_of(world)
    for number, point in enumerate(sample(points, 6)):
        fault = FAULTS[number % (2 if lasting else 3)]
        world = fresh(world.vault.parent, world.way)
        said = injection.inject(world.program, point, fault, lasting=lasting)
        check(fault, point, world, said.stdout + said.stderr)


@pytest.mark.sweep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("fault", FAULTS)
def test_refused_at_every_writing_call(world: World, fault: str, lasting: bool) -> None:
    if lasting and fault == "error=EINTR":
        pytest.skip("interrupted for ever is waiting for ever, as it should be")
    points = points_of(world)
    chosen = sample(points)
    for point in chosen:
        world = fresh(world.vault.parent, world.way)
        said = injection.inject(world.program, point, fault, lasting=lasting)
        check(fault, point, world, said.stdout + said.stderr)
    print(f"{fault} {'from' if lasting else 'at'} {len(chosen)} calls, no violation")
