"""The base that the last commit gives to a device that has none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from vault_sync.sync.observation.head_base import head_texts


def git(root: Path, *arguments: str) -> None:
    name = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", *name, *arguments], cwd=root, check=True, capture_output=True)


def test_the_texts_of_the_last_commit_are_read_whatever_git_is_told_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a hook, where git names the repository and the index of another one."""
    assert head_texts(tmp_path) == {}
    git(tmp_path, "init")
    assert head_texts(tmp_path) == {}
    for path, text in (("a.md", "one\n"), ("b.txt", "two\n"), (".c/d.md", "three\n")):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "x")
    (tmp_path / "a.md").write_text("later\n")
    assert head_texts(tmp_path) == {"a.md": "one\n"}
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    assert head_texts(tmp_path) == {"a.md": "one\n"}
