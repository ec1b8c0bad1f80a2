"""Deliveries in the state: what waits, and what is earlier because of them."""

from __future__ import annotations

from tests.support.written_world import NOON, P, World
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Write
from vault_sync.core.model.values import Key
from vault_sync.edge.state import deliveries
from vault_sync.edge.state.deliveries import CopyRecord
from vault_sync.edge.state.earlier_values import is_old
from vault_sync.edge.state.pass_log import name_of
from vault_sync.edge.write.undo import restore

ROW = BaseKey(Key("k"), "d.md", "commentary")


def test_what_waits_and_the_time_of_the_last_look(world: World) -> None:
    state = world.state()
    assert deliveries.last_look(state.select) == 0 and deliveries.waiting(state.select) == {}
    with state.lock(0):
        with state.writing() as connection:
            deliveries.end_pass(connection, {"d.md": 5.0}, [], [])
            deliveries.note_time(connection, 7)
        assert deliveries.waiting(state.select) == {"d.md": 5.0}
        assert deliveries.last_look(state.select) == 7
        with state.writing() as connection:
            deliveries.end_pass(connection, {}, [], [])
        assert deliveries.waiting(state.select) == {}


def test_what_was_replaced_in_a_delivered_file_is_earlier_at_once(world: World) -> None:
    state = world.state()
    with state.lock(0, typing=[P("d.md")]):
        for value in ("old", "new"):
            state.keep([BaseUpdate(frozenset(), {ROW: value})])
        assert not state.was_before(ROW, "old")
        assert is_old(state.select, ROW, "old", ())
        with state.writing() as connection:
            deliveries.end_pass(connection, {}, ["d.md"], [])
        assert state.was_before(ROW, "old")


def test_what_is_remembered_about_copies(world: World) -> None:
    state = world.state()
    assert not deliveries.has_listed(state.select)
    two = [CopyRecord(P("a 2.md"), "mine"), CopyRecord(P("b.md"), "merged", "h")]
    with state.lock(0), state.writing() as connection:
        deliveries.note_copies(connection, two, {P("a 2.md"), P("b.md")})
    assert deliveries.has_listed(state.select)
    assert set(deliveries.read_copies(state.select)) == set(two)
    with state.lock(0), state.writing() as connection:
        deliveries.leave_copies(connection, 0, [P("c.md")])
    left = {each.path for each in deliveries.read_copies(state.select) if each.decision == "left"}
    assert left == {"b.md", "c.md"}, "merged by the undone pass, and put back by it"
    with state.lock(0), state.writing() as connection:
        deliveries.note_copies(connection, [], {P("a 2.md")})
    assert [each.path for each in deliveries.read_copies(state.select)] == ["a 2.md"]


def test_a_file_that_waits_does_so_until_the_next_pass_has_ended(world: World) -> None:
    state = world.state()
    with state.lock(0):
        with state.writing() as connection:
            deliveries.note_waiting(connection, P("caf\udce9.md"), 5.0)
            deliveries.note_waiting(connection, P("caf\udce9.md"), 6.0)
        assert deliveries.waiting(state.select) == {"caf\udce9.md": 6.0}
        with state.writing() as connection:
            deliveries.end_pass(connection, {"d.md": 7.0, "e.md": 8.0}, [], [])
        assert deliveries.waiting(state.select) == {"d.md": 7.0, "e.md": 8.0}


def test_what_was_replaced_in_a_delivered_note_is_earlier_in_each_of_its_digests(
    world: World,
) -> None:
    other = ROW._replace(key=Key("other"))
    state = world.state()
    with state.lock(0, typing=[P("d.md")]):
        for value in ("old", "new"):
            state.keep([BaseUpdate(frozenset(), {ROW: value, other: value})])
        with state.writing() as connection:
            deliveries.end_pass(connection, {}, [], [Key("k")])
        assert state.was_before(ROW, "old") and not state.was_before(other, "old")


def test_where_a_digest_was_is_remembered(world: World) -> None:
    state = world.state()
    assert not deliveries.is_former(state.select, P("a.md"))
    with state.lock(0), state.writing() as connection:
        deliveries.note_former(connection, ["a.md", "b.md"])
        deliveries.note_former(connection, ["a.md"])
    assert [deliveries.is_former(state.select, P(f"{name}.md")) for name in "abc"] == [
        *(True, True, False),
    ]


def test_what_the_last_pass_left_and_what_was_put_back(world: World) -> None:
    """A restored text counts until it is written over, which may fail."""
    for name in "ab":
        world.put(f"{name}.md", "one")
        world.apply(Write(P(f"{name}.md"), "one", "two", ""))
    state = world.state()
    assert deliveries.restored(state.select) == {}
    with state.lock(0):
        for name in "ab":
            restore(world.vault, state, P(f"{name}.md"), started=NOON, in_place=True)
    assert deliveries.restored(state.select) == {"a.md": True, "b.md": True}
    assert deliveries.last_written(state.select) == {"b.md": name_of(b"one")}
    world.apply(Write(P("a.md"), "one", "three", ""), Write(P("b.md"), "older", "three", ""))
    assert deliveries.restored(world.state().select) == {"a.md": False, "b.md": True}
    assert deliveries.last_written(world.state().select).keys() == {"a.md", "b.md"}
