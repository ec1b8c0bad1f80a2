"""The base: what is put stands, what is promised waits, what is damaged does not count."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from tests.support.state_rows import ROWS, A, B, keep, say, spoil, stopped_after_the_journal
from tests.support.written_world import P, World, agree
from vault_sync.core.model.base import FileMark
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Value
from vault_sync.core.model.values import Key, RelPath
from vault_sync.edge.state.base_table import change_files, read_about, read_files

# ---- the base and its history


def test_a_value_may_go_back_and_forth(world: World) -> None:
    for value in ('"one"', '"two"', '"one"', '"two"', '"one"'):
        keep(world, say(value))
    state = world.state()
    assert state.rows() == {A: '"one"'}
    assert state.was_before(A, '"two"')
    assert not state.was_before(A, '"one"')  # it stands now


def test_also_within_one_commit(world: World) -> None:
    keep(world, *(say(value) for value in ('"one"', '"two"', '"one"', '"two"')))
    assert world.state().rows() == {A: '"two"'}


def test_a_dropped_row_is_gone_and_its_value_earlier(world: World) -> None:
    keep(world, say('"one"'), say('"b"', B))
    keep(world, BaseUpdate(frozenset(), {}, frozenset({A})))
    state = world.state()
    assert state.rows() == {B: '"b"'}
    assert state.was_before(A, '"one"')


def test_a_row_is_dropped_whether_or_not_the_others_are_there(world: World) -> None:
    keep(world, say('"one"'))
    keep(world, BaseUpdate(frozenset(), {}, frozenset({A, B})))
    assert world.state().rows() == {}


def test_a_row_that_is_dropped_and_put_is_put(world: World) -> None:
    keep(world, say('"one"'))
    keep(world, BaseUpdate(frozenset(), {A: '"two"'}, frozenset({A})))
    assert world.state().rows() == {A: '"two"'}


@settings(max_examples=25)
@given(ROWS)
def test_any_rows_come_back(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[BaseKey, Value]
) -> None:
    world = World(tmp_path_factory.mktemp("rows"))
    keep(world, BaseUpdate(frozenset(), rows))
    assert world.state().rows() == rows


TEXT = BaseKey(Key(""), "week.md", "text")


def test_rows_are_read_of_the_papers_and_digests_that_updates_are_about(world: World) -> None:
    rows = {A: '"a"', B: '"b"', TEXT: '"t"'}
    keep(world, BaseUpdate(frozenset(), rows))
    state = world.state()
    for row in rows:
        for update in (
            BaseUpdate(frozenset(), {row: '"x"'}),
            BaseUpdate(frozenset(), {}, frozenset({row})),
        ):
            found = read_about(state.select, [update], dict)
            assert found == {each: rows[each] for each in rows if each.key == row.key}


def test_of_a_damaged_base_the_whole_is_read_as_it_counts_then(world: World) -> None:
    keep(world, say('"a"'))
    spoil(world, "UPDATE said SET value = 'x'")
    update = BaseUpdate(frozenset(), {A: '"x"'})
    assert read_about(world.state().select, [update], lambda: {B: '"b"'}) == {B: '"b"'}


# ---- when it is not believed


@pytest.mark.parametrize(
    "statement",
    [
        """UPDATE said SET value = x'22772e22' WHERE agreement""",
        """UPDATE said SET value = '"v"' WHERE agreement""",
        "UPDATE said SET key = 'l' WHERE agreement",
        "UPDATE said SET agreement = agreement + 1 WHERE agreement",
        "DELETE FROM said WHERE agreement",
        "UPDATE agreement SET count = 2",
        "UPDATE agreement SET dropped = '[]'",
        "UPDATE agreement SET paths = replace(paths, 'a', 'b')",
        "DELETE FROM agreement",
    ],
)
def test_a_damaged_agreement_is_not_kept(world: World, statement: str) -> None:
    keep(world, say('"one"'))
    stopped_after_the_journal(world)
    spoil(world, statement)
    world.recover()
    assert world.texts() == {"a.md": "new"}
    assert world.state().rows() == {A: '"one"'}


def test_what_is_promised_is_not_said_until_the_pass_has_ended(world: World) -> None:
    keep(world, say('"one"'))
    stopped_after_the_journal(world, BaseUpdate(frozenset({P("a.md")}), {A: '"two"'}))
    state = world.state()
    assert state.rows() == {A: '"one"'} and not state.was_before(A, '"one"')
    world.recover()
    state = world.state()
    assert state.rows() == {A: '"two"', **agree().put} and state.was_before(A, '"one"')


# An inode may be any 64 bits; a time may lie before 1970.
MARK = FileMark(2**64 - 1, 12, -(10**18), "ab")
NOTE_A, NOTE_B = RelPath("papers/a.md"), RelPath("papers/\udcc7.md")


def test_what_was_put_is_read_by_paper_and_forgotten(world: World) -> None:
    keep(world, say('"one"'))
    state = world.state()
    other = MARK._replace(hash="cd")
    with state.lock(0):
        with state.writing() as connection:
            change_files(connection, {NOTE_A: (Key("k"), MARK), NOTE_B: (Key(""), other)}, [])
        assert read_files(state.select) == {Key("k"): {NOTE_A: MARK}, Key(""): {NOTE_B: other}}
        assert read_files(state.select, [Key("k"), Key("none")]) == {Key("k"): {NOTE_A: MARK}}
        with state.writing() as connection:
            change_files(connection, {NOTE_A: (Key("j"), other)}, [NOTE_B])
        assert read_files(state.select) == {Key("j"): {NOTE_A: other}}
