"""Papers with two notes or two entries."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.edits import twice
from tests.support.reader import (
    ALPHA,
    BETA,
    DIGEST,
    ENTRY,
    GAMMA,
    NEXT,
    NOTE,
    NOTE_BETA,
    NOTE_GAMMA,
    OMEGA,
    WEEK,
    change,
    codes,
    cut,
    entry,
    forget,
    knows,
    nothing_happens,
    only,
    quiet,
    rename,
    said,
    section,
    settled,
)
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.model.base import value_hash
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.reconcile.pairing import pairs
from vault_sync.core.reconcile.pairing.paper_builder import FoundEntry, entries_value, move_values

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
    (problem,) = nothing_happens(vault).problems
    assert (problem.code, problem.path) == ("two-notes", NOTE)
    assert f"2 files are about {ALPHA}" in problem.message and "papers/copy.md" in problem.message


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


# Where nothing may happen.


def test_note_names_a_digest_without_entry_on_the_first_pass() -> None:
    vault = settled()
    cut(vault, ALPHA)
    forget(vault)
    (problem,) = nothing_happens(vault).problems
    assert (problem.code, problem.path) == ("entry-missing", NOTE)
    assert "digest '2023년 8월 3주차', which has no entry" in problem.message
    # and from then on, for it has never been agreed on
    assert vault.known
    assert BaseKey(ALPHA, WEEK, "unmet") in vault.rows


def test_note_names_a_digest_that_is_not_there_on_the_first_pass() -> None:
    vault = settled()
    del vault.files[NEXT]
    forget(vault)
    assert codes(nothing_happens(vault)) == ["entry-missing"]


OTHER = "digests/2023년 8월 셋째 주.md"


# Where nothing may happen.


def test_a_digest_in_another_folder_under_its_name() -> None:
    vault = settled()
    rename(vault, WEEK, "digests/2023/2023년 8월 3주차.md")
    assert not nothing_happens(vault).problems
    change(vault, NOTE, "알파 둘째 줄입니다.", "고친 줄.")
    only(vault, "digests/2023/2023년 8월 3주차.md")


# Where something must.


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


def test_the_pairs_of_a_paper_stand_as_its_note_names_their_digests() -> None:
    """The first of them gives its title, authors and address."""
    vault = twice()
    named = ['  - "[[2023년 8월 3주차]]"\n', '  - "[[2023년 8월 4주차]]"\n']
    for digests in ([WEEK, NEXT], [NEXT, WEEK]):
        found, base = vault.look()
        papers = pairs.pair(found, base, new_digest="", remake=False, decisions={}).papers
        (paper,) = [each for each in papers if each.key == ALPHA]
        assert [each.digest for each in paper.pairs] == digests
        change(vault, NOTE, "".join(named), "".join(reversed(named)))
        named.reverse()


@pytest.mark.parametrize("before", ["베타, ", "a "])
@pytest.mark.parametrize("stood_there", [False, True])
def test_an_address_that_stood_in_other_words_is_nothing_that_is_left_of_an_entry(
    stood_there: bool, before: str
) -> None:
    vault = settled()
    change(vault, WEEK, "베타 설명입니다.", f"{before}https://arxiv.org/abs/2308.00001 설명.")
    if stood_there:
        vault.sync()
    cut(vault, ALPHA)
    assert codes(vault.sync()) == ([] if stood_there else ["entry-unreadable"])
    assert (NOTE in vault.files) is not stood_there


def test_all_that_an_entry_says_is_part_of_its_value() -> None:
    text = "w\nhttps://arxiv.org/abs/2308.00001\nT (Ann Park, Bo Lee)\nwords\n#a #b\n"
    edits = ("00001", "00001v5"), ("T (", "U ("), ("Bo Lee", "Bo"), ("words", "word"), ("#b", "#c")
    texts = [text, *(text.replace(*each) for each in edits)]
    found = [
        entries_value([FoundEntry(RelPath(path), entry)])
        for path in ("d/w.md", "d/v.md")
        for each in texts
        for entry in digest_reader.read(each).entries
    ]
    assert len(set(found)) == len(found) == 2 * len(texts)


def test_a_move_whose_following_was_taken_back_waits_as_long_as_both_sides_are_the_same() -> None:
    vault = settled()
    vault.files[NEXT] += cut(vault, GAMMA)
    found = pairs.pair(*vault.look(), new_digest="", remake=False, decisions={})
    (moved,) = (each for paper in found.papers for each in paper.pairs if each.kind == "moved")
    hashes = tuple(map(value_hash, move_values(moved)))
    vault.refused = {BaseKey(GAMMA, RelPath(NEXT), "place"): (hashes[0], hashes[1])}
    nothing_happens(vault)
    change(vault, NEXT, "#gamma", "#gamma #more")
    only(vault, NOTE_GAMMA)
    assert section(vault, NOTE_GAMMA, NEXT)


@pytest.mark.parametrize("is_locked", [False, True])
def test_an_entry_may_have_moved_out_of_a_digest_only_if_that_can_be_read(is_locked: bool) -> None:
    vault = settled()
    vault.files[NEXT] += cut(vault, GAMMA)
    if is_locked:
        change(vault, WEEK, "베타 설명입니다.", "<<<<<<< HEAD\n베타.\n=======\n둘.\n>>>>>>> x")
    found = pairs.pair(*vault.look(), new_digest="", remake=False, decisions={})
    (paper,) = (each for each in found.papers if each.key == GAMMA)
    moved = [(NEXT, "moved")]
    waits = [(WEEK, "waiting"), (NEXT, "new")]
    assert [(each.digest, each.kind) for each in paper.pairs] == (waits if is_locked else moved)


@pytest.mark.parametrize("agreed", [False, True])
def test_while_files_are_on_their_way_an_entry_moved_only_where_it_was_agreed_on(
    agreed: bool,
) -> None:
    vault = settled()
    vault.files[NEXT] += cut(vault, GAMMA)
    snapshot, base = vault.look()
    rows = {row: value for row, value in base.rows.items() if agreed or row.digest != WEEK}
    base = replace(base, rows=rows, arriving=True)
    found = pairs.pair(snapshot, base, new_digest="", remake=False, decisions={})
    (paper,) = (each for each in found.papers if each.key == GAMMA)
    assert [each.kind for each in paper.pairs] == (["moved"] if agreed else ["waiting", "new"])
