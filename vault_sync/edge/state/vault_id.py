"""The facts that a state remembers of its vault as a whole: its id, names, and if it has joined.

A sync service brings the files of a vault one by one. Until a whole pass finds the same files as
the one before it and nothing on its way, a file or an entry that is not here was not removed; it is
only not here yet (docs/devices.md). Then this device *has joined* the vault.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable

from vault_sync.core.model.values import RelPath
from vault_sync.core.text.encodings import text_hash
from vault_sync.edge.fs.vault_dir import VaultDir, read_id, write_id
from vault_sync.edge.state.schema import JOINED, JOINING_FILES, VAULT_ID, fact_of, note_fact
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


def is_joined(state: StateStore) -> bool:
    """Return True once a pass has found that all files were here.

    Raises:
        StateError: the state cannot be read just now.
    """
    return fact_of(state.select, JOINED) is not None


def join(state: StateStore) -> None:
    """Note that all files of the vault are here.

    Raises:
        StateError: the state could not be written.
    """
    put_fact(state, JOINED, "")


def end_pass(state: StateStore, files: Collection[RelPath], *, at_rest: bool) -> None:
    """Note the files that a whole pass leaves; the device has joined if they are the same again.

    `at_rest`: nothing was on its way to this device.

    Raises:
        StateError: the state could not be written.
    """
    listed = text_hash("\0".join(sorted(files)))
    if fact_of(state.select, JOINING_FILES) != listed:
        put_fact(state, JOINING_FILES, listed)
    elif at_rest:
        join(state)
