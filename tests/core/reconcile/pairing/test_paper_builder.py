"""Papers with two notes or two entries."""

from __future__ import annotations

from tests.support.reader import (
    ALPHA,
    DIGEST,
    ENTRY,
    NOTE,
    NOTE_BETA,
    WEEK,
    change,
    codes,
    cut,
    nothing_happens,
    only,
    section,
    settled,
)

# Where nothing may happen.


def test_two_notes_of_one_paper() -> None:
    vault = settled()
    vault.files["papers/copy.md"] = vault.files[NOTE]
    change(vault, WEEK, "알파 둘째 줄입니다.", "고친 줄입니다.")
    # The link says which of the two it is.
    only(vault, NOTE)
    change(vault, WEEK, "[[230801 Alpha Models|", "[[elsewhere|")
    change(vault, WEEK, "고친 줄입니다.", "다시 고친 줄입니다.")
    plan = nothing_happens(vault)
    assert codes(plan) == ["two-notes"]
    assert "copy.md" in plan.problems[0].message and NOTE in plan.problems[0].message


def test_two_notes_and_no_entry() -> None:
    vault = settled()
    vault.files["papers/copy.md"] = vault.files[NOTE]
    cut(vault, ALPHA)
    assert codes(nothing_happens(vault)) == ["two-notes"]


def test_two_entries_of_one_paper_in_one_digest() -> None:
    vault = settled()
    vault.files[WEEK] += ENTRY.replace("첫", "또")
    change(vault, NOTE, "알파 둘째 줄입니다.", "고친 줄입니다.")
    plan = nothing_happens(vault)
    assert codes(plan) == ["double-entry"]
    assert plan.problems[0].line == DIGEST.count("\n") + 1


def test_two_entries_hold_up_nobody_else() -> None:
    vault = settled()
    vault.files[WEEK] += ENTRY
    change(vault, WEEK, "베타 설명입니다.", "베타를 고쳤습니다.")
    before = vault.files[NOTE]
    assert codes(vault.sync()) == ["double-entry"]
    assert section(vault, NOTE_BETA).commentary == "베타를 고쳤습니다."
    assert vault.files[NOTE] == before
