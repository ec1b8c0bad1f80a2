"""The hosts that are asked: what a vault's file names waits for a yes to these very values."""

from __future__ import annotations

from pathlib import Path

import pytest
from vault_sync.edge import hosts
from vault_sync.edge.config import Config, ConfigError, parse
from vault_sync.edge.hosts import BUILT_IN, allow, hosts_of, proposals
from vault_sync.edge.sources.addresses import ALLOW_LOOPBACK

NAMED = [
    ("[arxiv]\nurl = 'https://evil.example/api'\n", "arxiv.url"),
    ("[arxiv]\nurl = 'https://export.arxiv.org/api/query?x='\n", "arxiv.url"),
    ("[arxiv]\nurl = 'https://export.arxiv.org@evil.example/api/query'\n", "arxiv.url"),
    ("[arxiv]\nurl = 'http://export.arxiv.org/api/query'\n", "arxiv.url"),
    ("[arxiv]\nurl = 'http://127.0.0.1:8384/rest/shutdown?x='\n", "arxiv.url"),
    ("[arxiv]\ncontact = 'victim@example.org'\n", "arxiv.contact"),
    ("[sources]\ncrossref = ['https://evil.example']\n", "sources.crossref"),
    ("[sources]\ncrossref = ['https://api.crossref.org', 'https://e.x']\n", "sources.crossref"),
    ("[sources]\nopenreview = ['https://169.254.169.254/latest']\n", "sources.openreview"),
    ("[sources]\nacl = ['https://aclanthology.org/../x']\n", "sources.acl"),
]


@pytest.fixture(autouse=True)
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(hosts, "device_folder", lambda: tmp_path / "config" / "vault-sync")
    monkeypatch.delenv(ALLOW_LOOPBACK)
    return tmp_path / "config" / "vault-sync"


def vault(text: str) -> Config:
    return parse(text, Path("/v"), Path("/v/vault-sync.toml"))


@pytest.mark.parametrize(("text", "name"), NAMED)
def test_what_a_vault_names_counts_after_a_yes(text: str, name: str) -> None:
    config = vault(text)
    before = hosts_of(config)
    assert list(before.waiting) == [name]
    assert before._replace(waiting={}) == BUILT_IN
    assert name in hosts.notice(before.waiting).message
    allow(proposals(config))
    after = hosts_of(config)
    assert not after.waiting and after != BUILT_IN and not after.own
    # The yes is to these very values.
    other = config._replace(arxiv=config.arxiv._replace(contact="other@example.org"))
    assert name in {*hosts_of(other).waiting, "arxiv.contact"} and hosts_of(other).waiting


def test_what_is_built_in_or_less_needs_none() -> None:
    for text in (
        "",
        "[arxiv]\nurl = 'https://export.arxiv.org/api/query'\n",
        "[sources]\ncrossref = []\nopenreview = ['https://api2.openreview.net']\n",
    ):
        assert not hosts_of(vault(text)).waiting
    assert hosts_of(vault("[sources]\ncrossref = []\n")).sites["doi"] == ()


def test_what_waits_takes_nothing_else_with_it() -> None:
    found = hosts_of(vault("[arxiv]\ncontact = 'a@b.c'\n[sources]\ncrossref = []\n"))
    assert list(found.waiting) == ["arxiv.contact"]
    assert found.contact == "" and found.sites["doi"] == ()


def test_the_device_names_hosts_freely(device: Path) -> None:
    device.mkdir(parents=True)
    (device / "config.toml").write_text(
        "[arxiv]\nurl = 'http://127.0.0.1:9/q'\ncontact = 'me@example.org'\n"
        "[sources]\ncrossref = ['https://10.0.0.1/']\n"
    )
    found = hosts_of(vault("[arxiv]\nurl = 'https://evil.example'\n"))
    assert (found.url, found.contact) == ("http://127.0.0.1:9/q", "me@example.org")
    assert found.sites["doi"] == ("https://10.0.0.1",)
    assert found.own >= {"http://127.0.0.1:9/q", "https://10.0.0.1"}
    assert "https://evil.example" not in found.own


@pytest.mark.parametrize(
    "text", ["[digests]\npaths = ['a.md']\n", "[arxiv]\nfacts = []\n", "[arxiv]\nurl = 1\n", "["]
)
def test_mistakes_of_the_device_are_told(device: Path, text: str) -> None:
    device.mkdir(parents=True)
    (device / "config.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"config\.toml"):
        hosts_of(vault(""))


def test_servers_of_tests_are_no_proposal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ALLOW_LOOPBACK, "1")
    here = "[arxiv]\nurl = 'http://127.0.0.1:9/q'\ncontact = 'a@b.c'\n"
    assert not hosts_of(vault(here)).waiting
    assert hosts_of(vault("[arxiv]\nurl = 'https://evil.example'\n")).waiting
    assert hosts_of(vault("[arxiv]\nurl = 'http://127.0.0.1.evil.example'\n")).waiting


def test_the_folder_of_a_yes_is_this_users_alone(device: Path) -> None:
    path = allow({"arxiv.url": "https://e.x"})
    assert path.parent.stat().st_mode & 0o077 == 0
    assert path.read_text() == 'arxiv.url = "https://e.x"\n'
    assert device in path.parents


def test_only_this_module_takes_hosts_of_a_vaults_file() -> None:
    """Whoever reads them from the configuration goes round the yes."""
    import ast

    from tests.support.folders import ROOT

    found = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "vault_sync").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node).endswith((".arxiv.url", ".arxiv.contact", ".sources", ".sites"))
    }
    assert found == {
        "vault_sync/edge/hosts.py",
        "vault_sync/sync/facts.py",  # `chosen.sites`, of this module
        "vault_sync/edge/sources/lookup.py",  # `source.sites`, given by `sync/facts`
    }
