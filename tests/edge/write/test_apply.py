"""Plans carried out: nothing for nothing, each operation, and what waits for another."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.passes import refused
from tests.support.written_world import NOON, P, World, agree
from vault_sync.core.model.plan import BaseUpdate, Create, Plan, Rename, Trash, Write
from vault_sync.edge.fs.scan import scan
from vault_sync.edge.fs.vault_dir import VaultDir, read_text, volume_of
from vault_sync.edge.platform import current, rename
from vault_sync.edge.platform.rename import Volume
from vault_sync.edge.platform.values import Room
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.pass_log import records as log
from vault_sync.edge.write import apply as plan_applying
from vault_sync.edge.write import staging
from vault_sync.edge.write.apply import apply

# ---- what is refused, and leaves everything as it was


def test_an_empty_plan_writes_nothing(world: World) -> None:
    state = world.state()
    assert apply(world.vault, state, Plan(), cause="test", started=NOON).done == ()
    assert list(world.folder.iterdir()) == [world.vault]
    assert list(world.vault.iterdir()) == []


def test_what_both_say_already_is_one_commit_and_then_none(world: World) -> None:
    world.apply(base_updates=(agree(),))
    database = next(world.folder.glob("state/*/state.sqlite"))
    before = written(database)
    assert list(world.state().rows().values()) == ['"v"']
    world.apply(base_updates=(agree(),))
    assert written(database) == before
    assert list(world.vault.iterdir()) == []


@pytest.mark.parametrize("already_there", [False, True])
def test_on_a_disk_that_cannot_replace_safely_nothing_is_written(
    world: World, already_there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither exchange nor links: a save in that instant would be lost (exFAT, FAT)."""
    if already_there:
        world.apply(Create(P("first.md"), "first", ""))
    for name in "bcd":
        world.put(f"{name}.md", f"old {name}")
    before = sorted(world.vault.rglob("*"))
    monkeypatch.setattr(rename, "prove", lambda _: Volume(False, True, False))
    outcome = world.apply(
        Create(P("new/folder/a.md"), "new a", ""),
        Write(P("b.md"), "old b", "new b", ""),
        Rename(P("c.md"), P("new/c.md"), "old c", ""),
        Trash(P("d.md"), P(".trash/d.md"), "old d", ""),
        base_updates=(agree("b.md", key="b"),),
    )
    assert not outcome.done and len(outcome.undone) == 4
    for undone in outcome.undone:
        assert "cannot replace a file" in undone.reason and "move the vault to" in undone.reason
    after = {*world.vault.rglob("*")} - {world.vault / ".vault-sync" / "lock"}
    assert sorted(after) == before
    assert not world.state().rows()
    assert len(log(world.state())) == already_there


def test_a_disk_in_the_vault_that_cannot_replace_safely_keeps_no_other_from_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("a.md", "far/b.md"):
        world.put(path, "old")
    far, volume = (world.vault / "far").stat().st_ino, volume_of

    def volume_there(vault: VaultDir, folder: int) -> Volume:
        is_far = current.files.status_of(folder).st_ino == far
        return Volume(False, True, False) if is_far else volume(vault, folder)

    monkeypatch.setattr(staging, "volume_of", volume_there)
    outcome = world.apply(
        Write(P("far/b.md"), "old", "new", ""),
        Write(P("a.md"), "old", "new", ""),
        Create(P("far/new/c.md"), "new", ""),
    )
    assert [one.path for one in outcome.done] == ["a.md"]
    assert [one.operation.path for one in outcome.undone] == ["far/b.md", "far/new/c.md"]
    assert world.texts() == {"a.md": "new", "far/b.md": "old"}


def test_what_is_refused_is_in_the_log_with_the_reason(world: World) -> None:
    outcome = world.apply(Create(P("a.js"), "new", "because"))
    ((change,),) = [record.changes for record in log(world.state())]
    assert (change.path, change.undone) == ("a.js", outcome.undone[0].reason)


PLENTY = Room(4096, 1_000, 1_000)


@pytest.mark.parametrize(
    ("vault", "state", "words"),
    [
        (PLENTY, PLENTY, ""),
        (Room(4096, 4, 7), Room(4096, 6, 7), ""),
        (Room(4096, 4, None), Room(4096, 6, None), ""),
        (Room(4096, 3, 7), PLENTY, "vault's disk is full (16,384 bytes needed, 12,288 free)"),
        (PLENTY, Room(4096, 5, 7), "disk of the state is full (24,576 bytes needed, 20,480 free)"),
        (Room(4096, 4, 6), PLENTY, "vault's disk has no room for more files"),
        (PLENTY, Room(4096, 6, 6), "disk of the state has no room for more files"),
    ],
)
def test_a_plan_that_does_not_fit_is_refused_whole(
    world: World, monkeypatch: pytest.MonkeyPatch, vault: Room, state: Room, words: str
) -> None:
    """In blocks; a folder or two and the journal are files too."""
    for name in "bc":
        world.put(f"{name}.md", "old")
    before = world.texts()
    monkeypatch.setattr(
        current.files, "room_of", lambda at: vault if isinstance(at, int) else state
    )
    outcome = world.apply(
        Create(P("a.md"), "x" * 8192, ""),
        Write(P("b.md"), "old", "new", ""),
        Rename(P("c.md"), P("d.md"), "old", ""),
    )
    assert len(outcome.undone) == (3 if words else 0)
    assert all(words in undone.reason for undone in outcome.undone)
    assert (world.texts() == before) == bool(words)


def written(file: Path) -> tuple[int, int, int]:
    """What of a file changes when it is written; its time of access changes when it is read."""
    stat = file.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


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
    assert read_text(world.vault, P(name)) == text
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
    outcome = refused(world)
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
        planted.setattr("vault_sync.edge.write.apply.sync_at", fail)
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
    monkeypatch.setattr(plan_applying, "sync_at", lambda _, name: synced.append(name))
    world.apply(
        Write(P("a.md"), "old", "new", ""),
        base_updates=(agree("a.md"),),
        sources=(P("week.md"), P("a.md")),
        at=at,
    )
    assert sorted(synced) == sorted(["week.md", *also])
    assert world.texts()["a.md"] == (text or "new")


def test_what_is_only_agreed_on_rests_on_texts_that_are_on_the_disk(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pass without operations: after a power cut the base must not be ahead of the words."""
    world.put("week.md", "their edit")
    synced: list[str] = []

    def sync(_: object, name: str) -> None:
        assert world.state().rows() == {}, "before the base"
        synced.append(name)

    monkeypatch.setattr("vault_sync.edge.write.apply.sync_at", sync)
    world.apply(base_updates=(agree(),), sources=(P("week.md"),))
    assert synced == ["week.md"] and world.state().rows()

    def fail(*_: object) -> None:
        raise OSError(5, "planted")

    monkeypatch.setattr("vault_sync.edge.write.apply.sync_at", fail)
    with pytest.raises(StateError, match="nothing is agreed"):
        world.apply(base_updates=(agree(value='"newer"'),), sources=(P("week.md"),))
    assert list(world.state().rows().values()) == ['"v"']


def test_the_folders_of_what_was_done_are_synced_before_the_base(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []

    def sync(folder: int) -> None:
        assert world.state().rows() == {}, "before the base"
        synced.append(Path(f"/proc/self/fd/{folder}").readlink().name)

    monkeypatch.setattr(plan_applying, "sync_file", sync)
    for name in ("a/1.md", "b/2.md", "c/3.md", "d/4.md"):
        world.put(name, "old")
    world.apply(
        Write(P("a/1.md"), "old", "new", ""),
        Rename(P("b/2.md"), P("e/2.md"), "old", ""),
        Trash(P("c/3.md"), P(".trash/3.md"), "old", ""),
        Write(P("d/4.md"), "older", "new", ""),  # not done
        base_updates=(agree("a/1.md"),),
    )
    assert sorted(synced) == [".trash", "a", "b", "c", "e"]

    def fail(folder: int) -> None:
        raise OSError(5, "planted")

    monkeypatch.setattr(plan_applying, "sync_file", fail)
    world.put("a/5.md", "old")
    outcome = world.apply(
        Write(P("a/5.md"), "old", "new", ""), base_updates=(agree("a/5.md", key="5"),)
    )
    assert not outcome.done and "disk" in outcome.undone[0].reason
    assert "5" not in {row.key for row in world.state().rows()}
