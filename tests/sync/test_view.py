"""Looking at a vault for a pass: the base of HEAD, and no index that stays open."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.support.reader import NOTE, WEEK
from tests.support.scope_world import EDITS, Vault, add, settled
from vault_sync.core.model.values import RelPath
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.memory import DaemonMemory
from vault_sync.sync.observation import head_base


def as_a_daemon(name: str) -> Callable[[Vault], object]:
    """An edit after which a daemon is told of the files that it changed."""

    def edited(vault: Vault) -> None:
        daemon_memory, before = DaemonMemory(), vault.stats()
        vault.run(daemon_memory=daemon_memory)
        EDITS[name](vault, 1)
        hints = frozenset(RelPath(path) for path, _ in before.items() ^ vault.stats().items())
        vault.run(daemon_memory=daemon_memory, hints=hints)

    return edited


def asking(vault: Vault) -> None:
    add(vault, "2308.00077", "Awaited")
    asked: list[object] = []
    vault.run(ask=asked.append)
    assert asked


def in_whole(vault: Vault) -> None:
    index.forget(index.path_of(vault.state))
    vault.run()


def beside_a_copy(vault: Vault) -> None:
    vault.put("digests/week (conflicted copy 2024-01-01).md", vault.text(WEEK))
    vault.run()


def over_an_older_index(vault: Vault) -> None:
    older = index.path_of(vault.state).read_bytes()
    EDITS["digest commentary"](vault, 1)
    vault.run()
    index.path_of(vault.state).write_bytes(older)
    vault.run()


def while_another_writes(vault: Vault) -> None:
    def write(paths: object) -> frozenset[RelPath]:
        del paths
        with closing(sqlite3.connect(index.path_of(vault.state))) as connection:
            connection.execute("UPDATE meta SET value = 'other' WHERE name = 'version'")
            connection.commit()
        return frozenset()

    EDITS["digest commentary"](vault, 1)
    vault.run(typed=write)


PASSES: dict[str, Callable[[Vault], object]] = {
    "in part": as_a_daemon("digest commentary"),
    "for a file that may be elsewhere": as_a_daemon("entry cut"),
    "that leaves more to do": as_a_daemon("entry cut that is named"),
    "that asks for facts": asking,
    "in whole": in_whole,
    "beside a copy": beside_a_copy,
    "over an older index": over_an_older_index,
    "while another writes": while_another_writes,
}


@pytest.mark.parametrize("what", PASSES)
def test_no_pass_leaves_an_index_open(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be open until the garbage is collected: Python 3.13 warns of that."""
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def recorded(path: str | Path, *given: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(path, *given, **named)
        if "index.sqlite" in str(path):
            opened.append(connection)
        return connection

    with settled() as vault:
        monkeypatch.setattr(sqlite3, "connect", recorded)
        PASSES[what](vault)
    assert opened
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


def test_what_head_says_is_the_base_of_a_device_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of both sides the one that differs from it was edited, and the other one follows."""
    with settled() as first:
        head = {RelPath(path): first.text(path) for path in first.contents()}
        monkeypatch.setattr(head_base, "head_texts", lambda _: head)
        EDITS["digest commentary"](first, 1)
        clone = Vault(tmp_path)
        for path in first.contents():
            clone.put(path, first.text(path))
        for vault in (first, clone):
            result = vault.run()
            assert [each.path for each in result.outcome.done] == [NOTE]
            assert not result.plan.conflicts
        assert clone.state.has_base and not clone.whole().operations
        EDITS["note commentary"](clone, 1)
        head.clear()
        assert [each.path for each in clone.run().outcome.done] == [WEEK]
        clone.state.close()
