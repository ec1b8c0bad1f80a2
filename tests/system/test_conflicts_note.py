"""The conflicts note is the tool's by its form, never by its name alone."""

from __future__ import annotations

import pytest
from tests.support.vaults import DIGEST, OCTOPACK, Vault
from vault_sync.core.report import conflicts_page

NAME = "Sync conflicts.md"
OTHER = "Sync conflicts (vault-sync).md"
OWN = "# Sync conflicts\n\nWords I wrote by hand.\n"


def with_conflict(vault: Vault) -> None:
    vault.edit(OCTOPACK, "프롬프트 형식인 듯.", "노트의 말 tok5.")
    vault.edit(DIGEST, "프롬프트 형식인 듯.", "다이제스트의 말 tok6.")


@pytest.mark.parametrize("own", [OWN, "", "# Sync conflicts\n", "- [ ] milk ^0123\n"])
def test_a_file_of_the_readers_is_left_alone(built: Vault, own: str) -> None:
    built.write(NAME, own)
    for command in ("rebuild", "sync"):
        built.ok(command, "--offline")
        assert built.read(NAME) == own
    with_conflict(built)
    ran = built.run("sync", "--offline")
    assert ran.code == 1 and OTHER in ran.err
    assert built.read(NAME) == own
    assert conflicts_page.is_ours(built.read(OTHER))
    built.write(OTHER, built.read(OTHER).replace("- [ ] the note's", "- [x] the note's"))
    built.ok("sync", "--offline")
    assert "노트의 말 tok5." in built.read(DIGEST)
    assert OTHER not in built.files() and built.read(NAME) == own


def test_our_own_is_known_by_its_form_and_words_in_it_make_it_the_readers(built: Vault) -> None:
    with_conflict(built)
    built.run("sync", "--offline")
    text = built.read(NAME)
    assert conflicts_page.is_ours(text) and conflicts_page.is_ours(text.replace("\n", "\r\n"))
    built.write(NAME, text + "\nask Ann about this\n")
    assert not conflicts_page.is_ours(built.read(NAME))
    built.run("sync", "--offline")
    assert "ask Ann about this" in built.read(NAME)
    assert OTHER in built.files()


def test_a_configured_note_that_is_a_file_of_the_readers_is_an_error(built: Vault) -> None:
    config = built.read("vault-sync.toml")
    for path in (DIGEST, OCTOPACK):
        built.write("vault-sync.toml", f'{config}\n[conflicts]\nnote = "{path}"\n')
        before = built.files()
        ran = built.run("sync", "--offline")
        assert ran.code == 2 and "did not write" in ran.err
        assert built.files() == before


def test_no_glob_takes_the_conflicts_note(built: Vault) -> None:
    config = built.read("vault-sync.toml")
    built.write("vault-sync.toml", f'{config}\n[conflicts]\nnote = "digests/open.md"\n')
    with_conflict(built)
    built.run("sync", "--offline")
    assert conflicts_page.is_ours(built.read("digests/open.md"))
    assert "1 digest" in built.run("status").out or built.run("sync", "--offline").code == 1


def test_another_spelling_of_its_name_is_taken_too(built: Vault) -> None:
    """As it is on a file system that folds case; a pass in part finds it as a whole one does."""
    own = NAME.lower()
    built.write(own, OWN)
    with_conflict(built)
    assert built.run("sync", "--offline").code == 1
    assert (built.read(own), OTHER in built.files()) == (OWN, True)
    built.edit(OCTOPACK, "노트의 말 tok5.", "노트의 다른 말 tok7.")
    built.run("sync", "--offline")
    assert "tok7" in built.read(OTHER) and NAME not in built.files()
