"""Which of all states is a vault's own."""

from __future__ import annotations

from pathlib import Path

from tests.support.state_rows import database, keep, say
from tests.support.written_world import World
from vault_sync.edge.fs.own_folder import write_id
from vault_sync.edge.fs.vault_dir import VaultDir
from vault_sync.edge.state.places import identity_of, moved_state
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
