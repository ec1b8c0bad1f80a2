"""Where `check --staged` points, and what it says to add: lines, pathspecs, folders."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support import transcript
from tests.support.git_vault import environment
from tests.support.vaults import Vault
from vault_sync.cli import staged
from vault_sync.core.digest import reader
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.model.plan import Conflict, Create, Plan, Rename
from vault_sync.core.model.values import Key, Problem, RelPath, Rules
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.report import lines as report
from vault_sync.edge.git.repository import Repository, VaultLocation


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("a\nb\n", "x\nb\n", 1),
        ("a\nb\nc\n", "a\nb\nx\n", 3),
        ("a\n", "a\nb\n", 2),
        ("a\nb", "a\nb\nc", 1),
        ("", "a", 1),
    ],
)
def test_the_first_line_that_is_another(before: str, after: str, line: int) -> None:
    assert staged._first_difference(before, after) == line


@pytest.mark.parametrize(
    ("path", "spec"),
    [
        ("a b.md", "a b.md"),
        ("a*?[1].md", r"a\*\?\[1].md"),
        ("a\\b.md", r"a\\b.md"),
        (":(top)a.md", "./:(top)a.md"),
    ],
)
def test_a_path_means_itself_to_git(path: str, spec: str) -> None:
    assert staged._literal(path) == spec


FLAT = """# Week

https://arxiv.org/abs/2308.07124
[[note|OctoPack (A B)]]
words
#tag
"""
LINKED = "# Week\n\nhttps://arxiv.org/abs/2308.07124\n[[note]]\nwords\n"
BARE = "# Week\n\nhttps://arxiv.org/abs/2308.07124\nwords\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (FLAT, {"url": 3, "title": 4, "authors": 4, "link": 4, "commentary": 5, "tags": 6}),
        (BARE, {"url": 3, "tags": 3, "link": 3}),
        (LINKED, {"url": 3, "link": 4, "commentary": 5}),
        (LINKED.replace("words", "OctoPack (A B)"), {"url": 3, "link": 4, "title": 5}),
    ],
)
def test_a_field_has_its_line(text: str, lines: dict[str, int]) -> None:
    (entry,) = reader.read(text).entries
    assert {field: staged._line_of(entry, field) for field in lines} == lines


def test_a_field_of_an_item_has_the_line_of_the_item_or_of_its_tags() -> None:
    text = "# Week\n\n- [OctoPack](https://arxiv.org/abs/2308.07124)\n  words\n  #tag\n"
    (entry,) = styled_reader.read(text, ("list",)).entries
    found = [staged._line_of(entry, each) for each in ("title", "tags", "commentary")]
    assert found == [3, 5, 4]


def test_what_would_change_in_a_digest_is_named_by_entry_and_field() -> None:
    other = FLAT.replace("2308.07124", "2308.00001")
    write: Any = type("Write", (), {"before": FLAT, "after": FLAT})
    assert staged._rewritten(write, ("flat",)) == {}
    write.after = FLAT.replace("OctoPack", "Octo").replace("#tag", "#tag #new")
    assert list(staged._rewritten(write, ("flat",)).values()) == [(4, ["title", "tags"])]
    write.after = FLAT.replace("[[note|", "[[other|")
    assert list(staged._rewritten(write, ("flat",)).values()) == [(4, ["link"])]
    write.after = FLAT + "\n" + other.partition("\n\n")[2]
    assert list(staged._rewritten(write, ("flat",)).values()) == [(1, ["entry"])]


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({}, "here"),
        ({"GIT_INDEX_FILE": "index", "GIT_PREFIX": "sub/"}, "top/sub"),
        ({"GIT_INDEX_FILE": "index"}, "top"),
    ],
)
def test_commands_are_typed_where_git_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], folder: str
) -> None:
    for name in ("GIT_INDEX_FILE", "GIT_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for name in ("here", "top/sub"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    assert staged._users_folder(Repository(tmp_path / "top", {})) == (tmp_path / folder).resolve()


def test_the_digests_of_a_note_are_those_that_it_links_to_and_that_are_there() -> None:
    note, week = RelPath("papers/a.md"), RelPath("digests/w.md")
    judged: Any = SimpleNamespace(
        snapshot=SimpleNamespace(
            notes={note: SimpleNamespace(digests=("w", "gone"))},
            names=LinkResolver.from_paths([note, week]),
        )
    )
    assert staged._digests_of(judged, note) == [week]
    assert staged._digests_of(judged, RelPath("papers/none.md")) == []


def test_only_what_blocks_is_a_reason_and_what_git_ignores_is_said_behind() -> None:
    problems = (
        Problem("a.md", "odd", "is odd", level="notice"),
        Problem("b.md", "ignored-by-git", "git ignores it", level="notice"),
        Problem("c.md", "entry-missing", "its entry is gone; put it back", "a hint", 3),
        Problem("d.md", "unreadable", "cannot be read", "mend it"),
    )
    conflict = Conflict(Key("k"), RelPath("w.md"), RelPath("n.md"), "title", "x", "y")
    judged: Any = SimpleNamespace(plan=Plan(problems=problems, conflicts=(conflict,)))
    assert list(staged._reasons(judged)) == [
        *report.problem_lines([Problem("c.md", "entry-missing", "its entry is gone", "", 3)]),
        *report.problem_lines([problems[3]]),
        "w.md:1: title: not the same as in 'n.md'",
        *report.problem_lines([problems[1]]),
    ]


@pytest.mark.parametrize(
    ("rules", "path", "spec"),
    [
        # Only arXiv knows the date: a name without one may come to begin with any.
        (Rules(), "papers/230814 OctoPack.md", "papers/230814 OctoPack.md"),
        (Rules(), "papers/OctoPack.md", "papers/*OctoPack.md"),
        (Rules(name="{title}"), "papers/OctoPack.md", "papers/OctoPack.md"),
        (Rules(folder="{published:%Y}"), "2023/OctoPack.md", "2023/*OctoPack.md"),
        (Rules(), "papers/Another.md", "papers/Another.md"),
    ],
)
def test_a_note_that_is_to_be_made_is_named_whatever_its_date(
    rules: Rules, path: str, spec: str
) -> None:
    text = "---\ntitle: OctoPack\nurl: https://arxiv.org/abs/2308.07124\n---\n\n## [[w]]\n\nwords\n"
    judged: Any = SimpleNamespace(config=SimpleNamespace(rules=rules))
    assert staged._made(judged, Create(RelPath(path), text, "")) == spec


@pytest.mark.parametrize(
    ("at", "place", "index", "paths", "lines"),
    [
        ("vault", ("vault/", ""), "index", [], []),
        ("vault", ("vault/", ""), "index", ["a.md"], ["sync", "git add -- 'a.md'"]),
        ("vault/in", ("vault/", ""), "index", ["a.md"], ["sync", "git add -- '../a.md'"]),
        (
            ".",
            ("vault/", ""),
            "index",
            ["a.md", "b c.md"],
            ["--vault 'vault' sync", "git add -- 'vault/a.md' 'vault/b c.md'"],
        ),
        ("vault", ("vault/", ""), "index", [":a.md"], ["sync", "git add -- './:a.md'"]),
        ("vault", ("", "in/"), "index", ["a.md"], ["sync"]),
        ("vault", ("vault/", ""), "next-index-7", ["a.md"], ["sync", "git add -- 'a.md'", "more"]),
    ],
)
def test_what_mends_it_is_typed_where_the_person_is(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    at: str,
    place: tuple[str, str],
    index: str,
    paths: list[str],
    lines: list[str],
) -> None:
    (tmp_path / "vault/in").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / at)
    monkeypatch.setattr(staged, "_to_add", lambda *_: paths)
    root = SimpleNamespace(root=tmp_path / "vault")
    judged: Any = SimpleNamespace(config=root, place=VaultLocation(*place))
    found = list(staged._mending(judged, Repository(tmp_path, {"GIT_INDEX_FILE": index}), []))
    assert found[:1] == ["To bring it in line:"] * bool(lines)
    if lines[2:]:
        assert found.pop() == "the files that were named."
        assert found.pop().startswith("and commit without naming files, or name all of these")
    wanted = [each if each.startswith("git") else f"vault-sync {each}" for each in lines[:2]]
    assert [each.removeprefix("    ") for each in found[1:]] == wanted


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault, tmp_path: Path) -> None:
    offline_vault.environ = environment(tmp_path)
    told, expected = transcript.retold(request, offline_vault, "staged")
    assert told == expected


def test_a_file_that_is_not_there_or_elsewhere_is_named_by_its_first_line() -> None:
    path, other = RelPath("papers/a.md"), RelPath("papers/b.md")
    config = SimpleNamespace(rules=Rules())
    judged: Any = SimpleNamespace(config=config, snapshot=SimpleNamespace(digests={}))
    made, moved = Create(path, "words", "new"), Rename(path, other, "words", "its name")
    assert [*staged._wrong(judged, made, ()), *staged._wrong(judged, moved, ())] == [
        (path, 1, "is not there (new)"),
        (path, 1, "belongs at papers/b.md (its name)"),
    ]
