"""How texts stand in the database, and which of its errors say that it is broken."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from tests.support.state_rows import TEXTS
from vault_sync.core.model.plan import Value
from vault_sync.edge.state.schema import bound, decode, encode, is_damage, unbound

# ---- the base and its history


@given(TEXTS)
def test_any_text_can_stand_in_the_database(text: str) -> None:
    assert unbound(bound(text)) == text


@pytest.mark.parametrize(
    ("value", "content"),
    [('한글 "', '"한글 \\""'), (("a", "é"), '["a", "é"]'), ("\udcff", '"\udcff"'), ((), "[]")],
)
def test_a_value_is_the_same_bytes_in_every_release(value: Value, content: str) -> None:
    """Earlier values are told by the sum of theirs."""
    assert encode(value) == content.encode("utf-8", "surrogateescape")
    assert decode(encode(value)) == value


# ---- damage


def _error(path: Path, *statements: str, mode: str = "rwc") -> sqlite3.Error:
    """Return the error with which SQLite ends some statements."""
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, timeout=0)
        with closing(connection):
            for statement in statements:
                connection.execute(statement)
    except sqlite3.Error as error:
        return error
    raise AssertionError(statements)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t(x)")
    return path


def test_a_database_out_of_reach_is_not_broken(database: Path) -> None:
    big = "INSERT INTO t VALUES (zeroblob(99999))"
    assert not is_damage(_error(database, "PRAGMA max_page_count = 2", big)), "no room"
    assert not is_damage(_error(database, big, mode="ro")), "not to be written"
    assert not is_damage(_error(database.with_name("none"), big, mode="ro")), "not there"
    with closing(sqlite3.connect(database)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert not is_damage(_error(database, big)), "in use"


def test_what_cannot_be_read_as_a_database_is_broken(database: Path) -> None:
    whole = database.read_bytes()
    database.write_bytes(whole[:4096] + b"x" * len(whole[4096:]))
    assert is_damage(_error(database, "SELECT x FROM t"))
    database.write_text("words " * 999)
    assert is_damage(_error(database, "SELECT x FROM t"))
    assert is_damage(_error(database, "SELECT no FROM sqlite_master"))
    assert is_damage(ValueError("a value in it is not what was written"))
