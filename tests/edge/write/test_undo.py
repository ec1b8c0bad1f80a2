"""What was written and why; taking it back; getting a text back."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from tests.support.passes import a_pass
from tests.support.written_world import NOON, P, World
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Create, Outcome, Rename, Trash, Write
from vault_sync.core.model.values import Key, RelPath
from vault_sync.edge.state.pass_log import drop_old, file_of, name_of, note_lost_entries, save
from vault_sync.edge.state.pass_log import records as log
from vault_sync.edge.write.undo import UndoRules, list_saved, restore, undo


def take_back(world: World, pass_id: int | None = None) -> Outcome:
    state = world.state()
    with state.lock(0):
        return undo(world.vault, state, pass_id, started=NOON)


def bring_back(world: World, path: str, name: str | None = None) -> RelPath:
    state = world.state()
    with state.lock(0):
        outcome = restore(world.vault, state, P(path), started=NOON, name=name)
    (operation,) = outcome.done
    return operation.path


def test_refused_over_newer_edits_file_by_file(world: World) -> None:
    a_pass(world)
    edited = {"n/a.md": "mine a", "b.md": "mine b", "n/c.md": "mine c", ".trash/d.md": "mine d"}
    for path, text in edited.items():
        world.put(path, text)
    outcome = take_back(world)
    # What lies in the trash is made again from the saved text; the edited one stays there.
    assert [one.path for one in outcome.done] == ["d.md"]
    refused = sorted((one.operation.path, one.reason) for one in outcome.undone)
    newer = "it has newer edits, which are kept"
    # Twice: the writing and the renaming.
    assert refused == [(path, newer) for path in ("b.md", "n/a.md", "n/c.md", "n/c.md")]
    assert world.texts() == {**edited, "d.md": "old d", "e.md": "old e"}
    assert {row.key for row in world.state().rows()} == {"a", "b", "bc", "nothing written"}


def test_a_file_that_only_moved_goes_back(world: World) -> None:
    world.put("old.md", "a text")
    world.apply(Rename(P("old.md"), P("n/new.md"), "a text", "date known"))
    assert world.texts() == {"n/new.md": "a text"}
    (move,) = take_back(world).done
    assert isinstance(move, Rename) and world.texts() == {"old.md": "a text"}


def test_a_place_that_is_taken_since_is_not_overwritten(world: World) -> None:
    a_pass(world)
    world.put("c.md", "another c")
    world.put("d.md", "another d")
    world.put("b.md", "mine b")
    outcome = take_back(world)
    assert {one.operation.path for one in outcome.undone} == {"b.md", ".trash/d.md", "n/c.md"}
    texts = world.texts()
    assert texts["c.md"] == "another c" and texts["d.md"] == "another d"
    assert texts["n/c.md"] == "old c" and texts["b.md"] == "mine b"
    # "bc" rests on c.md, which has its old text again, if not its old name.
    assert {row.key for row in world.state().rows()} == {"b", "nothing written"}


def test_what_was_not_done_is_not_taken_back(world: World) -> None:
    world.put("a.md", "theirs")
    world.put("b.md", "old")
    world.apply(Create(P("a.md"), "new", ""), Write(P("b.md"), "old", "new", ""))
    outcome = take_back(world)
    assert [one.path for one in outcome.done] == ["b.md"] and not outcome.undone
    assert world.texts() == {"a.md": "theirs", "b.md": "old"}


def test_there_must_be_a_pass(world: World) -> None:
    with pytest.raises(LookupError, match="no pass to take back"):
        take_back(world)
    a_pass(world)
    with pytest.raises(LookupError, match="no pass 7"):
        take_back(world, 7)


def test_taken_back_whole(world: World) -> None:
    before = a_pass(world)
    outcome = take_back(world)
    assert not outcome.undone
    assert world.texts() == {**before, ".trash/a.md": "new a"}
    assert world.saved() >= {"old b", "old c", "new b", "new c", "new a"}


def test_the_base_forgets_what_was_taken_back_and_only_that(world: World) -> None:
    a_pass(world)
    world.put("n/c.md", "mine c")
    take_back(world)
    assert {row.key for row in world.state().rows()} == {"nothing written"}


def test_the_base_keeps_what_only_refused_files_say(world: World) -> None:
    a_pass(world)
    world.put("b.md", "mine b")
    take_back(world)
    assert {row.key for row in world.state().rows()} == {"b", "nothing written"}


def test_a_digest_whose_lost_entries_are_not_kept_is_taken_back_without_them(
    world: World,
) -> None:
    digest, other = P("week.md"), P("other.md")
    for path in (digest, other):
        world.put(path, "old\n")
    world.apply(*(Write(path, "old\n", "new\n", "") for path in (digest, other)))
    state = world.state()
    with state.lock(0):
        note_lost_entries(state, [(digest, "old\nwith all\n", "old\n")])
    file_of(state.saved, name_of(b"old\nwith all\n")).unlink()
    outcome = take_back(world)
    assert sorted(one.path for one in outcome.done) == [other, digest] and not outcome.undone
    assert world.texts() == {digest: "old\n", other: "old\n"}


TICKED = "- [x] take the digest's ^0123456789ab-digest\n"


def test_a_text_of_which_no_row_speaks_goes_with_the_next_that_is_old(world: World) -> None:
    """Nobody looks for it before: a pass seldom pays for that."""
    world.put("a.md", "one")
    world.apply(Write(P("a.md"), "one", "two", ""))
    state = world.state()
    (stray,) = (file_of(state.saved, name) for name in save(state.saved, [b"stray"], 1))
    os.utime(stray, (1, 1))
    with state.lock(0):
        assert drop_old(state, NOON + timedelta(days=90), 90) == 0
        assert stray.exists()
        assert drop_old(state, NOON + timedelta(days=91), 90) == 1
    assert not stray.exists() and world.saved() == {"one"}, "that one was written just now"


def test_only_of_the_conflicts_note_ticks_are_taken_back_too(world: World) -> None:
    """It comes back if it went to the trash, but does not go out of it."""
    page, note = P("Sync conflicts.md"), P("a.md")
    for path in (page, note):
        world.put(path, TICKED)
        world.apply(Write(path, TICKED, "no box\n", ""))
    world.apply(Trash(page, P(".trash/Sync conflicts.md"), "no box\n", ""))
    for pass_id in (3, 2, 1):
        state = world.state()
        with state.lock(0):
            outcome = undo(world.vault, state, pass_id, started=NOON, rules=UndoRules(page))
        assert not outcome.undone
    assert world.texts() == {
        page: TICKED.replace("x", " ", 1),
        note: TICKED,
        ".trash/Sync conflicts.md": "no box\n",
    }


def test_undo_goes_back_pass_by_pass_and_can_itself_be_taken_back(world: World) -> None:
    world.put("a.md", "one")
    world.apply(Write(P("a.md"), "one", "two", ""))
    world.apply(Write(P("a.md"), "two", "three", ""))
    take_back(world)
    assert world.texts() == {"a.md": "two"}
    take_back(world)
    assert world.texts() == {"a.md": "one"}
    with pytest.raises(LookupError):
        take_back(world)
    newest = log(world.state())[0]
    assert newest.cause == "undo 1"
    take_back(world, newest.id)
    assert world.texts() == {"a.md": "two"}


def test_the_trash_may_have_been_emptied(world: World) -> None:
    a_pass(world)
    (world.vault / ".trash" / "d.md").unlink()
    assert not take_back(world).undone
    assert world.texts()["d.md"] == "old d"


def test_a_text_that_is_no_longer_kept(world: World) -> None:
    a_pass(world)
    for path in world.folder.glob("state/*/saved/*/*"):
        path.write_text("spoilt")
    outcome = take_back(world)
    reasons = {str(one.operation.path): one.reason for one in outcome.undone}
    assert set(reasons) == {"b.md", "n/c.md"}
    assert "not kept any more" in reasons["b.md"]
    assert world.texts()["b.md"] == "new b"


def test_restore_puts_a_text_back_where_nothing_is(world: World) -> None:
    world.put("a.md", "old")
    world.apply(Write(P("a.md"), "old", "new", ""))
    (world.vault / "a.md").unlink()
    assert bring_back(world, "a.md") == "a.md"
    assert world.texts() == {"a.md": "old"}


def test_restore_overwrites_nothing(world: World) -> None:
    world.put("x/a.md", "old")
    world.apply(Write(P("x/a.md"), "old", "new", ""))
    assert bring_back(world, "x/a.md") == "x/a (restored).md"
    assert bring_back(world, "x/a.md") == "x/a (restored 2).md"
    assert world.texts() == {
        "x/a (restored 2).md": "old",
        "x/a (restored).md": "old",
        "x/a.md": "new",
    }


@pytest.mark.parametrize("damaged", ["", "\ufeff \n", "ol\0\0 tok-left"])
def test_restore_takes_the_place_of_damage_and_saves_that(world: World, damaged: str) -> None:
    world.put("a.md", "old")
    world.apply(Write(P("a.md"), "old", "new", ""))
    world.put("a.md", damaged)
    assert bring_back(world, "a.md") == "a.md"
    assert world.texts() == {"a.md": "old"}
    assert "tok-left" not in damaged or damaged in world.saved()
    # What was damaged is saved, and only brought back by its name.
    with pytest.raises(LookupError):
        bring_back(world, "a.md")


def test_restore_takes_what_the_last_pass_read_before_what_was_saved(world: World) -> None:
    world.put("a.md", "old")
    agreed = BaseUpdate(frozenset(), {BaseKey(Key(""), P("a.md"), "text"): "newest"})
    world.apply(Write(P("a.md"), "old", "new", ""), base_updates=(agreed,))
    (world.vault / "a.md").unlink()
    assert bring_back(world, "a.md") == "a.md"
    assert world.texts() == {"a.md": "newest"}
    assert bring_back(world, "a.md") == "a (restored).md"
    assert world.texts()["a (restored).md"] == "old"


def test_restore_takes_the_newest_that_is_not_there_already_or_the_one_named(world: World) -> None:
    world.put("a.md", "one")
    for old, new in (("one", "two"), ("two", "three"), ("three", "two")):
        world.apply(Write(P("a.md"), old, new, ""))
    texts = list_saved(world.state(), P("a.md"))
    assert [file.read_text() for file, _ in texts] == ["three", "two", "one"]
    assert bring_back(world, "a.md") == "a (restored).md"
    assert world.texts()["a (restored).md"] == "three"
    bring_back(world, "a.md", texts[2].row.name)
    assert world.texts()["a (restored 2).md"] == "one"


def test_restore_of_what_was_never_saved(world: World) -> None:
    world.put("a.md", "old")
    with pytest.raises(LookupError, match=r"no other text of a\.md"):
        bring_back(world, "a.md")


def test_saved_texts_are_dropped_by_age_and_counted(world: World) -> None:
    world.put("a.md", "one")
    world.apply(Write(P("a.md"), "one", "two", ""))
    state = world.state()
    with state.lock(0):
        assert drop_old(state, NOON + timedelta(days=90), 90) == 0
    assert world.saved() == {"one"}
    # The file's own time counts as well: it was written now, whatever the pass said.
    file = next(world.folder.glob("state/*/saved/*/*"))
    later = NOON + timedelta(days=365 * 50)
    with state.lock(0):
        assert drop_old(state, later, 90) == 1
    assert not file.exists() and list_saved(world.state()) == []
