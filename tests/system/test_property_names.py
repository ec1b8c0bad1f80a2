"""`[properties]`: a vault whose notes have the reader's own names, both ways and through git."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from tests.support.vaults import Vault

MAP = '[properties]\nauthors = "author"\nurl = "link"\ndigests = "weeks"\ntags = false\n'
DIGEST = """\
w1
https://arxiv.org/abs/2301.00001
Alpha (Ann One)
Words.
#x
https://arxiv.org/abs/2301.00002
Beta (Bob Two)
#y
"""
NOTE = "papers/Alpha.md"


@pytest.fixture
def named(empty_vault: Vault) -> Vault:
    empty_vault.write("vault-sync.toml", MAP)
    empty_vault.write("digests/w1.md", DIGEST)
    empty_vault.ok("rebuild", "--offline")
    return empty_vault


def test_edits_go_both_ways_under_the_own_names(named: Vault) -> None:
    text = named.read(NOTE)
    assert "\nauthor:\n" in text and "\nlink: " in text and "\nweeks:\n" in text
    assert not any(f"\n{ours}:" in text for ours in ("authors", "url", "digests", "tags"))
    assert "nothing to do" in named.ok("sync", "--offline").out
    named.edit(NOTE, "  - Ann One\n", "  - Ann One\n  - Eve Four\n")
    named.ok("sync", "--offline")
    assert "(Ann One, Eve Four)" in named.read("digests/w1.md")
    named.edit("digests/w1.md", "(Bob Two)", "(Bob Two, Dan Four)")
    named.ok("sync", "--offline")
    assert "author:\n  - Bob Two\n  - Dan Four\n" in named.read("papers/Beta.md")
    assert "#x" in named.read("digests/w1.md"), "what is switched off lives in the digest alone"
    named.ok("check")


def test_another_map_renames_nothing_until_it_is_asked_for(named: Vault) -> None:
    named.write("vault-sync.toml", MAP.replace('"author"', '"by"').replace('"weeks"', '"in"'))
    before = named.files()
    ran = named.run("sync", "--offline")
    assert ran.code == 1 and "--rename-properties" in ran.err and named.files() == before
    named.ok("rebuild", "--rename-properties")
    assert named.read(NOTE) == before[NOTE].decode().replace("author:", "by:").replace(
        "weeks:", "in:"
    )
    assert "nothing to do" in named.ok("sync", "--offline").out
    named.ok("undo")
    assert named.files()[NOTE] == before[NOTE]


def test_a_note_that_cannot_be_edited_keeps_its_names_and_the_others_get_theirs(
    named: Vault,
) -> None:
    named.write("vault-sync.toml", MAP.replace('"author"', '"by"'))
    named.edit(NOTE, "author:\n  - Ann One\n", "? author\n: - Ann One\n")
    before = named.read(NOTE)
    ran = named.run("rebuild", "--rename-properties")
    assert ran.code == 1 and NOTE in ran.err and named.read(NOTE) == before
    assert "\nby:\n" in named.read("papers/Beta.md")


def test_a_note_with_both_names_is_left_alone(named: Vault) -> None:
    named.edit(NOTE, "author:\n  - Ann One\n", "author: Ann One\nauthors: Eve Four\n")
    before = named.files()
    ran = named.run("sync", "--offline")
    assert ran.code == 1 and f"{NOTE}:6: 'author' and 'authors' are one property" in ran.err
    assert named.files() == before


def test_init_proposes_the_names_and_they_are_kept_at_adoption(empty_vault: Vault) -> None:
    vault = empty_vault
    (vault.root / "vault-sync.toml").unlink()
    for number in range(1, 7):
        link = f"https://arxiv.org/abs/2301.{number:05d}"
        text = f"---\ntitle: Paper {number}\nauthor: Ann One\nlink: {link}\n---\nmine\n"
        vault.write(f"refs/n{number}.md", text)
    entries = "".join(
        f"https://arxiv.org/abs/2301.{number:05d}\nPaper {number} (Ann One)\n"
        for number in range(1, 8)
    )
    vault.write("digests/w1.md", f"w1\n{entries}")
    ran = vault.ok("init", "--here")
    assert "author for authors (6), link for url (6)" in ran.out
    assert '\nauthors = "author"\n' in vault.read("vault-sync.toml")
    vault.ok("rebuild", "--offline")
    assert "author:\n  - Ann One\nlink: " in vault.read("refs/Paper 7.md")
    assert "\nauthor: Ann One\nlink: https:" in vault.read("refs/n1.md")
    assert "\nurl:" not in vault.read("refs/n1.md")


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_hook_and_the_merge_driver_know_the_names(named: Vault) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", *words], cwd=named.root, check=True, capture_output=True)

    git("init", "-q")
    git("add", "-A")
    assert named.run("check", "--staged").code == 0
    named.edit(NOTE, "Ann One", "Eve Four")
    git("add", "-A")
    ran = named.run("check", "--staged")
    assert ran.code == 1 and "digests/w1.md" in ran.err + ran.out
    base = named.read(NOTE)
    for name, text in (
        ("base", base),
        ("ours", base.replace("Eve Four", "Eve Four\n  - Ann One")),
        ("theirs", base.replace("  - Eve Four", "  - Dan Four\n  - Eve Four")),
    ):
        named.write(f".vault-sync/{name}", text)
    three = [str(named.root / ".vault-sync" / name) for name in ("base", "ours", "theirs")]
    # Two lists of authors in another order are one open value, never a joined set.
    assert named.run("git", "merge-driver", *three, NOTE).code == 1
