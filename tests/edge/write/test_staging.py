"""The temporary files of a pass: where they are made, and that none is left."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from tests.support.passes import refused
from tests.support.written_world import P, World, agree
from vault_sync.core.model.plan import Create, Rename, Trash, Write
from vault_sync.edge.platform.durability import BATCH
from vault_sync.edge.platform.rename import Expected, Volume
from vault_sync.edge.write import staging


def temporary(world: World) -> list[str]:
    """Whatever of a pass is still in the vault."""
    beside = world.vault.rglob(".vault-sync-*")
    return [path.name for path in (*(world.vault / ".vault-sync").glob("tmp/*"), *beside)]


def test_a_folder_on_another_file_system_has_its_temporary_file_beside(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put("far/a.md", "old")

    exchange = Volume.exchange

    def only_in_one_folder(
        volume: Volume, from_: int, name: str, to: int, other: str, expected: Expected
    ) -> str:
        if os.fstat(from_).st_ino != os.fstat(to).st_ino:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return exchange(volume, from_, name, to, other, expected)

    monkeypatch.setattr(Volume, "exchange", only_in_one_folder)
    synced: list[int] = []
    monkeypatch.setattr(staging, "sync_file", lambda file: synced.append(os.fstat(file).st_ino))
    outcome = world.apply(Write(P("far/a.md"), "old", "new", ""), base_updates=(agree("far/a.md"),))
    assert not outcome.undone
    assert world.texts() == {"far/a.md": "new"}
    assert world.saved() == {"old"}
    assert (world.vault / "far" / "a.md").stat().st_ino in synced
    world.recover(now=4e9)
    assert temporary(world) == []


def test_what_was_staged_and_not_swapped_goes(world: World) -> None:
    outcome = refused(world)
    assert len(outcome.undone) == 2
    assert temporary(world) == []


def test_a_pass_leaves_no_file_open(world: World) -> None:
    for number in range(2):
        before = len(list(Path("/proc/self/fd").iterdir()))
        for each in "bcd":
            world.put(f"{number}{each}.md", "old")
        world.apply(
            Create(P(f"{number}a.md"), "new", ""),
            Write(P(f"{number}b.md"), "old", "new", ""),
            Rename(P(f"{number}c.md"), P(f"n/{number}c.md"), "old", ""),
            Trash(P(f"{number}d.md"), P(f".trash/{number}d.md"), "old", ""),
            Write(P(f"{number}e.md"), "is not there", "new", ""),
        )
        world.recover()
    assert len(list(Path("/proc/self/fd").iterdir())) == before, (
        "the second opened nothing that it did not close"
    )


def test_a_text_has_the_mode_of_the_file_it_stands_for(world: World) -> None:
    world.put("a.md", "old").chmod(0o640)
    world.apply(Write(P("a.md"), "old", "new", ""))
    assert (world.vault / "a.md").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("number", [1, BATCH])
def test_a_disk_that_does_not_sync_leaves_all_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    paths = [P(f"{each}.md") for each in range(number)]
    for path in paths:
        world.put(path, "old")

    def fail(*_: object) -> bool:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    for name in ("sync_file", "sync_everything"):
        monkeypatch.setattr(staging, name, fail)
    outcome = world.apply(*(Write(path, "old", "new", "") for path in paths))
    assert not outcome.done and len(outcome.undone) == number
    assert set(world.texts().values()) == {"old"}
    assert number == BATCH or temporary(world) == [], "what was not synced is removed"


def test_where_not_all_can_be_synced_at_once_each_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [P(f"{each}.md") for each in range(BATCH)]
    for path in paths:
        world.put(path, "old")
    synced: list[str] = []

    def sync(_: int, name: str) -> None:
        if name.endswith("-3"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        synced.append(name.partition("-")[2])

    monkeypatch.setattr(staging, "sync_everything", lambda _: False)
    monkeypatch.setattr(staging, "sync_at", sync)
    outcome = world.apply(*(Write(path, "old", "new", "") for path in paths))
    assert [undone.operation.path for undone in outcome.undone] == ["3.md"]
    assert "the disk reports an error" in outcome.undone[0].reason
    assert synced == [str(number) for number in range(BATCH) if number != 3]


# ---- what is done


def test_nobody_else_reads_a_text_before_it_has_its_mode(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put("a.md", "old").chmod(0o640)
    modes: list[int] = []
    monkeypatch.setattr(
        staging,
        "copy_attributes",
        lambda _, file: modes.append(stat.S_IMODE(os.fstat(file).st_mode)),
    )
    umask = os.umask(0)
    try:
        world.apply(Write(P("a.md"), "old", "new", ""))
    finally:
        os.umask(umask)
    assert modes == [0o600]


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
