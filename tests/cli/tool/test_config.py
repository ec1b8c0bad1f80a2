"""`config`: the text that is in force, and that there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import transcript
from tests.support.vaults import Vault
from vault_sync.cli.console import UsageError
from vault_sync.cli.tool.config import package_file


def test_the_text_is_printed_as_it_stands(empty_vault: Vault) -> None:
    empty_vault.write("vault-sync.toml", "\ufeff[arxiv]\nenabled = false # 한\n")
    ran = empty_vault.ok("config")
    assert ran.out == "[arxiv]\nenabled = false # 한\n" and ran.err == ""
    found = empty_vault.ok("config", "--json").json
    assert (found["path"], found["text"]) == (str(empty_vault.root / "vault-sync.toml"), ran.out)


def test_where_there_is_none_all_is_default(empty_vault: Vault) -> None:
    (empty_vault.root / "vault-sync.toml").unlink()
    (empty_vault.root / ".obsidian").mkdir()
    ran = empty_vault.ok("config")
    assert ran.out == "" and "has no vault-sync.toml: all is default (--example)" in ran.err
    found = empty_vault.ok("config", "--json").json
    assert (found["path"], found["text"]) == ("", "")
    assert "[digests]" in empty_vault.ok("config", "--example").out


def test_what_was_not_installed_is_said() -> None:
    assert isinstance(package_file("config.example.toml"), Path)
    with pytest.raises(UsageError, match=r"none\.toml was not installed with this program"):
        package_file("none.toml")


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault) -> None:
    told, expected = transcript.retold(request, offline_vault, "config")
    assert told == expected
