"""Law: judging what is staged says all that is new in judging the whole index, and no more."""

from __future__ import annotations

import shutil

import pytest
from tests.support.git_index import in_git, in_memory
from tests.support.staged_world import walk

with_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.mark.parametrize("seed", range(4))
def test_a_part_says_all_that_is_new(seed: int) -> None:
    counts = walk(in_memory, seed, 12)
    assert counts["silent"] and counts["speaking"]


@with_git
def test_git_answers_as_memory_does() -> None:
    assert walk(in_git, 5, 6) == walk(in_memory, 5, 6)


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(100, 130))
def test_a_part_says_all_that_is_new_on_long_walks(seed: int) -> None:
    walk(in_memory, seed, 300)


@with_git
@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(200, 210))
def test_a_part_says_all_that_is_new_in_git(seed: int) -> None:
    walk(in_git, seed, 100)
