"""`stats`: what `--since` needs, and the form by what takes the output."""

from __future__ import annotations

import sys

import pytest
from tests.support.vaults import Vault
from vault_sync.cli.capture import statistics
from vault_sync.cli.console import Console

ENTRY = "https://arxiv.org/abs/2308.07124\nOctoPack (A B)\nwords\n#tag\n"


@pytest.mark.parametrize(("name", "told"), [("notes", True), ("2023-W33", False)])
def test_without_weeks_since_leaves_none_out_and_says_so(
    empty_vault: Vault, name: str, told: bool
) -> None:
    for number in range(3):
        empty_vault.write(f"digests/{name[:-1]}{number}.md", ENTRY.replace("7124", f"712{number}"))
    assert (
        "--since leaves none out" in empty_vault.ok("stats", "--since", "2020-01-01").err
    ) == told
    assert "leaves none out" not in empty_vault.ok("stats").err


def test_on_a_terminal_it_is_drawn(
    empty_vault: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    empty_vault.write("digests/2023-W33.md", ENTRY)
    monkeypatch.setenv("VAULT_SYNC_STATE_DIR", str(empty_vault.state))
    statistics.statistics(Console(empty_vault.root), None, None)
    piped = capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    statistics.statistics(Console(empty_vault.root, color="never"), None, None)
    drawn = capsys.readouterr().out
    assert "papers\t1\n" in piped and "\t" not in drawn and drawn != piped
    assert "OctoPack" not in drawn and "2023-W33" in drawn
