"""The records of files over a memory, and who names whom."""

from __future__ import annotations

from vault_sync.core.model.plan import BaseKey, BaseUpdate
from vault_sync.core.model.values import Key
from vault_sync.sync.incremental import memory

KEY = Key("arxiv:1")


def test_who_names_whom_after_some_updates() -> None:
    named = BaseKey(Key("a"), "", "mentions")
    namers = {Key("a"): (KEY,), Key("b"): (KEY,)}
    drop = BaseUpdate(frozenset(), {}, frozenset({named, named._replace(key=Key("x"))}))
    assert memory.namers_after(namers, [drop]) == {Key("b"): (KEY,)}
    put = BaseUpdate(frozenset(), {named: ("b", "c"), named._replace(key=Key("b")): ()})
    assert memory.namers_after(namers, [put]) == {Key("a"): (Key("b"), Key("c"))}
    other = named._replace(field="tags")
    assert memory.namers_after(namers, [BaseUpdate(frozenset(), {other: ("b",)})]) == namers
