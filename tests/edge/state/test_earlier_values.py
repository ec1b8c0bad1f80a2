"""Earlier values: which texts are old, and that nobody's typing makes one."""

from __future__ import annotations

import pytest
from tests.support.state_rows import A, B, keep, say
from tests.support.written_world import World
from vault_sync.core.model.plan import BaseKey, BaseUpdate
from vault_sync.core.model.values import Key
from vault_sync.edge.state.earlier_values import hashes_by_row
from vault_sync.edge.state.store import StateStore

# ---- the base and its history


def test_earlier_values_are_remembered_and_the_present_one_is_not_earlier(world: World) -> None:
    for value in ('"one"', '"two"', '"two"', '"three"'):
        keep(world, say(value))
    state = world.state()
    assert state.was_before(A, '"one"') and state.was_before(A, '"two"')
    assert not state.was_before(A, '"three"')
    assert not state.was_before(B, '"one"')
    assert {len(hashes) for hashes in hashes_by_row(state.select).values()} == {2}


NOTE = BaseKey(Key("a"), "", "note")


def session(world: World, typing: set[str], *base_updates: BaseUpdate) -> StateStore:
    """One pass while somebody types in some files."""
    state = world.state()
    with state.lock(0, typing):
        state.keep(base_updates)
        state.outdate()
    return state


@pytest.mark.parametrize("file", ["week.md", "papers/a.md", "other.md"])
def test_what_is_typed_and_taken_back_is_no_old_text(world: World, file: str) -> None:
    """In any file of the paper: a title stands in all of its digests."""
    there = BaseUpdate(frozenset(), {NOTE: "papers/a.md", BaseKey(Key("a"), "other.md", "x"): "1"})
    session(world, set(), say('"one"'), there)
    session(world, {file}, say('"two"'))
    state = world.state()
    with state.lock(0, {file}):
        assert not state.was_before(A, '"one"')
        state.keep([say('"one"')])
    with state.lock(0, {file}):
        assert not state.was_before(A, '"two"')
    with state.lock(0, {"somewhere-else.md"}):
        assert state.was_before(A, '"two"')
        assert not state.was_before(A, '"one"')


def test_when_the_files_are_at_rest_the_session_is_over(world: World) -> None:
    session(world, set(), say('"one"'))
    session(world, {"week.md"}, say('"two"'))
    before = world.state().stamp()
    session(world, {"week.md"})
    assert world.state().stamp() == before, "nothing has come to rest, nothing is written"
    session(world, {"elsewhere.md"})
    with (state := world.state()).lock(0, {"week.md"}):
        assert state.was_before(A, '"one"')
    # A command counts as nobody typing, also with no daemon to end the session.
    session(world, {"week.md"}, say('"three"'))
    assert world.state().was_before(A, '"two"')


def test_an_entry_that_moves_takes_its_present_text_along(world: World) -> None:
    session(world, set(), say('"one"'))
    moved = BaseKey(A.key, "next.md", A.field)
    session(world, set(), BaseUpdate(frozenset(), {moved: '"one"'}, frozenset({A})))
    session(world, {"next.md"}, BaseUpdate(frozenset(), {moved: '"two"'}))
    with (state := world.state()).lock(0, {"next.md"}):
        assert not state.was_before(moved, '"one"')
