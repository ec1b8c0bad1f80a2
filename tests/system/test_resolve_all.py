"""Many conflicts: a short terminal, and one command for all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.vaults import Vault


def entry(number: int) -> str:
    return (
        f"https://arxiv.org/abs/2301.{number:05d}\nPaper {number} (Ada Lovelace, Alan Turing)\n"
        f"words {number}\n#llm\n"
    )


@pytest.fixture
def split(empty_vault: Vault) -> Vault:
    vault = empty_vault
    vault.write("digests/w1.md", "w1\n" + "".join(map(entry, range(1, 14))))
    vault.write("digests/w2.md", "w2\n" + entry(20))
    vault.ok("rebuild", "--offline")
    for number in (*range(1, 14), 20):
        vault.edit(f"papers/Paper {number}.md", f"words {number}", f"mine {number}")
    for path in ("digests/w1.md", "digests/w2.md"):
        vault.write(path, vault.read(path).replace("words", "theirs"))
    return vault


def test_the_terminal_stays_short(split: Vault) -> None:
    ran = split.run("sync", "--offline")
    assert ran.code == 1 and ran.err.count(": conflict: ") == 10
    assert "... and 4 more, all in `Sync conflicts.md`" in ran.err
    assert split.run("--verbose", "check").err.count(": conflict: ") == 14
    ran = split.run("--quiet", "check")
    assert "14 conflicts" in ran.err and len(ran.err.splitlines()) == 1 and not ran.out


def test_all_at_once(split: Vault) -> None:
    split.run("sync", "--offline")
    before = split.files()
    ran = split.run("resolve", "--all", "--take", "note", "--digest", "w2", "--dry-run")
    assert split.files() == before and "dry run" in ran.out
    ran = split.run("resolve", "--all", "--take", "note", "--digest", "w2")
    assert "mine 20" in split.read("digests/w2.md") and "theirs 1\n" in split.read("digests/w1.md")
    assert split.run("resolve", "--all", "--take", "digest", "--field", "title").code == 1
    split.ok("resolve", "--all", "--take", "digest", "--field", "commentary")
    assert "theirs 13" in split.read("papers/Paper 13.md")
    assert not Path(split.root / "Sync conflicts.md").exists()
    split.ok("check")


@pytest.mark.parametrize(
    "words",
    [[], ["x", "--all"], ["x", "--dry-run"], ["x", "--field", "url"], ["x", "--digest", "w1"]],
)
def test_a_mistake(split: Vault, words: list[str]) -> None:
    ran = split.run("resolve", *words, "--take", "note")
    assert ran.code == 2 and "--all" in ran.err
