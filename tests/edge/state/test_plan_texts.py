"""The texts of a large plan: on the disk or in memory, they are what was drafted."""

from __future__ import annotations

import sqlite3

import pytest
from vault_sync.core.model.plan import Create
from vault_sync.core.model.values import RelPath
from vault_sync.edge.state.plan_texts import PlanTexts

TEXTS = ["x" * 60, "한국어\n", "not UTF-8: \udcff\udc80", ""]


def test_a_text_is_the_same_in_memory_and_on_the_disk() -> None:
    texts = PlanTexts()
    stored = [texts.store(text) for text in TEXTS]
    assert not any(isinstance(text, str) for text in stored)
    assert [str(text) for text in stored] == TEXTS
    pairs = [Create(RelPath("a.md"), text, "new") for text in (stored[1], TEXTS[1])]
    assert pairs[0] == pairs[1] and len(set(pairs)) == 1 and repr(pairs[0]) == repr(pairs[1])
    assert pairs[0].after == TEXTS[1] and pairs[0] != Create(RelPath("a.md"), "other", "new")


def test_a_text_outlives_what_stored_it_and_no_room_leaves_it_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone = PlanTexts().store("drafted")
    assert not isinstance(alone, str) and str(alone) == "drafted"

    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(sqlite3, "connect", full)
    assert PlanTexts().store("drafted") == "drafted"


def test_a_disk_that_fails_is_an_error_of_the_system() -> None:
    texts = PlanTexts()
    stored = texts.store("drafted")
    texts._opened().execute("DROP TABLE text")
    with pytest.raises(OSError, match="cannot be read again"):
        str(stored)
