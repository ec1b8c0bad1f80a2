"""Deliveries in the state: what waits, and what is earlier because of them."""

from __future__ import annotations

from tests.support.written_world import P, World
from vault_sync.core.model.plan import BaseKey, BaseUpdate
from vault_sync.core.model.values import Key
from vault_sync.edge.state import deliveries
from vault_sync.edge.state.deliveries import CopyRecord
from vault_sync.edge.state.earlier_values import is_old

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
