"""The ways by which files came: who wrote them last."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.support.reader import NOTE, WEEK
from tests.support.scope_world import EDITS, Vault, settled
from tests.support.written_world import P, World
from vault_sync.core.digest import reader
from vault_sync.core.model.base import Arrival, Base, FileMark, value_hash
from vault_sync.core.model.copies import MergedCopies, VaultCopy
from vault_sync.core.model.plan import (
    BaseKey,
    BaseUpdate,
    Conflict,
    Create,
    Outcome,
    Plan,
    Rename,
    Trash,
    Write,
)
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.note import note as note_lens
from vault_sync.core.snapshot import EMPTY
from vault_sync.core.text.encodings import text_hash
from vault_sync.edge.fs.scan import Stat
from vault_sync.edge.state import deliveries, vault_id
from vault_sync.edge.state.base_table import change_files, read_files
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.observation.observation import ARRIVAL, Observation
from vault_sync.sync.origins import file_marks
from vault_sync.sync.request import PassRequest
from vault_sync.sync.view import look_at_all

A, B, C = P("a.md"), P("b.md"), P("c.md")
NOW = 1000.0


def brought(vault: Vault) -> set[str]:
    os.utime(vault.root / WEEK, (1, 1))  # as a sync service leaves it, or a pass that took long
    return {*look_at_all(vault.context(), PassRequest(), "").observation.base.arrivals}


def test_what_the_last_pass_wrote_was_brought_by_nobody() -> None:
    with settled() as vault:
        EDITS["note tag"](vault, 1)
        assert WEEK in {each.path for each in vault.run().outcome.done}
        assert brought(vault) == set()
        EDITS["digest commentary"](vault, 1)
        assert brought(vault) == {WEEK}
        assert NOTE not in brought(vault)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[StateStore]:
    state = World(tmp_path).state()
    with state.lock(0):
        yield state


def seen_now(*paths: RelPath, base: Base | None = None, text: str = "words\n") -> Observation:
    """Digests of one text each."""
    snapshot = EMPTY._replace(
        digests={path: reader.read(text) for path in paths},
        stats={path: (number, 6, 7) for number, path in enumerate(paths, 1)},
    )
    return Observation(snapshot, base or Base(exists=True), (), "", frozenset(paths))


def arrivals(
    state: StateStore,
    delivered: Mapping[RelPath, int],
    waiting: Mapping[RelPath, float],
    *stuck: RelPath,
) -> Mapping[RelPath, Arrival]:
    """Return how files came of which the pass before began at 10 ns."""
    with state.writing() as connection:
        deliveries.end_pass(connection, {str(path): at for path, at in waiting.items()}, [], [])
        deliveries.note_time(connection, 10)
    copies = MergedCopies(stuck=tuple(VaultCopy(C, path, "digest") for path in stuck))
    seen = seen_now(A, B)._replace(delivered=delivered, copies=copies)
    found = file_marks.with_arrivals(seen, state, NOW).base
    assert found.with_copies == set(stuck) & found.arrivals.keys()
    return found.arrivals


def test_a_file_is_delivered_that_was_brought_since_the_last_pass(state: StateStore) -> None:
    assert arrivals(state, {A: 10, B: 11}, {}) == {B: Arrival(delivered=True)}
    assert arrivals(state, {A: 10}, {}, A) == {}


def test_a_file_that_waits_is_delivered_while_it_is_brought_anew_or_a_copy_of_it_stands(
    state: StateStore,
) -> None:
    both = Arrival(delivered=True, waited=True)
    assert arrivals(state, {}, {A: NOW - 1}) == {A: Arrival(waited=True)}
    assert arrivals(state, {A: 11}, {A: NOW - 1}) == {A: both}
    assert arrivals(state, {}, {A: NOW - 1}, A) == {A: both}
    assert arrivals(state, {A: 11}, {A: NOW - ARRIVAL}, A) == {A: Arrival(waited=True)}


def test_what_restore_put_back_waits_until_the_pass_that_writes_there(
    monkeypatch: pytest.MonkeyPatch, state: StateStore
) -> None:
    monkeypatch.setattr(deliveries, "restored", lambda _: {"a.md": True, "b.md": False})
    found = arrivals(state, {}, {A: NOW, B: NOW, C: NOW})
    assert found == {
        A: Arrival(waited=True, restored=True, was_restored=True),
        B: Arrival(waited=True, was_restored=True),
        C: Arrival(waited=True),
    }
    assert arrivals(state, {A: 11}, {C: NOW})[A] == Arrival(delivered=True)


def test_what_this_program_wrote_was_not_brought_unless_restore_did(
    monkeypatch: pytest.MonkeyPatch, state: StateStore
) -> None:
    written: dict[str, str | None] = {"a.md": text_hash("words\n"), "b.md": text_hash("older\n")}
    monkeypatch.setattr(deliveries, "last_written", lambda _: written)
    assert arrivals(state, {A: 11, B: 11}, {}).keys() == {B}
    assert arrivals(state, {A: 11}, {A: NOW}).keys() == set()
    monkeypatch.setattr(deliveries, "restored", lambda _: {"a.md": True})
    assert arrivals(state, {A: 11}, {A: NOW}).keys() == {A}


def test_after_a_pass_waits_what_was_deferred_and_what_went_back_to_an_older_text(
    state: StateStore,
) -> None:
    came = Base(exists=True, arrivals={A: Arrival(delivered=True)})
    asked = Conflict(Key("k"), A, B, "title", "", "", reason="older")
    state.keep([BaseUpdate(frozenset(), {BaseKey(Key(""), A, "text"): "t"})])
    file_marks.end_pass(state, seen_now(A, base=came), Plan(conflicts=(asked,)), NOW)
    assert deliveries.waiting(state.select) == {A: NOW}, "B was not brought"
    later = Plan(conflicts=(asked._replace(reason=""),), deferred=frozenset((A, B)))
    file_marks.end_pass(state, seen_now(A, base=came), later, NOW + 5)
    assert deliveries.waiting(state.select) == {A: NOW, B: NOW + 5}, "A since it came"
    file_marks.end_pass(state, seen_now(A), Plan(), NOW)
    assert deliveries.waiting(state.select).keys() == {A, B}, "nothing came and nothing is put off"
    file_marks.end_pass(state, seen_now(A, base=came), Plan(), NOW)
    assert deliveries.waiting(state.select) == {}


def test_a_device_has_joined_when_two_passes_at_rest_find_the_same_files(state: StateStore) -> None:
    joining = Base(exists=True, joining=True)
    moved, gone = Rename(A, C, "t", ""), Trash(P("d.md"), P("t/d.md"), "t", "")
    on_its_way = seen_now(A, base=joining)._replace(marks={A: 1})
    for seen, outcome, joined in (
        (seen_now(base=joining), Outcome(), False),
        (seen_now(base=joining), Outcome(), False),  # an empty vault is none that is here
        (seen_now(A, base=joining), Outcome(), False),
        (on_its_way, Outcome(), False),
        (seen_now(A, P("d.md"), base=joining), Outcome((Create(B, "t", ""), moved, gone)), False),
        (seen_now(B, C, base=joining), Outcome(), True),
    ):
        file_marks.join(state, seen, outcome)
        assert vault_id.is_joined(state) == joined


def test_a_device_that_was_never_joining_has_joined(state: StateStore) -> None:
    file_marks.join(state, seen_now(), Outcome())
    assert vault_id.is_joined(state)


def test_the_files_that_a_pass_read_wrote_and_no_longer_found_are_remembered(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    state, old = world.state(), FileMark(1, 6, 7, value_hash("words\n"))
    world.put("b.md", "new\n")
    world.put("e.md", "moved\n")
    with state.lock(0):

        def marks(seen: Observation, *done: Create | Write | Rename) -> dict[RelPath, FileMark]:
            put = {"note": "c.md", "title": "b.md"}
            row = BaseUpdate(frozenset(), {BaseKey(Key("k"), "", each): put[each] for each in put})
            file_marks.remember_files(
                world.vault, state, seen, Plan(base_updates=(row,)), Outcome(done)
            )
            return read_files(state.select).get(Key(""), {})

        assert marks(seen_now(A)) == {}, "without a base nothing is remembered"
        state.keep([BaseUpdate(frozenset(), {BaseKey(Key(""), A, "text"): "t"})])
        assert marks(seen_now(A)) == {A: old}
        before = Base(exists=True, files={Key(""): {A: old}})
        unseen = seen_now(A, base=before)
        unseen = unseen._replace(snapshot=unseen.snapshot._replace(stats={}))
        assert marks(unseen) == {A: old}, "numbers that are not known just now are no news"
        found = marks(seen_now(C, B, base=before), Write(B, "words\n", "new\n", ""))
        assert found.keys() == {B, C}, "A is gone"
        assert found[B].hash == text_hash("new\n") and found[B].size == 4
        found = marks(seen_now(B), Rename(B, P("e.md"), "moved\n", ""))
        assert found.keys() == {C, P("e.md")} and found[P("e.md")].size == 6
        assert P("x.md") not in marks(seen_now(C), Write(P("x.md"), "", "", ""))
        unread = seen_now(B, base=Base(exists=True, files={Key(""): found}))
        assert marks(unread._replace(files=frozenset((B, C)))).keys() == {B, C}, "C is there"
        lost = P("f.md")
        assert lost not in marks(seen_now(lost), Write(lost, "words\n", "new\n", ""))


def test_what_was_replaced_in_a_paper_is_earlier_at_once_if_one_of_its_notes_was_brought(
    tmp_path: Path,
) -> None:
    state, row = World(tmp_path).state(), BaseKey(Key("k"), "", "title")
    came = seen_now(base=Base(exists=True, arrivals={A: Arrival(delivered=True)}))
    snapshot = came.snapshot._replace(managed={Key("k"): (A, B)})
    with state.lock(0, typing=[A]):
        state.keep([BaseUpdate(frozenset(), {BaseKey(Key("k"), "", "note"): A})])
        for value in ("old", "new"):
            state.keep([BaseUpdate(frozenset(), {row: value})])
        assert not state.was_before(row, "old")
        file_marks.end_pass(state, came._replace(snapshot=snapshot), Plan(), NOW)
        assert state.was_before(row, "old")


@pytest.mark.parametrize(("mtime", "hash_"), [(7, "h"), (8, text_hash("words\n"))])
def test_bytes_are_hashed_of_a_file_whose_numbers_are_others(
    state: StateStore, mtime: int, hash_: str
) -> None:
    state.keep([BaseUpdate(frozenset(), {BaseKey(Key(""), A, "text"): "t"})])
    files = {Key(""): {A: FileMark(1, 6, mtime, "h")}, Key("k"): {}}
    seen = seen_now(A, base=Base(exists=True, files=files))
    note = seen.snapshot._replace(
        managed={Key("k"): (B,)},
        notes={B: note_lens.read("n\n")},
        stats={A: (1, 6, 7), B: (2, 2, 7)},
    )
    with state.writing() as connection:
        change_files(connection, {A: (Key(""), files[Key("")][A])}, [])
    file_marks.remember_files(Path(), state, seen._replace(snapshot=note), Plan(), Outcome())
    found = read_files(state.select)
    assert found[Key("")][A].hash == hash_
    assert found[Key("k")] == {B: FileMark(2, 2, 7, text_hash("n\n"))}


def test_some_papers_come_with_the_numbers_of_their_files(state: StateStore) -> None:
    mark = FileMark(1, 2, 3, "h")
    with state.writing() as connection:
        change_files(connection, {A: (Key(""), mark), B: (Key("k"), mark), C: (Key("l"), mark)}, [])
    stats = {B: Stat(5, 6, 7, 8)}
    found, base = file_marks.with_marks(EMPTY, Base(), state, [Key("k")], stats)
    assert found.stats == {A: (1, 2, 3), B: (8, 5, 6)}
    assert base.files == {Key(""): {A: mark}, Key("k"): {B: mark}}
