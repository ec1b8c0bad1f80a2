"""What one device remembers: where it lies, and when it is believed."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from tests.support.state_rows import A, B, keep, say
from tests.support.written_world import P, World, agree
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Value, Write
from vault_sync.edge.fs.vault_dir import VaultDir
from vault_sync.edge.platform import current
from vault_sync.edge.platform.lock import Busy
from vault_sync.edge.state import base_table
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.earlier_values import hashes_by_row
from vault_sync.edge.state.store import open_state, state_dir
from vault_sync.edge.state.vault_id import agree_on_id, end_pass, is_joined, join

# ---- where


def test_each_vault_has_a_folder_of_its_own_that_names_it(tmp_path: Path) -> None:
    environ = {"VAULT_SYNC_STATE_DIR": str(tmp_path / "state")}
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to("one")
    one, two, link = (
        open_state(tmp_path / name, environ).directory for name in ("one", "two", "link")
    )
    assert one != two
    assert one == link, "the same vault by another name"
    assert one.name.startswith("one-")
    assert list(tmp_path.glob("state")) == []


def test_without_the_override_it_is_the_platforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "vault-sync" in state_dir(tmp_path / "vault", {}).parts


def test_the_folder_of_a_state_has_the_same_name_in_every_release(tmp_path: Path) -> None:
    """Else a newer program would find none, and begin anew."""
    environ = {"VAULT_SYNC_STATE_DIR": str(tmp_path)}
    assert state_dir(Path("/vaults/My Papers"), environ) == tmp_path / "My Papers-99904f4cfe0382da"
    assert state_dir(Path("/vaults"), {"VAULT_SYNC_STATE_DIR": "states"}).is_absolute()


def test_never_in_the_vault(world: World) -> None:
    with pytest.raises(StateError, match="must not lie in the vault"):
        state_dir(world.vault, {"VAULT_SYNC_STATE_DIR": str(world.vault / "state")})


def test_for_its_owner_alone_whatever_the_umask(world: World) -> None:
    umask = os.umask(0)
    try:
        world.put("a.md", "old")
        world.apply(Write(P("a.md"), "old", "new", ""), base_updates=(agree("a.md"),))
        state = world.state()
        with state.lock(0):
            state.keep([say('"more"')])
            modes = {path.name: path.stat().st_mode & 0o777 for path in state.directory.rglob("*")}
    finally:
        os.umask(umask)
    assert modes.pop("saved") == 0o700
    assert {mode & 0o077 for mode in modes.values()} == {0}, modes
    assert state.directory.stat().st_mode & 0o777 == 0o700


def test_reading_makes_nothing(world: World) -> None:
    state = world.state()
    assert not state.has_base
    assert state.rows() == {} == hashes_by_row(state.select)
    assert state.note is None
    assert not state.was_before(A, '"x"')
    assert list(world.folder.iterdir()) == [world.vault]


# ---- the base and its history


def test_known_from_the_second_pass_on(world: World) -> None:
    keep(world)
    assert not world.state().has_base
    keep(world, say('"one"'))
    assert world.state().has_base
    assert world.state().rows() == {A: '"one"'}


def test_a_file_that_was_only_written_leaves_a_log_and_no_base(world: World) -> None:
    world.put("a.md", "one")
    assert world.apply(Write(P("a.md"), "one", "two", "")).done
    assert (world.state().directory / "state.sqlite").exists()
    assert not world.state().has_base


def test_a_whole_pass_that_agreed_on_nothing_is_one(world: World) -> None:
    with world.state() as state, state.lock(0):
        end_pass(state, (), at_rest=False)
    assert world.state().has_base


def test_rows_follow_what_is_put_while_the_lock_is_held(world: World) -> None:
    state = world.state()
    with state.lock(0):
        state.keep([say('"one"')])
        given_out = state.rows()
        state.keep([say('"two"')])
        assert given_out == {A: '"one"'}
        assert state.rows() == {A: '"two"'}
    assert state.rows() == {A: '"two"'}
    keep(world, say('"three"'))
    state.close()
    assert state.rows() == {A: '"three"'}, "written by somebody else since"


def test_an_update_is_kept_if_anything_of_it_is_new(world: World) -> None:
    keep(world, BaseUpdate(frozenset(), {A: '"one"', B: '"one"'}))
    keep(world, BaseUpdate(frozenset(), {A: '"one"', B: '"two"'}))
    assert world.state().rows() == {A: '"one"', B: '"two"'}
    before = world.state().stamp()
    keep(
        world,
        BaseUpdate(frozenset(), {A: '"one"', B: '"two"'}, frozenset({A._replace(digest="new.md")})),
    )
    assert world.state().stamp() == before, "nothing is new, nothing is written"
    keep(world, BaseUpdate(frozenset(), {A: '"one"'}, frozenset({B})))
    assert world.state().rows() == {A: '"one"'}


# ---- one writer


@pytest.mark.parametrize("pins", [False, True])
def test_the_state_of_a_moved_vault_that_is_not_moved_along(
    world: World, monkeypatch: pytest.MonkeyPatch, pins: bool
) -> None:
    """Windows moves no folder with an open lock in it: there it is used where it lies."""
    keep(world, say('"one"'))
    state = world.state()
    with state.lock(0), VaultDir(world.vault) as vault:
        agree_on_id(vault, state)
    moved = open_state(world.vault.rename(world.vault.with_name("moved")), world.environ)

    def refuse(_path: Path, _target: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "rename", refuse)
    if not pins:
        with pytest.raises(StateError, match="cannot be opened"), moved.lock(0):
            pass
        return
    monkeypatch.setattr(current.files, "PINS", True)
    with moved.lock(0):
        assert moved.directory == state.directory and moved.rows() == {A: '"one"'}


@pytest.mark.parametrize("how", ["moved", "restored"])
def test_where_a_vault_is_now_is_noted_with_the_next_write(world: World, how: str) -> None:
    """Moved, or brought back as another folder: it is taken over once, and then at home."""
    keep(world, say('"one"'))
    state = world.state()
    with state.lock(0), VaultDir(world.vault) as vault:
        agree_on_id(vault, state)
        join(state)
    if how == "moved":
        root = world.vault.rename(world.vault.with_name("moved"))
    else:
        root = world.vault
        shutil.copytree(root, world.folder / "copy")
        root.rename(world.folder / "away")
        (world.folder / "copy").rename(root)
    there = open_state(root, world.environ)
    if how == "moved":
        home = state_dir(root, world.environ)
        home.mkdir()
        for name in ("lock", "daemon.lock"):
            (home / name).touch()  # by a command that only asked
    with there.lock(0):
        assert [there.take_over(), there.take_over()] == [str(world.vault), None]
        assert is_joined(there) == (how == "moved"), "files of a restored one may be missing"
    again = open_state(root, world.environ)
    with again.lock(0):
        assert again.take_over() is None and again.rows() == {A: '"one"'}
    assert again.directory == state_dir(root, world.environ)


def test_who_has_let_go_of_the_lock_writes_no_more(world: World) -> None:
    state = world.state()
    with state.lock(0, {"week.md"}):
        state.keep([say('"one"')])
        state.keep([say('"two"')])
        assert not state.was_before(A, '"one"'), "somebody types there"
    with pytest.raises(AssertionError):
        state.keep([say('"three"')])
    assert state.rows() == {A: '"two"'}
    assert state.was_before(A, '"one"'), "nobody is known to type there any more"


def test_a_folder_that_cannot_be_locked_has_one_writer_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NFS locks no folder, and one that is gone has no lock: the state has a lock of its own."""

    def refuse(_: Path) -> int:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(current.files, "open_to_lock", refuse)
    with world.state().lock(0), pytest.raises(Busy), world.state().lock(0):
        pass


def test_what_one_update_puts_and_another_drops_stands_as_in_the_database(world: World) -> None:
    state = world.state()
    with state.lock(0):
        state.keep([say("one")])
        assert state.rows() == {A: "one"}
        state.keep([say("two"), BaseUpdate(frozenset(), {}, frozenset({A}))])
        assert state.rows() == {A: "two"} == world.state().rows()


def test_a_database_that_holds_nothing_yet_is_not_damaged(world: World) -> None:
    """Its disk was full when it was made."""
    state = world.state()
    state.directory.mkdir(parents=True)
    (state.directory / "state.sqlite").touch()
    assert not state.has_base and state.note is None
    world.put("a.md", "old")
    assert world.apply(Write(P("a.md"), "old", "new", ""), base_updates=(agree(),)).done
    assert world.state().has_base


def test_rows_are_read_anew_when_another_process_wrote_and_only_then(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A daemon beside a `rebuild` by hand: it keeps what it read between its passes."""
    keep(world, say('"one"'))
    daemon = world.state()
    assert daemon.rows() == {A: '"one"'}
    daemon.close()
    reads: list[object] = []
    read_base = base_table.read_base

    def counted(connection: sqlite3.Connection) -> dict[BaseKey, Value]:
        reads.append(connection)
        return read_base(connection)

    monkeypatch.setattr(base_table, "read_base", counted)
    assert daemon.rows() == {A: '"one"'} and not reads
    daemon.close()
    keep(world, say('"two"'))
    reads.clear()
    assert daemon.rows() == {A: '"two"'} and len(reads) == 1


def test_a_base_update_reads_only_what_it_is_about(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(world, say('"one"'))

    def never(connection: sqlite3.Connection) -> dict[BaseKey, Value]:
        raise AssertionError(f"the whole base was read: {connection}")

    with monkeypatch.context() as patched:
        patched.setattr(base_table, "read_base", never)
        keep(world, say('"two"'))
        keep(world, BaseUpdate(frozenset(), {}, frozenset({A._replace(field="never")})))
    assert world.state().rows() == {A: '"two"'}
