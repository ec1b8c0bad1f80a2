"""When a vault is at rest, so that there is nothing to read and nothing to plan."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.folders import ROOT
from tests.support.vaults import Vault, rebuilt
from vault_sync.edge.config import load
from vault_sync.edge.state.store import open_state
from vault_sync.sync.incremental import unchanged
from vault_sync.sync.request import PassRequest

LATE = "somebody saved this during an exchange"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    digest = "w\nhttps://blog.example/x1\nT: A (Ann Park)\none\n#t\n"
    vault = rebuilt(tmp_path, {"digests/w.md": digest})
    # Long ago: what was written just now is read once more.
    for path in vault.root.rglob("*.md"):
        os.utime(path, (1_600_000_000.5, 1_600_000_000.5))
    vault.ok("sync")
    shutil.rmtree(vault.root / ".vault-sync/tmp", ignore_errors=True)
    return vault


def at_rest(vault: Vault) -> bool:
    state = open_state(vault.root, vault.env)
    return unchanged.look(load(vault.root), state, PassRequest()).plan is not None


def settle(vault: Vault) -> None:
    """Passes until the index believes all stats: the change time cannot be set back."""
    end = time.monotonic() + 30
    while not at_rest(vault) and time.monotonic() < end:
        vault.ok("sync")
        shutil.rmtree(vault.root / ".vault-sync/tmp", ignore_errors=True)
    assert at_rest(vault)


def test_at_rest_without_a_folder_for_temporary_files(vault: Vault) -> None:
    settle(vault)
    assert not (vault.root / ".vault-sync/tmp").exists()


def test_not_at_rest_while_a_displaced_text_is_to_be_looked_at(vault: Vault) -> None:
    settle(vault)
    before = {path: path.read_bytes() for path in vault.root.rglob("*.md")}
    vault.write(".vault-sync/tmp/bba73ba98b19-0", LATE)
    os.utime(vault.root / ".vault-sync/tmp/bba73ba98b19-0", (1_600_000_000, 1_600_000_000))
    assert not at_rest(vault)
    vault.ok("sync")
    assert any(path.read_text() == LATE for path in vault.state.glob("*/saved/*/*"))
    assert {path: path.read_bytes() for path in vault.root.rglob("*.md")} == before


def test_a_pass_at_rest_imports_no_reader_of_notes_and_nobody_who_asks() -> None:
    """Imports are half of its time."""
    program = "import sys, vault_sync.cli.passes; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True)
    modules = set(ran.stdout.decode().split())
    assert "vault_sync.sync.incremental.unchanged" in modules
    assert not modules & {"yaml", "frontmatter", "requests", "secrets", "vault_sync.sync.engine"}
