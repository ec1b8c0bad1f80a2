"""Which of all states is a vault's own."""

from __future__ import annotations

import os
import sqlite3
import unicodedata
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.state_rows import database, keep, say
from tests.support.written_world import World
from vault_sync.core.text.folding import casefold_nfc
from vault_sync.edge.fs.vault_dir import VaultDir, write_id
from vault_sync.edge.state.places import (
    DATABASE,
    canonical,
    databases,
    identity_of,
    is_mounted_twice,
    is_moved,
    moved_state,
    root_id,
    same_folder,
)
from vault_sync.edge.state.vault_id import agree_on_id


def test_a_moved_vault_is_found_by_its_folder_and_its_id(world: World) -> None:
    keep(world, say('"one"'))
    state, own = world.state(), database(world).parent
    parent = own.parent
    with state.lock(0), VaultDir(world.vault) as vault:
        agree_on_id(vault, state)
    (parent / "damaged").mkdir()
    (parent / "damaged/state.sqlite").write_bytes(b"no database")
    moved = world.vault.rename(world.vault.with_name("moved"))
    assert moved_state(parent, identity_of(moved)) == (own, True)
    other = Path(world.folder, "other")
    other.mkdir()
    with VaultDir(moved) as one, VaultDir(other) as another:
        id_ = (moved / ".vault-sync/id").read_text().strip()
        write_id(another, id_)
        assert moved_state(parent, identity_of(other)) is None, "another folder with this id"
        write_id(one, "another")
        assert moved_state(parent, identity_of(moved)) is None, "the id of another vault"
        write_id(one, id_)
    world.vault.mkdir()
    assert moved_state(parent, identity_of(moved)) == (own, True), (
        "a mount's empty folder, or a new vault"
    )
    with VaultDir(world.vault) as back:
        write_id(back, id_)
    assert moved_state(parent, identity_of(moved)) is None, "its old path has the id too"


def test_another_folder_is_no_moved_one(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        was = identity_of(tmp_path)
        for now in (was._replace(inode=was.inode + 1), was._replace(device=was.device + 1)):
            assert is_moved(connection, was, now) is False
            assert is_mounted_twice(was, now._replace(path=str(tmp_path / "gone"))) is False


def test_states_come_in_the_sequence_of_their_names(tmp_path: Path) -> None:
    """So that which of two is found does not depend on the disk."""
    names = [f"vault-{number}" for number in (3, 1, 4, 0, 5, 9, 2, 6, 8, 7)]
    for name in names:
        (tmp_path / name).mkdir()
        with closing(sqlite3.connect(tmp_path / name / DATABASE)) as connection:
            connection.execute("CREATE TABLE t(x)")
    found = []
    for folder, connection in databases(tmp_path):
        found.append(folder.name)
        connection.close()
    assert found == sorted(names)


def test_links_are_followed_and_names_stay(tmp_path: Path) -> None:
    vault = tmp_path / "Vault"
    vault.mkdir()
    (tmp_path / "link").symlink_to("Vault")
    assert canonical(vault) == canonical(tmp_path / "link") == tmp_path.resolve() / "Vault"
    assert canonical(tmp_path / "gone/deeper") == tmp_path.resolve() / "gone/deeper"


def test_names_are_spelled_as_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system that folds case and normal form, which is played here."""
    name = unicodedata.normalize("NFD", "Café Notes")
    (tmp_path / name / "In").mkdir(parents=True)
    lookup, statvfs = os.stat, os.statvfs

    def on_disk(path: object) -> str:
        here = Path("/")
        for part in Path(os.fspath(path)).parts[1:]:  # type: ignore[call-overload]
            names = [each.name for each in here.iterdir()] if here.is_dir() else []
            alike = (each for each in names if casefold_nfc(each) == casefold_nfc(part))
            here /= part if part in names else next(alike, part)
        return str(here)

    monkeypatch.setattr(os, "statvfs", lambda path: statvfs(on_disk(path)))
    monkeypatch.setattr(
        Path, "stat", lambda path, **options: lookup(on_disk(path) if path.parts[1:] else path)
    )
    for spelled in ("café notes/in", unicodedata.normalize("NFC", "Café Notes/In")):
        assert canonical(tmp_path / spelled) == tmp_path.resolve() / name / "In"


def test_two_names_that_only_look_alike_are_two(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "Notes").mkdir()
    assert canonical(tmp_path / "Notes") != canonical(tmp_path / "notes")
    assert canonical(tmp_path / "NOTES") == tmp_path.resolve() / "NOTES", "it is not there"
    assert not same_folder(tmp_path / "notes", tmp_path / "Notes")
    assert not same_folder(tmp_path / "notes", tmp_path / "gone")
    assert root_id(tmp_path / "notes") == root_id(tmp_path / "notes")
