"""A small vault with its state."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.support.watching import git
from tests.support.written_world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not here")
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q")
    for number in (1, 2):
        (root / "a.md").write_text(f"{number}\n")
        git(root, "add", "-A")
        git(root, "commit", "-qm", str(number))
    return root
