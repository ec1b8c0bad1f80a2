"""`git install` and `git uninstall`: what was put in place and what is left to do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.support import transcript
from tests.support.git_vault import environment
from tests.support.vaults import Vault
from vault_sync.cli import git
from vault_sync.cli.console import Console, UsageError
from vault_sync.core.model.values import RelPath, Rules
from vault_sync.edge.config import Config
from vault_sync.edge.git.repository import VaultLocation


def test_each_thing_that_was_put_in_place_has_a_line(empty_vault: Vault, tmp_path: Path) -> None:
    root = empty_vault.root
    subprocess.run(["git", "init", "-q"], cwd=root, env=environment(tmp_path), check=True)
    attributes = f"{root / '.gitattributes'}: says which files it merges"
    first, again = (empty_vault.ok("git", "install").out.splitlines() for _ in range(2))
    assert attributes in first and attributes not in again
    for lines in (first, again):
        assert "git config merge.vault-sync: the merge driver of this repository" in lines
        assert lines[-1] == "    commit it: git add -- '.gitattributes'"
    found = empty_vault.ok("git", "install", "--json").json
    assert found["todo"] == ["git add -- '.gitattributes'"] and found["did"] == again[:-1]
    gone = empty_vault.ok("git", "uninstall").out.splitlines()
    assert ".gitattributes: our lines are out of it; commit it" in gone
    assert not (root / ".gitattributes").exists()
    assert empty_vault.ok("git", "uninstall").out == "nothing of vault-sync was installed here\n"
    assert empty_vault.ok("git", "uninstall", "--json").json["did"] == []


NOTE = """---
url: https://arxiv.org/abs/2308.07124
digests:
  - "[[w]]"
---

## [[w]]

words
"""


@pytest.mark.parametrize(
    ("path", "texts", "merged"),
    [
        ("papers/a.md", [NOTE, NOTE, NOTE], True),
        ("papers/a.md", [NOTE, NOTE, "words"], False),
        ("papers/a.md", [NOTE, "words", NOTE], False),
        ("papers/a.md", ["", NOTE, "words"], True),
        ("papers/a.md", ["words", "words", "words"], False),
        ("digests/w.md", ["words", "words", "words"], True),
    ],
)
def test_what_is_neither_note_nor_digest_is_left_to_git(
    path: str, texts: list[str], merged: bool
) -> None:
    found = git._merged(Config(Path("/v")), RelPath(path), texts)
    assert (found is not None) == merged


def test_a_vault_above_the_repository_is_not_installed(
    offline_vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    inner = offline_vault.root / "inner"
    inner.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=inner, check=True)
    monkeypatch.setenv("GIT_DIR", str(inner / ".git"))
    monkeypatch.chdir(inner)
    with pytest.raises(UsageError, match=r"lies above the repository .*inner: install it in"):
        git.install(Console(inner))


def test_where_there_is_no_vault_a_merge_has_the_default_rules(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    config, place = git._vault_around(Console(tmp_path), "not/there/a.md")
    assert (config.rules, place) == (Rules(), None)
    said = capsys.readouterr().err
    assert said.startswith(f"note: {tmp_path}: neither vault-sync.toml nor .obsidian")
    assert said.endswith("; merged with the default configuration\n")
    (tmp_path / "vault-sync.toml").write_text('[notes]\nfolder = "x"\n')
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    config, place = git._vault_around(Console(tmp_path), "not/there/a.md")
    assert config.rules.folder == "x" and place == VaultLocation("", "")
    assert capsys.readouterr().err == ""


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault, tmp_path: Path) -> None:
    offline_vault.environ = environment(tmp_path)
    told, expected = transcript.retold(request, offline_vault, "git")
    assert told == expected
