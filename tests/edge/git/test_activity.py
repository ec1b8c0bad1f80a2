"""Git at work, read from its files; a real git puts them there."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import pytest
from tests.support.watching import git
from vault_sync.edge.git.activity import git_busy, git_dirs, head, is_bisecting

# Git


def test_without_git_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert git_busy(tmp_path) is None
    assert head(tmp_path) == ""
    assert head(tmp_path / "nowhere") == ""


@pytest.mark.parametrize(
    "name", ["index.lock", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge/x"]
)
def test_git_at_work(repository: Path, name: str) -> None:
    assert git_busy(repository) is None
    sign = repository / ".git" / name
    sign.parent.mkdir(exist_ok=True)
    sign.write_text("")
    assert name.partition("/")[0] in (git_busy(repository) or "")


def test_git_at_work_around_the_vault_and_in_it(repository: Path) -> None:
    vault = repository / "notes" / "vault"
    (vault / "digests").mkdir(parents=True)
    git(vault / "digests", "init", "-q")
    assert len(git_dirs(vault)) == 2
    (vault / ".plugins" / ".git").mkdir(parents=True)
    assert len(git_dirs(vault)) == 2, "what is hidden is none of the vault's files"
    for directory in git_dirs(vault):
        (directory / "index.lock").write_text("")
        assert git_busy(vault) is not None
        (directory / "index.lock").unlink()
    assert git_busy(vault) is None


def test_the_nearest_repository_above_counts_and_those_in_the_vault_by_name(
    tmp_path: Path,
) -> None:
    """A text of HEADs in another sequence would be taken for a move."""
    vault = tmp_path / "vault"
    names = ["d", "a", "e", "b", "c"]
    for folder in (tmp_path, vault, *(vault / name for name in names), tmp_path / "x"):
        (folder / ".git").mkdir(parents=True)
    (vault / "link").symlink_to(tmp_path / "x")
    (vault / "plain").mkdir()
    assert git_dirs(vault) == tuple(
        folder / ".git" for folder in (vault, *(vault / name for name in sorted(names)))
    )


def test_a_search_by_bisection_in_any_of_them(repository: Path) -> None:
    assert not is_bisecting(repository)
    (repository / "notes" / ".git").mkdir(parents=True)
    assert not is_bisecting(repository)
    (repository / "notes" / ".git" / "BISECT_LOG").write_text("")
    assert is_bisecting(repository)


MAIN = "ref: refs/heads/main\n"


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({"HEAD": "1234\n"}, "1234"),
        ({"HEAD": MAIN, "refs/heads/main": "12\n"}, "refs/heads/main 12"),
        (
            {"HEAD": MAIN, "packed-refs": "# pack-refs\n11 refs/heads/main2\n22 refs/heads/main\n"},
            "refs/heads/main 22",
        ),
        (
            {"HEAD": MAIN, "refs/heads/main": "12\n", "packed-refs": "22 refs/heads/main\n"},
            "refs/heads/main 12",
        ),
        ({"HEAD": MAIN, "reftable/tables.list": "1.ref\n"}, "refs/heads/main 1.ref\n"),
        ({"HEAD": MAIN, "commondir": "sub\n", "sub/refs/heads/main": "7"}, "refs/heads/main 7"),
        ({"HEAD": MAIN, "commondir": "sub\n", "refs/heads/main": "8"}, "refs/heads/main 8"),
        ({"HEAD": MAIN}, "refs/heads/main "),
        ({}, ""),
    ],
)
def test_the_head_as_it_stands_in_files(tmp_path: Path, files: dict[str, str], text: str) -> None:
    (tmp_path / ".git").mkdir()
    for name, content in files.items():
        (tmp_path / ".git" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / ".git" / name).write_text(content)
    assert head(tmp_path) == text
    (tmp_path / ".git").rename(tmp_path / "elsewhere")
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / ".git").write_text("gitdir: ../elsewhere\n")
    assert head(tmp_path / "work") == text
    (tmp_path / "work" / ".git").write_text("../elsewhere\n")
    assert head(tmp_path / "work") == "", "a file that says something else"


def test_a_real_merge_that_stops_at_a_conflict(repository: Path) -> None:
    git(repository, "checkout", "-qb", "side", "HEAD~1")
    (repository / "a.md").write_text("other\n")
    git(repository, "commit", "-qam", "side")
    with contextlib.suppress(subprocess.CalledProcessError):
        git(repository, "merge", "main")
    assert "merge" in (git_busy(repository) or "")
    git(repository, "merge", "--abort")
    assert git_busy(repository) is None
    with contextlib.suppress(subprocess.CalledProcessError):
        git(repository, "rebase", "main")
    assert "rebase" in (git_busy(repository) or "")


def test_a_worktree_has_its_own_head_and_locks(repository: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    git(repository, "worktree", "add", "-qb", "other", str(tree))
    before = head(tree)
    assert git(tree, "rev-parse", "HEAD") in before
    (tree / "a.md").write_text("3\n")
    git(tree, "commit", "-qam", "3")
    assert head(tree) != before
    assert git(tree, "rev-parse", "HEAD") in head(tree)
    lock = Path(git(tree, "rev-parse", "--absolute-git-dir")) / "index.lock"
    lock.write_text("")
    assert git_busy(tree) is not None
    assert git_busy(repository) is None


def test_a_submodule_as_vault(repository: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    git(
        outer,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        str(repository),
        "v",
    )
    assert (outer / "v" / ".git").is_file()
    assert git(outer / "v", "rev-parse", "HEAD") in head(outer / "v")
    assert git(outer / "v", "rev-parse", "HEAD") in head(outer)


def test_head_moves_with_every_kind_of_move(repository: Path) -> None:
    seen = [head(repository)]
    for words in (
        ("checkout", "-q", "--detach", "HEAD~1"),
        ("checkout", "-q", "main"),
        ("pack-refs", "--all"),  # moves nothing
        ("reset", "-q", "--hard", "HEAD~1"),
        ("checkout", "-qb", "side"),
    ):
        git(repository, *words)
        seen.append(head(repository))
    assert seen[0] == seen[2] == seen[3]
    assert len(set(seen)) == 4
