"""`init` in a vault, above it, beside it, and where no vault must be made."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.support.folders import ROOT
from tests.support.vaults import Vault
from vault_sync.edge.config import parse

DIGEST = "digests/2023년 8월 3주차.md"


def test_from_a_folder_of_the_vault(vault: Vault) -> None:
    (vault.root / "vault-sync.toml").unlink()
    (vault.root / ".obsidian").mkdir()
    ran = vault.ok("--vault", str(vault.root / "digests"), "init")
    text = vault.read("vault-sync.toml")
    assert 'paths = ["digests/*.md"]' in text and "digests/*.md: 1 file: " in ran.out
    # It explains itself: every key, as a comment where it has its default.
    written, example = tomllib.loads(text), (ROOT / "config.example.toml").read_text()
    assert written["digests"] == {"paths": ["digests/*.md"]}
    assert written["notes"] == {"folder": "papers"}
    lines = text.split("\n")
    whole = "\n".join(line.removeprefix("# ") if " = " in line else line for line in lines)
    assert tomllib.loads(whole).keys() == tomllib.loads(example).keys()
    assert parse(text, vault.root, vault.root / "vault-sync.toml").rules.folder == "papers"


def test_styles_are_proposed_and_shown(vault: Vault) -> None:
    (vault.root / "vault-sync.toml").unlink()
    (vault.root / ".obsidian").mkdir()
    items = "".join(f"- [Study {n}](https://arxiv.org/abs/2301.{n:05d})\n" for n in range(3))
    vault.write("lists/a.md", items)
    ran = vault.ok("init")
    assert "    read in the style `list` ([digests] styles), as in lists/a.md:1:\n" in ran.out
    assert "        Study 0 https://arxiv.org/abs/2301.00000\n" in ran.out
    written = tomllib.loads(vault.read("vault-sync.toml"))["digests"]
    assert written["styles"] == {"digests/*.md": ["flat"], "lists/*.md": ["list"]}
    assert "papers/Study 0.md" in vault.ok("rebuild", "--dry-run", "--offline").out


def test_where_there_is_no_vault(vault: Vault, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    ran = vault.run("--vault", str(other), "init")
    assert ran.code == 2 and "--here" in ran.err and not any(other.iterdir())
    vault.ok("--vault", str(other), "init", "--here")
    assert (other / "vault-sync.toml").is_file()


def test_never_in_another_vault(vault: Vault) -> None:
    inner = vault.root / "inner"
    inner.mkdir()
    ran = vault.run("--vault", str(inner), "init", "--here")
    assert ran.code == 2 and "lies in the vault" in ran.err and not any(inner.iterdir())


def test_the_example(vault: Vault) -> None:
    assert vault.ok("config", "--example").out == (ROOT / "config.example.toml").read_text()


def test_nothing_that_is_there_is_written_over(vault: Vault, tmp_path: Path) -> None:
    before = vault.files()
    ran = vault.run("init")
    assert ran.code == 2 and "is there already: edit it, or remove it first" in ran.err
    ran = vault.run("init", "--demo", str(vault.root))
    assert ran.code == 2 and "is not empty" in ran.err
    ran = vault.run("init", "--demo", str(vault.root / "vault-sync.toml"))
    assert ran.code == 2 and "is not empty" in ran.err
    assert vault.files() == before
    (tmp_path / "fresh").mkdir()
    ran = vault.ok("init", "--demo", str(tmp_path / "fresh"))
    assert (tmp_path / "fresh/vault-sync.toml").is_file() and "rebuild --offline" in ran.out


def test_no_folder_and_no_home_becomes_a_vault(vault: Vault, tmp_path: Path) -> None:
    ran = vault.run("--vault", str(tmp_path / "none"), "init")
    assert ran.code == 2 and "there is no such folder" in ran.err
    assert not (tmp_path / "none").exists()
    home = tmp_path / "home/me"
    home.mkdir(parents=True)
    vault.environ["HOME"] = str(home)
    (home / "vault-sync.toml").write_text("")  # a vault by mistake is none to begin in
    (home / "sub").mkdir()
    for folder, more in ((home, ["--here"]), (home.parent, ["--here"]), (home / "sub", [])):
        before = sorted(folder.rglob("*"))
        ran = vault.run("--vault", str(folder), "init", *more)
        assert ran.code == 2 and {"--vault", "--here"} & set(ran.err.replace("`", " ").split()), ran
        assert sorted(folder.rglob("*")) == before


def test_a_folder_in_which_nothing_looks_like_a_digest(empty_vault: Vault) -> None:
    (empty_vault.root / "vault-sync.toml").unlink()
    empty_vault.write("a.md", "words\n")
    ran = empty_vault.ok("init", "--here")
    assert "no file here looks like a digest" in ran.out + ran.err
    assert "put a digest there" in ran.out + ran.err
