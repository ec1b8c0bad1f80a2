"""The records of files over a memory, and who names whom."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.index_worlds import LAST, create, stat
from vault_sync.core.model.plan import BaseKey, BaseUpdate
from vault_sync.core.model.values import Key, RelPath
from vault_sync.edge.state.places import open_there
from vault_sync.sync.incremental import index, memory
from vault_sync.sync.incremental.memory import LazyMapping, Memory
from vault_sync.sync.observation.file_record import File

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


def record(number: int, name: str, *, is_open: bool = False) -> File:
    return File(stat(number), bytes([number]) * 16, "note", f"arxiv:{name}", "", open=is_open)


A, B, C = (RelPath(f"papers/{name}.md") for name in "abc")
BEFORE = {A: record(1, "a"), B: record(2, "b", is_open=True)}


@pytest.mark.parametrize("most", [0, 1, 2, 3, 1_000])
def test_what_is_stored_over_an_index_is_what_the_next_pass_reads(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many stats are others than in the piece of all."""
    monkeypatch.setattr(index, "MOST_STATS", most)
    path, now = tmp_path / "index.sqlite", dict[RelPath, File](BEFORE)
    create(path, "0", LAST, BEFORE)
    changes: list[dict[RelPath, File | None]] = [
        {C: record(3, "c")},
        {A: record(4, "d", is_open=True), B: None},
        {B: record(5, "a"), C: record(3, "c", is_open=True)},
        {},
    ]
    for number, change in enumerate(changes, 1):
        connection = open_there(path, "mode=rw")
        found = Memory(path, connection, index.file_stats(connection, str(number - 1)))
        assert {each: found.get(each) for each in (A, B, C)} == {
            each: now.get(each) for each in (A, B, C)
        }
        stored = found.store(str(number), LAST._replace(facts=str(number)), change)
        now = {each: file for each, file in (now | change).items() if file is not None}
        read = index.file_stats(connection, str(number))
        assert stored == read and index.is_whole(path)
        assert read.stats == {each: file.stat for each, file in now.items()}
        assert read.open == {each for each, file in now.items() if file.open}
        for name in "abcd":
            about = {each for each, file in now.items() if file.keys == f"arxiv:{name}"}
            assert set(found.find(index.about(f"arxiv:{name}"))) == about
            called = {each for each in now if each == f"papers/{name}.md"}
            assert set(found.find(index.called(RelPath(f"{name}.md")))) == called
        found.close()


def test_a_lazy_mapping_finds_each_value_once_and_lists_none() -> None:
    asked: list[str] = []

    def find(key: str) -> int | None:
        asked.append(key)
        return {"a": 0}.get(key)

    found = LazyMapping(find)
    assert [found["a"], found.get("a"), found.get("b"), found.get("b")] == [0, 0, None, None]
    assert asked == ["a", "b"] and "b" not in found
    for listed in (iter, len):
        with pytest.raises(TypeError, match="by key only"):
            listed(found)
