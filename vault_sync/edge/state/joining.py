"""The fact that this device has joined the vault: that once all of its files were here.

A sync service brings the files of a vault one by one. Until a whole pass finds the same files as
the one before it and nothing on its way, a file or an entry that is not here was not removed; it is
only not here yet (docs/devices.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from vault_sync.core.model.values import RelPath
from vault_sync.edge.state.schema import JOINED, JOINING_FILES, as_bytes
from vault_sync.edge.state.store import StateStore


def is_joined(state: StateStore) -> bool:
    """Return True once a pass has found that all files were here.

    Raises:
        StateError: the state cannot be read just now.
    """
    return bool(state.select("SELECT 1 FROM fact WHERE name = ?", JOINED))


def join(state: StateStore) -> None:
    """Note that all files of the vault are here.

    Raises:
        StateError: the state could not be written.
    """
    _note(state, JOINED, "")


def end_pass(state: StateStore, files: Collection[RelPath], *, at_rest: bool) -> None:
    """Note the files that a whole pass leaves; the device has joined if they are the same again.

    `at_rest`: nothing was on its way to this device.

    Raises:
        StateError: the state could not be written.
    """
    listed = hashlib.sha256(as_bytes("\0".join(sorted(files)))).hexdigest()
    before = state.select("SELECT value FROM fact WHERE name = ?", JOINING_FILES)
    if at_rest and before == [(listed,)]:
        join(state)
    elif before != [(listed,)]:
        _note(state, JOINING_FILES, listed)


def _note(state: StateStore, name: str, value: str) -> None:
    with state.writing() as connection:
        connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))
