"""Papers that went elsewhere: notes, entries, addresses, weeks. Nothing is made twice."""

from __future__ import annotations

import pytest
from tests.support.edits import AGAIN, twice
from tests.support.reader import (
    ALPHA,
    BETA,
    NEXT,
    NOTE,
    NOTE_OMEGA,
    OMEGA,
    OWN,
    WEEK,
    change,
    cut,
    entry,
    forget,
    knows,
    noted,
    nothing_happens,
    only,
    open_fields,
    place,
    quiet,
    rename,
    said,
    section,
    settled,
)
from vault_sync.core.model.values import Key

NEW = Key("arxiv:2308.00099")


# Where nothing may happen.


def test_entries_in_another_order() -> None:
    vault = settled()
    text = cut(vault, BETA)
    change(vault, WEEK, "주차\n", "주차\n" + text)
    assert not nothing_happens(vault).problems


def test_a_note_in_another_folder_under_its_name() -> None:
    vault = settled()
    rename(vault, NOTE, "read/2023/230801 Alpha Models.md")
    plan = nothing_happens(vault)
    assert not plan.problems
    change(vault, WEEK, "알파 둘째 줄입니다.", "고친 줄.")
    only(vault, "read/2023/230801 Alpha Models.md")


# Where something must.


@pytest.mark.parametrize("base", [True, False])
@pytest.mark.parametrize("to", ["papers/알파.md", "read/알파.md"])
def test_a_note_renamed(to: str, base: bool) -> None:
    vault = settled()
    rename(vault, NOTE, to)
    if not base:
        forget(vault)
    assert not only(vault, WEEK).problems
    found = entry(vault, ALPHA)
    assert found.link and found.link.target == "알파"
    assert found.fields.title == "Alpha Models: A Study"


def test_a_note_renamed_and_edited() -> None:
    vault = settled()
    rename(vault, NOTE, "papers/알파.md")
    change(vault, "papers/알파.md", "알파 둘째 줄입니다.", "노트가 고쳤다.")
    change(vault, WEEK, "알파 첫 문장입니다.", "디제스트가 고쳤다.")
    assert not only(vault, WEEK, "papers/알파.md").problems
    assert section(vault, "papers/알파.md").commentary == said(vault, ALPHA).commentary
    assert "노트가 고쳤다." in said(vault, ALPHA).commentary


@pytest.mark.parametrize("base", [True, False])
def test_an_entry_cut_and_pasted_to_another_week(base: bool) -> None:
    vault = settled()
    vault.files[NEXT] += cut(vault, ALPHA)
    if not base:
        forget(vault)
    before = vault.files[WEEK], vault.files[NEXT]
    assert not only(vault, NOTE).problems
    assert (vault.files[WEEK], vault.files[NEXT]) == before
    assert "2023년 8월 3주차" not in vault.files[NOTE]
    assert section(vault, NOTE, NEXT).commentary == said(vault, ALPHA, NEXT).commentary


def test_an_entry_moved_and_edited_on_both_sides() -> None:
    vault = settled()
    vault.files[NEXT] += cut(vault, ALPHA).replace("알파 첫 문장입니다.", "디제스트가 고쳤다.")
    change(vault, NOTE, "알파 둘째 줄입니다.", "노트가 고쳤다.")
    change(vault, NOTE, "  - llm\n", "")
    assert not only(vault, NOTE, NEXT).conflicts
    assert said(vault, ALPHA, NEXT).commentary == section(vault, NOTE, NEXT).commentary
    assert said(vault, ALPHA, NEXT).tags == ("alpha",)
    assert "노트가 고쳤다." in said(vault, ALPHA, NEXT).commentary


@pytest.mark.parametrize("side", [WEEK, NOTE])
@pytest.mark.parametrize(
    "url", ["https://arxiv.org/pdf/2308.00001", "https://arxiv.org/abs/2308.00001v2"]
)
def test_an_address_in_another_spelling(side: str, url: str) -> None:
    vault = settled()
    change(vault, side, "https://arxiv.org/abs/2308.00001", url)
    only(vault, NOTE if side == WEEK else WEEK)
    assert said(vault, ALPHA).url == noted(vault, NOTE).url == url


@pytest.mark.parametrize("side", [WEEK, NOTE])
def test_the_address_of_another_paper(side: str) -> None:
    vault = settled()
    change(vault, side, "https://arxiv.org/abs/2308.00001", "https://arxiv.org/abs/2308.00099")
    plan = vault.sync()
    assert not plan.conflicts and not plan.problems
    assert said(vault, NEW).url == noted(vault, NOTE).url == "https://arxiv.org/abs/2308.00099"
    assert 'arxiv: "2308.00099"' in vault.files[NOTE]
    assert set(vault.files) == set(settled().files)
    assert not knows(vault, ALPHA)
    quiet(vault)
    change(vault, NOTE, "알파 둘째 줄입니다.", "고친 줄.")
    only(vault, WEEK)


@pytest.mark.parametrize("side", [WEEK, NOTE])
def test_the_address_of_another_paper_without_base(side: str) -> None:
    vault = settled()
    change(vault, side, "https://arxiv.org/abs/2308.00001", "https://arxiv.org/abs/2308.00099")
    forget(vault)
    plan = nothing_happens(vault)
    assert open_fields(plan) == [(NEW if side == WEEK else ALPHA, "url", "never agreed")]


def test_addresses_of_two_papers_exchanged() -> None:
    """Two entries that change places by their addresses alone are two notes' business."""
    vault = settled()
    change(vault, WEEK, "abs/2308.00001", "abs/2308.00002x")
    change(vault, WEEK, "abs/2308.00002\n", "abs/2308.00001\n")
    change(vault, WEEK, "abs/2308.00002x", "abs/2308.00002")
    plan = vault.sync()
    assert set(vault.files) == set(settled().files)
    del plan
    quiet(vault)


# One note for a paper of several weeks.


def test_two_weeks_are_two_sections_of_one_note() -> None:
    vault = twice()
    quiet(vault)
    assert noted(vault, NOTE).tags == ("alpha", "llm", "again")
    assert noted(vault, NOTE).authors == ("Ann Park", "Bo Lee")
    assert said(vault, ALPHA, NEXT).authors == ("Ann Park", "B. Lee")
    assert section(vault, NOTE).commentary == said(vault, ALPHA).commentary
    assert section(vault, NOTE, NEXT).commentary == said(vault, ALPHA, NEXT).commentary
    link = entry(vault, ALPHA, NEXT).link
    assert link and link.target == "230801 Alpha Models"


def test_a_second_week_comes_later() -> None:
    vault = settled()
    change(vault, NEXT, "주차\n", "주차\n" + AGAIN)
    only(vault, NEXT, NOTE)
    assert vault.files == twice().files


# Where something must.


@pytest.mark.parametrize("missing", [False, True])
def test_the_reader_says_that_the_note_is_meant(missing: bool) -> None:
    vault = settled()
    cut(vault, OMEGA, NEXT)
    if missing:
        del vault.files[NEXT]
    forget(vault)
    vault.sync()
    vault.sync(decisions={place(OMEGA, NEXT, "entry"): "note"})
    assert said(vault, OMEGA, NEXT).commentary == "오메가입니다."
    quiet(vault)


def test_the_reader_says_that_the_entry_is_gone() -> None:
    vault = settled()
    change(vault, NOTE_OMEGA, "오메가입니다.\n", "오메가입니다.\n" + OWN)
    cut(vault, OMEGA, NEXT)
    forget(vault)
    vault.sync()
    vault.sync(decisions={place(OMEGA, NEXT, "entry"): "digest"})
    assert "내 생각." in vault.files[NOTE_OMEGA]
    assert "2023년 8월 4주차" not in vault.files[NOTE_OMEGA]
    quiet(vault)
