"""Writing where there is no room, no permission, or another file system; as a program.

    unshare -m python -m tests.support.faults.small_disks CASE FOLDER

Mounts what the case needs (seen by this process alone), plays it, and fails by an assertion.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.saving import in_place
from tests.support.written_world import Killed, P, World, agree
from vault_sync.core.model.plan import Create, Rename, Trash, Write
from vault_sync.core.model.values import RelPath
from vault_sync.edge.state.database import StateError

SMALL = ("-o", "size=256k,nr_inodes=20")


def mount(folder: Path, *options: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", folder], check=True)


def fill(folder: Path) -> Path:
    """Takes every free byte of a file system."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return filler
    raise AssertionError("never full")


def at(point: str, act: Callable[[], object]) -> Callable[[str, RelPath], None]:
    def reached(here: str, _: RelPath) -> None:
        if here == point:
            act()

    return reached


def no_bytes_left_in_the_vault(world: World) -> None:
    """Known beforehand: nothing is begun."""
    mount(world.vault, *SMALL)
    world.put("a.md", "old")
    outcome = world.apply(Create(P("b.md"), "x" * 300_000, ""), Write(P("a.md"), "old", "new", ""))
    assert not outcome.done and "vault's disk is full" in outcome.undone[0].reason
    assert [path.name for path in world.vault.iterdir()] == ["a.md"]
    assert not list(world.folder.glob("state/*/state.sqlite"))


def no_inodes_left_in_the_vault(world: World) -> None:
    mount(world.vault, *SMALL)
    outcome = world.apply(*(Create(P(f"{number}.md"), "x", "") for number in range(30)))
    assert not outcome.done and "no room for more files" in outcome.undone[0].reason
    assert list(world.vault.iterdir()) == []


def no_bytes_left_for_the_state(world: World) -> None:
    mount(world.folder / "state", *SMALL)
    world.put("a.md", "old")
    outcome = world.apply(Write(P("a.md"), "old", "x" * 300_000, ""))
    assert not outcome.done and "the disk of the state is full" in outcome.undone[0].reason
    assert world.texts() == {"a.md": "old"}
    assert not (world.vault / ".vault-sync").exists()


def filled_while_we_write(world: World) -> None:
    """Taken by somebody else after we looked: the old files stay, and so does the base."""
    mount(world.vault, *SMALL)
    world.put("a.md", "old")
    outcome = world.apply(
        Create(P("b.md"), "x" * 20_000, ""),
        Write(P("a.md"), "old", "y" * 20_000, ""),
        base_updates=(agree("a.md", "b.md"),),
        at=at("after-journal", lambda: fill(world.vault)),
    )
    assert [one.reason for one in outcome.undone] == [
        "the disk is full: make room and run again"
    ] * 2
    assert world.texts() == {"a.md": "old"}
    assert world.state().rows() == {}
    assert list(world.vault.glob(".vault-sync/tmp/*")) == []
    (world.vault / "filler").unlink()
    assert len(world.apply(Write(P("a.md"), "old", "new", "")).done) == 1


def state_filled_before_the_base_is_written(world: World) -> None:
    """The files are written, the base is not: the next pass finishes that."""
    state = world.folder / "state"
    mount(state, "-o", "size=1m")
    world.put("a.md", "old")
    many = tuple(agree("a.md", key=str(number), value=f'"{"x" * 500}"') for number in range(100))
    with pytest.raises(StateError, match="see to its disk"):
        world.apply(
            Write(P("a.md"), "old", "new", ""),
            base_updates=many,
            at=at("before-base", lambda: fill(state)),
        )
    assert world.texts() == {"a.md": "new"}
    (state / "filler").unlink()
    assert world.state().rows() == {}
    world.recover()
    assert len(world.state().rows()) == 100


def full_during_the_recovery(world: World) -> None:
    mount(world.vault, *SMALL)
    world.put("a.md", "old")

    def die() -> None:
        raise Killed

    try:
        world.apply(
            Write(P("a.md"), "old", "y" * 20_000, ""),
            base_updates=(agree("a.md"),),
            at=at("after-journal", die),
        )
    except Killed:
        filler = fill(world.vault)
    told = world.recover()
    assert any("disk is full" in one.message for one in told), told
    assert world.texts() == {"a.md": "old"} and world.state().rows() == {}
    filler.unlink()
    assert len(world.apply(Write(P("a.md"), "old", "new", "")).done) == 1


def read_only(world: World) -> None:
    mount(world.vault)
    world.put("a.md", "old")
    subprocess.run(["mount", "-o", "remount,ro", world.vault], check=True)
    outcome = world.apply(
        Write(P("a.md"), "old", "new", ""),
        Create(P("b.md"), "b", ""),
        Trash(P("a.md"), P(".trash/a.md"), "old", ""),
        base_updates=(agree("a.md"),),
    )
    (reason,) = {one.reason for one in outcome.undone}
    assert "mounted read-only: mount it for writing" in reason
    assert world.texts() == {"a.md": "old"} and world.state().rows() == {}


def another_file_system_in_the_vault(world: World) -> None:
    """A temporary file cannot be exchanged across file systems: it is made beside its target."""
    world.put("a.md", "old a")
    mount(world.vault / "other")
    inner = world.put("other/b.md", "old b")
    outcome = world.apply(
        Write(P("a.md"), "old a", "new a", ""),
        Write(P("other/b.md"), "old b", "new b", ""),
        Create(P("other/c.md"), "new c", ""),
        Rename(P("a.md"), P("other/a.md"), "new a", ""),
        base_updates=(agree("other/b.md"),),
    )
    assert [one.reason for one in outcome.undone] == [
        "it would have to move to another file system"
    ]
    assert world.texts() == {"a.md": "new a", "other/b.md": "new b", "other/c.md": "new c"}
    assert world.state().rows()
    (displaced,) = inner.parent.glob(".vault-sync-*")
    in_place(displaced, "late tok-late")
    assert [one.code for one in world.recover()] == ["late-edit"]
    assert world.recover(displaced.stat().st_ctime + 61) == []
    assert not displaced.exists() and "late tok-late" in world.saved()


def killed_on_another_file_system(world: World) -> None:
    mount(world.vault / "other")
    file = world.put("other/b.md", "old b")

    def die() -> None:
        raise Killed

    for point in ("before-exchange", "after-exchange", "before-base"):
        in_place(file, "old b")
        try:
            world.apply(
                Write(P("other/b.md"), "old b", "new b", ""),
                base_updates=(agree("other/b.md"),),
                at=at(point, die),
            )
        except Killed:
            world.recover()
        assert world.texts() == {"other/b.md": "new b"}, point
        assert "old b" in world.saved()


CASES = {
    case.__name__: case
    for case in (
        no_bytes_left_in_the_vault,
        no_inodes_left_in_the_vault,
        no_bytes_left_for_the_state,
        filled_while_we_write,
        state_filled_before_the_base_is_written,
        full_during_the_recovery,
        read_only,
        another_file_system_in_the_vault,
        killed_on_another_file_system,
    )
}

if __name__ == "__main__":
    CASES[sys.argv[1]](World(Path(sys.argv[2])))
