"""Where notes are to be: names that change late, links that follow."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import facts
from tests.support.reader import (
    ALPHA,
    BETA,
    DAYS,
    ENTRY,
    GAMMA,
    NEXT,
    NOTE,
    NOTE_BETA,
    NOTE_GAMMA,
    NOTE_OMEGA,
    OMEGA,
    WEEK,
    change,
    codes,
    cut,
    fresh,
    mentioning,
    nothing_happens,
    only,
    quiet,
    rename,
    said,
    section,
    settled,
)
from vault_sync.core.model.values import Facts, Rules

# The date that comes late.


def test_a_late_date_moves_a_note_to_the_folder_of_its_year_too() -> None:
    vault = fresh()
    vault.rules, vault.facts = Rules(folder="papers/{published:%Y}"), {}
    vault.sync()
    assert "papers/Alpha Models.md" in vault.files
    rename(vault, "papers/Beta Nets.md", "mine/Beta Nets.md")
    vault.sync()
    vault.facts = facts(DAYS)
    vault.sync()
    assert "papers/2023/230801 Alpha Models.md" in vault.files
    assert "mine/230802 Beta Nets.md" in vault.files
    quiet(vault)


def test_a_late_date_whose_name_is_taken_gets_the_id() -> None:
    vault = fresh(**{"other/230801 alpha models.md": "남의 글"})
    vault.facts = {}
    vault.sync()
    vault.facts = facts(DAYS)
    vault.sync()
    assert "papers/230801 Alpha Models (2308.00001).md" in vault.files
    assert vault.files["other/230801 alpha models.md"] == "남의 글"
    assert "[[230801 Alpha Models (2308.00001)|" in vault.files[WEEK]
    quiet(vault)


def test_an_adopted_note_is_never_renamed() -> None:
    vault = fresh(**{"papers/Alpha Models.md": ENTRY})
    vault.facts = {}
    vault.sync()
    vault.facts = facts(DAYS)
    vault.sync()
    assert "published: 2023-08-01" in vault.files["papers/Alpha Models.md"]
    assert NOTE not in vault.files
    quiet(vault)


def test_a_dated_note_that_the_reader_names_back_stays() -> None:
    vault = fresh()
    vault.facts = {}
    vault.sync()
    vault.facts = facts(DAYS)
    vault.sync()
    rename(vault, NOTE, "papers/Alpha Models.md")
    vault.sync()
    assert "papers/Alpha Models.md" in vault.files and "[[Alpha Models|" in vault.files[WEEK]
    quiet(vault)


OTHER = "digests/2023년 8월 셋째 주.md"


# Where nothing may happen.


@pytest.mark.parametrize("known", [True, False])
def test_a_note_with_the_date_already(known: bool) -> None:
    vault = settled()
    vault.facts = vault.facts if known else {}
    nothing_happens(vault)


# Where something must.


def test_a_late_date_renames_once() -> None:
    vault = fresh()
    vault.facts = {}
    vault.sync()
    assert "papers/Alpha Models.md" in vault.files
    quiet(vault)
    vault.facts = facts({"2308.00001": "2023-08-01"})
    plan = only(vault, "papers/Alpha Models.md", NOTE, WEEK)
    assert len(plan.operations) == 3
    assert "published: 2023-08-01" in vault.files[NOTE]
    rename(vault, NOTE, "papers/Alpha Models.md")
    only(vault, WEEK)
    assert "papers/Alpha Models.md" in vault.files
    quiet(vault)


def test_a_late_title_renames_once_where_no_date_comes() -> None:
    """As of the ACL Anthology, which knows no day; a title that is edited names nothing anew."""
    vault = fresh()
    vault.facts = {}
    vault.files = {WEEK: "https://arxiv.org/abs/2308.00001\n글.\n#a\n"}
    vault.sync()
    assert "papers/2308.00001.md" in vault.files
    vault.facts = {ALPHA: Facts(year="2023", title="Alpha Models: A Study", authors=("Ann Park",))}
    vault.sync()
    assert "papers/Alpha Models.md" in vault.files and "[[Alpha Models]]" in vault.files[WEEK]
    quiet(vault)
    change(vault, "papers/Alpha Models.md", 'title: "Alpha Models: A Study"', "title: Other")
    vault.sync()
    vault.facts = facts(DAYS)
    vault.sync()
    assert "papers/Alpha Models.md" in vault.files


def test_a_late_date_leaves_a_name_that_the_reader_chose() -> None:
    vault = fresh()
    vault.facts = {}
    vault.sync()
    rename(vault, "papers/Alpha Models.md", "papers/알파.md")
    vault.sync()
    vault.facts = facts({"2308.00001": "2023-08-01"})
    only(vault, "papers/알파.md")
    assert "published: 2023-08-01" in vault.files["papers/알파.md"]


def test_a_late_date_and_mentions() -> None:
    vault = fresh()
    vault.facts = {}
    change(vault, WEEK, "베타 설명입니다.", "베타 설명입니다. [[Alpha Models]] 참조.")
    vault.sync()
    vault.facts = facts({"2308.00001": "2023-08-01"})
    vault.sync()
    assert "[[230801 Alpha Models]] 참조." in said(vault, BETA).commentary
    assert '- "[[230801 Alpha Models]]"' in vault.files["papers/Beta Nets.md"]
    quiet(vault)


def test_a_title_edit_does_not_rename() -> None:
    vault = settled()
    change(vault, NOTE, 'title: "Alpha Models: A Study"', "title: Other")
    only(vault, WEEK, NOTE)
    assert said(vault, ALPHA).title == "Other"
    assert "  - Other\n" in vault.files[NOTE]


# Links in commentary.


@pytest.mark.parametrize(
    ("written", "then"),
    [
        ("[[230803 Gamma]]", "[[감마]]"),
        ("[[230803 Gamma|그 논문]]", "[[감마|그 논문]]"),
        ("[[papers/230803 Gamma#절|그]]", "[[감마#절|그]]"),
        ("![[230803 Gamma]]", "![[감마]]"),
        ("`[[230803 Gamma]]`", "`[[230803 Gamma]]`"),
    ],
)
def test_links_follow_a_renamed_note(written: str, then: str) -> None:
    vault = settled()
    change(vault, WEEK, "베타 설명입니다.", f"베타 {written} 설명입니다.")
    vault.sync()
    rename(vault, NOTE_GAMMA, "read/감마.md")
    vault.sync()
    assert said(vault, BETA).commentary == f"베타 {then} 설명입니다."
    assert section(vault, NOTE_BETA).commentary == said(vault, BETA).commentary
    quiet(vault)


def test_links_that_obsidian_has_moved_already() -> None:
    vault = settled()
    change(vault, WEEK, "베타 설명입니다.", "베타 [[230803 Gamma]] 설명입니다.")
    vault.sync()
    rename(vault, NOTE_GAMMA, "papers/감마.md")
    for path, text in vault.files.items():
        vault.files[path] = text.replace("[[230803 Gamma", "[[감마")
    plan = nothing_happens(vault)
    assert not plan.problems and not plan.conflicts


def test_links_to_a_renamed_digest_follow() -> None:
    vault = settled()
    change(vault, NEXT, "오메가입니다.", "[[2023년 8월 3주차]]의 속편입니다.")
    vault.sync()
    rename(vault, WEEK, OTHER)
    vault.sync()
    assert said(vault, OMEGA, NEXT).commentary == "[[2023년 8월 셋째 주]]의 속편입니다."
    assert section(vault, NOTE_OMEGA, NEXT).commentary == said(vault, OMEGA, NEXT).commentary
    quiet(vault)


def test_a_link_to_a_digest_whose_entries_went_to_two_leads_where_it_did() -> None:
    vault = settled()
    change(vault, NEXT, "오메가입니다.", "[[2023년 8월 3주차]]의 속편입니다.")
    vault.sync()
    moved = cut(vault, ALPHA)
    rename(vault, WEEK, OTHER)
    vault.files["digests/2023년 9월 1주차.md"] = f"2023년 9월 1주차\n{moved}"
    vault.sync()
    assert section(vault, NOTE, "digests/2023년 9월 1주차.md")
    assert said(vault, OMEGA, NEXT).commentary == "[[2023년 8월 3주차]]의 속편입니다."


# One note for a paper of several weeks.


def test_facts_by_year_in_the_folder() -> None:
    vault = fresh()
    vault.rules = Rules(folder="papers/{published:%Y}")
    vault.sync()
    assert "papers/2023/230801 Alpha Models.md" in vault.files
    quiet(vault)
    assert codes(vault.plan()) == [] and GAMMA


# Links to notes that the reader moved.


def test_a_link_to_a_note_that_was_moved_follows_it() -> None:
    """Also where nothing makes it the note of a paper any more, as its entry is gone too."""
    vault = mentioning("[[230801 Alpha Models]] 참조.")
    cut(vault, ALPHA)
    rename(vault, NOTE, "mine/알파.md")
    change(vault, "mine/알파.md", 'digests:\n  - "[[2023년 8월 3주차]]"\n', "")
    change(vault, "mine/알파.md", "## [[2023년 8월 3주차]]", "## 글")
    vault.sync()
    assert "[[알파]] 참조." in said(vault, BETA).commentary


def test_a_link_stays_where_another_note_has_the_old_name() -> None:
    vault = mentioning("[[230801 Alpha Models]] 참조.")
    rename(vault, NOTE, "mine/알파.md")
    vault.files[NOTE] = "---\nurl: https://example.org/x\n---\n다른 글.\n"
    vault.sync()
    assert "[[230801 Alpha Models]] 참조." in said(vault, BETA).commentary
    assert "[[알파|" in vault.files[WEEK]
