"""What both say: every field, each way, first where nothing may happen, then where it must."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from tests.support.edits import AUTHORS, BOTH, FIRST, LINE, LINKED, SECOND, TITLE, URL, Do, at
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    ENTRY,
    NEXT,
    NOTE,
    NOTE_BETA,
    NOTE_OMEGA,
    OMEGA,
    WEEK,
    change,
    entry,
    forget,
    noted,
    nothing_happens,
    only,
    open_fields,
    quiet,
    said,
    section,
    settled,
)
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import PropertyNames, Rules
from vault_sync.core.reconcile.resolution.fields import (
    MEANINGS,
    Meaning,
    SharedValue,
    Undecided,
    apart_authors,
    decide,
)

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
        at(NOTE, "tags:\n  - alpha\n  - llm\n", "tags:\n"),
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


def test_two_spellings_of_one_address_agree() -> None:
    vault = settled()
    change(vault, WEEK, URL, "https://arxiv.org/pdf/2308.00001")
    change(vault, NOTE, URL, "https://arxiv.org/abs/2308.00001v3")
    assert not nothing_happens(vault).conflicts
    assert said(vault, ALPHA).url.endswith("/pdf/2308.00001")
    assert noted(vault, NOTE).url.endswith("v3")
    change(vault, WEEK, "베타 설명입니다.", "베타를 고쳤습니다.")
    only(vault, NOTE_BETA)


def test_where_both_sides_spell_an_address_otherwise_another_spelling_changes_neither() -> None:
    vault = settled()
    change(vault, WEEK, URL, f"{URL}v1")
    change(vault, NOTE, URL, f"{URL}v3")
    vault.sync()
    for path, old, new in ((NOTE, f"{URL}v3", f"{URL}v2"), (WEEK, f"{URL}v1", f"{URL}v4")):
        change(vault, path, old, new)
        nothing_happens(vault)


def test_an_address_that_goes_back_is_followed() -> None:
    vault = settled()
    for url, was in ((f"{URL}v2", URL), (URL, f"{URL}v2")):
        change(vault, WEEK, was, url)
        only(vault, NOTE)
        assert noted(vault, NOTE).url == url


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


def test_older_tags_are_no_older_text() -> None:
    vault = settled()
    change(vault, WEEK, "#alpha #llm", "#alpha #llm #new")
    vault.sync()
    change(vault, WEEK, "#alpha #llm #new", "#alpha #llm")
    only(vault, NOTE)
    assert noted(vault, NOTE).tags == ("alpha", "llm")


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
    assert not plan.conflicts
    whole = deepcopy(vault)
    whole.carry_out(plan)
    # One of the two files is under a hand and cannot be written in this pass.
    vault.carry_out(plan, but={in_use})
    vault.sync()
    assert vault.files == whole.files
    assert not quiet(vault).conflicts


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


WORDS = Meaning[str](
    agree=lambda one, other: one.casefold() == other.casefold(),
    unchanged=lambda was, now: was == now,
    to_digest=lambda _here, there, _was: there if "|" not in there else None,
    to_note=lambda _here, there, _was: there,
    is_partial=lambda value: value.endswith("et al."),
    guard_older=False,
)
BROUGHT = WORDS._replace(guard_older=True)


@pytest.mark.parametrize(
    ("was", "digest", "note", "meant"),
    [
        (None, "", "T", "T"),
        (None, "T", "", "T"),
        (None, "T", "U", "never agreed"),
        ("T", "", "T", "T"),  # emptied: filled in from the other
        ("T", "T", "", "T"),
        ("T", "U", "T", "U"),
        ("T", "T", "U", "U"),
        ("T", "U", "V", "both changed"),
        ("T", "", "V", "both changed"),
        ("T", "T", "|", "cannot be written"),
        ("T", "Old", "T", "Old"),  # typed: a person took it back
        ("T", "T", "Old", "Old"),
    ],
)
def test_one_field_is_decided(was: str | None, digest: str, note: str, meant: str) -> None:
    base_key = BaseKey(ALPHA, "", "title")
    rows = {} if was is None else {base_key: was}
    base = Base(rows, exists=True, was_ever=lambda _, value: value == "Old")
    found = decide(WORDS, base_key, digest, note, base)
    said_of_both = [found.reason] if isinstance(found, Undecided) else [*found]
    assert set(said_of_both) == {meant}
    if meant == "Old":
        assert decide(BROUGHT, base_key, digest, note, base) == Undecided("older")


def test_a_field_in_part_or_in_another_case_stays_as_it_is() -> None:
    base_key = BaseKey(ALPHA, "", "title")
    base = Base({base_key: "a"}, exists=True)
    assert decide(WORDS, base_key, "A", "A ", base, side="note") == SharedValue("A ", "A ")
    # Both changed, alike; or the same people, and one list leaves some out.
    assert decide(WORDS, base_key, "B", "b", base) == SharedValue("B", "b")
    same = WORDS._replace(agree=lambda _one, _other: True)
    assert decide(same, base_key, "a", "B et al.", base) == SharedValue("a", "B et al.")
    assert decide(same, base_key, "a", "B", base) == SharedValue("B", "B")


@pytest.mark.parametrize(
    ("was", "digest", "note", "meant"),
    [
        (None, "a", "b", "b"),
        (None, "a", "", "a"),
        ("a", "a c", "a", "a c"),
        ("a", "a c", "b", "b"),  # the note's own stay
        ("a", "", "a", "a"),  # a digest without a list takes none away
        ("a", "a", "", ""),
    ],
)
def test_a_note_takes_over_authors_that_stand_in_its_digest_in_part(
    was: str | None, digest: str, note: str, meant: str
) -> None:
    row = BaseKey(ALPHA, "", "authors")
    base = Base({} if was is None else {row: tuple(was.split())})
    found = apart_authors(row, tuple(digest.split()), tuple(note.split()), base)
    assert found == SharedValue(tuple(digest.split()), tuple(meant.split()))


def test_addresses_agree_that_are_the_same_or_of_one_paper() -> None:
    agree: Callable[[Any, Any], bool] = MEANINGS["url"].agree
    assert agree("no address", "no address") and agree(URL, f"{URL}v2")
    assert not agree("no address", "another") and not agree(URL, f"{URL[:-1]}9")


@pytest.mark.parametrize(
    ("name", "edit"),
    [("title", "Alphas"), ("authors", "(Ann Park)"), ("tags", "#alpha #llm #new")],
)
def test_of_a_property_that_is_off_nothing_is_remembered_and_the_digest_has_its_own(
    name: str, edit: str
) -> None:
    vault = settled()
    vault.rules = vault.rules._replace(properties=PropertyNames(((name, ""),)))
    note = vault.files[NOTE]
    vault.sync()
    assert not [row for row in vault.rows if row.field == name]
    old = {
        "title": "|Alpha Models: A Study",
        "authors": "(Ann Park, Bo Lee)",
        "tags": "#alpha #llm",
    }[name]
    change(vault, WEEK, old, f"|{edit}" if name == "title" else edit)
    digest = vault.files[WEEK]
    assert not vault.sync().conflicts
    assert (vault.files[WEEK], vault.files[NOTE]) == (digest, note)


def test_what_a_note_says_in_its_own_words_is_forgotten_once_both_say_the_same() -> None:
    block = "title: Awaited Long\nurl: https://arxiv.org/abs/2308.00077\nauthors: [A B, C D]"
    entry = "https://arxiv.org/abs/2308.00077\nAwaited (A B, C D)\nwords\n"
    path = "lit/A.md"
    vault = MemoryVault({WEEK: f"w\n{entry}", path: f"---\n{block}\n---\n\nwords\n"})
    assert [each.field for each in vault.sync().apart] == ["title"]
    change(vault, path, "title: Awaited Long", "title: Awaited")
    assert not vault.sync().apart
    change(vault, WEEK, "|Awaited]]", "|Come]]")
    plan = vault.sync()
    assert not (plan.conflicts or plan.apart) and noted(vault, path).title == "Come"


@pytest.mark.parametrize(
    ("written", "then"),
    [
        ("authors: Cho Kim\n", "authors: Cho Kim, Dan Lee\n"),
        ("authors:\n  - Cho Kim\n", "authors:\n  - Cho Kim\n  - Dan Lee\n"),
    ],
)
def test_authors_of_a_note_that_are_a_text_stay_one(written: str, then: str) -> None:
    vault = settled()
    change(vault, NOTE_BETA, "authors:\n  - Cho Kim\n", written)
    vault.sync()
    change(vault, WEEK, "(Cho Kim)", "(Cho Kim, Dan Lee)")
    only(vault, NOTE_BETA)
    assert then in vault.files[NOTE_BETA]


def test_an_absent_value_agrees_with_no_other() -> None:
    """Though a list that names nobody says as little."""
    row = BaseKey(ALPHA, "", "authors")
    base, rest = Base({row: ("Ann Park",)}, exists=True), ("et al.",)
    meaning: Meaning[Any] = MEANINGS["authors"]
    for digest, note in (((), rest), (rest, ())):
        assert decide(meaning, row, digest, note, base) == Undecided("both changed")
