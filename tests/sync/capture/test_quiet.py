"""A command waits while somebody types in a file, and not for what it wrote itself."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.support.written_world import NOON, World
from vault_sync.core.model.plan import Create, Plan
from vault_sync.core.model.values import RelPath
from vault_sync.edge.write.apply import apply
from vault_sync.sync.capture.quiet import QuietWait

PATH, THERE = RelPath("w.md"), RelPath("there.md")


def aged(file: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(file, (then, then))


def test_it_is_said_once_that_a_file_is_waited_for_and_until_when(tmp_path: Path) -> None:
    world = World(tmp_path)
    file = world.put(PATH, "typed")
    aged(file, 10)
    said: list[float] = []
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        aged(file, (30, 59.5, 61)[len(slept) - 1])

    wait = QuietWait(world.vault, world.state(), 60, lambda _, left: said.append(left), sleep)
    wait.until_quiet(PATH)
    (left,) = said
    assert 45 < left <= 50
    assert slept[:2] == [1.0, 1.0] and 0 < slept[2] <= 0.5
    wait.until_quiet(PATH)
    wait.until_quiet(RelPath("none.md"))
    assert len(said) == 1


def test_what_we_wrote_is_not_waited_for_until_somebody_edits_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    state = world.state()
    wait = QuietWait(world.vault, state, 60, lambda *_: None)
    world.put(THERE, "typed")
    with state.lock(0):
        made = Plan(tuple(Create(path, "ours", "new") for path in (PATH, THERE)))
        assert apply(world.vault, state, made, cause="sync", started=NOON).undone
        other = Plan((Create(RelPath("x.md"), "other", "new"),))
        apply(world.vault, state, other, cause="sync", started=NOON)
    assert wait.seconds_left(PATH) == 0
    for text in ("typed", "other"):
        world.put(PATH, text)
        assert wait.seconds_left(PATH) > 0
    for path in (PATH, THERE):
        world.put(path, "ours")
    assert wait.seconds_left(PATH) == 0
    assert wait.seconds_left(THERE) > 0, "it was never made"
