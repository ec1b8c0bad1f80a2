"""Earlier values: which texts are old, and that nobody's typing makes one."""

from __future__ import annotations

import pytest
from tests.support.state_rows import A, B, keep, say
from tests.support.written_world import World
from vault_sync.core.model.base import History, Origin, PastValue
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Value
from vault_sync.core.model.values import Key
from vault_sync.edge.state import earlier_values
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


@pytest.mark.parametrize(("typing", "old"), [("week.md", False), ("other.md", True)])
def test_a_digests_text_is_in_hand_where_somebody_types_in_that_digest(
    world: World, typing: str, old: bool
) -> None:
    """No paper's note says it, nor another digest."""
    week, other = (BaseKey(Key(""), f"{name}.md", "text") for name in ("week", "other"))
    session(world, set(), BaseUpdate(frozenset(), {week: "one", other: "one"}))
    state = world.state()
    with state.lock(0, {typing}):
        state.keep([BaseUpdate(frozenset(), {week: "two"})])
        assert state.was_before(week, "one") == old


# Values as texts.

TEXT = BaseKey(Key("k"), "d.md", "commentary")


def learnt(world: World, *steps: tuple[str | None, str, Origin]) -> History:
    """The history of a field after these changes, with the last value in the base."""
    state = world.state()
    with state.lock(0), state.writing() as connection:
        for was, now, origin in steps:
            earlier_values.learn(connection, TEXT, was, now, origin)
    rows: dict[BaseKey, Value] = {TEXT: steps[-1][1] if steps else "first"}
    return earlier_values.read_histories(state.select, [TEXT.key], rows)[TEXT]


def test_a_value_that_nobody_changed_was_there_before(world: World) -> None:
    assert learnt(world) == History((PastValue("first", "delivered"),))
    assert learnt(world, (None, "first", "delivered")).starts_everywhere


def test_values_stand_in_their_sequence_each_once(world: World) -> None:
    steps: list[tuple[str | None, str, Origin]] = [("a", "b", "typed"), ("b", "c", "merged")]
    found = learnt(world, *steps, ("c", "b", "typed"))
    wanted = [PastValue("a", "delivered"), PastValue("c", "merged"), PastValue("b", "typed")]
    assert list(found.values) == wanted and found.starts_everywhere


def test_a_value_made_here_is_not_older_than_every_text(world: World) -> None:
    assert not learnt(world, (None, "a", "typed")).starts_everywhere


def test_a_first_value_that_was_brought_takes_no_row(world: World) -> None:
    assert learnt(world, (None, "a", "delivered")).starts_everywhere
    assert not list(world.state().select("SELECT 1 FROM past_value"))
    learnt(world, (None, "a", "typed"))
    assert list(world.state().select("SELECT 1 FROM past_value"))


def test_of_a_paper_that_was_removed_here_no_value_is(world: World) -> None:
    state = world.state()
    with state.lock(0), state.writing() as connection:
        earlier_values.note_removed(connection, [TEXT.key])
    assert not learnt(world, ("a", "b", "typed")).starts_everywhere


def test_the_oldest_values_go_and_then_none_is_older_than_every_text(world: World) -> None:
    steps: list[tuple[str | None, str, Origin]] = [
        (str(number), str(number + 1), "typed") for number in range(99)
    ]
    assert learnt(world, *steps).starts_everywhere
    found = learnt(world, ("99", "100", "typed"))
    assert [past.value for past in found.values] == [str(number) for number in range(1, 101)]
    assert not found.starts_everywhere


def test_what_an_undo_took_back_is_older_than_nothing(world: World) -> None:
    """The base is put back, so that a text with a later value is newer than one with the base."""
    learnt(world, ("a", "b", "typed"), ("b", "c", "merged"), ("c", "d", "typed"))
    state = world.state()

    def values(base: str) -> list[Value]:
        found = earlier_values.read_histories(state.select, [TEXT.key], {TEXT: base})[TEXT]
        return [past.value for past in found.values]

    assert values("d") == ["a", "b", "c", "d"]
    assert values("b") == ["a", "b"] and values("a") == ["a"]
    assert values("x") == ["a", "b", "c", "d", "x"]
    with state.lock(0), state.writing() as connection:
        earlier_values.learn(connection, TEXT, "b", "e", "typed")
    assert values("e") == ["a", "b", "e"]
