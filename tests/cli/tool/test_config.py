"""`config`: the text that is in force, and that there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import shapes, transcript
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


def test_hosts_are_shown_and_allowed_once(empty_vault: Vault) -> None:
    text = "[arxiv]\nurl = 'https://mirror.example/q'\ncontact = 'me@example.org'\n"
    empty_vault.write("vault-sync.toml", text)
    assert "arxiv.url, arxiv.contact: not allowed on this device" in empty_vault.ok("config").err
    ran = empty_vault.ok("config", "--allow-hosts")
    assert 'arxiv.url = "https://mirror.example/q"\narxiv.contact = "me@example.org"' in ran.out
    assert empty_vault.ok("config").err == ""
    allowed = empty_vault.ok("config", "--allow-hosts", "--json").json
    shapes.check(allowed, "configuration")
    assert len(allowed["allowed"]) == 2
    empty_vault.write("vault-sync.toml", text.replace("mirror", "mirror2"))
    assert "not allowed" in empty_vault.ok("config").err
    empty_vault.write("vault-sync.toml", "")
    assert "nothing to allow" in empty_vault.ok("config", "--allow-hosts").out


def test_the_devices_own_is_printed(empty_vault: Vault) -> None:
    ran = empty_vault.ok("config", "--device")
    assert ran.out == "" and "is not there; it may hold" in ran.err
    path = Path(empty_vault.ok("config", "--device", "--json").json["path"])
    path.parent.mkdir(parents=True)
    path.write_text("[arxiv]\ncontact = 'me@example.org'\n")
    assert empty_vault.ok("config", "--device").out == path.read_text()
    path.write_text("[digests]\npaths = ['a.md']\n")
    assert "not of a device" in empty_vault.run("config", "--device").err
    assert empty_vault.run("config", "--device", "--example").code == 2
