"""Calls of a real git: what they say of the index, and that they never change it."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from tests.support.watching import git
from vault_sync.core.model.values import RelPath
from vault_sync.edge.git import repository as git_calls
from vault_sync.edge.git.repository import GitError, Repository, VaultLocation

ODD = '김 \n\t"[x].md'


@pytest.fixture
def calls(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_COMMON_DIR"):
        monkeypatch.delenv(name, raising=False)
    return git_calls.repository(repository, {"PATH": os.environ["PATH"]})


@pytest.mark.parametrize(
    ("location", "tree", "vault"),
    [
        (VaultLocation("", ""), "x/a.md", "x/a.md"),
        (VaultLocation("notes/", ""), "notes/a.md", "a.md"),
        (VaultLocation("notes/", ""), "other/a.md", None),
        (VaultLocation("", "sub/"), "a.md", "sub/a.md"),
        (VaultLocation("", ""), ".obsidian/a.md", None),
        (VaultLocation("notes/", ""), "notes/x/.trash/a.md", None),
    ],
)
def test_a_path_of_the_work_tree_and_of_the_vault(
    location: VaultLocation, tree: str, vault: str | None
) -> None:
    assert location.in_vault(tree) == vault
    assert vault is None or location.in_tree(RelPath(vault)) == tree


def test_where_a_vault_lies(calls: Repository, tmp_path: Path) -> None:
    assert git_calls.place_of(calls.top / "x", calls) == VaultLocation("x/", "")
    assert git_calls.place_of(calls.top.parent, calls) == VaultLocation("", "repository/")
    with pytest.raises(GitError, match="not in the work tree"):
        git_calls.place_of(tmp_path / "elsewhere", calls)


@pytest.mark.parametrize(
    ("environment", "partial"),
    [
        ({}, False),
        ({"GIT_INDEX_FILE": "/r/.git/index"}, False),
        ({"GIT_INDEX_FILE": "/next-index-1/index"}, False),
        ({"GIT_INDEX_FILE": "/r/.git/next-index-4711.lock"}, True),
    ],
)
def test_a_commit_of_named_files_has_an_index_of_its_own(
    environment: dict[str, str], partial: bool
) -> None:
    assert Repository(Path("/r"), environment).partial is partial


def test_a_name_alone_is_announced_where_it_is_asked_for(calls: Repository) -> None:
    (calls.top / ODD).write_text("odd")
    git(calls.top, "add", "-N", ODD)
    assert git_calls.announced(calls, [ODD, "a.md"]) == {ODD}
    assert git_calls.announced(calls, ["a.md"]) == git_calls.announced(calls, []) == set()


def test_no_repository_is_an_error_with_gits_own_words(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="rev-parse"):
        git_calls.repository(tmp_path, {"PATH": os.environ["PATH"]})


def test_the_index_its_changes_and_their_texts(calls: Repository) -> None:
    (calls.top / ODD).write_text("odd")
    (calls.top / "b.md").write_text("b")
    (calls.top / "link.md").symlink_to("a.md")
    git(calls.top, "add", "-A")
    git(calls.top, "rm", "-q", "--cached", "a.md")
    index = (calls.top / ".git/index").read_bytes()
    assert {each.path for each in git_calls.index(calls)} == {ODD, "b.md"}
    changes = {each.path: each for each in git_calls.changes(calls)}
    assert changes["a.md"].new == "" and changes[ODD].old == ""
    texts = git_calls.blobs(calls, [changes[ODD].new, changes["a.md"].old])
    assert list(texts.values()) == ["odd", "2\n"]
    assert git_calls.holding(calls, ["ODD"]) == [ODD], "in any case"
    assert git_calls.untracked(calls, ignored=False) == ["a.md"]
    assert (calls.top / ".git/index").read_bytes() == index
    assert git_calls.blobs(calls, []) == {}
    with pytest.raises(GitError, match=f"^git cat-file: {'0' * 39}1 missing$"):
        git_calls.blobs(calls, ["0" * 39 + "1"])


def test_a_name_that_is_only_announced_is_in_no_commit(calls: Repository) -> None:
    (calls.top / ODD).write_text("odd")
    git(calls.top, "add", "-N", ODD)
    assert git_calls.announced(calls, [ODD, "a.md"]) == {ODD}
    assert git_calls.changes(calls) == []


def test_where_no_git_is_that_is_said(calls: Repository) -> None:
    with pytest.raises(GitError, match="not to be found on PATH"):
        calls._replace(environment={"PATH": "/nowhere"}).git("status")


def test_a_hooks_repository_is_the_one_that_git_names(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the folder in which git calls it; by itself that of the vault."""
    monkeypatch.chdir(repository)
    environ = {"PATH": os.environ["PATH"]}
    assert not git_calls.in_hook(environ)
    with pytest.raises(GitError):
        git_calls.repository(tmp_path, environ)
    for name, path in (("GIT_DIR", ".git"), ("GIT_INDEX_FILE", ".git/index")):
        assert git_calls.in_hook({name: path})
        found = git_calls.repository(tmp_path, environ | {name: path})
        assert found.top == repository.resolve()
        assert found.environment[name] == str(repository / path)
        assert found.environment["GIT_OPTIONAL_LOCKS"] == "0"


def test_the_files_of_the_last_commit_and_of_an_unfinished_merge(calls: Repository) -> None:
    (calls.top / "link.md").symlink_to("a.md")
    git(calls.top, "add", "-A")
    git(calls.top, "commit", "-qm", "3")
    (one,) = git_calls.head(calls)
    assert one == ("a.md", git(calls.top, "rev-parse", "HEAD:a.md"), 0)
    git(calls.top, "checkout", "-qb", "side", "HEAD~2")
    (calls.top / "a.md").write_text("other\n")
    git(calls.top, "commit", "-qam", "side")
    with suppress(subprocess.CalledProcessError):
        git(calls.top, "merge", "main")
    assert [(each.path, each.stage) for each in git_calls.index(calls)] == [
        ("a.md", stage) for stage in (1, 2, 3)
    ]


def test_before_the_first_commit_all_of_the_index_is_new(calls: Repository) -> None:
    git(calls.top, "checkout", "-q", "--orphan", "new")
    (change,) = git_calls.changes(calls)
    assert (change.path, change.old) == ("a.md", "") and change.new
    with pytest.raises(GitError):
        git_calls.head(calls)


def test_what_is_ignored_is_asked_for_by_itself(calls: Repository) -> None:
    for name in ("b.md", "c.txt"):
        (calls.top / name).write_text("x")
    (calls.top / ".gitignore").write_text("*.txt\n")
    assert git_calls.untracked(calls, ignored=True) == ["c.txt"]
    assert git_calls.untracked(calls, ignored=False) == [".gitignore", "b.md"]


def test_hooks_lie_where_the_repository_says(calls: Repository) -> None:
    assert git_calls.hooks_folder(calls) == calls.top / ".git" / "hooks"
    git(calls.top, "config", "core.hooksPath", "our hooks")
    assert git_calls.hooks_folder(calls) == calls.top / "our hooks"


def test_settings_are_put_and_dropped_as_one_section(calls: Repository) -> None:
    assert git_calls.settings(calls, "vault-sync") == {}
    git_calls.drop_section(calls, "vault-sync")
    git_calls.set_value(calls, "vault-sync.root", ODD)
    git_calls.set_value(calls, "vault-sync-2.root", "another's")
    assert git_calls.settings(calls, "vault-sync") == {"vault-sync.root": ODD}
    git_calls.drop_section(calls, "vault-sync")
    assert git_calls.settings(calls, "vault-sync") == {}


@pytest.mark.parametrize(("theirs", "conflicts"), [("a\nb\nC\n", 0), ("X\nb\nc\n", 1)])
def test_a_merge_by_line_counts_its_conflicts(tmp_path: Path, theirs: str, conflicts: int) -> None:
    texts = {"ours": "A\nb\nc\n", "base": "a\nb\nc\n", "theirs": theirs}
    paths = [tmp_path / name for name in texts]
    for path in paths:
        path.write_text(texts[path.name])
    assert git_calls.merge_by_line(*paths) == conflicts
    assert ("<<<<<<< ours" in paths[0].read_text()) == bool(conflicts)
    paths[0].write_text(texts["ours"])
    assert git_calls.merge_by_line(*paths, favour_ours=True) == 0
    assert paths[0].read_text() == ("A\nb\nc\n" if conflicts else "A\nb\nC\n")
    paths[0].write_bytes(b"\0")
    with pytest.raises(GitError, match="merge-file"):
        git_calls.merge_by_line(*paths)


def test_up_to_127_conflicts_are_counted_and_more_is_a_failure_of_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for code in (127, 128):
        (tmp_path / "git").write_text(f"#!/bin/sh\necho fatal: planted >&2\nexit {code}\n")
        (tmp_path / "git").chmod(0o755)
        if code == 127:
            assert git_calls.merge_by_line(tmp_path, tmp_path, tmp_path) == code
        else:
            with pytest.raises(GitError, match=r"^git merge-file: fatal: planted$"):
                git_calls.merge_by_line(tmp_path, tmp_path, tmp_path)


def test_a_word_that_is_no_utf8_is_looked_for_too(calls: Repository) -> None:
    """A file from a Korean zip has a name in CP949; git compares none of that without case."""
    word = b"\xc7\xd1\xb1\xdb".decode("utf-8", "surrogateescape")
    (calls.top / "names.md").write_bytes(b"[[\xc7\xd1\xb1\xdb]]\n")
    git(calls.top, "add", "-A")
    for locale in ("C", "C.UTF-8"):
        there = calls._replace(environment={**calls.environment, "LC_ALL": locale})
        assert git_calls.holding(there, [word, "nowhere"]) == ["names.md"]
