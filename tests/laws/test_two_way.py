"""The laws of two-way: a reader at work on two devices, and every word of his accounted for."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from tests.support import two_way
from tests.support.laws import examples
from tests.support.two_way import IN_DIGESTS, IN_NOTES, World

numbers = st.integers(0, 999)
devices = st.integers(0, 1)


class Reader(RuleBasedStateMachine):
    """Whatever he does and in whatever order, `two_way.finish` holds in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World.new()

    @rule(device=devices, act=st.sampled_from(IN_DIGESTS), a=numbers, b=numbers)
    def edits_a_digest(self, device: int, act: two_way.Act, a: int, b: int) -> None:
        act(self.world, self.world.devices[device], a, b)

    @rule(device=devices, act=st.sampled_from(IN_NOTES), a=numbers, b=numbers)
    def edits_a_note(self, device: int, act: two_way.Act, a: int, b: int) -> None:
        act(self.world, self.world.devices[device], a, b)

    @rule(device=devices, remake=st.sampled_from((False, False, False, True)))
    def passes(self, device: int, remake: bool) -> None:
        two_way.one_pass(self.world, self.world.devices[device], remake=remake)

    @rule(device=devices, at=numbers)
    def a_pass_is_cut_off(self, device: int, at: int) -> None:
        two_way.cut_pass(self.world, self.world.devices[device], at)

    @rule(device=devices, mask=numbers)
    def a_pass_finds_files_in_use(self, device: int, mask: int) -> None:
        two_way.partial_pass(self.world, self.world.devices[device], mask)

    @rule(at=numbers)
    def one_file_is_delivered(self, at: int) -> None:
        two_way.deliver(self.world, at)

    @precondition(lambda self: self.world.passes > 1)
    @rule(device=devices)
    def the_base_is_lost(self, device: int) -> None:
        two_way.lose_base(self.world, self.world.devices[device])

    def teardown(self) -> None:
        two_way.finish(self.world)


TestReader = Reader.TestCase
TestReader.settings = settings(
    max_examples=examples(20),
    stateful_step_count=14,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)


def walk(seed: int, steps: int, only_device: int | None = None) -> World:
    """A reader led by a seed."""
    chance = random.Random(seed)
    world = World.new()
    for _ in range(steps):
        device = chance.randrange(2) if only_device is None else only_device
        two_way.step(world, device, *(chance.randrange(1000) for _ in range(3)))
    two_way.finish(world)
    return world


@pytest.mark.parametrize("seed", range(20))
def test_a_walk(seed: int) -> None:
    assert walk(seed, 25).checked


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_many_walks() -> None:
    """The long form: thousands of readers, and what became of them."""
    told: Counter[str] = Counter()
    lost: list[tuple[int, int, str]] = []
    for steps, count in ((12, 1500), (25, 1500), (60, 600)):
        for seed in range(10_000 * steps, 10_000 * steps + count):
            try:
                world = walk(seed, steps)
            except AssertionError as error:
                lost.append((seed, steps, str(error)[:200]))
                continue
            told["walks"] += 1
            told["passes"] += world.passes
            told["cut passes that merged twice"] += world.merged_twice
            told["words"] += len(world.written)
            told["papers that say the same"] += world.checked
            told["open conflicts"] += sum(len(vault.plan().conflicts) for vault in world.devices)
    print(dict(told))
    assert not lost
