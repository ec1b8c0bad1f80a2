"""Refused fields are remembered until they are agreed on, or lifted."""

from __future__ import annotations

from tests.support.state_rows import A, B, keep, say
from tests.support.written_world import World
from vault_sync.core.model.values import Key
from vault_sync.edge.state.refusals import count_refused, lift, read_refused, refuse


def test_remembered_with_the_base_value_and_forgotten_with_the_next_agreement(world: World) -> None:
    keep(world, say('"old"'), say('"old"', B))
    keep(world, say('"new"'))
    state = world.state()
    with state.lock(0):
        refuse(state, [(A, ("d", "n"), '"old"'), (B, ("e", "m"), None)], [(A, '"new"')], 7)
        assert read_refused(state.select) == {A: ("d", "n"), B: ("e", "m")}
        assert read_refused(state.select, [Key("b")]) == {B: ("e", "m")}
        assert state.rows()[A] == '"old"'
        assert not state.was_before(A, '"new"'), "it may be done again"
        state.keep([say('"third"')])
        assert read_refused(state.select) == {B: ("e", "m")}
        assert (lift(state), count_refused(state.select), lift(state)) == (1, 0, 0)
