"""Looking at a vault and writing into it: what must not be touched, then what is."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from tests.support.written_world import (
    NOON,
    STYLES,
    Killed,
    P,
    World,
    agree,
    edit_by_rename,
    edit_in_place,
)
from vault_sync.core.model.plan import BaseUpdate, Create, Operation, Plan, Rename, Trash, Write
from vault_sync.core.model.values import RelPath
from vault_sync.edge.fs.reader import read, read_all
from vault_sync.edge.fs.scan import scan
from vault_sync.edge.state.database import StateError
from vault_sync.edge.write import plan_writer
from vault_sync.edge.write.apply import apply
from vault_sync.edge.write.recovery import sweep_displaced
from vault_sync.edge.write.undo import log


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


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


def folder_but_for_case(world: World) -> None:
    world.put("Papers/b.md", "theirs")


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
    "folder, another case": (folder_but_for_case, Create(P("papers/a.md"), "new", ""), "case"),
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


def test_an_empty_plan_writes_nothing(world: World) -> None:
    state = world.state()
    assert apply(world.vault, state, Plan(), cause="test", started=NOON).done == ()
    assert list(world.folder.iterdir()) == [world.vault]
    assert list(world.vault.iterdir()) == []


def test_what_both_say_already_is_one_commit_and_then_none(world: World) -> None:
    world.apply(base_updates=(agree(),))
    database = next(world.folder.glob("state/*/state.sqlite"))
    before = database.stat()
    assert list(world.state().rows().values()) == ['"v"']
    world.apply(base_updates=(agree(),))
    assert database.stat() == before
    assert list(world.vault.iterdir()) == []


# ---- what is done


def test_the_four_operations(world: World) -> None:
    for name in "bcd":
        world.put(f"{name}.md", f"old {name}")
    outcome = world.apply(
        Create(P("new folder/a.md"), "new a", "because a"),
        Write(P("b.md"), "old b", "new b", "because b"),
        Rename(P("c.md"), P("new folder/c.md"), "old c", "because c"),
        Trash(P("d.md"), P(".trash/d.md"), "old d", "because d"),
        base_updates=(agree("b.md", key="b"), agree("c.md", "d.md", key="cd")),
    )
    assert len(outcome.done) == 4 and not outcome.undone
    assert world.texts() == {
        ".trash/d.md": "old d",
        "b.md": "new b",
        "new folder/a.md": "new a",
        "new folder/c.md": "old c",
    }
    assert world.saved() == {"old b", "old d"}
    state = world.state()
    assert {row.key for row in state.rows()} == {"b", "cd"} and state.has_base
    (record,) = log(state)
    assert [change.why for change in record.changes] == [f"because {name}" for name in "abcd"]
    assert (record.cause, record.started) == ("test", NOON.isoformat())
    assert (world.vault / ".vault-sync" / ".gitignore").read_text() == "*\n"


def test_a_file_that_is_written_and_then_renamed(world: World) -> None:
    world.put("a.md", "old")
    world.apply(Write(P("a.md"), "old", "new", ""), Rename(P("a.md"), P("b.md"), "new", ""))
    assert world.texts() == {"b.md": "new"}


def test_bytes_that_are_no_utf8_and_names_that_are_none(world: World) -> None:
    name = b"caf\xe9.md".decode("utf-8", "surrogateescape")
    text = b"\xff\x00\r\n\xe2\x80\xa8".decode("utf-8", "surrogateescape")
    world.put(name, text)
    assert list(scan(world.vault).files) == [name]
    assert read(world.vault, P(name)) == text
    world.apply(
        Write(P(name), text, f"{text}!", "\udce9"), base_updates=(agree(name, key="\udce9"),)
    )
    assert world.texts() == {name: f"{text}!"}
    assert [row.key for row in world.state().rows()] == ["\udce9"]


def test_a_name_that_is_taken_in_the_trash_is_counted_on(world: World) -> None:
    world.put(".trash/a.md", "first")
    world.put("a.md", "second")
    world.put("x/a.md", "third")
    to = P(".trash/a.md")
    world.apply(Trash(P("a.md"), to, "second", ""), Trash(P("x/a.md"), to, "third", ""))
    assert world.texts() == {
        ".trash/a.md": "first",
        ".trash/a 2.md": "second",
        ".trash/a 3.md": "third",
    }


def test_mode_and_attributes_stay(world: World) -> None:
    file = world.put("a.md", "old")
    file.chmod(0o640)
    try:
        os.setxattr(file, "user.colour", b"red")
    except OSError:
        pytest.skip("no extended attributes here")
    world.apply(Write(P("a.md"), "old", "new", ""))
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.getxattr(file, "user.colour") == b"red"


def test_a_new_note_gets_the_mode_that_the_user_gives_to_new_files(world: World) -> None:
    umask = os.umask(0o027)
    try:
        world.apply(Create(P("a.md"), "new", ""))
    finally:
        os.umask(umask)
    assert stat.S_IMODE((world.vault / "a.md").stat().st_mode) == 0o640


def test_many_files_at_once(world: World) -> None:
    notes = [f"n{number}.md" for number in range(40)]
    for note in notes[:20]:
        world.put(note, f"old {note}")
    world.apply(
        *(Write(P(note), f"old {note}", f"new {note}", "") for note in notes[:20]),
        *(Create(P(note), f"new {note}", "") for note in notes[20:]),
        base_updates=tuple(agree(note, key=note) for note in notes),
    )
    assert world.texts() == {note: f"new {note}" for note in sorted(notes)}
    assert {row.key for row in world.state().rows()} == set(notes)


def test_no_link_to_a_note_that_could_not_be_made(world: World) -> None:
    world.put("week.md", "entry")
    world.put("note.md", "somebody's")
    outcome = world.apply(
        Create(P("note.md"), "new", ""),
        Write(P("week.md"), "entry", "[[note]]", ""),
        base_updates=(agree("note.md", "week.md"),),
    )
    assert not outcome.done
    assert "waits for note.md" in outcome.undone[1].reason
    assert world.texts()["week.md"] == "entry"


def test_what_is_tied_waits_and_what_is_not_does_not(world: World) -> None:
    for name in "abcd":
        world.put(f"{name}.md", "old")
    outcome = world.apply(
        Write(P("a.md"), "older", "new", ""),
        Write(P("b.md"), "old", "new", ""),
        Write(P("c.md"), "old", "new", ""),
        base_updates=(agree("a.md", "b.md"), BaseUpdate(frozenset({P("a.md"), P("c.md")}), {})),
    )
    assert [one.path for one in outcome.done] == ["b.md"]
    assert "waits for a.md" in outcome.undone[1].reason


def test_the_base_waits_for_every_file_of_an_agreement(world: World) -> None:
    world.put("a.md", "old a")
    world.put("b.md", "edited")
    world.apply(
        Write(P("a.md"), "old a", "new a", ""),
        Write(P("b.md"), "old b", "new b", ""),
        base_updates=(agree("a.md", "b.md", key="both"), agree("a.md", key="one")),
    )
    assert {row.key for row in world.state().rows()} == {"one"}


def test_nothing_is_agreed_on_words_that_are_not_on_the_disk(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put("week.md", "their edit")
    world.put("a.md", "old")

    def fail(*_: object) -> None:
        raise OSError(5, "planted")

    def write() -> None:
        world.apply(
            Write(P("a.md"), "old", "new", ""),
            base_updates=(agree("a.md"),),
            sources=(P("week.md"), P("gone.md")),
        )

    with monkeypatch.context() as planted:
        planted.setattr("vault_sync.edge.write.plan_writer.sync_at", fail)
        with pytest.raises(StateError, match="nothing is agreed"):
            write()
    assert world.state().rows() == {}
    world.apply(base_updates=(agree(),), sources=(P("week.md"), P("gone.md")))
    assert world.state().rows()


@pytest.mark.parametrize(
    ("when", "text", "also"),
    [
        ("never", "", []),
        ("after-journal", "new", ["a.md"]),  # the very text, but nobody has synced it
        ("before-exchange", "mine", ["a.md"]),  # displaced, and put back
    ],
)
def test_what_was_read_is_synced_but_not_once_more_what_was_written(
    world: World, monkeypatch: pytest.MonkeyPatch, when: str, text: str, also: list[str]
) -> None:
    world.put("week.md", "their edit")
    world.put("a.md", "old")

    def at(point: str, _: str) -> None:
        if point == when:
            world.put("a.md", text)

    synced: list[str] = []
    monkeypatch.setattr(plan_writer, "sync_at", lambda _, name: synced.append(name))
    world.apply(
        Write(P("a.md"), "old", "new", ""),
        base_updates=(agree("a.md"),),
        sources=(P("week.md"), P("a.md")),
        at=at,
    )
    assert sorted(synced) == sorted(["week.md", *also])
    assert world.texts()["a.md"] == (text or "new")


# ---- somebody else writes at the same moment

ANY = ("after-journal", "before-look", "before-base")
OF_A_MOVE = ("before-move", "after-move")
OF_AN_EXCHANGE = ("before-exchange", "after-exchange")
POINTS = (*ANY, *OF_A_MOVE, *OF_AN_EXCHANGE)
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
                edit_by_rename(file, f"edit tok-{number}")
                break

    outcome = world.apply(Write(P("a.md"), "old tok-0", "new", ""), at=at)
    assert not outcome.done
    assert world.texts() == {"a.md": "edit tok-4"}
    assert all(world.holds(f"tok-{number}") for number in range(5))


def test_a_late_write_into_a_displaced_file_is_saved_and_told(world: World) -> None:
    file = world.put("a.md", "old")
    with file.open("r+") as editor:
        world.apply(Write(P("a.md"), "old", "new", ""))
        editor.write("late tok-late")
    (problem,) = world.recover()
    assert (problem.path, problem.code, problem.level) == ("a.md", "late-edit", "problem")
    assert "late tok-late" in world.saved()
    assert Path(problem.hint.removeprefix("compare it with ")).read_text() == "late tok-late"
    assert world.texts() == {"a.md": "new"}
    assert world.recover() == [], "told once"


def test_displaced_files_are_kept_for_a_minute(world: World) -> None:
    world.put("a.md", "old")
    world.apply(Write(P("a.md"), "old", "new", ""))
    (displaced,) = (world.vault / ".vault-sync" / "tmp").iterdir()
    then = displaced.stat().st_ctime
    state = world.state()
    with state.lock(0):
        assert sweep_displaced(world.vault, state, then + 59) == []
        assert displaced.read_text() == "old"
        assert sweep_displaced(world.vault, state, then + 61) == []
        assert not displaced.exists()


def test_files_of_a_forgotten_state_are_saved_before_they_go(world: World) -> None:
    file = world.put(".vault-sync/tmp/abc-0", "left tok-left")
    (problem,) = world.recover(file.stat().st_ctime + 61)
    assert (problem.code, problem.level) == ("left-over", "notice")
    assert not file.exists() and "left tok-left" in world.saved()


def test_what_many_foreign_passes_left_is_one_line(world: World) -> None:
    for number in range(5):
        file = world.put(f".vault-sync/tmp/abc-{number}", f"left {number}")
    (problem,) = world.recover(file.stat().st_ctime)
    assert problem.level == "notice" and problem.message.startswith("5 files were left here")
    assert {f"left {number}" for number in range(5)} <= world.saved()


# ---- killed, in process: at every named point, edited before the recovery or not


def killed(world: World, point: str) -> bool:
    """Carries out one plan of every kind; True if it was killed at `point`."""
    for name in "bcd":
        world.put(f"{name}.md", f"old tok-{name}")

    def at(here: str, _: RelPath) -> None:
        if here == point:
            raise Killed

    try:
        world.apply(
            Create(P("n/a.md"), "new a", ""),
            Write(P("b.md"), "old tok-b", "new b", ""),
            Rename(P("c.md"), P("n/c.md"), "old tok-c", ""),
            Trash(P("d.md"), P(".trash/d.md"), "old tok-d", ""),
            base_updates=(agree("n/a.md", "b.md", "c.md", "d.md"), agree("b.md", key="b")),
            at=at,
        )
    except Killed:
        return True
    return False


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_pass_is_finished(world: World, point: str) -> None:
    assert killed(world, point)
    world.recover()
    assert world.texts() == {
        ".trash/d.md": "old tok-d",
        "b.md": "new b",
        "n/a.md": "new a",
        "n/c.md": "old tok-c",
    }
    assert {row.key for row in world.state().rows()} == {"k", "b"}
    assert world.holds("tok-b")
    (record,) = log(world.state())
    assert not record.open and all(change.undone is None for change in record.changes)


@pytest.mark.parametrize("edited", ["b.md", "c.md", "d.md", "n/a.md"])
@pytest.mark.parametrize("point", POINTS)
def test_an_edit_after_the_kill_is_kept(world: World, point: str, edited: str) -> None:
    assert killed(world, point)
    edit_in_place(world.put(edited, ""), "edited tok-edit")
    world.recover()
    assert world.texts()[edited] == "edited tok-edit" or edited == "c.md"
    assert "edited tok-edit" in world.texts().values()
    world.recover()
    assert "edited tok-edit" in world.texts().values()


def test_killed_between_the_exchange_and_the_look_at_what_it_displaced(world: World) -> None:
    file = world.put("a.md", "old")

    def at(here: str, _: RelPath) -> None:
        if here == "before-exchange":
            edit_by_rename(file, "edited tok-edit")
        if here == "after-exchange":
            raise Killed

    with pytest.raises(Killed):
        world.apply(Write(P("a.md"), "old", "new", ""), at=at)
    assert file.read_text() == "new"
    world.recover()
    assert file.read_text() == "edited tok-edit"


@pytest.mark.parametrize("torn", ["", "ne", "ne\0\0\0", "\0\0"])
def test_a_torn_temporary_file_never_takes_the_place_of_the_whole(world: World, torn: str) -> None:
    world.put("a.md", "old")

    def at(here: str, _: RelPath) -> None:
        if here == "before-base":
            raise Killed

    with pytest.raises(Killed):
        world.apply(Write(P("a.md"), "old", "new", ""), base_updates=(agree("a.md"),), at=at)
    (displaced,) = (world.vault / ".vault-sync" / "tmp").iterdir()
    displaced.write_text(torn)
    world.recover()
    assert world.texts() == {"a.md": "new"}
    assert world.state().rows()


def test_killed_between_the_move_to_the_trash_and_the_look(world: World) -> None:
    file = world.put("a.md", "old")

    def at(here: str, _: RelPath) -> None:
        if here == "before-move":
            edit_in_place(file, "edited tok-edit")
        if here == "after-move":
            raise Killed

    with pytest.raises(Killed):
        world.apply(Trash(P("a.md"), P(".trash/a.md"), "old", ""), at=at)
    world.recover()
    assert world.texts() == {"a.md": "edited tok-edit"}


# ---- looking


def test_scan_sees_visible_notes_and_names_what_it_does_not_follow(world: World) -> None:
    world.put("a.md", "a")
    world.put("b/c/d.md", "d")
    for hidden in (".obsidian/x.md", ".hidden.md", "b/.trash/x.md", "note.txt", "note.MD"):
        world.put(hidden, "x")
    outside = world.folder / "outside"
    outside.mkdir()
    (world.vault / "folder").symlink_to(outside)
    (world.vault / "file.md").symlink_to(world.vault / "a.md")
    (world.vault / "picture.png").symlink_to("/nowhere")
    os.mkfifo(world.vault / "pipe.md")
    found = scan(world.vault)
    assert sorted(found.files) == ["a.md", "b/c/d.md"]
    assert found.files[P("a.md")].size == 1
    assert sorted((one.path, one.code) for one in found.problems) == [
        ("file.md", "symlink"),
        ("folder", "symlink"),
        ("pipe.md", "not-a-file"),
    ]


def test_a_folder_that_cannot_be_listed_is_a_problem(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put("a.md", "a")
    world.put("shut/b.md", "b")
    real = os.open

    def deny(path: str, *rest: int, **names: int) -> int:
        if path == "shut":
            raise PermissionError(13, "planted")
        return real(path, *rest, **names)

    monkeypatch.setattr(os, "open", deny)
    found = scan(world.vault)
    assert list(found.files) == ["a.md"]
    assert [(one.path, one.code, one.level) for one in found.problems] == [
        ("shut", "unlisted", "problem")
    ]


def test_reading_many_goes_on_after_one_that_cannot_be_read(world: World) -> None:
    world.put("a.md", "a")
    (world.vault / "b.md").symlink_to("a.md")
    found = dict(read_all(world.vault, [P("b.md"), P("c.md"), P("a.md"), P("../x.md")]))
    assert found[P("a.md")] == "a"
    assert [getattr(found[P(path)], "code", "") for path in ("b.md", "c.md")] == ["unreadable"] * 2


@pytest.mark.parametrize("text", ["", "a", "0123456789"])
@pytest.mark.parametrize(("said", "most"), [(0, 0), (0, 3), (-4, 0), (4, 0), (4, 3)])
def test_a_file_is_read_to_its_end_whatever_its_size_was_said_to_be(
    world: World, monkeypatch: pytest.MonkeyPatch, text: str, said: int, most: int
) -> None:
    """It grows or shrinks meanwhile (`said` is how wrong its size is); a read may come short."""
    world.put("a.md", text)
    pread, size = os.pread, max(len(text) + said, 0)
    monkeypatch.setattr("vault_sync.edge.fs.vault_dir.os.fstat", lambda _: mock.Mock(st_size=size))
    monkeypatch.setattr(
        "vault_sync.edge.fs.vault_dir.os.pread",
        lambda file, count, at: pread(file, min(count, most or count), at),
    )
    assert read(world.vault, P("a.md")) == text
