"""Notes without their entry: digests that are missing, and entries that cannot be read."""

from __future__ import annotations

from tests.support.reader import (
    NEXT,
    NOTE_BETA,
    OMEGA,
    WEEK,
    codes,
    knows,
    nothing_happens,
    section,
    settled,
)
from vault_sync.core.model.values import Key

# Where nothing may happen.


def test_a_digest_that_is_missing_is_no_removal() -> None:
    vault = settled()
    del vault.files[NEXT]
    plan = nothing_happens(vault)
    assert codes(plan) == ["digest-missing"]
    assert codes(nothing_happens(vault)) == ["digest-missing"]
    assert knows(vault, OMEGA)


def test_a_digest_moved_where_no_glob_finds_it_is_missed() -> None:
    vault = settled()
    elsewhere = NEXT.replace("digests/", "weekly/")
    vault.files[elsewhere] = vault.files.pop(NEXT)
    plan = nothing_happens(vault)
    assert [(problem.code, problem.path) for problem in plan.problems] == [("digest-missing", NEXT)]
    vault.files[NEXT] = vault.files.pop(elsewhere)
    assert codes(nothing_happens(vault)) == []


def test_a_digest_that_comes_back_is_the_digest_again() -> None:
    vault = settled()
    text = vault.files.pop(NEXT)
    vault.sync()
    vault.files[NEXT] = text
    assert not nothing_happens(vault).problems


def test_an_entry_that_is_none_any_more_is_not_removed() -> None:
    vault = settled()
    start = vault.files[WEEK].index("[[230802")
    end = vault.files[WEEK].index("\n", start)
    broken = vault.files[WEEK]
    # The title line and the tag line above are gone: the address is commentary of the one before.
    broken = broken[:start] + "제목이 없다" + broken[end:]
    vault.files[WEEK] = broken.replace("#alpha #llm\n", "")
    before = section(vault, NOTE_BETA)
    plan = vault.sync()
    assert "entry-unreadable" in codes(plan)
    assert section(vault, NOTE_BETA).commentary == before.commentary
    assert knows(vault, Key("arxiv:2308.00002"))
