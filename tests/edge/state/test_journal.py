"""The journal: finished or left undone, and nothing of it left over."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from tests.support.state_rows import (
    ROWS,
    A,
    B,
    database,
    keep,
    say,
    spoil,
    stopped_after_the_journal,
)
from tests.support.written_world import P, World, agree
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Value, Write
from vault_sync.edge.state.schema import encode

# ---- when it is not believed


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET content = x'6e6577e1'",
        "UPDATE journal SET sum = sum + 1",
        "UPDATE operation SET path = 'b.md'",
        "DELETE FROM journal",
    ],
)
def test_a_damaged_journal_is_left_undone(world: World, statement: str) -> None:
    stopped_after_the_journal(world)
    spoil(world, statement)
    told = world.recover()
    assert [one.code for one in told] == ["recovered", "not-recovered"]
    assert world.texts() == {"a.md": "old"}
    assert world.state().rows() == {}
    assert world.recover() == []


def test_nothing_is_written_twice_or_left_over(world: World) -> None:
    """Neither what was replaced nor what was not kept."""
    keep(world, say('"one"'), say('"b"', B))
    world.put("a.md", "old")
    world.put("c.md", "edited")
    world.apply(
        Write(P("a.md"), "old", "new", ""),
        Write(P("c.md"), "old", "new", ""),
        base_updates=(
            BaseUpdate(frozenset({P("a.md")}), {A: '"two"'}, frozenset({B})),
            BaseUpdate(frozenset({P("c.md")}), {B: '"three"'}),
        ),
    )
    with closing(sqlite3.connect(database(world))) as connection:
        assert connection.execute("SELECT value FROM said").fetchall() == [(encode('"two"'),)]
        assert connection.execute("SELECT count(*) FROM journal").fetchone() == (0,)
        assert connection.execute("SELECT count, dropped FROM agreement").fetchall() == [(1, None)]
    assert world.state().rows() == {A: '"two"'}
    assert world.state().was_before(B, '"b"')


@settings(max_examples=25)
@given(ROWS)
def test_any_rows_come_back_from_the_journal(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[BaseKey, Value]
) -> None:
    world = World(tmp_path_factory.mktemp("rows"))
    keep(world, say('"one"'))
    dropped = BaseUpdate(frozenset({P("a.md")}), rows, frozenset({A} - rows.keys()))
    stopped_after_the_journal(world, dropped)
    world.recover()
    assert world.state().rows() == {**rows, **agree().put}


@pytest.mark.parametrize("statement", [None, "UPDATE journal SET sum = sum + 1"])
def test_a_pass_that_is_over_leaves_nothing_in_the_journal(
    world: World, statement: str | None
) -> None:
    world.put("a.md", "first")
    world.apply(Write(P("a.md"), "first", "old", ""), base_updates=(agree("a.md", key="before"),))
    stopped_after_the_journal(world, agree("a.md", key="before", drop=True))
    if statement:
        spoil(world, statement)
    world.recover()
    select = world.state().select
    # What a damaged pass had promised is forgotten whole.
    kept = 1 if statement else 3
    assert select("SELECT count(*), count(dropped) FROM agreement") == [(kept, 0)]
    assert select("SELECT count(*) FROM journal") == [(0,)]
