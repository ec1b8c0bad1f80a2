"""Rows of a base, put and spoilt."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import strategies as st
from tests.support.written_world import Killed, P, World, agree
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Write
from vault_sync.core.model.values import Key

A = BaseKey(Key("a"), "week.md", "text")
B = BaseKey(Key("b"), "week.md", "text")


def keep(world: World, *base_updates: BaseUpdate) -> None:
    state = world.state()
    with state.lock(0):
        state.keep(base_updates)


def say(value: str, row: BaseKey = A) -> BaseUpdate:
    return BaseUpdate(frozenset(), {row: value})


def database(world: World) -> Path:
    return next(world.folder.glob("state/*/state.sqlite"))


TEXTS = st.text(st.characters(codec="utf-8")) | st.binary(max_size=12).map(
    lambda content: content.decode("utf-8", "surrogateescape")
)

ROWS = st.dictionaries(st.builds(BaseKey, st.builds(Key, TEXTS), TEXTS, TEXTS), TEXTS)


def stopped_after_the_journal(world: World, *more: BaseUpdate) -> None:
    def stop(point: str, _: str) -> None:
        if point == "after-journal":
            raise Killed

    world.put("a.md", "old")
    with pytest.raises(Killed):
        world.apply(
            Write(P("a.md"), "old", "new", ""), base_updates=(*more, agree("a.md")), at=stop
        )


def spoil(world: World, statement: str) -> None:
    with sqlite3.connect(database(world)) as connection:
        assert connection.execute(statement).rowcount == 1
    connection.close()
