"""Findings on a vault's files: what tells a copy from a name, and where a configuration belongs."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.edge.system import vault_files
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
    put(tmp_path, Untitled_2="todo\n", 무제_2=TEXT)
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
    (tmp_path / "other" / ".obsidian").mkdir(parents=True)
    assert found(tmp_path) == [], "nobody can say which is meant"


def test_of_three_alike_the_first_is_named_and_the_others_told(tmp_path: Path) -> None:
    put(tmp_path, x__ab="x\n", x__AB="x\n", x__Ab="x\n", ab="x\n")
    (problem,) = found(tmp_path)
    assert problem.path == "x/AB.md" and "from x/Ab.md, x/ab.md only" in problem.message


def test_a_copy_is_told_once_and_only_of_a_note(tmp_path: Path) -> None:
    """`a 2 (1)` may be a copy of two others."""
    put(tmp_path, a=TEXT, a_2=TEXT, b=TEXT)
    for name in ("a 2 (1).md", "a (1).md", "b 2.txt", "b.txt"):
        (tmp_path / name).write_text(TEXT)
    assert [path for code, path in codes(tmp_path) if code == "numbered-copy"] == [
        "a (1).md",
        "a 2 (1).md",
        "a 2.md",
    ]


def test_folders_in_which_nothing_can_be_written_are_told_but_for_the_vaults_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("c", "b", "a"):
        (tmp_path / name).mkdir()
    closed = {"c", "b"}
    monkeypatch.setattr(os, "access", lambda path, _, **_options: path not in closed)
    assert told(found(tmp_path)) == [
        ("read-only", "b", "a folder cannot be written (2 such in the vault)", None, "notice")
    ]


def test_a_walk_sorts_what_it_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, a="x\n", b__c="x\n")
    for folder in (".obsidian", "b/.obsidian", ".git"):
        (tmp_path / folder).mkdir()
    (tmp_path / "b" / ".d.md.icloud").write_text("")
    (tmp_path / "link").symlink_to("b")
    monkeypatch.setattr(vault_files, "is_away", lambda status: status.st_size == 3)
    (tmp_path / "away.md").write_text("abc")
    tree = read_tree(tmp_path)
    assert (sorted(tree.folders), sorted(tree.files)) == (["", "b"], ["a.md", "away.md", "b/c.md"])
    assert (tree.links, sorted(tree.absent)) == (["link"], ["away.md", "b/.d.md.icloud"])
    assert (sorted(tree.vaults), tree.closed) == (["", "b"], [])
    assert read_tree(tmp_path / "nowhere").closed == ["."]


def test_what_is_away_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xff")
    tree = read_tree(tmp_path)
    tree.absent.append(RelPath("a.md"))
    around = Surroundings(state=tmp_path, now=1e12, home=tmp_path / "nobody")
    assert [each.code for each in findings(tmp_path, tree, around)] == ["not-downloaded"]


def told(problems: list[Problem]) -> list[tuple[str, str, str, int | None, str]]:
    return [(each.code, each.path, each.message, each.line, each.level) for each in problems]


def test_of_files_dated_in_the_future_the_latest_is_named(tmp_path: Path) -> None:
    """A minute ahead is none: clocks differ by as much."""
    for name, ahead in (("a", 60), ("b", 61), ("c", 3_600), ("d", 61), ("e", -100)):
        put(tmp_path, **{name: "x\n"})
        os.utime(tmp_path / f"{name}.md", (0, 1_000_000 + ahead))
    around = Surroundings(state=tmp_path, now=1_000_000, home=tmp_path / "nobody")
    (problem,) = findings(tmp_path, read_tree(tmp_path), around)
    assert (problem.code, problem.path, problem.level) == ("clock", "c.md", "notice")
    day = time.strftime("%Y-%m-%d %H:%M", time.localtime(1_003_600))
    assert problem.message == f"dated in the future ({day}); 3 such files in all"


def test_findings_name_the_first_and_count_the_others(tmp_path: Path) -> None:
    put(tmp_path, b="x\n", c="x\n", a="x\n", A="x\n")
    for name in ("c", "b"):
        (tmp_path / f"{name}.md").chmod(0o444)
    for name in ("y.md", "x.md", ".hidden.md", "vault-sync.toml"):
        (tmp_path / name).symlink_to("b.md")
    for name in ("n?", "n:"):
        (tmp_path / f"{name}.txt").write_text("x\n")
    twins = "differs from a.md only in case or in how letters are composed"
    assert told(found(tmp_path)) == [
        ("twins", "A.md", twins, None, "problem"),
        ("names-elsewhere", "n:.txt", told(found(tmp_path))[1][2], None, "notice"),
        ("read-only", "b.md", "a file is read-only (2 such in the vault)", None, "notice"),
        ("symlink", "x.md", "a symbolic link is not followed (2 in the vault)", None, "notice"),
    ]
    assert told(found(tmp_path))[1][2].endswith("(2 such names in the vault)")


def test_bytes_that_are_not_utf_8_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"one\ntwo\n\xff\n\xfe\n")
    (tmp_path / "b.md").write_bytes("제목\n한글\n".encode("cp949"))
    (tmp_path / "c.txt").write_bytes(b"\xff")
    first, second = found(tmp_path)
    assert (first.path, first.line) == ("a.md", 3) and first.message.startswith("byte 8 is not UTF")
    assert (second.path, second.line) == ("b.md", 1) and "; it looks like " in second.message


def test_what_is_away_and_what_is_closed_is_named(tmp_path: Path) -> None:
    put(tmp_path, b="x\n", a="x\n")
    tree = read_tree(tmp_path)
    tree.absent += [RelPath("b.md"), RelPath("a.md")]
    tree.closed.append(RelPath("c"))
    around = Surroundings(state=tmp_path, now=1e12, home=tmp_path / "nobody")
    assert told(list(findings(tmp_path, tree, around))) == [
        ("unreadable", "c", "cannot be read: the folder cannot be read", None, "problem"),
        ("not-downloaded", "a.md", "2 files are in the cloud only", None, "problem"),
    ]


def test_what_cannot_be_read_is_named_and_is_no_copy(tmp_path: Path) -> None:
    put(tmp_path, a=TEXT, a_2=TEXT, b=TEXT, c="x\n")

    def read(root: Path, path: str) -> bytes:
        if path in {"a.md", "b.md"}:
            raise OSError(errno.EIO, "Input/output error")
        return (root / path).read_bytes()

    around = Surroundings(state=tmp_path, now=1e12, home=tmp_path / "nobody", read=read)
    (tmp_path / "d.md").write_bytes(b"\xff")
    assert [(each.code, each.path) for each in findings(tmp_path, read_tree(tmp_path), around)] == [
        ("unreadable", "a.md"),
        ("unreadable", "b.md"),
        ("not-utf-8", "d.md"),
    ]
