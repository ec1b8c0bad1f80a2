"""When a device has joined: a pass that finds what the pass before left, and nothing on its way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.written_world import P, World
from vault_sync.edge.state import joining
from vault_sync.edge.state.store import StateStore

ONE, MORE = [P("a.md")], [P("a.md"), P("b.md")]


@pytest.fixture
def state(world: World) -> Iterator[StateStore]:
    state = world.state()
    with state.lock(0):
        yield state


def test_the_same_files_twice_and_nothing_on_its_way(state: StateStore) -> None:
    for files in (ONE, MORE):
        joining.end_pass(state, files, at_rest=True)
        assert not joining.is_joined(state)
    joining.end_pass(state, MORE[::-1], at_rest=True)
    assert joining.is_joined(state)


def test_something_on_its_way_delays_it(state: StateStore) -> None:
    for at_rest in (True, False, False):
        joining.end_pass(state, ONE, at_rest=at_rest)
        assert not joining.is_joined(state)
    joining.end_pass(state, ONE, at_rest=True)
    assert joining.is_joined(state)


def test_it_stays_so(state: StateStore) -> None:
    joining.join(state)
    state.close()
    assert joining.is_joined(state)
