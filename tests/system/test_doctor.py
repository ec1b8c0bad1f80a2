"""`doctor` on a whole vault: what it asks of git and of the file system around it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.vaults import Vault
from tests.support.watched import environment


def test_a_vault_in_git_is_asked_for_its_hook(built: Vault, tmp_path: Path) -> None:
    assert "nothing to mend" in built.ok("doctor").out
    environ = environment(tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=built.root, env=environ, check=True)
    said = built.ok("doctor").out
    assert "a commit is not checked" in said and "vault-sync git install" in said
    listed = built.root / ".pre-commit-config.yaml"
    listed.write_text("repos:\n  - repo: https://example.org/vault-sync\n")
    assert "nothing to mend" in built.ok("doctor").out
    listed.unlink()
    built.ok("git", "install")
    assert "nothing to mend" in built.ok("doctor").out
    built.ok("git", "uninstall")
    assert "a commit is not checked" in built.ok("doctor").out
