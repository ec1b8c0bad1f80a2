"""One paper settled: what stays open, and what a person's decision does to it."""

from __future__ import annotations

import pytest
from tests.support.edits import BOTH, FIRST, LINE, LINKED, TITLE, URL, Do, at, twice
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    NEXT,
    NOTE,
    NOTE_BETA,
    WEEK,
    change,
    codes,
    entry,
    forget,
    knows,
    noted,
    nothing_happens,
    only,
    open_fields,
    place,
    quiet,
    said,
    section,
    settled,
)
from vault_sync.core.model.base import Arrival, value_hash
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, RelPath

# Where nothing may happen.


@pytest.mark.parametrize(("field", "digest", "note"), BOTH)
def test_both_sides_changed_differently(field: str, digest: Do, note: Do) -> None:
    vault = settled()
    digest(vault)
    note(vault)
    plan = nothing_happens(vault)
    assert open_fields(plan) == [(ALPHA, field, "both changed")]
    assert plan.conflicts[0].digest_text != plan.conflicts[0].note_text
    assert plan.conflicts[0].note == NOTE and plan.conflicts[0].digest == WEEK
    mine = entry(vault, ALPHA)
    assert plan.conflicts[0].line == (mine.commentary_line if field == "commentary" else mine.line)
    # It stays open, whatever else is done.
    change(vault, WEEK, "베타 설명입니다.", "베타를 고쳤습니다.")
    assert open_fields(only(vault, NOTE_BETA)) == [(ALPHA, field, "both changed")]


@pytest.mark.parametrize(("field", "digest", "note"), BOTH)
@pytest.mark.parametrize("side", ["digest", "note"])
def test_a_choice_settles_a_conflict(field: str, digest: Do, note: Do, side: str) -> None:
    vault = settled()
    digest(vault)
    note(vault)
    # An alias follows the title; all else of the side that was taken stays to the byte.
    mine = vault.files[WEEK]
    theirs = vault.files[NOTE].replace('- "Alpha Models: A Study"', '- "Alpha: Yours"')
    if field != "title":
        theirs = vault.files[NOTE]
    vault.sync()
    chosen = vault.sync(decisions={place(ALPHA, WEEK, field): side})  # type: ignore[dict-item]
    assert not chosen.conflicts
    assert vault.files[WEEK if side == "digest" else NOTE] == (mine if side == "digest" else theirs)
    assert said(vault, ALPHA).commentary == section(vault, NOTE).commentary
    for name in ("url", "title", "authors"):
        assert getattr(said(vault, ALPHA), name) == getattr(noted(vault, NOTE), name)
    assert not quiet(vault).conflicts


@pytest.mark.parametrize(("field", "digest", "note"), BOTH)
def test_a_conflict_ends_when_both_are_made_equal(field: str, digest: Do, note: Do) -> None:
    vault = settled()
    was = vault.files[NOTE]
    digest(vault)
    note(vault)
    vault.sync()
    vault.files[NOTE] = was
    plan = vault.sync()
    assert not plan.conflicts
    assert vault.files[NOTE] != was
    quiet(vault)


def test_the_section_was_taken_out() -> None:
    vault = settled()
    text = vault.files[NOTE]
    vault.files[NOTE] = text[: text.index("\n## [[")]
    plan = nothing_happens(vault)
    assert open_fields(plan) == [(ALPHA, "commentary", "section gone")]


@pytest.mark.parametrize("side", ["digest", "note"])
def test_a_section_that_was_taken_out_is_settled(side: str) -> None:
    vault = settled()
    text = vault.files[NOTE]
    vault.files[NOTE] = text[: text.index("\n## [[")]
    vault.sync(decisions={place(ALPHA, WEEK, "commentary"): side})  # type: ignore[dict-item]
    assert (FIRST in section(vault, NOTE).commentary) == (side == "digest")
    assert said(vault, ALPHA).commentary == section(vault, NOTE).commentary
    assert not quiet(vault).conflicts


@pytest.mark.parametrize("between", range(4))
@pytest.mark.parametrize("path", [WEEK, NOTE])
def test_what_was_typed_and_taken_back_is_followed(path: str, between: int) -> None:
    vault = settled()
    before = dict(vault.files)
    change(vault, path, LINE, f"{LINE} 새 말.")
    assert not vault.sync().conflicts
    for _ in range(between):
        vault.sync()
    change(vault, path, f"{LINE} 새 말.", LINE)
    assert not vault.sync().conflicts
    assert vault.files == before


OLD = {
    "as it was": (LINE, LINE),
    "a new word in another sentence": (FIRST, f"{FIRST} 딴 말."),
    "a new word beside it": (LINE, f"{LINE} 딴 말."),
    "a new word in the midst of it": (LINE, LINE.replace(" ", " 딴 ", 1)),
}


@pytest.mark.parametrize("typed", [f"{LINE} 새로 쓴 말.", "아주 다른 줄을 썼다.", ""])
@pytest.mark.parametrize("edit", OLD.values(), ids=OLD)
@pytest.mark.parametrize(("from_", "to"), [(WEEK, NOTE), (NOTE, WEEK)])
def test_an_old_copy_is_asked_about(from_: str, to: str, edit: tuple[str, str], typed: str) -> None:
    vault = settled()
    old = vault.files[to]
    change(vault, from_, LINE, typed)
    vault.sync()
    vault.files[to] = old
    change(vault, to, *edit)
    plan = nothing_happens(vault)
    assert open_fields(plan) == [(ALPHA, "commentary", "old-copy")]
    side = "digest" if to == WEEK else "note"
    vault.sync(decisions={place(ALPHA, WEEK, "commentary"): side})  # type: ignore[dict-item]
    assert said(vault, ALPHA).commentary == section(vault, NOTE).commentary
    assert edit[1] in section(vault, NOTE).commentary and not quiet(vault).conflicts


@pytest.mark.parametrize(("from_", "to"), [(WEEK, NOTE), (NOTE, WEEK)])
def test_words_taken_in_are_their_readers_to_take_out(from_: str, to: str) -> None:
    vault = settled()
    before = dict(vault.files)
    change(vault, from_, LINE, f"{LINE} 새로 쓴 말.")
    vault.sync()
    change(vault, to, "새로 쓴 말.", "새로 쓴 말. 읽었다.")
    vault.sync()
    change(vault, to, " 새로 쓴 말. 읽었다.", "")
    assert not vault.sync().conflicts
    assert vault.files == before


@pytest.mark.parametrize(("from_", "to"), [(WEEK, NOTE), (NOTE, WEEK)])
def test_old_tags_are_asked_about(from_: str, to: str) -> None:
    vault = settled()
    old = vault.files[to]
    text = (
        ("#alpha #llm", "#alpha #llm #mine") if from_ == WEEK else ("  - llm", "  - llm\n  - mine")
    )
    change(vault, from_, *text)
    vault.sync()
    vault.files[to] = old
    assert open_fields(nothing_happens(vault)) == [(ALPHA, "tags", "old-copy")]
    side = "digest" if from_ == WEEK else "note"
    vault.sync(decisions={place(ALPHA, WEEK, "tags"): side})  # type: ignore[dict-item]
    assert set(said(vault, ALPHA).tags) == set(noted(vault, NOTE).tags) == {"alpha", "llm", "mine"}
    assert not quiet(vault).conflicts


# Where something must.


def test_a_conflict_does_not_stop_the_other_fields() -> None:
    vault = settled()
    change(vault, WEEK, LINKED, "|Alpha: Mine]]")
    change(vault, NOTE, TITLE, 'title: "Alpha: Yours"')
    change(vault, NOTE, LINE, "노트가 고쳤다.")
    change(vault, WEEK, "#alpha #llm", "#alpha #llm #mine")
    plan = vault.sync()
    assert open_fields(plan) == [(ALPHA, "title", "both changed")]
    assert "노트가 고쳤다." in said(vault, ALPHA).commentary
    assert "mine" in noted(vault, NOTE).tags
    assert said(vault, ALPHA).title == "Alpha: Mine" and noted(vault, NOTE).title == "Alpha: Yours"
    assert open_fields(quiet(vault)) == [(ALPHA, "title", "both changed")]


# What would not read back as meant.


def test_a_note_to_be_made_is_at_odds_with_nobody() -> None:
    """Its entry was edited and it was deleted, before `rebuild` makes it again."""
    vault = settled()
    del vault.files[NOTE]
    change(vault, WEEK, LINKED, "|Alpha Models: Another Study]]")
    change(vault, WEEK, FIRST, "알파 새 문장입니다.")
    plan = vault.sync(remake=True)
    assert plan.conflicts == ()
    assert "알파 새 문장입니다." in vault.files[NOTE] and "Another Study" in vault.files[NOTE]
    quiet(vault)


# One note for a paper of several weeks.


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


def test_an_address_at_odds_gives_the_note_no_id() -> None:
    """Another field of the note is written meanwhile."""
    vault = settled()
    change(vault, WEEK, "abs/2308.00001", "abs/2308.00061")
    change(vault, NOTE, "url: https://arxiv.org/abs/2308.00001", "url: https://x.org/a")
    change(vault, NOTE, 'arxiv: "2308.00001"\n', "")
    change(vault, WEEK, "#alpha #llm", "#alpha #llm #more")
    assert [each.field for each in vault.sync().conflicts] == ["url"]
    assert "  - more\n" in vault.files[NOTE]
    assert "arxiv:" not in vault.files[NOTE]


def test_a_title_line_for_an_untitled_entry_takes_no_title_of_the_readers() -> None:
    """Both stay, each on its side; authors that the note lacks come from the digest."""
    week, note = "digests/w.md", "papers/one.md"
    vault = MemoryVault({week: "w\nhttps://blog.example.com/one\npost\n#b\n"})
    vault.sync()
    change(vault, note, "---\nurl", "---\ntitle: My words\nurl")
    vault.sync()
    change(vault, week, "[[one]]", "[[one|Post]] (Ann Park)")
    assert not vault.sync().conflicts
    assert (noted(vault, note).title, noted(vault, note).authors) == ("My words", ("Ann Park",))
    assert "[[one|Post]] (Ann Park)" in vault.files[week]
    assert not vault.sync().operations


def test_a_section_is_added_to_a_note_without_a_last_newline() -> None:
    vault = settled()
    vault.files[NOTE] = vault.files[NOTE].rstrip("\n")
    head = "https://arxiv.org/abs/2308.00001\nAlpha Models: A Study (Ann Park)\n"
    change(vault, NEXT, "주차\n", f"주차\n{head}다시.\n#t\n")
    vault.sync()
    assert section(vault, NOTE, NEXT).commentary == "다시."
    assert section(vault, NOTE).commentary


# Files that were brought, and what a person took back.


DIGESTS = [
    *((field, digest) for field, digest, _ in BOTH),
    ("tags", at(WEEK, "#alpha #llm", "#alpha")),
    ("url", at(WEEK, URL, f"{URL}v2")),
]


@pytest.mark.parametrize(("field", "digest"), DIGESTS)
def test_what_a_file_lacks_that_was_just_delivered_is_not_followed_yet(
    field: str, digest: Do
) -> None:
    vault = settled()
    digest(vault)
    vault.arrivals = {RelPath(WEEK): Arrival(delivered=True)}
    plan = nothing_happens(vault)
    assert plan.deferred == {WEEK} and not plan.conflicts
    vault.arrivals = {RelPath(WEEK): Arrival(waited=True)}
    only(vault, NOTE)


@pytest.mark.parametrize(("field", "digest"), DIGESTS)
def test_a_delivered_digest_makes_no_edit_of_the_note_wait(field: str, digest: Do) -> None:
    vault = settled()
    digest(vault)
    vault.arrivals = {RelPath(NOTE): Arrival(delivered=True)}
    assert vault.sync().deferred == set()
    assert not quiet(vault).conflicts


def test_a_commentary_that_was_taken_back_stays_as_long_as_both_sides_are_the_same() -> None:
    vault = settled()
    change(vault, WEEK, LINE, "새 줄.")
    texts = said(vault, ALPHA).commentary, section(vault, NOTE).commentary
    hashes = value_hash(texts[0]), value_hash(texts[1])
    vault.refused = {BaseKey(ALPHA, RelPath(WEEK), "commentary"): hashes}
    assert not nothing_happens(vault).conflicts
    change(vault, WEEK, "새 줄.", "또 새 줄.")
    only(vault, NOTE)


def test_while_two_addresses_are_in_conflict_the_base_is_that_of_the_old_one() -> None:
    vault = settled()
    change(vault, WEEK, URL, f"{URL}v2")
    change(vault, NOTE, f"url: {URL}", f"url: {URL[:-1]}9")
    before = knows(vault, ALPHA)
    assert open_fields(nothing_happens(vault)) == [(ALPHA, "url", "both changed")]
    assert knows(vault, ALPHA) == before


def test_a_new_address_has_the_base_of_the_old_one_whatever_else_is_open() -> None:
    vault = settled()
    change(vault, WEEK, URL, f"{URL[:-1]}8")
    change(vault, WEEK, FIRST, "내 문장.")
    change(vault, NOTE, FIRST, "네 문장.")
    assert [field for _, field, _ in open_fields(vault.sync())] == ["commentary"]
    assert knows(vault, Key("arxiv:2308.00008")) and not knows(vault, ALPHA)
