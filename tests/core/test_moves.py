"""Things that went elsewhere: notes, digests, entries, addresses, weeks. Nothing is made twice."""

from __future__ import annotations

import pytest
from tests.memory import MemoryVault, facts
from tests.reader import (
    ALPHA,
    BETA,
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
    entry,
    forget,
    fresh,
    knows,
    noted,
    nothing_happens,
    only,
    open_fields,
    quiet,
    rename,
    said,
    section,
    settled,
)
from vault_sync.core.model.values import Key, Rules

OTHER = "digests/2023년 8월 셋째 주.md"
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


def test_a_digest_in_another_folder_under_its_name() -> None:
    vault = settled()
    rename(vault, WEEK, "digests/2023/2023년 8월 3주차.md")
    assert not nothing_happens(vault).problems
    change(vault, NOTE, "알파 둘째 줄입니다.", "고친 줄.")
    only(vault, "digests/2023/2023년 8월 3주차.md")


@pytest.mark.parametrize("known", [True, False])
def test_a_note_with_the_date_already(known: bool) -> None:
    vault = settled()
    vault.facts = vault.facts if known else {}
    nothing_happens(vault)


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
def test_a_digest_renamed(base: bool) -> None:
    vault = settled()
    rename(vault, WEEK, OTHER)
    if not base:
        forget(vault)
    plan = vault.sync()
    assert not plan.problems and not plan.conflicts
    assert set(vault.files) == {*set(settled().files) - {WEEK}, OTHER}
    for path in (NOTE, NOTE_BETA, NOTE_GAMMA):
        assert "2023년 8월 3주차" not in vault.files[path]
        assert "## [[2023년 8월 셋째 주]]" in vault.files[path]
        assert '- "[[2023년 8월 셋째 주]]"' in vault.files[path]
    quiet(vault)
    change(vault, NOTE, "알파 둘째 줄입니다.", "노트가 고쳤다.")
    only(vault, OTHER)
    assert not knows(vault, ALPHA) & {row for row in vault.rows if row.digest == WEEK}


def test_a_digest_renamed_and_edited() -> None:
    vault = settled()
    rename(vault, WEEK, OTHER)
    change(vault, OTHER, "알파 첫 문장입니다.", "디제스트가 고쳤다.")
    change(vault, NOTE, "알파 둘째 줄입니다.", "노트가 고쳤다.")
    change(vault, NOTE_BETA, "  - beta\n", "  - beta\n  - new\n")
    assert not vault.sync().conflicts
    assert section(vault, NOTE, OTHER).commentary == said(vault, ALPHA, OTHER).commentary
    assert "노트가 고쳤다." in said(vault, ALPHA, OTHER).commentary
    assert "디제스트가 고쳤다." in said(vault, ALPHA, OTHER).commentary
    assert said(vault, BETA, OTHER).tags == ("beta", "new")
    quiet(vault)


def test_a_renamed_digest_of_which_a_note_knows_both_names() -> None:
    """Another device has seen the new file before the old one went: the old is not made again."""
    vault = settled()
    rename(vault, WEEK, OTHER)
    text = vault.files[NOTE]
    again = text[text.index("## [[") :].replace("8월 3주차", "8월 셋째 주")
    item = '  - "[[2023년 8월 3주차]]"\n'
    text = text.replace(item, item + item.replace("3주차", "셋째 주"))
    vault.files[NOTE] = f"{text}\n{again}"
    for _ in range(3):
        assert "digest-missing" in codes(vault.sync())
        assert WEEK not in vault.files
    quiet(vault)
    assert section(vault, NOTE, OTHER).commentary == said(vault, ALPHA, OTHER).commentary


def test_a_renamed_digest_that_lost_an_entry() -> None:
    vault = settled()
    rename(vault, WEEK, OTHER)
    cut(vault, ALPHA, OTHER)
    assert not vault.sync().problems
    assert NOTE not in vault.files and WEEK not in vault.files
    assert "2023년 8월 셋째 주" in vault.files[NOTE_BETA]
    quiet(vault)


def test_a_renamed_digest_and_a_note_that_names_the_old_one() -> None:
    vault = settled()
    rename(vault, WEEK, OTHER)
    item = '---\nurl: https://arxiv.org/abs/2308.00009\ndigests:\n  - "[[2023년 8월 3주차]]"\n---\n'
    vault.files["papers/Zeta.md"] = item
    assert not vault.sync().problems
    assert WEEK not in vault.files
    assert said(vault, Key("arxiv:2308.00009"), OTHER).url
    quiet(vault)


def test_a_note_and_its_digest_renamed() -> None:
    vault = settled()
    rename(vault, WEEK, OTHER)
    rename(vault, NOTE, "read/알파.md")
    assert not vault.sync().problems
    assert entry(vault, ALPHA, OTHER).link
    assert section(vault, "read/알파.md", OTHER).commentary == said(vault, ALPHA, OTHER).commentary
    quiet(vault)


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


# One note for a paper of several weeks.


AGAIN = ENTRY.replace("알파", "다시").replace("#alpha", "#again").replace("Bo Lee", "B. Lee")


def twice() -> MemoryVault:
    vault = fresh()
    change(vault, NEXT, "주차\n", "주차\n" + AGAIN)
    assert not vault.sync().problems
    return vault


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


@pytest.mark.parametrize(
    ("path", "old", "new", "first", "second"),
    [
        (NOTE, "  - again\n", "", ("alpha", "llm"), ("llm",)),
        (NOTE, "  - llm\n", "", ("alpha",), ("again",)),
        (NOTE, "  - again\n", "  - again\n  - new\n", ("alpha", "llm", "new"), ("again", "llm")),
        (WEEK, "#alpha #llm", "#alpha", ("alpha",), ("again", "llm")),
        (NEXT, "#again #llm", "#again", ("alpha", "llm"), ("again",)),
        (NEXT, "#again #llm", "#again #llm #new", ("alpha", "llm"), ("again", "llm", "new")),
    ],
)
def test_tags_in_two_weeks(
    path: str, old: str, new: str, first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    vault = twice()
    change(vault, path, old, new)
    vault.sync()
    assert said(vault, ALPHA).tags == first
    assert said(vault, ALPHA, NEXT).tags == second
    assert set(noted(vault, NOTE).tags) == {*first, *second}
    quiet(vault)


def test_each_section_is_its_own_weeks() -> None:
    vault = twice()
    change(vault, NOTE, "다시 둘째 줄입니다.", "고친 줄.")
    only(vault, NEXT)
    change(vault, WEEK, "알파 첫 문장입니다.", "디제스트가 고쳤다.")
    only(vault, NOTE)
    assert section(vault, NOTE).commentary == said(vault, ALPHA).commentary
    assert section(vault, NOTE, NEXT).commentary == said(vault, ALPHA, NEXT).commentary


def test_only_the_first_week_speaks_for_the_title() -> None:
    vault = twice()
    change(vault, NEXT, "|Alpha Models: A Study]]", "|Alpha, Again]]")
    nothing_happens(vault)
    change(vault, NOTE, 'title: "Alpha Models: A Study"', "title: Alpha Best")
    only(vault, WEEK, NOTE)
    assert said(vault, ALPHA).title == "Alpha Best"
    assert said(vault, ALPHA, NEXT).title == "Alpha, Again"


def test_while_the_first_week_waits_nobody_speaks_for_it() -> None:
    vault = twice()
    whole = vault.files[WEEK]
    vault.files[WEEK] = whole[: whole.index("#alpha")]
    change(vault, NEXT, "|Alpha Models: A Study]]", "|Alpha, Again]]")
    assert codes(nothing_happens(vault)) == ["cut-short"]
    vault.files[WEEK] = whole
    assert not nothing_happens(vault).problems


def test_without_base_two_weeks_agree() -> None:
    vault = twice()
    rows = dict(vault.rows)
    forget(vault)
    assert not nothing_happens(vault).conflicts
    assert vault.rows == rows


def test_facts_by_year_in_the_folder() -> None:
    vault = fresh()
    vault.rules = Rules(folder="papers/{published:%Y}")
    vault.sync()
    assert "papers/2023/230801 Alpha Models.md" in vault.files
    quiet(vault)
    assert codes(vault.plan()) == [] and GAMMA


THIRD = "digests/2023년 8월 5주차.md"


def test_an_entry_that_moved_twice_before_the_base_knew_is_compared_with_its_base() -> None:
    """The first move was written and never agreed on: a pass was cut off between the two."""
    vault = settled()
    vault.files[NEXT] += cut(vault, ALPHA)
    vault.carry_out(vault.plan(), only=99)
    text = cut(vault, ALPHA, NEXT)
    vault.files[THIRD] = "2023년 8월 5주차\n" + text.replace("알파 첫", "고친 알파 첫")
    change(vault, NOTE, "알파 둘째 줄입니다.", "노트가 고친 줄.")
    plan = vault.sync()
    assert not plan.conflicts
    for path in (THIRD, NOTE):
        assert "고친 알파 첫" in vault.files[path] and "노트가 고친 줄." in vault.files[path]
    quiet(vault)
