"""A fresh clone that is edited before its first pass: HEAD tells which side was edited."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.support.vaults import BAYES, DIGEST, OCTOPACK, PLATYPUS, Vault

WORDS = "프롬프트 형식인 듯."


def git(vault: Vault, *words: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run(["git", *identity, *words], cwd=vault.root, check=True, capture_output=True)


@pytest.fixture
def clone(built: Vault, tmp_path: Path) -> Vault:
    """A clone of a vault that was committed in line; no pass was made in it."""
    git(built, "init", "-q")
    git(built, "add", "-A")
    git(built, "commit", "-qm", "x")
    subprocess.run(["git", "clone", "-q", built.root, tmp_path / "clone"], check=True)
    return Vault(tmp_path / "clone", tmp_path / "clone-state")


def test_one_sided_edits_are_followed(clone: Vault) -> None:
    clone.edit(OCTOPACK, WORDS, "노트의 말 tok1.")
    clone.edit(BAYES, "흥미롭긴 합니다.", "흥미롭다 tok2.")
    clone.edit(DIGEST, "#code #instruct #alignment", "#code #alignment")
    clone.ok("sync", "--offline")
    assert "tok1" in clone.read(DIGEST) and "tok2" in clone.read(DIGEST)
    assert "instruct\n" not in clone.read(OCTOPACK).split("---")[1]


@pytest.mark.parametrize("verb", [["views"], ["week"], ["add", "--offline", "2308.00099"]])
def test_what_a_command_wrote_before_is_no_first_pass(clone: Vault, verb: list[str]) -> None:
    clone.edit(OCTOPACK, WORDS, "노트의 말 tok1.")
    clone.ok(*verb)
    clone.ok("sync", "--offline")
    assert "tok1" in clone.read(DIGEST)


def test_what_head_told_is_the_base_from_then_on(clone: Vault) -> None:
    clone.ok("sync", "--offline")
    clone.edit(OCTOPACK, WORDS, "노트의 말 tok1.")
    clone.ok("sync", "--offline")
    assert "tok1" in clone.read(DIGEST)


def test_both_sided_edits_are_a_conflict(clone: Vault) -> None:
    clone.edit(OCTOPACK, WORDS, "노트의 말 tok1.")
    clone.edit(DIGEST, WORDS, "다이제스트의 말 tok2.")
    before = clone.read(OCTOPACK), clone.read(DIGEST)
    assert "both changed" in clone.run("sync", "--offline").err
    assert (clone.read(OCTOPACK), clone.read(DIGEST)) == before


def test_nothing_is_removed_or_put_back_on_the_word_of_head(clone: Vault) -> None:
    whole = clone.read(DIGEST)
    at = whole.index("https://arxiv.org/abs/2308.07317")
    clone.write(DIGEST, whole[:at] + whole[whole.index("https://", at + 9) :])
    before = clone.files()
    before.pop("Sync conflicts.md", None)
    for _ in range(3):
        ran = clone.run("sync", "--offline")
        assert ran.code == 1 and PLATYPUS in ran.err
        assert clone.files() == before


def test_head_counts_for_nothing_during_a_merge(clone: Vault) -> None:
    (clone.root / ".git" / "MERGE_HEAD").write_text("")
    clone.edit(OCTOPACK, WORDS, "노트의 말 tok1.")
    assert "never agreed" in clone.run("check").err


def test_nor_during_a_bisect(clone: Vault) -> None:
    (clone.root / ".git" / "BISECT_LOG").write_text("")
    clone.edit(OCTOPACK, WORDS, "노트의 말 tok1.")
    assert "never agreed" in clone.run("check").err
