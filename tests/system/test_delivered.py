"""Files that a sync service put back: what they lack is nobody's wish."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing

import pytest
from tests.support.vaults import DIGEST, OCTOPACK, PLATYPUS, Vault, without_entry

COPY = DIGEST.replace(".md", ".sync-conflict-20260101-120000-ABCDEFG.md")
WORDS = "프롬프트 형식인 듯."
NEW = "\n\nhttps://arxiv.org/abs/2401.00001\nA New One (Ann One, Bo Two)\nnew {}\n"


def delivers(vault: Vault, path: str, text: str, seconds: float = 60) -> None:
    """Put a file there as a sync service does: with the time that it was written at elsewhere."""
    vault.write(path, text)
    then = time.time() - seconds
    os.utime(vault.root / path, (then, then))


def edits(vault: Vault, old: str, new: str) -> str:
    """Edit the digest and let a pass follow; the digest before."""
    before = vault.read(DIGEST)
    vault.edit(DIGEST, old, new)
    vault.ok("sync", "--offline")
    return before


@pytest.fixture
def edited(built: Vault) -> tuple[Vault, str]:
    """A vault in which a sentence was typed in the digest and followed, and the digest before."""
    before = edits(built, WORDS, f"{WORDS} 새 말 tok1.")
    assert "tok1" in built.read(OCTOPACK)
    return built, before


def test_a_digest_put_back_takes_no_word_out_of_the_note(edited: tuple[Vault, str]) -> None:
    vault, before = edited
    delivers(vault, DIGEST, before)
    for _ in range(4):
        vault.run("sync", "--offline")
        assert "tok1" in vault.read(OCTOPACK)
    assert "older" in vault.run("check").err


def test_nor_where_the_note_was_edited_meanwhile(edited: tuple[Vault, str]) -> None:
    vault, before = edited
    delivers(vault, DIGEST, before)
    vault.edit(OCTOPACK, "새 말 tok1.", "새 말 tok1. 또 tok2.")
    for _ in range(4):
        vault.run("sync", "--offline")
        assert {"tok1", "tok2"} <= set(vault.read(OCTOPACK).replace(".", " ").split())


@pytest.mark.parametrize("passes", [1, 2], ids=["while it waits", "while it is asked about"])
def test_nor_where_the_digest_is_edited_afterwards(edited: tuple[Vault, str], passes: int) -> None:
    vault, before = edited
    delivers(vault, DIGEST, before)
    for _ in range(passes):
        vault.run("sync", "--offline")
    vault.edit(DIGEST, WORDS, f"{WORDS} 또 tok2.")
    for _ in range(3):
        vault.run("sync", "--offline")
        assert "tok1" in vault.read(OCTOPACK)
    assert "older" in vault.run("check").err
    vault.edit(DIGEST, "또 tok2.", "새 말 tok1. 또 tok2.")
    vault.ok("sync", "--offline")
    assert "tok2" in vault.read(OCTOPACK)
    vault.edit(DIGEST, " 새 말 tok1.", "")
    vault.ok("sync", "--offline")
    assert "tok1" not in vault.read(OCTOPACK), "nothing is in question any more"


def test_what_another_device_took_out_goes_in_the_second_pass(edited: tuple[Vault, str]) -> None:
    vault, _ = edited
    delivers(vault, DIGEST, vault.read(DIGEST).replace(WORDS, ""))
    before = vault.files()
    vault.run("sync", "--offline")
    assert vault.files() == before
    vault.ok("sync", "--offline")
    assert WORDS not in vault.read(OCTOPACK) and "tok1" in vault.read(OCTOPACK)


def test_what_was_typed_here_goes_at_once(edited: tuple[Vault, str]) -> None:
    vault, _ = edited
    vault.edit(DIGEST, WORDS, "")
    vault.ok("sync", "--offline")
    assert WORDS not in vault.read(OCTOPACK)


def test_what_is_new_in_a_delivered_file_does_not_wait(built: Vault) -> None:
    delivers(built, DIGEST, built.read(DIGEST).replace(WORDS, f"{WORDS} 새 말 tok1."))
    built.ok("sync", "--offline")
    assert "tok1" in built.read(OCTOPACK)


def test_a_text_without_a_word_never_seen_is_no_edit_while_a_copy_stands(
    edited: tuple[Vault, str],
) -> None:
    """One that cannot be merged, as a paper stands in it twice."""
    vault, before = edited
    whole = vault.read(DIGEST)
    vault.write(COPY, f"{whole}\n\n{whole}")
    delivers(vault, DIGEST, before.replace(WORDS, f"{WORDS} 저쪽 말 tok2."))
    for _ in range(3):
        assert "cannot be merged" in vault.run("sync", "--offline").err
        assert "tok1" in vault.read(OCTOPACK) and COPY in vault.files()
        _two_minutes_pass(vault)


def test_an_entry_that_a_delivered_digest_lacks_waits_and_then_goes(built: Vault) -> None:
    delivers(built, DIGEST, without_entry(built.read(DIGEST), "2308.07317"))
    ran = built.run("sync", "--offline")
    assert PLATYPUS in built.files() and "not be here yet" in ran.err
    built.ok("sync", "--offline")
    assert PLATYPUS not in built.files()


def test_an_entry_that_stands_in_a_copy_comes_back(built: Vault) -> None:
    built.write(COPY, built.read(DIGEST))
    delivers(built, DIGEST, without_entry(built.read(DIGEST), "2308.07317"))
    built.run("sync", "--offline")
    assert PLATYPUS in built.files() and "2308.07317" in built.read(DIGEST)


def test_what_is_removed_long_after_a_copy_came_is_removed(built: Vault) -> None:
    built.write(COPY, built.read(DIGEST))
    built.run("sync", "--offline")
    assert COPY not in built.files()
    built.edit(OCTOPACK, WORDS, f"{WORDS} 새 말 tok1.")
    built.run("sync", "--offline")
    built.write(DIGEST, without_entry(built.read(DIGEST), "2308.07317"))
    built.run("sync", "--offline")
    assert PLATYPUS not in built.files()


def test_tags_that_a_delivery_puts_back_are_joined(built: Vault) -> None:
    before = edits(built, "#code #instruct #alignment", "#code #instruct #alignment #tok1")
    delivers(built, DIGEST, before)
    for _ in range(3):
        built.ok("sync", "--offline")
        assert "  - tok1\n" in built.read(OCTOPACK)
    assert "#tok1" in built.read(DIGEST)


def test_a_tag_taken_out_elsewhere_goes_in_the_second_pass(built: Vault) -> None:
    delivers(built, DIGEST, built.read(DIGEST).replace("#code #instruct #alignment", "#code"))
    built.ok("sync", "--offline")
    assert "  - instruct\n" in built.read(OCTOPACK)
    built.ok("sync", "--offline")
    assert "  - instruct\n" not in built.read(OCTOPACK)


def test_a_title_put_back_waits_and_is_asked_about(built: Vault) -> None:
    before = edits(built, "OctoPack: Instruction", "OctoPack tok1: Instruction")
    delivers(built, DIGEST, before)
    for _ in range(3):
        built.run("sync", "--offline")
        assert "tok1" in built.read(OCTOPACK)


def test_a_note_that_comes_before_its_new_digest_waits_a_pass(built: Vault) -> None:
    note = built.read(PLATYPUS).replace("2308.07317", "2305.00001").replace("3주차", "5주차")
    delivers(built, "papers/230501 New.md", note)
    built.run("sync", "--offline")
    assert not (built.root / "digests/2023년 8월 5주차.md").exists()
    digest = "https://arxiv.org/abs/2305.00001\n[[230501 New|New]] (Ann Lee)\nA line tok1.\n"
    delivers(built, "digests/2023년 8월 5주차.md", digest)
    built.run("sync", "--offline")
    assert built.read("digests/2023년 8월 5주차.md").count("tok1") == 1


def _two_minutes_pass(vault: Vault) -> None:
    """Make what waits for a delivery have waited long enough."""
    (state,) = vault.state.glob("*/state.sqlite")
    with closing(sqlite3.connect(state)) as connection, connection:
        connection.execute("UPDATE waited SET since = since - 200")


# Where a service makes no copies.


def words_of(vault: Vault, path: str) -> set[str]:
    return set(vault.read(path).replace(".", " ").replace("#", " ").split())


@pytest.mark.parametrize("note_too", [True, False])
def test_what_was_typed_here_is_merged_into_what_was_written_elsewhere_just_then(
    built: Vault, note_too: bool
) -> None:
    """`maxConflicts` 0: of two versions of a digest, and of its note, one is gone."""
    away = {path: built.read(path) for path in (DIGEST, OCTOPACK)}
    edits(built, WORDS, f"{WORDS} 여기 tok1.")
    edits(built, "#ddpm", "#ddpm #tok2")
    built.write(DIGEST, built.read(DIGEST) + NEW.format("tok3"))
    built.ok("sync", "--offline")
    for path, text in list(away.items())[: 1 + note_too]:
        delivers(built, path, text.replace(WORDS, f"{WORDS} 저기 tok4."), seconds=20)
    for _ in range(3):
        built.run("sync", "--offline")
    assert {"tok1", "tok2", "tok3", "tok4"} <= words_of(built, DIGEST)
    assert {"tok1", "tok4"} <= words_of(built, OCTOPACK)
    built.ok("check")


def test_a_note_that_was_written_elsewhere_just_then_is_merged_with_the_digest(
    built: Vault,
) -> None:
    away = built.read(OCTOPACK)
    edits(built, WORDS, f"{WORDS} 여기 tok1.")
    delivers(built, OCTOPACK, away.replace(WORDS, f"{WORDS} 저기 tok4."), seconds=20)
    for _ in range(3):
        built.run("sync", "--offline")
    assert {"tok1", "tok4"} <= words_of(built, DIGEST) & words_of(built, OCTOPACK)


def test_what_clashes_with_what_was_typed_here_just_then_is_asked_about(built: Vault) -> None:
    away = built.read(DIGEST)
    edits(built, WORDS, "여기 tok1.")
    delivers(built, DIGEST, away.replace(WORDS, "저기 tok4."), seconds=20)
    for _ in range(3):
        built.run("sync", "--offline")
    assert "tok4" in words_of(built, DIGEST) & words_of(built, OCTOPACK)
    assert built.read("Sync conflicts.md").count("tok1") == 1


@pytest.mark.parametrize("typed", ["in another paper", "long ago", "and seen there", "there"])
def test_what_another_device_took_out_just_then_stays_out(built: Vault, typed: str) -> None:
    """Nothing was typed in that paper here, or not just then, or what was stands in its text."""
    where = "#ddpm" if typed == "in another paper" else WORDS
    taken, seconds = WORDS, 60 if typed == "long ago" else 20
    if typed == "there":
        taken = " 새 말 tok1."
        delivers(built, DIGEST, built.read(DIGEST).replace(WORDS, f"{WORDS}{taken} 또 tok2."))
        built.ok("sync", "--offline")
    else:
        edits(built, where, f"{where} tok1")
    delivers(built, DIGEST, built.read(DIGEST).replace(taken, ""), seconds)
    for _ in range(3):
        built.run("sync", "--offline")
    assert taken not in built.read(DIGEST) and taken not in built.read(OCTOPACK)
