"""The abstract as a callout: where there is none, and that every line of one is in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from tests.support.hostile_text import anything
from tests.support.laws import examples
from tests.support.memory_vault import MemoryVault, facts
from tests.support.reader import (
    ALPHA,
    DAYS,
    ENTRY,
    NEXT,
    NOTE,
    WEEK,
    change,
    cut,
    forget,
    fresh,
    nothing_happens,
    quiet,
    said,
    section,
)
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Facts, Key, Rules
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.abstract import CALLOUT, Abstract, callout, decided, mark, missing, placed


def test_the_abstract_is_a_folded_callout() -> None:
    facts = Facts(abstract="We show $x^2$.\n# Not a heading\n\n- nor a list #tag [[x]]")
    assert callout(facts) == (
        "> [!abstract]- Abstract\n"
        "> We show $x^2$.\n"
        ">\n"
        "> \\# Not a heading\n"
        ">\n"
        "> \\- nor a list \\#tag [ [x] ]"
    )
    assert callout(facts).startswith(CALLOUT + "\n")


@pytest.mark.parametrize("abstract", ["", " \n\t", "\u200b\n\x00"])
def test_there_is_no_callout_without_an_abstract(abstract: str) -> None:
    assert callout(Facts(abstract=abstract)) == ""


@settings(max_examples=examples(65))
@given(anything)
def test_law_every_line_of_a_callout_is_in_it(text: str) -> None:
    lines = callout(Facts(abstract=text)).split("\n")
    assert lines == [""] or (lines[0] == CALLOUT and len(lines) > 1)
    assert all(line == ">" or line.startswith("> ") for line in lines if line)


@pytest.mark.parametrize(
    ("text", "was", "lacks"),
    [
        ("words\n", None, True),
        ("words\n", "", False),  # taken out, or never wanted
        (f"{CALLOUT}\n> Words\n", None, False),
        (f"{CALLOUT}\n> Words\n", "mark", False),
    ],
)
def test_a_note_lacks_its_abstract_unless_somebody_took_it_out(
    text: str, was: str | None, lacks: bool
) -> None:
    key = Key("arxiv:2308.00001")
    rows = {} if was is None else {BaseKey(key, "", "abstract"): was}
    assert missing(note_lens.read(text), key, Base(rows, exists=True)) is lacks


OURS = callout(Facts(abstract="Words"))
THEIRS = f"{CALLOUT}\n> Other words"


@pytest.mark.parametrize(
    ("text", "known", "was", "put", "base_value"),
    [
        # A note that is still to be made.
        (None, True, None, OURS, mark(OURS)),
        (None, True, "", OURS, mark(OURS)),
        (None, False, None, "", None),
        (None, False, "x", "", "x"),
        # One that has a callout.
        (OURS, True, None, "", mark(OURS)),
        (OURS, True, "x", "", mark(OURS)),
        (THEIRS, True, None, "", ""),
        (THEIRS, True, "x", "", "x"),
        (THEIRS, False, None, "", ""),
        # One that has none.
        ("words", True, None, OURS, mark(OURS)),
        ("words", True, "", "", ""),
        ("words", True, "x", "", "x"),
        ("words", False, None, "", None),
    ],
)
def test_what_is_decided_about_an_abstract(
    text: str | None, known: bool, was: str | None, put: str, base_value: str | None
) -> None:
    note = None if text is None else note_lens.read(f"---\na: 1\n---\n{text}\n")
    facts = Facts(abstract="Words" if known else "")
    assert decided(note, facts, was) == Abstract(put, base_value)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("---\na: 1\n---\n", "---\na: 1\n---\n\nOURS\n"),
        ("---\na: 1\n---\nwords\n", "---\na: 1\n---\n\nOURS\n\nwords\n"),
        ("---\na: 1\n---\n\nwords\n", "---\na: 1\n---\n\nOURS\n\nwords\n"),
        ("---\na: 1\n---\n \n", "---\na: 1\n---\n\nOURS\n \n"),
        ("words\n", "\n\nOURS\n\nwords\n"),
    ],
)
def test_a_callout_is_put_below_the_properties(text: str, after: str, newline: str) -> None:
    made = placed(text.replace("\n", newline), OURS)
    assert made == after.replace("OURS", OURS).replace("\n", newline)


TEXT = "We study $x^2$.\nAnd more #tags."
WRITTEN = "> [!abstract]- Abstract\n> We study $x^2$.\n>\n> And more \\#tags."
RULES = Rules(facts=("published", "abstract"))


def abstracts(text: str = TEXT) -> dict[Key, Facts]:
    return {key: of._replace(abstract=text) for key, of in facts(DAYS).items()}


def with_abstracts(**files: str) -> MemoryVault:
    """The vault after a pass whose notes have their abstracts."""
    vault = fresh(**files)
    vault.rules, vault.facts = RULES, abstracts()
    vault.sync()
    quiet(vault)
    return vault


def bare(**files: str) -> MemoryVault:
    """The vault after a pass that knew no abstract, but asks for it now."""
    vault = fresh(**files)
    vault.rules = RULES
    vault.sync()
    quiet(vault)
    return vault


# Where no abstract is put.


def test_no_abstract_where_none_is_asked_for() -> None:
    vault = fresh()
    vault.facts = abstracts()
    vault.sync()
    assert "[!abstract]" not in "".join(vault.files.values())
    quiet(vault)


@pytest.mark.parametrize("text", ["", "\u200b", "\n \n"])
def test_no_abstract_where_arxiv_has_none(text: str) -> None:
    vault = fresh()
    vault.rules, vault.facts = RULES, abstracts(text)
    vault.sync()
    assert "[!abstract]" not in "".join(vault.files.values())
    quiet(vault)


def test_an_abstract_that_the_reader_took_out_stays_out() -> None:
    vault = with_abstracts()
    change(vault, NOTE, WRITTEN + "\n\n", "")
    assert not nothing_happens(vault).problems
    vault.facts = abstracts("Another abstract.")
    nothing_happens(vault)


def test_an_abstract_that_the_reader_edited_stays_as_he_left_it() -> None:
    vault = with_abstracts()
    change(vault, NOTE, "We study", "They study")
    nothing_happens(vault)
    vault.facts = abstracts("Another abstract.")
    nothing_happens(vault)


@pytest.mark.parametrize("own", ["> [!ABSTRACT] 요약\n> 내 말.", "> [!abstract]+\n> x"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_abstract_of_the_readers_is_left_alone(own: str, newline: str) -> None:
    vault = bare()
    change(vault, NOTE, "---\n\n##", f"---\n\n{own}\n\n##")
    vault.files[NOTE] = vault.files[NOTE].replace("\n", newline)
    nothing_happens(vault)
    vault.facts = abstracts()
    before = vault.files[NOTE]
    vault.sync()
    assert vault.files[NOTE] == before
    quiet(vault)
    change(vault, NOTE, own.replace("\n", newline) + 2 * newline, "")
    nothing_happens(vault)


def test_an_abstract_moved_elsewhere_in_the_note_is_still_there() -> None:
    vault = with_abstracts()
    change(vault, NOTE, WRITTEN + "\n\n", "")
    vault.files[NOTE] += f"\n## My notes\n\n{WRITTEN}\n"
    nothing_happens(vault)


def test_another_device_learns_of_the_abstract_before_it_goes() -> None:
    vault = with_abstracts()
    forget(vault)
    nothing_happens(vault)
    change(vault, NOTE, WRITTEN + "\n\n", "")
    nothing_happens(vault)


# Where it is put.


def test_a_new_note_has_its_abstract_below_the_properties() -> None:
    vault = with_abstracts()
    assert f"---\n\n{WRITTEN}\n\n## [[2023년 8월 3주차]]\n\n알파 첫 문장" in vault.files[NOTE]
    assert callout(Facts(abstract=TEXT)) == WRITTEN
    assert section(vault, NOTE).commentary == said(vault, ALPHA).commentary
    assert WRITTEN not in vault.files[WEEK]


def test_an_abstract_that_comes_late_is_the_only_change() -> None:
    vault = bare()
    before = vault.files[NOTE]
    vault.facts = abstracts()
    vault.sync()
    assert vault.files[NOTE] == before.replace("---\n\n##", f"---\n\n{WRITTEN}\n\n##")
    quiet(vault)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("\n## [[W]]\n\nwords\n", "\nCALL\n\n## [[W]]\n\nwords\n"),
        ("## [[W]]\n", "\nCALL\n\n## [[W]]\n"),
        ("\nmine\n\n## [[W]]\n\nwords", "\nCALL\n\nmine\n\n## [[W]]\n\nwords"),
        ("mine\n\n## [[W]]\n", "\nCALL\n\nmine\n\n## [[W]]\n"),
    ],
)
def test_where_an_abstract_stands(body: str, after: str, newline: str) -> None:
    vault = bare()
    week = "[[2023년 8월 3주차]]"
    properties = vault.files[NOTE].partition("\n---\n")[0] + "\n---\n"
    words = section(vault, NOTE).commentary

    def note(text: str) -> str:
        filled = text.replace("CALL", WRITTEN).replace("[[W]]", week)
        filled = filled.replace(f"## {week}\n\nwords", f"## {week}\n")
        return (properties + filled.replace(f"## {week}\n", f"## {week}\n\n{words}\n")).replace(
            "\n", newline
        )

    vault.files[NOTE] = note(body)
    nothing_happens(vault)
    vault.facts = abstracts()
    vault.sync()
    assert vault.files[NOTE] == note(after)
    quiet(vault)


def test_a_note_made_again_has_its_abstract_again() -> None:
    vault = with_abstracts()
    before = vault.files.pop(NOTE)
    nothing_happens(vault)
    vault.sync(remake=True)
    assert vault.files[NOTE] == before
    quiet(vault)


# It is nobody's word, and in nobody's way.


def test_an_untouched_abstract_does_not_keep_a_note_whose_entry_is_gone() -> None:
    vault = with_abstracts()
    cut(vault, ALPHA)
    vault.sync()
    assert NOTE not in vault.files and f".trash/{NOTE.rpartition('/')[2]}" in vault.files


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We study", "They study"),
        ("\\#tags.\n", "\\#tags.\n> 내가 덧붙인 줄\n"),
        ("\\#tags.\n", "\\#tags.\n\n내가 쓴 줄\n"),
        ("> We study", "내 줄\n\n> We study"),
    ],
)
def test_an_abstract_with_a_word_of_the_readers_keeps_its_note(old: str, new: str) -> None:
    vault = with_abstracts()
    change(vault, NOTE, old, new)
    nothing_happens(vault)
    cut(vault, ALPHA)
    vault.sync()
    assert new.strip("\n") in vault.files[NOTE] and WRITTEN.splitlines()[0] in vault.files[NOTE]
    assert note_lens.read(vault.files[NOTE]).sections == ()


def test_a_paper_that_comes_back_has_its_section_below_the_abstract() -> None:
    vault = with_abstracts()
    change(vault, NOTE, "\n---\n\n> [!a", "\nrating: 5\n---\n\n> [!a")
    text = cut(vault, ALPHA)
    vault.sync()
    assert WRITTEN in vault.files[NOTE]
    vault.files[WEEK] += text
    vault.sync()
    assert f"---\n\n{WRITTEN}\n\n## [[2023년 8월 3주차]]\n\n알파" in vault.files[NOTE]
    assert "## My notes" not in vault.files[NOTE]
    quiet(vault)


def test_a_second_week_is_put_below_the_first_and_not_into_the_abstract() -> None:
    vault = with_abstracts()
    vault.files[NEXT] += ENTRY.replace("알파 둘째 줄입니다.", "다시 본 알파.")
    vault.sync()
    assert vault.files[NOTE].count(WRITTEN) == 1
    assert section(vault, NOTE, NEXT).commentary.endswith("다시 본 알파.")
    quiet(vault)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("own", ["", "\n# Links\n", "내가 쓴 줄\n"])
def test_an_adopted_note_gets_its_abstract(own: str, newline: str) -> None:
    plain = ENTRY.replace("#alpha", own + "#alpha") if "쓴" in own else ENTRY + own
    vault = fresh(**{"mine/알파.md": plain.replace("\n", newline)})
    vault.rules, vault.facts = RULES, abstracts()
    vault.sync()
    text = vault.files["mine/알파.md"].replace("\r\n", "\n")
    assert f"---\n\n{WRITTEN}\n\n## [[2023년 8월 3주차]]\n" in text
    assert text.endswith(own) or own + "#alpha" in text
    quiet(vault)


def test_a_hostile_abstract_is_only_words() -> None:
    hostile = "---\n## [[2023년 8월 3주차]]\nhttps://x.y\n```dataviewjs\n<% tp %>\n%% ![[a]] #t ^b"
    vault = fresh()
    vault.rules, vault.facts = RULES, abstracts(hostile)
    vault.sync()
    read = note_lens.read(vault.files[NOTE])
    assert [each.commentary for each in read.sections] == [said(vault, ALPHA).commentary]
    above = note_lens.abstract(read)
    assert above is not None and all(line.startswith(">") for line in above.split("\n"))
    assert not any(each in above for each in ("```", "<%", "%%", "[[", "![", " #t", "\n> #"))
    quiet(vault)
