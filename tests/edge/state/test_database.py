"""The SQLite file of a state: when it is trusted, set aside or refused."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.support.state_rows import A, database, keep, say
from tests.support.written_world import NOON, P, World, agree
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Plan, Write
from vault_sync.core.model.values import Key
from vault_sync.edge.state import base_table
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.schema import SCHEMA
from vault_sync.edge.state.store import open_state
from vault_sync.edge.write.apply import apply
from vault_sync.edge.write.recovery import recover


def test_a_state_of_an_older_program_counts_as_none(world: World) -> None:
    keep(world, say('"one"'))
    with closing(sqlite3.connect(database(world))) as connection:
        connection.execute("PRAGMA user_version = 1")
    state = world.state()
    assert not state.has_base and state.note is not None and "older vault-sync" in state.note
    keep(world, say('"two"'))
    assert world.state().rows() == {A: '"two"'}


def test_what_was_read_before_damage_was_found_is_forgotten(world: World) -> None:
    state = world.state()
    with state.lock(0):
        state.keep([agree(key="old")])
        assert {row.key for row in state.rows()} == {"old"}
        assert state.select("SELECT * FROM a_table_that_is_gone") == []
        assert not state.has_base
        state.keep([agree(key="new")])
        assert {row.key for row in state.rows()} == {"new"}


def other_folder(world: World) -> None:
    world.vault.rename(world.folder / "away")
    world.vault.mkdir()


def cut_short(world: World) -> None:
    os.truncate(database(world), database(world).stat().st_size // 2)


def overwritten(world: World) -> None:
    database(world).write_bytes(b"not a database at all, but long enough to be one" * 100)


def zeroed(world: World) -> None:
    size = database(world).stat().st_size
    database(world).write_bytes(bytes(size))


def said_changed(world: World, statement: str) -> None:
    with sqlite3.connect(database(world)) as connection:
        assert connection.execute(statement).rowcount > 0
    connection.close()


def value_changed(world: World) -> None:
    said_changed(world, "UPDATE said SET value = x'22666c697022' WHERE id = 7")


def value_of_another_row(world: World) -> None:
    said_changed(world, "UPDATE said SET digest = 'other.md' WHERE id = 7")


def value_of_another_agreement(world: World) -> None:
    said_changed(world, "UPDATE said SET agreement = 1 WHERE id = 7")


def value_gone(world: World) -> None:
    said_changed(world, "DELETE FROM said WHERE id = 7")


def emptied(world: World) -> None:
    database(world).write_bytes(b"")
    (database(world).parent / "saved").mkdir()  # as a pass leaves it that replaced a text


DISTRUSTED = (
    other_folder,
    cut_short,
    overwritten,
    zeroed,
    emptied,
    value_changed,
    value_of_another_row,
    value_of_another_agreement,
    value_gone,
)


@pytest.mark.parametrize("harm", DISTRUSTED)
def test_what_cannot_be_trusted_counts_as_none_and_is_kept_aside(
    world: World, harm: pytest.FixtureRequest
) -> None:
    keep(world, *(say(f'"{number}"', BaseKey(Key(str(number)), "", "")) for number in range(2000)))
    harm(world)  # type: ignore[operator]
    before = database(world).read_bytes()
    state = world.state()
    assert not state.has_base and state.rows() == {}
    assert state.note
    with state.lock(0):
        assert not state.has_base
        state.keep([say('"new"')])
        assert state.rows() == {A: '"new"'}
    state = world.state()
    assert state.has_base and state.rows() == {A: '"new"'} and state.note is None
    assert database(world).with_name("state.sqlite.aside-1").read_bytes() == before


def test_flipped_bits_are_noticed_or_harmless(world: World) -> None:
    """At any bit: the rows are exactly what they were, or there is no base."""
    rows = {
        BaseKey(Key(f"key {number}"), "week.md", "text"): f'"{number * 7}"' for number in range(60)
    }
    keep(world, BaseUpdate(frozenset(), rows))
    path = database(world)
    whole = path.read_bytes()
    outcomes = []
    for bit in range(5, len(whole) * 8, 3989):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        state = world.state()
        try:
            found = dict(state.rows())
        except StateError:
            found = {}
        outcomes.append(bool(found))
        assert found in ({}, rows), bit
        state.close()
    assert any(outcomes) and not all(outcomes)


def test_a_newer_schema_is_refused_and_not_touched(world: World) -> None:
    keep(world, say('"one"'))
    with sqlite3.connect(database(world)) as connection:
        connection.execute(f"PRAGMA user_version={SCHEMA + 1}")
    connection.close()
    before = database(world).read_bytes()
    for _ in range(2):
        state = world.state()
        with pytest.raises(StateError, match="newer"):
            state.rows()
        with state.lock(0), pytest.raises(StateError, match="newer"):
            state.keep([say('"two"')])
    assert database(world).read_bytes() == before


def test_a_state_that_cannot_be_read_just_now_is_no_damaged_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(world, say('"one"'))

    def fail(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
        raise error

    state = world.state()
    with monkeypatch.context() as planted:
        planted.setattr("vault_sync.edge.state.base_table.read_base", fail)
        with pytest.raises(StateError, match="cannot be read"):
            state.rows()
    assert state.rows() == {A: '"one"'}


def test_a_state_that_cannot_be_opened_says_what_to_do(world: World) -> None:
    database = world.state().directory / "state.sqlite"
    database.parent.mkdir(parents=True, exist_ok=True)
    database.unlink(missing_ok=True)
    database.mkdir()
    with pytest.raises(StateError, match=r"cannot be opened .* set VAULT_SYNC_STATE_DIR"):
        world.state().rows()


def test_a_state_that_cannot_be_written_says_so_and_is_what_it_was(world: World) -> None:
    keep(world, say('"one"'))
    state = world.state()

    def put_and_fail() -> None:
        with state.writing() as connection:
            said = base_table.promise(connection, [(None, say('"two"'))])
            state.stand(connection, [say('"two"')], said)
            connection.execute("INSERT INTO nowhere VALUES (1)")

    with state.lock(0):
        with pytest.raises(StateError, match="could not be written"):
            put_and_fail()
        assert state.rows() == {A: '"one"'}
    assert world.state().rows() == {A: '"one"'}


def test_a_state_that_cannot_be_opened_for_writing_is_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(world, say('"one"'))
    state = world.state()

    def fail(_: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with state.lock(0):
        with monkeypatch.context() as planted:
            planted.setattr("vault_sync.edge.state.database._set_modes", fail)
            with pytest.raises(StateError, match="could not be written"):
                state.keep([say('"two"')])
        assert state.rows() == {A: '"one"'}
        state.keep([say('"three"')])
        assert state.rows() == {A: '"three"'}


def test_reading_with_the_lock_makes_no_file_of_sqlites(world: World) -> None:
    keep(world, say('"one"'))
    with (state := world.state()).lock(0):
        assert state.rows() == {A: '"one"'}
        names = {path.name for path in state.directory.iterdir()}
    assert names == {"lock", "state.sqlite"}


def test_a_log_is_one_if_anything_stands_in_it(world: World) -> None:
    """An empty one is left by whoever reads without the lock."""
    keep(world, say('"one"'))
    log = database(world).with_name("state.sqlite-wal")
    before = world.state().stamp()
    log.touch()
    assert world.state().stamp() == before is not None
    with (state := world.state()).lock(0):
        assert state.rows() == {A: '"one"'}
        assert not log.with_name("state.sqlite-shm").exists()
    log.write_bytes(b"x")
    assert world.state().stamp() is None
    log.unlink()
    database(world).unlink()
    assert world.state().stamp() is None


def test_a_database_behind_a_link_is_read_anew_when_it_changes(world: World) -> None:
    """Somebody's state lies on another disk."""
    keep(world, say('"one"'))
    file, elsewhere = database(world), world.folder / "elsewhere.sqlite"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    before = world.state().stamp()
    os.utime(elsewhere, (1, 1))
    assert before is not None and world.state().stamp() != before


def test_a_pass_opens_its_state_once_to_write(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    connect: Any = sqlite3.connect

    def counted(path: Path, **options: Any) -> Any:
        opened.append(path)
        return connect(path, **options)

    with (state := world.state()).lock(0):
        monkeypatch.setattr(sqlite3, "connect", counted)
        for value in ('"one"', '"two"', '"three"'):
            state.keep([say(value)])
    assert len(opened) == 1


def test_a_vault_that_was_copied_has_no_base(world: World, tmp_path: Path) -> None:
    world.put("a.md", "old")
    state = world.state()
    with state.lock(0):
        recover(world.vault, state)
        plan = Plan((Write(P("a.md"), "old", "new", ""),), (agree("a.md"),))
        apply(world.vault, state, plan, cause="test", started=NOON)
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-a", world.vault, copy], check=True)
    assert not open_state(copy, world.environ).has_base
    assert world.state().has_base


def test_what_is_committed_is_on_the_disk_itself(world: World) -> None:
    """As the files are: on macOS that takes a call of its own, which SQLite makes if told to."""
    state = world.state()
    with state.lock(0), state.writing() as connection:
        for name, value in (("synchronous", 2), ("fullfsync", 1)):
            assert connection.execute(f"PRAGMA {name}").fetchone()[0] == value
