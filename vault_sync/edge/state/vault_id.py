"""The facts that a state remembers of its vault as a whole; the vault's id is one of them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable

from vault_sync.edge.fs.own_folder import read_id, write_id
from vault_sync.edge.fs.vault_dir import VaultDir
from vault_sync.edge.state.schema import VAULT_ID, fact_of, note_fact
from vault_sync.edge.state.store import StateStore

_NAMES = "property names"


def put_fact(state: StateStore, name: str, value: str) -> None:
    """Remember a fact, durably.

    Raises:
        StateError: it is not remembered.
    """
    with state.writing() as connection:
        note_fact(connection, name, value)


def former_names(state: StateStore) -> tuple[tuple[str, str], ...]:
    """Return every own name of a property that was in force, in pairs of our name and that one."""
    return tuple((ours, own) for ours, own in json.loads(fact_of(state.select, _NAMES) or "[]"))


def remember_names(state: StateStore, own: Iterable[tuple[str, str]]) -> None:
    """Remember the own names of properties that a pass was made with.

    Raises:
        StateError: they are not remembered.
    """
    before = former_names(state)
    new = [pair for pair in own if pair[1] and pair not in before]
    if new:
        put_fact(state, _NAMES, json.dumps([*before, *new], ensure_ascii=False))


def agree_on_id(vault: VaultDir, state: StateStore) -> None:
    """Give a vault an id if it has none, and remember it; a file that is gone is made again.

    Raises:
        OSError: it could not be read from the vault, or written there.
        StateError: it could not be remembered.
    """
    there, remembered = read_id(vault), fact_of(state.select, VAULT_ID)
    id_ = there or remembered or os.urandom(8).hex()
    if id_ != remembered:
        put_fact(state, VAULT_ID, id_)
    if id_ != there:
        write_id(vault, id_)
