"""Commentaries in conflict: both are taken, or a question stays open until it is answered."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, PropertyNames, Rules, Side

DIGEST, NOTE = "digests/w1.md", "papers/Deep Nets.md"
ENTRY = "https://arxiv.org/abs/2301.00001\nDeep Nets (Ann Bee)\n{}\n#x\n"


def in_conflict(words: str, digest: str, note: str) -> MemoryVault:
    vault = MemoryVault({DIGEST: f"w1\n{ENTRY.format(words)}"})
    vault.sync()
    for path, text in ((DIGEST, digest), (NOTE, note)):
        assert words in vault.files[path]
        vault.files[path] = vault.files[path].replace(words, text)
    assert vault.plan().conflicts
    return vault


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_both_are_put_one_below_the_other(gap: str) -> None:
    digest, note = f"Digest one.{gap}Digest two.", "Note words."
    vault = in_conflict("Old words.", digest, note)
    plan = vault.take(NOTE, "both")
    assert plan.conflicts == ()
    for path in (DIGEST, NOTE):
        assert f"{digest}{gap}{note}\n" in vault.files[path]
    assert vault.sync().operations == ()


def test_both_decides_about_no_other_field() -> None:
    vault = in_conflict("Deep Nets", "Deep Ends", "Deep Beds")
    assert {each.field for each in vault.plan().conflicts} == {"title", "commentary"}
    assert [each.field for each in vault.take(NOTE, "both").conflicts] == ["title"]


def test_what_is_switched_off_in_notes_lives_in_the_digest_and_comes_back() -> None:
    off = Rules(properties=PropertyNames((("authors", ""), ("title", ""), ("tags", ""))))
    vault = MemoryVault({DIGEST: f"w1\n{ENTRY.format('Words.')}"}, rules=off)
    vault.sync()
    assert not any(f"\n{name}:" in vault.files[NOTE] for name in ("authors", "title", "tags"))
    assert vault.sync().operations == ()
    vault.files[DIGEST] = vault.files[DIGEST].replace("(Ann Bee)", "(Ann Bee, Cee Dee)")
    assert vault.sync().operations == ()
    vault.rules = Rules()
    vault.sync()
    assert "  - Cee Dee\n" in vault.files[NOTE] and "(Ann Bee, Cee Dee)" in vault.files[DIGEST]
    assert "#x" in vault.files[DIGEST] and "  - x\n" in vault.files[NOTE]
    assert vault.sync().operations == ()


QUESTION = BaseKey(Key("arxiv:2301.00001"), DIGEST, "older")


def in_question() -> MemoryVault:
    """A vault whose digest took up an earlier text that was brought, and was edited then."""
    vault = MemoryVault({DIGEST: f"w1\n{ENTRY.format('One. Two.')}"})
    vault.sync()
    vault.rows[QUESTION] = ("digest",)
    vault.files[DIGEST] = vault.files[DIGEST].replace("Two.", "New.")
    assert [each.reason for each in vault.sync().conflicts] == ["older"]
    assert QUESTION in vault.rows and "Two." in vault.files[NOTE]
    assert vault.sync().base_updates == ()
    return vault


@pytest.mark.parametrize(("side", "words"), [("digest", "One. New."), ("note", "One. Two.")])
def test_a_question_ends_with_the_answer(side: Side, words: str) -> None:
    vault = in_question()
    vault.take(NOTE, side)
    assert QUESTION not in vault.rows
    assert all(f"{words}\n" in vault.files[path] for path in (DIGEST, NOTE))
    assert vault.sync().base_updates == ()


def test_a_question_goes_with_an_entry_that_moves() -> None:
    vault = in_question()
    other = ENTRY.replace("00001", "00009").format("Other.")
    vault.files["digests/w2.md"] = vault.files[DIGEST].replace("w1\n", "w2\n", 1)
    vault.files[DIGEST] = f"w1\n{other}"
    assert [each.reason for each in vault.sync().conflicts] == ["older"]
    assert {row.digest for row in vault.rows if row.field == "older"} == {"digests/w2.md"}
    assert "Two." in vault.files[NOTE]
    assert vault.sync().base_updates == ()


def test_a_question_goes_with_a_paper_that_becomes_another() -> None:
    vault = in_question()
    vault.files[DIGEST] = vault.files[DIGEST].replace("2301.00001", "2301.00002")
    vault.sync()
    assert vault.sync().base_updates == ()
    assert {row.key for row in vault.rows if row.field == "older"} == {"arxiv:2301.00002"}
