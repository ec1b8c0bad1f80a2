"""Refused fields are remembered until they are agreed on, or lifted."""

from __future__ import annotations

from tests.support.state_rows import A, B, keep, say
from tests.support.written_world import World
from vault_sync.core.model.plan import BaseKey, BaseUpdate
from vault_sync.core.model.values import Key
from vault_sync.edge.state.refusals import (
    count_refused,
    forget,
    lift,
    papers_without_note,
    read_refused,
    refuse,
)


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


LINK = BaseKey(Key(""), "papers/a.md", "link")
NOTE = BaseKey(Key("c"), "", "note")


def test_a_refused_link_is_of_no_paper_and_read_with_each(world: World) -> None:
    keep(world, BaseUpdate(frozenset(), {LINK: "old"}))
    keep(world, BaseUpdate(frozenset(), {LINK: "new"}))
    state = world.state()
    with state.lock(0):
        refuse(state, [(A, ("d", "n"), None), (LINK, ("x", "y"), None)], [(LINK, "old")], 7)
        assert read_refused(state.select) == {A: ("d", "n"), LINK: ("x", "y")}
        assert read_refused(state.select, [Key("b")]) == {LINK: ("x", "y")}
        assert state.rows() == {LINK: "new"}, "neither has a value in the base from now on"
        assert state.was_before(LINK, "old"), "whatever a file said is earlier all the same"


def test_a_refusal_goes_when_a_text_is_another(world: World) -> None:
    state = world.state()
    forget(state, [])  # without the lock, which a writer must have
    assert count_refused(state.select) == 0
    with state.lock(0):
        refuse(state, [(A, ("d", "n"), None), (NOTE, ("", ""), None)], [], 7)
        assert papers_without_note(state.select) == {"c"}
        refuse(state, [(A, ("e", "m"), None)], [], 8)
        assert read_refused(state.select, [A.key]) == {A: ("e", "m")}
        forget(state, [A, B])
        assert read_refused(state.select) == {NOTE: ("", "")}
        assert count_refused(state.select) == 1
