"""One file's turn: what must not be touched, and somebody else who writes at the same moment."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from tests.support.points import ANY, OF_A_MOVE, OF_AN_EXCHANGE
from tests.support.saving import STYLES, by_rename
from tests.support.written_world import P, World, agree
from vault_sync.core.model.plan import Create, Operation, Rename, Trash, Write
from vault_sync.core.model.values import RelPath
from vault_sync.edge.state import pass_log
from vault_sync.edge.write import swap

# ---- what is refused, and leaves everything as it was


def hard_linked(world: World) -> None:
    os.link(world.put("a.md", "old"), world.folder / "other name")


def read_only(world: World) -> None:
    world.put("a.md", "old").chmod(0o444)


def linked_file(world: World) -> None:
    world.put("real.md", "old")
    (world.vault / "a.md").symlink_to("real.md")


def linked_folder(world: World) -> None:
    outside = world.folder / "outside"
    outside.mkdir()
    (outside / "a.md").write_text("old")
    (world.vault / "in").symlink_to(outside)


def taken(world: World) -> None:
    world.put("a.md", "theirs")


def taken_but_for_case(world: World) -> None:
    world.put("A.MD", "theirs")


def taken_but_for_normalisation(world: World) -> None:
    world.put(unicodedata.normalize("NFD", "가.md"), "theirs")


def old(world: World) -> None:
    world.put("a.md", "old")


def old_and_linked_folder(world: World) -> None:
    old(world)
    linked_folder(world)


def old_and_another(world: World) -> None:
    old(world)
    world.put("b.md", "theirs")


def own_folder_linked(world: World) -> None:
    old(world)
    (world.folder / "elsewhere").mkdir()
    (world.vault / ".vault-sync").symlink_to(world.folder / "elsewhere")


def trash_linked(world: World) -> None:
    old(world)
    (world.folder / "elsewhere").mkdir()
    (world.vault / ".trash").symlink_to(world.folder / "elsewhere")


def nothing(world: World) -> None:
    del world


REFUSED: dict[str, tuple[Callable[[World], None], Operation, str]] = {
    "edited since": (old, Write(P("a.md"), "older", "new", ""), "edited meanwhile"),
    "gone since": (nothing, Write(P("a.md"), "old", "new", ""), "gone"),
    "hard links": (hard_linked, Write(P("a.md"), "old", "new", ""), "hard links"),
    "read-only": (read_only, Write(P("a.md"), "old", "new", ""), "read-only"),
    "symlink": (linked_file, Write(P("a.md"), "old", "new", ""), "symbolic link"),
    "through a symlink": (linked_folder, Write(P("in/a.md"), "old", "new", ""), "symbolic link"),
    "made behind a symlink": (linked_folder, Create(P("in/b.md"), "new", ""), "symbolic link"),
    "moved behind a symlink": (
        old_and_linked_folder,
        Rename(P("a.md"), P("in/b.md"), "old", ""),
        "symbolic link",
    ),
    "taken": (taken, Create(P("a.md"), "new", ""), "made meanwhile"),
    "taken, another case": (taken_but_for_case, Create(P("a.md"), "new", ""), "only Markdown"),
    "taken, NFD": (taken_but_for_normalisation, Create(P("가.md"), "new", ""), "normalisation"),
    "renamed onto another": (
        old_and_another,
        Rename(P("a.md"), P("b.md"), "old", ""),
        "already",
    ),
    "renamed and edited": (old, Rename(P("a.md"), P("b.md"), "older", ""), "edited meanwhile"),
    "trashed and edited": (old, Trash(P("a.md"), P(".trash/a.md"), "older", ""), "edited"),
    "trashed and gone": (nothing, Trash(P("a.md"), P(".trash/a.md"), "old", ""), "removed"),
    "renamed and gone": (nothing, Rename(P("a.md"), P("b.md"), "old", ""), "removed"),
    "own folder a symlink": (
        own_folder_linked,
        Write(P("a.md"), "old", "new", ""),
        "symbolic link",
    ),
    "trash a symlink": (trash_linked, Trash(P("a.md"), P(".trash/a.md"), "old", ""), "link"),
    "no Markdown": (nothing, Create(P("a.js"), "new", ""), "only Markdown"),
    "outside": (nothing, Create(P("../a.md"), "new", ""), "outside"),
    "absolute": (nothing, Create(P("/tmp/a.md"), "new", ""), "outside"),
    "dot folder": (nothing, Create(P(".obsidian/a.md"), "new", ""), "dot folder"),
    "hidden by a format character": (
        nothing,
        Create(P("\u200c.obsidian/a.md"), "new", ""),
        "dot folder",
    ),
    "in the trash": (nothing, Create(P(".trash/a.md"), "new", ""), "dot folder"),
    "deep in the trash": (old, Trash(P("a.md"), P(".trash/x/a.md"), "old", ""), "dot folder"),
    "backslash": (nothing, Create(P("..\\a.md"), "new", ""), "character"),
    "name too long": (nothing, Create(P("a" * 300 + ".md"), "new", ""), "too long"),
}


def test_a_folder_of_another_case_is_refused(world: World) -> None:
    world.put("Papers/b.md", "theirs")
    outcome = world.apply(Create(P("papers/a.md"), "new", ""))
    assert "case" in outcome.undone[0].reason
    assert world.texts() == {"Papers/b.md": "theirs"}


def test_a_folder_that_is_called_like_a_note_is_refused(world: World) -> None:
    (world.vault / "a.md").mkdir()
    (undone,) = world.apply(Write(P("a.md"), "old", "new", "")).undone
    assert undone.reason == "it is not a regular file"
    assert (world.vault / "a.md").is_dir()


@pytest.mark.parametrize("case", REFUSED)
def test_refused(world: World, case: str) -> None:
    arrange, operation, words = REFUSED[case]
    arrange(world)
    if case == "taken, another case":
        (world.vault / "A.MD").rename(world.vault / "A.md")
        words = "case"
    before = world.texts()
    outside = world.folder / "outside" / "a.md"
    outcome = world.apply(operation, base_updates=(agree(operation.path),))
    assert not outcome.done
    assert [one.operation for one in outcome.undone] == [operation]
    assert words in outcome.undone[0].reason
    assert world.texts() == before
    assert not outside.exists() or outside.read_text() == "old"
    assert list(world.folder.glob("elsewhere/*")) == []
    assert world.state().rows() == {}
    assert list((world.vault / ".vault-sync").glob("tmp/*")) == []


# ---- somebody else writes at the same moment


MOMENTS = [
    (kind, point)
    for kind in ("create", "write", "rename", "trash")
    for point in (*ANY, *(OF_AN_EXCHANGE if kind == "write" else OF_A_MOVE))
]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("kind", "point"), MOMENTS[5:])
def test_an_edit_at_a_point_is_kept(world: World, kind: str, point: str, style: str) -> None:
    file = world.put("a.md", "old tok-old")
    operations: dict[str, Operation] = {
        "write": Write(P("a.md"), "old tok-old", "new tok-new", ""),
        "rename": Rename(P("a.md"), P("b.md"), "old tok-old", ""),
        "trash": Trash(P("a.md"), P(".trash/a.md"), "old tok-old", ""),
    }

    def at(here: str, _: RelPath) -> None:
        if here == point:
            STYLES[style](file, "edited tok-edit")

    outcome = world.apply(operations[kind], base_updates=(agree("a.md"),), at=at)
    # What is only renamed is not saved: its writer's own edit replaced it.
    assert world.holds("tok-old") or kind == "rename"
    assert "edited tok-edit" in world.texts().values(), "the edit stands where its writer sees it"
    if kind == "trash" and point in {"after-journal", "before-look", "before-move"}:
        assert world.texts() == {"a.md": "edited tok-edit"}, "an edit beats a removal"
    if kind == "write" and outcome.done:
        # Edited after the exchange: of our text, and the base says what both sides had said.
        assert point in {"after-exchange", "before-base"}
        assert world.texts() == {"a.md": "edited tok-edit"}
    world.recover()
    assert "edited tok-edit" in world.texts().values()


@pytest.mark.parametrize(("kind", "point"), MOMENTS)
def test_a_removal_at_a_point_brings_nothing_back_and_harms_nothing(
    world: World, kind: str, point: str
) -> None:
    file = world.put("a.md", "old tok-old")
    operations: dict[str, Operation] = {
        "create": Create(P("c.md"), "new", ""),
        "write": Write(P("a.md"), "old tok-old", "new", ""),
        "rename": Rename(P("a.md"), P("b.md"), "old tok-old", ""),
        "trash": Trash(P("a.md"), P(".trash/a.md"), "old tok-old", ""),
    }

    def at(here: str, _: RelPath) -> None:
        if here == point:
            file.unlink(missing_ok=True)

    world.apply(operations[kind], at=at)
    assert not file.exists()
    if kind == "write":
        assert world.holds("tok-old")


@pytest.mark.parametrize("point", ["before-look", "before-move"])
@pytest.mark.parametrize("kind", ["create", "rename"])
def test_a_file_made_at_the_last_moment_is_not_overwritten(
    world: World, kind: str, point: str
) -> None:
    world.put("a.md", "old")
    operations: dict[str, Operation] = {
        "create": Create(P("b.md"), "new", ""),
        "rename": Rename(P("a.md"), P("b.md"), "old", ""),
    }

    def at(here: str, _: RelPath) -> None:
        if here == point:
            world.put("b.md", "theirs")

    assert not world.apply(operations[kind], at=at).done
    assert world.texts() == {"a.md": "old", "b.md": "theirs"}


def test_edits_upon_edits_while_the_first_is_put_back(world: World) -> None:
    file = world.put("a.md", "old tok-0")
    edits = iter(range(1, 5))

    def at(here: str, _: RelPath) -> None:
        if here in {"before-exchange", "before-put-back"}:
            for number in edits:
                by_rename(file, f"edit tok-{number}")
                break

    outcome = world.apply(Write(P("a.md"), "old tok-0", "new", ""), at=at)
    assert not outcome.done
    assert world.texts() == {"a.md": "edit tok-4"}
    assert all(world.holds(f"tok-{number}") for number in range(5))


def test_what_is_put_back_comes_back_where_an_editor_deletes_before_it_saves(world: World) -> None:
    file = world.put("a.md", "old tok-0")

    def at(here: str, _: RelPath) -> None:
        if here == "before-exchange":
            by_rename(file, "edit tok-1")
        if here == "before-put-back":
            file.unlink()

    (undone,) = world.apply(Write(P("a.md"), "old tok-0", "new", ""), at=at).undone
    assert "edited meanwhile" in undone.reason
    assert world.texts() == {"a.md": "edit tok-1"}


def test_an_edit_that_went_to_the_trash_is_saved_where_its_place_is_taken(world: World) -> None:
    file = world.put("a.md", "old")

    def at(here: str, _: RelPath) -> None:
        if here == "before-move":
            by_rename(file, "edit tok-1")
        if here == "after-move":
            world.put("a.md", "theirs")

    (undone,) = world.apply(Trash(P("a.md"), P(".trash/a.md"), "old", ""), at=at).undone
    assert "edited meanwhile" in undone.reason
    assert world.texts() == {"a.md": "theirs", ".trash/a.md": "edit tok-1"}
    assert "edit tok-1" in world.saved()


def test_a_name_may_change_in_case_alone(world: World) -> None:
    world.put("a.md", "old")
    assert not world.apply(Rename(P("a.md"), P("A.md"), "old", "")).undone
    assert world.texts() == {"A.md": "old"}


def test_a_name_that_is_taken_elsewhere_but_for_case_stays_taken(world: World) -> None:
    world.put("a.md", "old")
    world.put("n/A.md", "theirs")
    (undone,) = world.apply(Rename(P("a.md"), P("n/a.md"), "old", "")).undone
    assert "case" in undone.reason or "already" in undone.reason
    assert world.texts() == {"a.md": "old", "n/A.md": "theirs"}


def test_half_a_move_by_hard_link_is_ended(world: World) -> None:
    """The file has its new name, and the old one still."""
    (world.vault / "n").mkdir()
    os.link(world.put("a.md", "old"), world.vault / "n" / "b.md")
    assert not world.apply(Rename(P("a.md"), P("n/b.md"), "old", "")).undone
    assert world.texts() == {"n/b.md": "old"}


def test_a_file_that_is_saved_for_ever_is_given_up_with_the_place_of_its_text(world: World) -> None:
    file = world.put("a.md", "old")
    edits = count(1)

    def at(here: str, _: RelPath) -> None:
        if here in {"before-exchange", "before-put-back"}:
            by_rename(file, f"edit tok-{next(edits)}")

    (undone,) = world.apply(Write(P("a.md"), "old", "new", ""), at=at).undone
    assert "100 times on end; the text that it had last is saved: " in undone.reason
    saved = Path(undone.reason.rpartition("saved: ")[2])
    assert saved.read_text() == f"edit tok-{next(edits) - 1}"
    assert all(world.holds(f"tok-{number}") for number in range(1, next(edits) - 1))


def test_without_a_place_for_it_the_text_stays_in_the_vault(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = world.put("a.md", "old")
    monkeypatch.setattr(swap, "PUT_BACKS", 0)
    edit = iter(["edit tok-1"])

    def full(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(pass_log, "save_text", full)

    def at(here: str, _: RelPath) -> None:
        if here == "before-exchange":
            by_rename(file, next(edit))

    (undone,) = world.apply(Write(P("a.md"), "old", "new", ""), at=at).undone
    assert "the text that it had last is in .vault-sync/tmp/" in undone.reason
    assert (world.vault / undone.reason.rpartition(" is in ")[2]).read_text() == "edit tok-1"
