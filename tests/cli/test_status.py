"""`status`: how the vault stands, in a line each."""

from __future__ import annotations

from pathlib import Path

from tests.support.vaults import Vault
from vault_sync.cli import status
from vault_sync.core.model.plan import Create, Plan
from vault_sync.core.model.values import Problem, RelPath

TEXT = "w\n\nhttps://arxiv.org/abs/2308.07124\nOctoPack (A B)\nwords\n#tag\n"


def test_counts_have_a_line_each() -> None:
    odd = Problem("a.md", "odd", "is odd")
    plan = Plan(
        (Create(RelPath("a.md"), "", ""),),
        problems=(odd, odd._replace(level="notice"), odd),
        digests=1234,
        entries=1,
        notes=5,
    )
    assert status._counts(Path("/v"), plan, Path("/s")) == [
        "vault      /v",
        "digests    1,234, 1 entry",
        "notes      5",
        "to do      1 operation",
        "conflicts  0",
        "problems   2",
        "state      /s",
    ]


def test_what_is_said_before_and_after_the_first_pass(empty_vault: Vault) -> None:
    empty_vault.write("digests/w.md", TEXT)
    ran = empty_vault.run("status")
    assert ran.code == 1 and "to do      2 operations" in ran.out
    assert "base       none: this device has made no pass here yet" in ran.out
    assert "last pass" not in ran.out and "daemon     not running" in ran.out
    assert "joining" not in ran.out
    empty_vault.ok("rebuild", "--offline")
    empty_vault.ok("sync", "--offline")
    ran = empty_vault.ok("status")
    assert "base " not in ran.out and "(rebuild, 2 files)" in ran.out
    assert "taken back" not in ran.out and "copies" not in ran.out
    found = empty_vault.ok("status", "--json").json
    assert (found["digests"], found["daemon"], found["copies"]) == (1, None, 0)
    empty_vault.ok("undo")
    assert (
        "taken back 1 (`vault-sync sync --redo` does them again)" in empty_vault.run("status").out
    )
