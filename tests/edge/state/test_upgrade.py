"""A state of an earlier release is taken over whole, or not at all."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.support.faults import injection
from tests.support.faults.injection import Point
from tests.support.older_state import put_older
from tests.support.vaults import Vault
from tests.support.written_world import NOON
from vault_sync.core.model.plan import BaseKey, BaseUpdate
from vault_sync.core.model.values import Key, RelPath
from vault_sync.edge.fs.vault_dir import VaultDir, write_id
from vault_sync.edge.state import pass_log, schema, upgrade
from vault_sync.edge.state.base_table import promise, read_base, stand
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.schema import JOINED, SCHEMA, TABLES, checksum, fingerprint
from vault_sync.edge.state.store import StateStore, open_state
from vault_sync.edge.write.undo import undo

DIGEST = RelPath("digests/2023년 8월 3주차.md")
GAMMA = BaseKey(Key("arxiv:2308.00003"), DIGEST, "commentary")
NEW = BaseUpdate(frozenset(), {BaseKey(Key("k"), "", "title"): '"new"'})


@pytest.fixture
def older(tmp_path: Path) -> StateStore:
    vault, environ = put_older(tmp_path)
    return open_state(vault, environ)


def contents(state: StateStore) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of the first schema."""
    tables = ("base", "history", "pass", "operation", "agreement", "saved", "said", "vault")
    return {table: sorted(state.select(f"SELECT * FROM {table}"), key=repr) for table in tables}


def schema_of(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return schema.version_of(connection)


def as_spelled_now(tables: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The rows with the one key that has another spelling now, but for the sums over it."""
    return {
        table: sorted(
            (
                tuple(
                    "acl:N19-1423" if value == "url:aclanthology.org/N19-1423" else value
                    for value in (row[:-1] if table == "said" else row)
                )
                for row in rows
            ),
            key=repr,
        )
        for table, rows in tables.items()
    }


def test_what_it_held_is_there_and_the_old_file_beside(older: StateStore) -> None:
    file = older.directory / "state.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        before = {
            table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for table in contents(older)
        }
    old = file.read_bytes()
    assert as_spelled_now(contents(older)) == as_spelled_now(before) and len(before["base"]) > 20
    assert not any("acl:N19-1423" in repr(rows) for rows in before.values())
    assert "'acl:N19-1423'" in repr(contents(older)["base"])
    assert older.has_base and older.note is None
    assert older.rows()[GAMMA] == "words of gamma, edited twice"
    assert older.was_before(GAMMA, "words of gamma")
    assert file.read_bytes() == old, "who only reads changes nothing"
    with older.lock(0):
        assert as_spelled_now(contents(older)) == as_spelled_now(before)
        older.keep([NEW])
        assert older.rows()[GAMMA] == "words of gamma, edited twice"
    assert schema_of(file) == SCHEMA
    after, then = as_spelled_now(contents(older)), as_spelled_now(before)
    assert [after[table] for table in before if table not in {"base", "said", "agreement"}] == [
        then[table] for table in before if table not in {"base", "said", "agreement"}
    ]
    assert len(after["base"]) == len(before["base"]) + 1
    copy = file.with_name("state.sqlite.schema-3")
    with closing(sqlite3.connect(copy)) as connection:
        kept = {
            table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for table in before
        }
    assert kept == before and schema_of(copy) == 3
    assert copy.stat().st_mode & 0o777 == 0o600
    assert not list(older.directory.glob("*.part*"))


def test_log_undo_and_saved_texts_go_on(older: StateStore) -> None:
    assert [record.cause for record in pass_log.records(older)] == [
        *("sync", "undo 4", "sync", "sync", "sync", "rebuild")
    ]
    assert all(pass_log.take(older.saved, row.name) for row in pass_log.all_saved(older))
    with older.lock(0):
        outcome = undo(older.root, older, 6, started=NOON)
    assert [one.path for one in outcome.done] == ["Sync conflicts.md"]
    assert not older.root.joinpath("Sync conflicts.md").exists()
    assert pass_log.records(older, 1)[0].cause == "undo 6"


def test_the_commands_take_it_over_and_nothing_changes_in_the_vault(tmp_path: Path) -> None:
    root, environ = put_older(tmp_path)
    vault = Vault(root, Path(environ["VAULT_SYNC_STATE_DIR"]))
    page = root / "Sync conflicts.md"
    before = {path: path.read_bytes() for path in root.rglob("*.md") if path != page}
    for command in ("check", "sync", "check", "sync"):
        # 1: the one conflict that was open before, whose page is written in the form of today.
        assert vault.run(command).code == 1
    assert {path: path.read_bytes() for path in root.rglob("*.md") if path != page} == before
    assert page.read_text().count("- [ ]") == 3
    vault.edit("papers/Gamma.md", "edited twice", "edited thrice")
    assert vault.run("sync").code == 1
    assert "edited thrice" in vault.read(DIGEST), "an edit of one side"
    vault.run("undo")
    assert "edited thrice" not in vault.read(DIGEST)


def test_a_newer_one_is_refused(older: StateStore) -> None:
    file = older.directory / "state.sqlite"
    for statement in (f"PRAGMA user_version={SCHEMA + 1}", f"PRAGMA user_version={SCHEMA}"):
        with closing(sqlite3.connect(file)) as connection, connection:
            if statement.endswith(f"={SCHEMA}"):
                connection.execute("CREATE TABLE fact(name, value)")
                connection.execute("INSERT INTO fact VALUES ('key rules', '999')")
            connection.execute(statement)
        with pytest.raises(StateError, match="newer vault-sync"):
            older.rows()
        with older.lock(0), pytest.raises(StateError, match="newer vault-sync"):
            older.keep([NEW])
    assert not list(older.directory.glob("*.schema-*"))


def test_one_that_knows_no_id_takes_no_other_folder_for_its_vault(older: StateStore) -> None:
    """It is not damaged: the id came with a later release."""
    root, away = older.root, older.root.with_name("away")
    with VaultDir(root) as vault:
        write_id(vault, "0123456789abcdef")
    root.rename(away)
    shutil.copytree(away, root)
    state = StateStore(root, older.directory)
    assert not state.has_base
    assert state.note is not None and "is not the folder that it was" in state.note


def test_a_damaged_one_counts_as_none(older: StateStore) -> None:
    file = older.directory / "state.sqlite"
    content = bytearray(file.read_bytes())
    content[100 : len(content) // 2] = bytes(len(content) // 2 - 100)
    file.write_bytes(content)
    assert not older.has_base and older.note is not None and "damaged" in older.note
    with older.lock(0):
        older.keep([NEW])
    assert older.rows() == NEW.put
    assert file.with_name("state.sqlite.aside-1").exists()


# ---- at any point: whole, or as it was

PROGRAM = """
import sys
from pathlib import Path
from vault_sync.core.model.plan import BaseKey, BaseUpdate
from vault_sync.edge.state.store import StateStore

state = StateStore(Path(sys.argv[1]), Path(sys.argv[2]))
with state.lock(0):
    state.rows()
    print("the pass begins", flush=True)
    state.keep([BaseUpdate(frozenset(), {BaseKey("k", "", "title"): '"new"'})])
"""

needs_faults = pytest.mark.skipif(
    injection.missing() is not None, reason=injection.missing() or "faults can be injected"
)


def worlds(folder: Path) -> Iterator[tuple[list[str | Path], StateStore, Path]]:
    """Endless: a program that takes an older state over, and the state it does it to."""
    program = folder / "program.py"
    program.write_text(PROGRAM)
    number = 0
    while True:
        number += 1
        above = folder / str(number)
        vault, environ = put_older(above)
        state = open_state(vault, environ)
        yield [program, vault, state.directory], state, above / "trace"


@needs_faults
@pytest.mark.timeout(240)
@pytest.mark.parametrize("fault", ["signal=KILL", "error=EIO"])
def test_cut_short_at_any_call_nothing_is_lost(tmp_path: Path, fault: str) -> None:
    world = worlds(tmp_path)
    program, state, trace = next(world)
    rows = state.rows()
    points = injection.points(program, trace)
    assert {"renameat2", "rename"} & {point.call for point in points}, "the copy gets its name"
    for point in injection.sample(points, 12):
        program, state, _ = next(world)
        injection.inject(program, point, fault)
        whole_or_as_it_was(state, rows, point)


def whole_or_as_it_was(state: StateStore, rows: object, point: Point) -> None:
    file = state.directory / "state.sqlite"
    copy = file.with_name("state.sqlite.schema-3")
    for _ in range(2):
        with state.lock(0):
            assert state.has_base and state.note is None, point
            found = state.rows()
            assert {row: value for row, value in found.items() if row not in NEW.put} == rows
            assert len(pass_log.records(state)) == 6, point
            if schema_of(file) == SCHEMA:
                assert schema_of(copy) == 3, f"{point}: taken over and the old file gone"
            state.keep([NEW])
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok", point
    assert schema_of(file) == SCHEMA and not list(state.directory.glob("*.part"))


def test_the_old_file_is_on_the_disk_before_the_new_one_is_made(
    connection: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(upgrade, "sync_path", lambda path: synced.append(path.name))
    for _ in range(2):
        upgrade.copy_beside(connection, tmp_path / "state.sqlite")
    copy = f"state.sqlite.schema-{SCHEMA}"
    assert synced == [f"{copy}.part", tmp_path.name], "once: the copy, and the name it has"
    assert [path.name for path in tmp_path.iterdir()] == [copy]


# ---- keys


def respell(key: str) -> str:
    return key.replace("url:aclanthology.org/", "acl:").removesuffix(".pdf")


ACL = upgrade.KeyRules(999, respell)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.create_function("fingerprint", 1, fingerprint, deterministic=True)
        upgrade.make(connection, TABLES)
        connection.execute("INSERT INTO vault VALUES ('/v', 1, 2)")
        connection.execute("COMMIT")
        yield connection


def put(connection: sqlite3.Connection, *base_updates: BaseUpdate) -> None:
    stand(connection, base_updates, promise(connection, ((None, one) for one in base_updates)))


def title_of(key: str, value: str) -> BaseUpdate:
    return BaseUpdate(frozenset(), {BaseKey(Key(key), "", "title"): value})


def test_keys_that_are_spelled_otherwise_now_are_renamed_wherever_they_stand(
    connection: sqlite3.Connection,
) -> None:
    old, new = "url:aclanthology.org/N19-1423", "acl:N19-1423"
    mentions = BaseKey(Key("arxiv:2308.00001"), "", "mentions")
    put(connection, title_of(old, "first"), title_of(old, "second"))
    put(connection, BaseUpdate(frozenset(), {mentions: (old, "doi:10.1/x")}))
    connection.execute("INSERT INTO refused VALUES (?, 'd', 'tags', 'x', 'y', 1)", (old,))
    assert schema.is_older(connection) is False
    upgrade.upgrade(connection, ACL)
    assert read_base(connection) == {
        BaseKey(Key(new), "", "title"): "second",
        mentions: (new, "doi:10.1/x"),
    }
    assert connection.execute("SELECT key FROM history").fetchall() == [(new,)]
    assert connection.execute("SELECT key FROM refused").fetchall() == [(new,)]
    assert schema.is_newer(connection)
    joined = "SELECT 1 FROM fact WHERE name = ?"
    assert connection.execute(joined, (JOINED,)).fetchone() is None, "it may wait for files still"


def test_what_an_unfinished_pass_will_drop_is_renamed_and_damage_is_left(
    connection: sqlite3.Connection,
) -> None:
    old = json.dumps([["url:aclanthology.org/N19-1423", "d", "tags"], ["other", "d", "tags"]])
    for id_, sum_ in ((1, checksum("p", old, "1")), (2, 0)):
        connection.execute("INSERT INTO agreement VALUES (?, 1, 'p', ?, 1, ?)", (id_, old, sum_))
    upgrade.upgrade(connection, ACL)
    new = json.dumps([["acl:N19-1423", "d", "tags"], ["other", "d", "tags"]])
    assert connection.execute("SELECT dropped, sum FROM agreement ORDER BY id").fetchall() == [
        (new, checksum("p", new, "1")),
        (old, 0),
    ]


def test_two_keys_that_fall_together_leave_one(connection: sqlite3.Connection) -> None:
    put(connection, title_of("url:aclanthology.org/N19-1423", "page"))
    put(connection, title_of("url:aclanthology.org/N19-1423.pdf", "file"))
    upgrade.upgrade(connection, ACL)
    assert read_base(connection) == {BaseKey(Key("acl:N19-1423"), "", "title"): "page"}
    assert connection.execute("SELECT count(*) FROM said").fetchone() == (1,)


def test_an_error_on_the_way_leaves_all_as_it_was(connection: sqlite3.Connection) -> None:
    put(connection, title_of("url:aclanthology.org/N19-1423", "page"))
    before = list(connection.iterdump())

    def fail(key: str) -> str:
        if key:
            raise RuntimeError
        return key

    with pytest.raises(RuntimeError):
        upgrade.upgrade(connection, upgrade.KeyRules(999, fail))
    assert list(connection.iterdump()) == before
