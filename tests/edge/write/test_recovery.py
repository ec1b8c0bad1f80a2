"""After a pass, whole or killed at a named point: nothing is lost, nothing is left over."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest
from tests.support.fake_windows import FakeEditor, FakeKernel
from tests.support.points import POINTS
from tests.support.saving import by_rename, in_place
from tests.support.written_world import NOON, Killed, P, World, agree
from vault_sync.core.model.plan import Create, Operation, Rename, Trash, Write
from vault_sync.core.model.values import RelPath
from vault_sync.edge.fs.vault_dir import VaultDir, temporary_name
from vault_sync.edge.platform import rename
from vault_sync.edge.platform.rename import PROBE, Volume
from vault_sync.edge.state import journal, pass_log
from vault_sync.edge.state.pass_log import records as log
from vault_sync.edge.write import recovery
from vault_sync.edge.write.recovery import sweep_displaced

# ---- somebody else writes at the same moment


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


def test_what_is_written_into_at_this_very_moment_is_kept(world: World) -> None:
    world.put("a.md", "old")
    world.apply(Write(P("a.md"), "old", "new", ""))
    (displaced,) = (world.vault / ".vault-sync" / "tmp").iterdir()
    now = int(displaced.stat().st_ctime) + 100
    os.utime(displaced, (now, now))
    world.recover(now)
    assert displaced.exists()


def test_late_writes_are_told_in_the_sequence_of_the_pass_and_empty_ones_are_none(
    world: World,
) -> None:
    paths = [P(f"{name}.md") for name in "edcba"]
    for path in paths:
        world.put(path, "old")
    world.apply(*(Write(path, "old", "new", "") for path in paths))
    displaced = sorted((world.vault / ".vault-sync" / "tmp").iterdir())
    for number, file in enumerate(displaced):
        file.write_text(f"late {number}" if number else "")
    told = world.recover()
    assert [problem.path for problem in told] == paths[1:]
    assert [Path(each.hint.split(" with ")[1]).read_text() for each in told] == [
        f"late {number}" for number in range(1, 5)
    ]
    assert "" not in world.saved()


def test_what_has_been_displaced_for_a_minute_to_the_second_stays(world: World) -> None:
    file = world.put(".vault-sync/tmp/abc-0", "left")
    os.utime(file, (4e9, 4e9))
    world.recover(4e9 + 60.0)
    assert file.exists() and "left" in world.saved()
    world.recover(4e9 + 60.5)
    assert not file.exists()


@pytest.mark.parametrize("saved_at", [1.0, 4e9])
def test_displaced_files_are_kept_for_a_minute(
    world: World, monkeypatch: pytest.MonkeyPatch, saved_at: float
) -> None:
    """By the journal: a file's times may be of any year, and an exchange need set none of them."""
    os.utime(world.put("a.md", "old"), (saved_at, saved_at))
    world.apply(Write(P("a.md"), "old", "new", ""))
    (displaced,) = (world.vault / ".vault-sync" / "tmp").iterdir()
    then = displaced.stat().st_ctime
    monkeypatch.setattr(recovery, "changed_ns", lambda _: int(saved_at * 1e9))
    state = world.state()
    with state.lock(0):
        assert sweep_displaced(world.vault, state, then + 59) == []
        assert displaced.read_text() == "old"
        assert sweep_displaced(world.vault, state, then + 61) == []
        assert not displaced.exists()


def test_a_displaced_file_that_is_written_into_late_is_kept_a_minute_longer(world: World) -> None:
    world.put("a.md", "old")
    world.apply(Write(P("a.md"), "old", "new", ""))
    (displaced,) = (world.vault / ".vault-sync" / "tmp").iterdir()
    late = displaced.stat().st_ctime + 50
    os.utime(displaced, (late, late))
    world.recover(late + 59)
    assert displaced.exists()
    world.recover(late + 61)
    assert not displaced.exists()


def test_when_files_were_displaced_is_forgotten_after_a_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        world.put("a.md", "old")
        world.apply(Write(P("a.md"), "old", "new", ""))
        if number == 1:
            monkeypatch.setattr(journal, "time", lambda: 4e9)
    assert len(world.state().select("SELECT * FROM displaced")) == 1


def test_what_a_crash_displaced_is_kept_for_a_minute_from_its_end(world: World) -> None:
    os.utime(world.put("a.md", "old"), (1, 1))

    def at(here: str, _: RelPath) -> None:
        if here == "after-exchange":
            raise Killed

    with pytest.raises(Killed):
        world.apply(Write(P("a.md"), "old", "new", ""), at=at)
    world.recover()
    (aside,) = (world.vault / ".vault-sync" / "tmp").iterdir()
    rows = world.state().select("SELECT at FROM displaced")
    assert rows and rows[0][0] >= aside.stat().st_ctime - 1


def killed_at(world: World, point: str, operation: Operation) -> None:
    def at(here: str, _: RelPath) -> None:
        if here == point:
            raise Killed

    with pytest.raises(Killed):
        world.apply(operation, at=at)


def temporary(world: World) -> Path:
    """Where the one task of the killed pass has its temporary file."""
    (one,) = journal.interrupted(world.state())
    return world.vault / ".vault-sync" / "tmp" / temporary_name(one.token, 0)


def lying(world: World) -> list[str]:
    return [path.read_text() for path in (world.vault / ".vault-sync" / "tmp").iterdir()]


def test_half_of_our_own_text_goes_unseen_and_unsaved(world: World) -> None:
    world.put("a.md", "old")
    killed_at(world, "before-exchange", Write(P("a.md"), "old", "new", ""))
    temporary(world).write_text("ne")
    world.recover()
    assert world.texts() == {"a.md": "new"}
    assert "ne" not in world.saved() and lying(world) == ["old"]


@pytest.mark.parametrize("point", ["before-exchange", "after-exchange", "before-base"])
def test_a_removal_after_the_kill_stays(world: World, point: str) -> None:
    file = world.put("a.md", "old tok-old")
    killed_at(world, point, Write(P("a.md"), "old tok-old", "new", ""))
    file.unlink()
    assert [problem.code for problem in world.recover()] == ["recovered", "not-recovered"]
    assert world.texts() == {} and world.holds("tok-old")


def test_what_was_done_before_the_kill_is_not_begun_again(world: World) -> None:
    """It may be closed by now, or the disk full: nothing more is to be written."""
    world.put("a.md", "old")

    def at(here: str, _: RelPath) -> None:
        if here == "before-base":
            raise Killed

    with pytest.raises(Killed):
        world.apply(
            Write(P("a.md"), "old", "new", ""),
            Create(P("b.md"), "new b", ""),
            base_updates=(agree("a.md", "b.md"),),
            at=at,
        )
    for name in "ab":
        (world.vault / f"{name}.md").chmod(0o444)
    assert [problem.code for problem in world.recover()] == ["recovered"]
    assert world.texts() == {"a.md": "new", "b.md": "new b"} and world.state().rows()


def test_what_was_written_late_into_the_old_text_after_a_kill_is_put_back(world: World) -> None:
    """Its editor was killed too, and nobody else has that text."""
    world.put("a.md", "old")
    killed_at(world, "after-exchange", Write(P("a.md"), "old", "new", ""))
    (displaced,) = (world.vault / ".vault-sync" / "tmp").iterdir()
    displaced.write_text("late tok-late")
    world.recover()
    assert world.texts() == {"a.md": "late tok-late"}
    assert lying(world) == ["new"]


def test_an_old_text_with_which_the_new_one_begins_is_kept_for_a_minute(world: World) -> None:
    world.put("a.md", "ne")
    killed_at(world, "after-exchange", Write(P("a.md"), "ne", "new", ""))
    world.recover()
    assert world.texts() == {"a.md": "new"} and lying(world) == ["ne"]


def test_a_second_name_that_half_a_move_left_goes(world: World) -> None:
    killed_at(world, "after-move", Create(P("a.md"), "new", ""))
    os.link(world.vault / "a.md", temporary(world))
    world.recover()
    assert world.texts() == {"a.md": "new"}
    assert (world.vault / "a.md").stat().st_nlink == 1


def test_a_pass_is_finished_where_its_temporary_folder_is_gone(world: World) -> None:
    world.put("a.md", "old")
    killed_at(world, "before-exchange", Write(P("a.md"), "old", "new", ""))
    shutil.rmtree(world.vault / ".vault-sync")
    world.recover()
    assert world.texts() == {"a.md": "new"}


def test_what_cannot_be_looked_at_is_told_and_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put("a.md", "old")
    killed_at(world, "before-exchange", Write(P("a.md"), "old", "new", ""))
    left = temporary(world)
    left.write_text("half of it tok-half")

    def fail(*_: object) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(recovery, "read_at", fail)
    problems = world.recover(now=4e9)
    path = left.relative_to(world.vault).as_posix()
    assert [(each.path, each.code) for each in problems] == [
        ("", "recovered"),
        ("a.md", "not-recovered"),
        (path, "displaced"),
    ]
    assert problems[0].message.endswith("; 0 of its files are finished now")
    assert "the disk reports an error" in problems[2].message
    assert world.texts() == {"a.md": "old"} and left.exists()


def test_what_cannot_be_looked_at_outside_of_our_folder_is_told_and_remembered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "far/.vault-sync-abc-0.0f"
    world.put(path, "displaced")
    state = world.state()
    with state.lock(0):
        pass_log.note_beside(state, path)

    def fail(*_: object) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as planted:
        planted.setattr(recovery, "read_at", fail)
        planted.setattr(VaultDir, "stat", fail)
        assert [(each.path, each.code) for each in world.recover()] == [(path, "displaced")]
        assert pass_log.all_beside(world.state()) == [path]
    assert world.recover() == [] and "displaced" in world.saved()
    assert pass_log.all_beside(world.state()) == [path], "it lies there still"
    assert world.recover(now=4e9) == []
    assert pass_log.all_beside(world.state()) == []


def test_small_files_of_a_trial_that_was_killed_go(world: World) -> None:
    world.apply(Create(P("a.md"), "a", ""))
    left = world.vault / ".vault-sync" / "tmp" / f"{PROBE}0-a"
    left.write_text("first")
    assert world.recover() == [] and not left.exists()


def test_a_killed_pass_waits_on_a_disk_that_cannot_replace_safely(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vault was copied to exFAT, state and all, before the pass was finished."""
    assert killed(world, "after-journal")
    before = world.texts()
    monkeypatch.setattr(rename, "prove", lambda _: Volume(False, True, False))
    world.recover()
    assert world.texts() == before


def test_files_of_other_devices_and_forgotten_states_are_saved_in_silence(world: World) -> None:
    for number in range(5):
        file = world.put(f".vault-sync/tmp/abc-{number}", f"left {number}")
    assert world.recover(file.stat().st_ctime + 61) == []
    assert not file.exists()
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
    in_place(world.put(edited, ""), "edited tok-edit")
    world.recover()
    assert world.texts()[edited] == "edited tok-edit" or edited == "c.md"
    assert "edited tok-edit" in world.texts().values()
    world.recover()
    assert "edited tok-edit" in world.texts().values()


def test_killed_between_the_exchange_and_the_look_at_what_it_displaced(world: World) -> None:
    file = world.put("a.md", "old")

    def at(here: str, _: RelPath) -> None:
        if here == "before-exchange":
            by_rename(file, "edited tok-edit")
        if here == "after-exchange":
            raise Killed

    with pytest.raises(Killed):
        world.apply(Write(P("a.md"), "old", "new", ""), at=at)
    assert file.read_text() == "new"
    world.recover()
    assert file.read_text() == "edited tok-edit"


def test_a_text_that_was_brought_back_after_the_kill_is_written_again(world: World) -> None:
    """The displaced text still lies where the new one is to be made."""
    file = world.put("a.md", "old")

    def at(here: str, _: RelPath) -> None:
        if here == "after-exchange":
            raise Killed

    with pytest.raises(Killed):
        world.apply(Write(P("a.md"), "old", "new", ""), at=at)
    by_rename(file, "old")
    assert [problem.code for problem in world.recover()] == ["recovered"]
    assert world.texts() == {"a.md": "new"}


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
            in_place(file, "edited tok-edit")
        if here == "after-move":
            raise Killed

    with pytest.raises(Killed):
        world.apply(Trash(P("a.md"), P(".trash/a.md"), "old", ""), at=at)
    world.recover()
    assert world.texts() == {"a.md": "edited tok-edit"}


# ---- the two steps of Windows


def killed_between_the_steps(world: World, kernel: FakeKernel) -> None:
    """Kill a pass when the old text is moved aside and the new one has not come in."""
    world.put("a.md", "old")

    def kill(call: str, path: str) -> None:
        if call == "move" and path.endswith("a.md"):
            raise Killed

    kernel.before = kill
    with pytest.raises(Killed):
        world.apply(Write(P("a.md"), "old", "new", ""), base_updates=(agree("a.md"),))
    kernel.before = lambda _call, _path: None
    assert world.texts() == {}


def test_killed_between_the_steps_of_a_pinned_exchange(world: World, files: FakeKernel) -> None:
    killed_between_the_steps(world, files)
    assert [problem.code for problem in world.recover()] == ["recovered"]
    assert world.texts() == {"a.md": "new"}
    assert world.saved() == {"old"}
    assert world.state().rows() != {}


def test_a_text_that_extends_the_old_one_is_not_torn_when_pinned(
    world: World, files: FakeKernel
) -> None:
    """The old text is the beginning of the new one, as a torn temporary file would be."""
    world.put("a.md", "one\n")

    def kill(call: str, path: str) -> None:
        if call == "move" and path.endswith("a.md"):
            raise Killed

    files.before = kill
    with pytest.raises(Killed):
        world.apply(Write(P("a.md"), "one\n", "one\ntwo\n", ""), base_updates=(agree("a.md"),))
    files.before = lambda _call, _path: None
    world.recover()
    assert world.texts() == {"a.md": "one\ntwo\n"}


def test_a_save_after_the_kill_of_a_pinned_exchange_stays(world: World, files: FakeKernel) -> None:
    killed_between_the_steps(world, files)
    world.put("a.md", "theirs")
    world.recover()
    assert world.texts() == {"a.md": "theirs"}
    assert world.holds("old")
    assert world.state().rows() == {}


def test_a_save_between_the_steps_of_a_pinned_exchange_stays(
    world: World, files: FakeKernel
) -> None:
    world.put("a.md", "old")

    def save(call: str, path: str) -> None:
        if call == "move" and path.endswith("a.md"):
            world.put("a.md", "theirs")

    files.before = save
    outcome = world.apply(Write(P("a.md"), "old", "new", ""), base_updates=(agree("a.md"),))
    assert "edited meanwhile" in outcome.undone[0].reason
    files.before = lambda _call, _path: None
    assert world.recover() == []
    assert world.texts() == {"a.md": "theirs"}
    assert world.holds("old")
    world.recover(now=4e9)
    assert not list((world.vault / ".vault-sync" / "tmp").iterdir())


def test_a_note_that_is_kept_open_is_not_pinned_and_said_to_be_open(
    world: World, files: FakeKernel
) -> None:
    held = FakeEditor(files).hold(world.put("a.md", "old"))
    outcome = world.apply(Write(P("a.md"), "old", "new", ""), base_updates=(agree("a.md"),))
    assert "another program has it open" in outcome.undone[0].reason
    assert world.texts() == {"a.md": "old"}
    os.close(held)
    assert not world.apply(Write(P("a.md"), "old", "new", "")).undone


HOSTILE_TASKS: list[tuple[Operation, str]] = [
    (Create(P("../made.md"), "new", ""), "outside"),
    (Create(P("/made.md"), "new", ""), "at the root"),
    (Create(P(".git/hooks/made.md"), "new", ""), "dot folder"),
    (Create(P(".obsidian/made.md"), "new", ""), "dot folder"),
    (Create(P("made.sh"), "new", ""), "kind"),
    (Create(P("a/../../made.md"), "new", ""), "outside, by a detour"),
    (Create(P("linked/made.md"), "new", ""), "behind a link"),
    (Write(P("../mine.md"), "mine", "new", ""), "outside"),
    (Write(P("linked/mine.md"), "mine", "new", ""), "behind a link"),
    (Rename(P("../mine.md"), P("made.md"), "mine", ""), "from outside"),
    (Rename(P("here.md"), P("../made.md"), "here", ""), "to outside"),
    (Rename(P("here.md"), P(".git/made.md"), "here", ""), "to a dot folder"),
    (Trash(P("../mine.md"), P(".trash/mine.md"), "mine", ""), "from outside"),
    (Trash(P("here.md"), P("../made.md"), "here", ""), "to outside"),
]


@pytest.mark.parametrize("operation", [each for each, _ in HOSTILE_TASKS])
def test_the_end_of_a_pass_refuses_what_a_pass_refuses(world: World, operation: Operation) -> None:
    """The journal of a state that came from elsewhere may name any path."""
    (world.folder / "mine.md").write_text("mine")
    (world.folder / "folder").mkdir()
    (world.folder / "folder" / "mine.md").write_text("mine")
    world.put("here.md", "here")
    world.put(".git/hooks/x", "")
    (world.vault / ".obsidian").mkdir()
    (world.vault / "linked").symlink_to("../folder")
    state = world.state()
    with state.lock(0):
        journal.begin(
            state,
            [journal.task_of(0, operation)],
            (),
            cause="test",
            started=NOON,
            texts=(),
        )
    (recovered, undone) = world.recover()
    assert (recovered.code, undone.code) == ("recovered", "not-recovered")
    assert world.texts()["here.md"] == "here"
    assert not list(world.folder.rglob("made*"))
    assert (world.folder / "mine.md").read_text() == "mine"
    assert (world.folder / "folder" / "mine.md").read_text() == "mine"


@pytest.mark.parametrize(
    "path", ["../mine.md", "mine.md", ".git/.vault-sync-a-1", "../.vault-sync-a-1"]
)
def test_tidying_removes_nothing_but_temporary_files_of_its_own(world: World, path: str) -> None:
    file = world.put(path, "mine")
    os.utime(file, (1, 1))
    state = world.state()
    with state.lock(0):
        pass_log.note_beside(state, path)
    assert world.recover(now=1e12) == []
    assert file.read_text() == "mine"
