"""Findings on a vault's files: what tells a copy from a name, and where a configuration belongs."""

from __future__ import annotations

from pathlib import Path

import pytest
from vault_sync.core.model.values import Problem
from vault_sync.edge.system.surroundings import Surroundings
from vault_sync.edge.system.vault_files import Tree, findings, read_tree

TEXT = "".join(f"line {number}\n" for number in range(10))


def found(root: Path) -> list[Problem]:
    around = Surroundings(state=root, now=1e12, home=root / "nobody")
    return list(findings(root, read_tree(root), around))


def codes(root: Path) -> list[tuple[str, str]]:
    return [(each.code, each.path) for each in found(root)]


def put(root: Path, **texts: str) -> None:
    for name, text in texts.items():
        path = root / name.replace("__", "/").replace("_", " ")
        path = path.with_name(f"{path.name}.md")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_a_number_alone_makes_no_copy(tmp_path: Path) -> None:
    put(tmp_path, Untitled="todo\n", Untitled_1="todo\n", 무제=TEXT, 무제_1=TEXT)
    put(tmp_path, BERT=TEXT, BERT_2="another paper\n", note="", note_2="", report_2023=TEXT)
    assert codes(tmp_path) == []


@pytest.mark.parametrize("text", [TEXT, TEXT + "more\n", TEXT.replace("line 3", "line three")])
def test_a_number_and_the_same_lines_make_one(tmp_path: Path, text: str) -> None:
    put(tmp_path, a=TEXT, a_2=text)
    assert codes(tmp_path) == [("numbered-copy", "a 2.md")]


def test_a_configuration_in_its_place(tmp_path: Path) -> None:
    (tmp_path / ".obsidian").mkdir()
    (tmp_path / "vault-sync.toml").write_text("")
    (tmp_path / "another vault" / ".obsidian").mkdir(parents=True)
    (tmp_path / "another vault" / "vault-sync.toml").write_text("")
    assert codes(tmp_path) == []


def test_no_obsidian_anywhere_is_nothing_to_mend(tmp_path: Path) -> None:
    (tmp_path / "vault-sync.toml").write_text("")
    assert codes(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("papers/vault-sync.toml", "config-place"),
        ("Vault-Sync.toml", "config-name"),
        ("vault-sync.toml.txt", "config-name"),
        ("vault_sync.toml", "config-name"),
        (".vault-sync.toml", "config-place"),
        (".obsidian/vault-sync.toml", "config-place"),
        (".vault-sync/vault-sync.toml", "config-place"),
    ],
)
def test_a_configuration_that_is_not_read(tmp_path: Path, path: str, code: str) -> None:
    (tmp_path / ".obsidian").mkdir()
    for folder in ("papers", ".vault-sync"):
        (tmp_path / folder).mkdir()
    (tmp_path / path).write_text("")
    assert codes(tmp_path) == [(code, path)]


def test_a_configuration_of_the_user_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "home/.config/vault-sync").mkdir(parents=True)
    (tmp_path / "home/.config/vault-sync/config.toml").write_text("")
    around = Surroundings(state=tmp_path / "state", home=tmp_path / "home")
    (problem,) = findings(tmp_path, Tree(), around)
    assert problem.path == "~/.config/vault-sync/config.toml" and problem.level == "notice"


def test_a_configuration_below_the_obsidian_vault(tmp_path: Path) -> None:
    (tmp_path / ".obsidian").mkdir()
    (tmp_path / "papers").mkdir()
    (problem,) = found(tmp_path / "papers")
    assert problem.code == "config-place" and str(tmp_path) in problem.message


def test_a_configuration_above_the_obsidian_vault(tmp_path: Path) -> None:
    (tmp_path / "vault" / ".obsidian").mkdir(parents=True)
    (problem,) = found(tmp_path)
    assert (problem.code, problem.path) == ("config-place", "vault")
