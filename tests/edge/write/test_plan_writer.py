"""A pass on its way into the vault: what waits for another file, and when the base learns of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.passes import refused
from tests.support.written_world import P, World, agree
from vault_sync.core.model.plan import BaseUpdate, Rename, Trash, Write
from vault_sync.edge.state.database import StateError
from vault_sync.edge.write import plan_writer


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


def test_what_is_only_agreed_on_rests_on_texts_that_are_on_the_disk(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pass without operations: after a power cut the base must not be ahead of the words."""
    world.put("week.md", "their edit")
    synced: list[str] = []

    def sync(_: object, name: str) -> None:
        assert world.state().rows() == {}, "before the base"
        synced.append(name)

    monkeypatch.setattr("vault_sync.edge.write.plan_writer.sync_at", sync)
    world.apply(base_updates=(agree(),), sources=(P("week.md"),))
    assert synced == ["week.md"] and world.state().rows()

    def fail(*_: object) -> None:
        raise OSError(5, "planted")

    monkeypatch.setattr("vault_sync.edge.write.plan_writer.sync_at", fail)
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

    monkeypatch.setattr(plan_writer, "sync_file", sync)
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

    monkeypatch.setattr(plan_writer, "sync_file", fail)
    world.put("a/5.md", "old")
    outcome = world.apply(
        Write(P("a/5.md"), "old", "new", ""), base_updates=(agree("a/5.md", key="5"),)
    )
    assert not outcome.done and "disk" in outcome.undone[0].reason
    assert "5" not in {row.key for row in world.state().rows()}
