"""A vault's id stands in the vault and in the state, and both are one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.state_rows import keep, say
from tests.support.written_world import P, World
from vault_sync.edge.fs.vault_dir import VaultDir, id_in, write_id
from vault_sync.edge.state import vault_id
from vault_sync.edge.state.schema import fact_of
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.state.vault_id import agree_on_id


def test_made_once_and_taken_from_the_vault_where_it_is_there(world: World) -> None:
    keep(world, say('"one"'))
    state = world.state()
    assert id_in(world.vault) is None and fact_of(state.select, "vault id") is None
    with state.lock(0), VaultDir(world.vault) as vault:
        agree_on_id(vault, state)
        first = id_in(world.vault)
        assert first and fact_of(state.select, "vault id") == first
        agree_on_id(vault, state)
        assert id_in(world.vault) == fact_of(state.select, "vault id") == first
        (world.vault / ".vault-sync/id").unlink()
        agree_on_id(vault, state)
        assert id_in(world.vault) == first
        write_id(vault, "from-another-device")
        agree_on_id(vault, state)
        assert id_in(world.vault) == fact_of(state.select, "vault id") == "from-another-device"


ONE, MORE = [P("a.md")], [P("a.md"), P("b.md")]


@pytest.fixture
def state(world: World) -> Iterator[StateStore]:
    state = world.state()
    with state.lock(0):
        yield state


def test_the_same_files_twice_and_nothing_on_its_way(state: StateStore) -> None:
    for files in (ONE, MORE):
        vault_id.end_pass(state, files, at_rest=True)
        assert not vault_id.is_joined(state)
    vault_id.end_pass(state, MORE[::-1], at_rest=True)
    assert vault_id.is_joined(state)


def test_something_on_its_way_delays_it(state: StateStore) -> None:
    for at_rest in (True, False, False):
        vault_id.end_pass(state, ONE, at_rest=at_rest)
        assert not vault_id.is_joined(state)
    vault_id.end_pass(state, ONE, at_rest=True)
    assert vault_id.is_joined(state)


def test_every_own_name_of_a_property_is_remembered_once(state: StateStore) -> None:
    assert vault_id.former_names(state) == ()
    for own in ([("url", "link"), ("tags", "")], [("url", "주소")], [("url", "link")]):
        vault_id.remember_names(state, own)
    assert vault_id.former_names(state) == (("url", "link"), ("url", "주소"))


def test_it_stays_so(state: StateStore) -> None:
    vault_id.join(state)
    state.close()
    assert vault_id.is_joined(state)
