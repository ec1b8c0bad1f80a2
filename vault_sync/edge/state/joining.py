"""The fact that this device has joined the vault: that once all of its files were here.

A sync service brings the files of a vault one by one. Until a whole pass finds the same files as
the one before it and nothing on its way, a file or an entry that is not here was not removed; it is
only not here yet (docs/devices.md).
"""

from __future__ import annotations

from collections.abc import Collection

from vault_sync.core.model.values import RelPath
from vault_sync.core.text.encodings import text_hash
from vault_sync.edge.state.schema import JOINED, JOINING_FILES, fact_of
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.state.vault_id import put_fact


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
