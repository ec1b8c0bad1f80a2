"""A vault and its state as an earlier release left them, put at a place of a test's own."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.support.folders import ROOT
from vault_sync.edge.state.places import identity_of
from vault_sync.edge.state.schema import bound
from vault_sync.edge.state.store import state_dir

STORED = ROOT / "tests/data/state-3"
"""Of the release whose schema was 3: six passes, one of them an undo, one open conflict."""


def put_older(folder: Path) -> tuple[Path, dict[str, str]]:
    """Put vault and state below a folder. Returns the vault, and the environment of its state."""
    vault = folder / "vault"
    environ = {"VAULT_SYNC_STATE_DIR": str(folder / "state")}
    shutil.copytree(STORED / "vault", vault)
    state = state_dir(vault, environ)
    shutil.copytree(STORED / "state", state)
    path, device, inode = identity_of(vault)
    with closing(sqlite3.connect(state / "state.sqlite")) as connection, connection:
        # The stored one names no folder of any machine.
        connection.execute(
            "UPDATE vault SET path = ?, device = ?, inode = ?", (bound(path), device, inode)
        )
    return vault, environ
