"""What both say: every field, each way, first where nothing may happen, then where it must."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest
from tests.memory import MemoryVault
from tests.reader import (
    ALPHA,
    BETA,
    ENTRY,
    NEXT,
    NOTE,
    NOTE_BETA,
    NOTE_OMEGA,
    OMEGA,
    WEEK,
    change,
    codes,
    entry,
    forget,
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
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Rules

Do = Callable[[MemoryVault], None]

FIRST = "알파 첫 문장입니다."
SECOND = "알파 둘째 문장입니다."
LINE = "알파 둘째 줄입니다."
LINKED = "|Alpha Models: A Study]]"
TITLE = 'title: "Alpha Models: A Study"'
AUTHORS = "(Ann Park, Bo Lee)"
URL = "https://arxiv.org/abs/2308.00001"


def at(path: str, old: str, new: str) -> Do:
    def do(vault: MemoryVault) -> None:
        change(vault, path, old, new)

    return do


# (what, the digest's edit, the note's edit, what both then say)
EDITS: list[tuple[str, Do, Do, Callable[[MemoryVault], bool]]] = [
    (
        "title",
        at(WEEK, LINKED, "|Alpha: Better]]"),
        at(NOTE, TITLE, 'title: "Alpha: Better"'),
        lambda v: said(v, ALPHA).title == noted(v, NOTE).title == "Alpha: Better",
    ),
    (
        "authors",
        at(WEEK, AUTHORS, "(Ann Park, Cara Lim)"),
        at(NOTE, "- Bo Lee", "- Cara Lim"),
        lambda v: said(v, ALPHA).authors == noted(v, NOTE).authors == ("Ann Park", "Cara Lim"),
    ),
    (
        "author added",
        at(WEEK, AUTHORS, "(Ann Park, Bo Lee, Cara Lim)"),
        at(NOTE, "- Bo Lee", "- Bo Lee\n  - Cara Lim"),
        lambda v: (
            said(v, ALPHA).authors == noted(v, NOTE).authors == ("Ann Park", "Bo Lee", "Cara Lim")
        ),
    ),
    (
        "url",
        at(WEEK, URL, "https://arxiv.org/pdf/2308.00001v2"),
        at(NOTE, URL, "https://arxiv.org/pdf/2308.00001v2"),
        lambda v: said(v, ALPHA).url == noted(v, NOTE).url == "https://arxiv.org/pdf/2308.00001v2",
    ),
    (
        "tag added",
        at(WEEK, "#alpha #llm", "#alpha #llm #new"),
        at(NOTE, "  - llm\n", "  - llm\n  - new\n"),
        lambda v: said(v, ALPHA).tags == noted(v, NOTE).tags == ("alpha", "llm", "new"),
    ),
    (
        "tag taken out",
        at(WEEK, "#alpha #llm", "#llm"),
        at(NOTE, "  - alpha\n", ""),
        lambda v: said(v, ALPHA).tags == noted(v, NOTE).tags == ("llm",),
    ),
    (
        "tag respelled",
        at(WEEK, "#alpha #llm", "#alpha #LLM"),
        at(NOTE, "- llm\n", "- LLM\n"),
        lambda v: said(v, ALPHA).tags == noted(v, NOTE).tags == ("alpha", "LLM"),
    ),
    (
        "all tags taken out",
        at(WEEK, "#alpha #llm\n", ""),
        at(NOTE, "tags:\n  - alpha\n  - llm\n", ""),
        lambda v: said(v, ALPHA).tags == noted(v, NOTE).tags == (),
    ),
    (
        "commentary line changed",
        at(WEEK, LINE, "고친 줄."),
        at(NOTE, LINE, "고친 줄."),
        lambda v: (
            said(v, ALPHA).commentary == section(v, NOTE).commentary
            and section(v, NOTE).commentary == f"{FIRST} {SECOND}\n고친 줄."
        ),
    ),
    (
        "commentary sentence added",
        at(WEEK, SECOND, f"{SECOND} 셋째 문장."),
        at(NOTE, SECOND, f"{SECOND} 셋째 문장."),
        lambda v: (
            said(v, ALPHA).commentary == section(v, NOTE).commentary
            and "셋째 문장." in section(v, NOTE).commentary
        ),
    ),
    (
        "commentary line taken out",
        at(WEEK, LINE + "\n", ""),
        at(NOTE, LINE + "\n", ""),
        lambda v: said(v, ALPHA).commentary == section(v, NOTE).commentary == f"{FIRST} {SECOND}",
    ),
    (
        "commentary taken out",
        at(WEEK, f"{FIRST} {SECOND}\n{LINE}\n", ""),
        at(NOTE, f"{FIRST} {SECOND}\n{LINE}\n", ""),
        lambda v: said(v, ALPHA).commentary == section(v, NOTE).commentary == "",
    ),
    (
        "commentary with a blank line",
        at(WEEK, LINE, f"\n{LINE}\n\n- 항목"),
        at(NOTE, LINE, f"\n{LINE}\n\n- 항목"),
        lambda v: (
            said(v, ALPHA).commentary
            == section(v, NOTE).commentary
            == f"{FIRST} {SECOND}\n\n{LINE}\n\n- 항목"
        ),
    ),
    (
        "first commentary",
        at(NEXT, "오메가입니다.\n", ""),
        at(NOTE_OMEGA, "오메가입니다.\n", ""),
        lambda v: said(v, OMEGA, NEXT).commentary == section(v, NOTE_OMEGA, NEXT).commentary == "",
    ),
]
IDS = [what for what, *_ in EDITS]


# Where nothing may happen.


@pytest.mark.parametrize(("what", "digest", "note", "holds"), EDITS, ids=IDS)
def test_both_sides_changed_alike(
    what: str, digest: Do, note: Do, holds: Callable[..., bool]
) -> None:
    vault = settled()
    digest(vault)
    note(vault)
    plan = vault.sync()
    # An alias and a list of addresses may follow; nothing of the two-way fields is open.
    assert not plan.conflicts and not plan.problems
    assert holds(vault)
    quiet(vault)


BOTH = [
    ("title", at(WEEK, LINKED, "|Alpha: Mine]]"), at(NOTE, TITLE, 'title: "Alpha: Yours"')),
    ("authors", at(WEEK, "Bo Lee", "Bo Lim"), at(NOTE, "Bo Lee", "Bo Kim")),
    (
        "url",
        at(WEEK, URL, "https://arxiv.org/pdf/2308.00001"),
        at(NOTE, URL, "https://arxiv.org/abs/2308.00001v3"),
    ),
    ("commentary", at(WEEK, FIRST, "내 문장."), at(NOTE, FIRST, "네 문장.")),
    ("commentary", at(WEEK, LINE, "내 줄."), at(NOTE, LINE + "\n", "")),
]


@pytest.mark.parametrize(("field", "digest", "note"), BOTH)
def test_both_sides_changed_differently(field: str, digest: Do, note: Do) -> None:
    vault = settled()
    digest(vault)
    note(vault)
    plan = nothing_happens(vault)
    assert open_fields(plan) == [(ALPHA, field, "both changed")]
    assert plan.conflicts[0].digest_text != plan.conflicts[0].note_text
    assert plan.conflicts[0].note == NOTE and plan.conflicts[0].digest == WEEK
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
    chosen = vault.sync(choices={place(ALPHA, WEEK, field): side})  # type: ignore[dict-item]
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


@pytest.mark.parametrize(("field", "digest", "note"), BOTH)
def test_no_base_and_different(field: str, digest: Do, note: Do) -> None:
    vault = settled()
    note(vault)
    forget(vault)
    plan = nothing_happens(vault)
    assert open_fields(plan) in (
        [(ALPHA, field, "never agreed")],
        [(ALPHA, "commentary", "never agreed")],
    )
    assert open_fields(nothing_happens(vault)) == open_fields(plan)


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
    vault.sync(choices={place(ALPHA, WEEK, "commentary"): side})  # type: ignore[dict-item]
    assert (FIRST in section(vault, NOTE).commentary) == (side == "digest")
    assert said(vault, ALPHA).commentary == section(vault, NOTE).commentary
    assert not quiet(vault).conflicts


@pytest.mark.parametrize("path", [WEEK, NOTE])
def test_an_older_text_is_held(path: str) -> None:
    vault = settled()
    was = vault.files[path]
    change(vault, path, LINE, "새 줄.")
    vault.sync()
    vault.files[path] = was
    plan = nothing_happens(vault)
    assert open_fields(plan) == [(ALPHA, "commentary", "older")]
    side = "digest" if path == WEEK else "note"
    vault.sync(choices={place(ALPHA, WEEK, "commentary"): side})  # type: ignore[dict-item]
    assert LINE in said(vault, ALPHA).commentary and LINE in section(vault, NOTE).commentary
    quiet(vault)


def test_older_tags_are_no_older_text() -> None:
    vault = settled()
    change(vault, WEEK, "#alpha #llm", "#alpha #llm #new")
    vault.sync()
    change(vault, WEEK, "#alpha #llm #new", "#alpha #llm")
    only(vault, NOTE)
    assert noted(vault, NOTE).tags == ("alpha", "llm")


def test_the_readers_own_never_travels() -> None:
    vault = settled()
    change(vault, NOTE, "---\n\n## [[", "---\n\n내 글.\n\n## [[")
    vault.files[NOTE] += "\n## My notes\n\n내 생각.\n"
    change(vault, NOTE, "authors:", "rating: 5\nauthors:")
    nothing_happens(vault)


def test_a_private_tag_stays_in_the_note() -> None:
    vault = settled()
    vault.rules = Rules(private_tags=("me/*", "todo"))
    change(vault, NOTE, "  - llm\n", "  - llm\n  - me/read\n  - todo\n")
    nothing_happens(vault)
    change(vault, WEEK, "#alpha #llm", "#alpha")
    only(vault, NOTE)
    assert noted(vault, NOTE).tags == ("alpha", "me/read", "todo")


def test_the_order_of_tags_alone_is_nobodys_wish() -> None:
    vault = settled()
    change(vault, NOTE, "  - alpha\n  - llm\n", "  - llm\n  - alpha\n")
    nothing_happens(vault)


# Where something must.


@pytest.mark.parametrize(("what", "digest", "note", "holds"), EDITS, ids=IDS)
def test_the_note_follows(what: str, digest: Do, note: Do, holds: Callable[..., bool]) -> None:
    vault = settled()
    before = dict(vault.files)
    digest(vault)
    changed = {path: text for path, text in vault.files.items() if text != before[path]}
    assert not only(vault, NOTE_OMEGA if NEXT in changed else NOTE).conflicts
    assert holds(vault)
    assert all(vault.files[path] == text for path, text in changed.items())


@pytest.mark.parametrize(("what", "digest", "note", "holds"), EDITS, ids=IDS)
def test_the_digest_follows(what: str, digest: Do, note: Do, holds: Callable[..., bool]) -> None:
    vault = settled()
    before = dict(vault.files)
    note(vault)
    path = NEXT if vault.files[NOTE_OMEGA] != before[NOTE_OMEGA] else WEEK
    plan = vault.sync()
    assert not plan.conflicts
    assert holds(vault)
    quiet(vault)
    key = OMEGA if path == NEXT else ALPHA
    # No other entry, and nothing between entries, changed by a byte.
    old, new = before[path], vault.files[path]
    start, end = entry(MemoryVault(files=before), key, path).span
    now = entry(vault, key, path).span
    assert (new[: now.start], new[now.end :]) == (old[:start], old[end:])
    # And it is the text that the same edit in the digest would have left.
    other = settled()
    digest(other)
    if what not in {"tag respelled", "commentary with a blank line"}:
        assert new == other.files[path]


def test_edits_on_both_sides_that_do_not_overlap() -> None:
    vault = settled()
    change(vault, WEEK, FIRST, "디제스트가 고쳤다.")
    change(vault, NOTE, LINE, "노트가 고쳤다.")
    change(vault, WEEK, "Bo Lee", "Bo Lim")
    change(vault, NOTE, TITLE, 'title: "Alpha: Better"')
    change(vault, WEEK, "#alpha #llm", "#alpha #llm #mine")
    change(vault, NOTE, "  - alpha\n", "")
    assert not only(vault, WEEK, NOTE).conflicts
    assert said(vault, ALPHA).commentary == f"디제스트가 고쳤다. {SECOND}\n노트가 고쳤다."
    assert section(vault, NOTE).commentary == said(vault, ALPHA).commentary
    assert said(vault, ALPHA).title == noted(vault, NOTE).title == "Alpha: Better"
    assert said(vault, ALPHA).authors == noted(vault, NOTE).authors == ("Ann Park", "Bo Lim")
    assert said(vault, ALPHA).tags == noted(vault, NOTE).tags == ("llm", "mine")


@pytest.mark.parametrize("in_use", [WEEK, NOTE])
@pytest.mark.parametrize(
    ("digest", "note"),
    [
        ((f"{FIRST} {SECOND}", f"{FIRST} {SECOND} 덧붙임."), (f"{FIRST} {SECOND}", "고침.")),
        ((SECOND, f"{SECOND} 덧붙임."), (LINE, "고친 줄.")),
        ((FIRST, "고침."), (LINE, "고친 줄.")),
        ((FIRST, f"앞. {FIRST}"), (SECOND, f"{SECOND} 뒤.")),
    ],
)
def test_what_was_merged_on_one_side_is_not_merged_twice(
    digest: tuple[str, str], note: tuple[str, str], in_use: str
) -> None:
    vault = settled()
    change(vault, WEEK, *digest)
    change(vault, NOTE, *note)
    plan = vault.plan()
    if plan.conflicts:
        pytest.skip("these two overlap")
    whole = deepcopy(vault)
    whole.carry_out(plan)
    # One of the two files is under a hand and cannot be written in this pass.
    vault.carry_out(plan, but={in_use})
    vault.sync()
    assert vault.files == whole.files
    assert not quiet(vault).conflicts


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


@pytest.mark.parametrize(
    ("gone", "back"),
    [
        ('title: "Alpha Models: A Study"\n', "title"),
        ("authors:\n  - Ann Park\n  - Bo Lee\n", "authors"),
        ("url: https://arxiv.org/abs/2308.00001\n", "url"),
    ],
)
def test_an_absent_value_is_filled_in(gone: str, back: str) -> None:
    vault = settled()
    change(vault, NOTE, gone, "")
    forget(vault)
    only(vault, NOTE)
    assert getattr(noted(vault, NOTE), back) == getattr(said(vault, ALPHA), back)


def test_without_base_tags_are_the_union() -> None:
    vault = settled()
    change(vault, NOTE, "  - llm\n", "  - yours\n")
    forget(vault)
    only(vault, WEEK, NOTE)
    assert set(said(vault, ALPHA).tags) == set(noted(vault, NOTE).tags) == {"alpha", "llm", "yours"}


def test_a_first_commentary_and_first_tags_from_the_note() -> None:
    vault = settled()
    vault.files["digests/z.md"] = (
        "2023년 9월\n\nhttps://arxiv.org/abs/2308.00009\n\nZeta (Zoe Min)\n"
    )
    vault.sync()
    vault.files["papers/Zeta.md"] += "\n제타입니다.\n"
    change(vault, "papers/Zeta.md", "---\n\n##", "tags:\n  - zeta\n---\n\n##")
    only(vault, "digests/z.md")
    assert vault.files["digests/z.md"] == (
        "2023년 9월\n\nhttps://arxiv.org/abs/2308.00009\n\n[[Zeta|Zeta]] (Zoe Min)\n\n"
        "제타입니다.\n\n#zeta\n"
    )


@pytest.mark.parametrize(
    "styled",
    [
        "tags: [alpha, llm] # mine\n",
        "tags: alpha, llm\n",
        "tags:\n- alpha\n- llm\n",
        "tags:\n  - '#alpha'\n  - \"llm\"\n",
        "tags: '#alpha #llm'\n",
    ],
)
def test_properties_in_odd_style(styled: str) -> None:
    vault = settled()
    change(vault, NOTE, "tags:\n  - alpha\n  - llm\n", styled)
    nothing_happens(vault)
    change(vault, WEEK, "#alpha #llm", "#alpha #llm #new")
    plan = vault.sync()
    if not plan.problems:
        assert noted(vault, NOTE).tags == ("alpha", "llm", "new")
    quiet(vault)


def test_what_is_no_tag_stays_in_the_note() -> None:
    vault = settled()
    change(vault, NOTE, "  - llm\n", "  - llm\n  - deep learning\n  - '#new'\n")
    only(vault, WEEK)
    assert said(vault, ALPHA).tags == ("alpha", "llm", "new")
    assert noted(vault, NOTE).tags == ("alpha", "llm", "deep learning", "new")


def test_crlf_notes_and_digests() -> None:
    vault = settled()
    vault.files = {path: text.replace("\n", "\r\n") for path, text in vault.files.items()}
    nothing_happens(vault)
    change(vault, WEEK, LINE, "고친 줄.\r\n\r\n또 한 줄.")
    only(vault, NOTE)
    assert "고친 줄.\r\n\r\n또 한 줄.\r\n" in vault.files[NOTE]
    change(vault, NOTE_BETA, "베타 설명입니다.", "베타를 고쳤습니다.\r\n둘째 줄.")
    only(vault, WEEK)
    assert "베타를 고쳤습니다.\r\n둘째 줄.\r\n#beta" in vault.files[WEEK]
    assert all(text.count("\n") == text.count("\r\n") for text in vault.files.values())
    assert said(vault, BETA).commentary == section(vault, NOTE_BETA).commentary


# What would not read back as meant.

BREAKS = [
    ("# 제목", "a heading"),
    ("## 제목", "a heading"),
    ("https://arxiv.org/abs/2308.00077\nOther Paper (Kim Lee, Ann Park)", "an entry"),
    ("#only #tags", "a tag line"),
    ("```python", "a fence that stays open"),
]


@pytest.mark.parametrize(("typed", "what"), BREAKS, ids=[typed for typed, _ in BREAKS])
def test_what_would_split_the_digest_is_held(typed: str, what: str) -> None:
    vault = settled()
    change(vault, NOTE, LINE, f"{LINE}\n{typed}\n끝 줄.")
    change(vault, NOTE_BETA, "베타 설명입니다.", "베타를 고쳤습니다.")
    digest, note = vault.files[WEEK], vault.files[NOTE]
    plan = vault.sync()
    if typed.startswith(("# ", "## ")):
        # In a note a heading ends the section: what follows is the reader's own.
        assert not plan.problems
        assert "제목" not in vault.files[WEEK] and "끝 줄." not in vault.files[WEEK]
    else:
        assert codes(plan) == ["would-not-read-back"], what
        problem = plan.problems[0]
        assert problem.path == NOTE
        shown = vault.files[NOTE].split("\n")[(problem.line or 0) - 1]
        assert shown in typed.split("\n")
        assert entry(vault, ALPHA) == entry(MemoryVault(files={WEEK: digest}), ALPHA)
    assert vault.files[NOTE] == note
    # Nothing else was affected.
    assert said(vault, BETA).commentary == "베타를 고쳤습니다."
    quiet(vault)


@pytest.mark.parametrize("typed", [f"{LINE}\n\n---\n\n끝 줄.", f"{LINE}\n\n---"])
def test_a_break_in_a_section_is_commentary(typed: str) -> None:
    vault = settled()
    change(vault, NOTE, LINE, typed)
    assert not only(vault, WEEK).problems
    assert said(vault, ALPHA).commentary == section(vault, NOTE).commentary
    assert said(vault, BETA).title == "Beta Nets"


def test_a_break_where_it_would_be_layout_is_held() -> None:
    vault = settled()
    change(vault, WEEK, "#alpha #llm\n", "")
    vault.sync()
    change(vault, NOTE, LINE, f"{LINE}\n\n---")
    plan = nothing_happens(vault)
    assert codes(plan) == ["would-not-read-back"]
    assert vault.files[NOTE].split("\n")[(plan.problems[0].line or 0) - 1] == "---"


def test_an_open_fence_in_a_digest_cannot_swallow_a_note() -> None:
    vault = settled()
    vault.files[NOTE] += "\n## My notes\n\n```\ncode\n```\n"
    change(vault, WEEK, LINE, f"{LINE}\n```python\ncode")
    plan = vault.sync()
    assert "내" not in said(vault, ALPHA).commentary
    note = vault.files[NOTE]
    assert note.endswith("\n## My notes\n\n```\ncode\n```\n")
    assert said(vault, BETA).title == "Beta Nets"
    if "would-not-read-back" not in codes(plan):
        assert section(vault, NOTE).commentary == said(vault, ALPHA).commentary
    quiet(vault)


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


def test_a_tag_of_the_note_waits_while_a_digest_whose_tags_were_never_agreed_on_waits() -> None:
    """Nobody knows yet whether that digest has the tag already."""
    vault = settled()
    change(vault, NEXT, "주차\n", "주차\n" + ENTRY)
    vault.sync()
    del vault.rows[BaseKey(ALPHA, NEXT, "tags")]
    vault.files[NEXT] += "<<<<<<< ours\n"
    change(vault, NOTE, "  - llm\n", "  - llm\n  - added\n")
    vault.sync()
    assert said(vault, ALPHA).tags == ("alpha", "llm")
    vault.files[NEXT] = vault.files[NEXT].replace("<<<<<<< ours\n", "")
    vault.sync()
    assert "added" in said(vault, ALPHA).tags
