"""Merges of whole documents: what merges, what stays open, and that no word is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.worlds import digests, tokens
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.merge import documents as merge_documents
from vault_sync.core.merge import parts as merge_parts
from vault_sync.core.note import note as note_lens

ALPHA = """https://arxiv.org/abs/2308.00001
[[Alpha|Alpha: A Study]] (Ann Park, Bo Lee)
첫 문장입니다. 둘째 문장입니다.
둘째 줄입니다.
#alpha #llm
"""
BETA = """https://arxiv.org/abs/2308.00002
[[Beta Nets]]
베타 설명입니다.
#beta
"""
GAMMA = """https://arxiv.org/abs/2308.00003
[[Gamma|Gamma]] (Dan Choi)
감마 이야기입니다.
#gamma
"""
DELTA = """https://arxiv.org/abs/2308.00004
Delta (Finn Oh)
델타.
#delta
"""
OMEGA = """https://arxiv.org/abs/2308.00005
Omega (Gil Han)
오메가.
"""
WEEK = "2023년 8월 3주차\n"
BASE = WEEK + ALPHA + BETA + GAMMA

NOTE = """---
title: "Alpha: A Study"
aliases:
  - "Alpha: A Study"
authors:
  - Ann Park
  - Bo Lee
url: https://arxiv.org/abs/2308.00001
rating: 3 # of five
digests:
  - "[[week 1]]"
tags:
  - alpha
  - llm
up: [[Index]]
---

## [[week 1]]

첫 문장입니다. 둘째 문장입니다.
둘째 줄입니다.

## My notes

Own one.

Own two.
"""


def merged(base: str, ours: str, theirs: str) -> str:
    """The merge of digests, which must have left nothing open."""
    found = merge_documents.digest(base, ours, theirs)
    assert found.conflicts == 0, found.text
    return found.text


def merged_note(base: str, ours: str, theirs: str) -> str:
    found = merge_documents.note(base, ours, theirs)
    assert found.conflicts == 0, found.text
    return found.text


def swap(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, (old, text)
    return text.replace(old, new)


# What must not change.

STRANGE = [
    "",
    "no entry at all\n",
    BASE,
    BASE.removesuffix("\n"),
    BASE.replace("\n", "\r\n"),
    "\ufeff" + BASE,
    BASE.replace("\n", "\r\n", 3),
    "\n\n" + BASE + "\n\n\n",
    BASE + "---\n\n## 끝\n\nwords\n---\n",
    WEEK + ALPHA + "\n---\n\n" + BETA + "\n\n---\n" + GAMMA,
    WEEK + ALPHA + ALPHA,
    BASE + "\udcff\0",
    "---\na: b\n---\n" + BASE,
    NOTE,
    NOTE.replace("\n", "\r\n"),
    "---\ntitle: [broken\ndigests:\n---\n\n## [[week 1]]\nx",
    "---\n---\n",
    "\n## [[a]]\n\n\n## [[a]]\n# own\n\n",
    "## [[a]]",
]


@pytest.mark.parametrize("text", STRANGE)
@pytest.mark.parametrize("merge", [merge_documents.digest, merge_documents.note])
def test_what_nobody_changed_stays_byte_for_byte(merge: object, text: str) -> None:
    assert merge(text, text, text) == merge_parts.Merged(text)  # type: ignore[operator]


# A file with mixed line ends against a pure one is merged with its carriage returns as words.
PURE = [text for text in STRANGE if text.count("\r\n") in (0, text.count("\n"))]


@pytest.mark.parametrize("text", PURE)
@pytest.mark.parametrize("other", [BASE, NOTE])
@pytest.mark.parametrize("merge", [merge_documents.digest, merge_documents.note])
def test_one_sides_word_is_taken_byte_for_byte(merge: object, text: str, other: str) -> None:
    for ours, theirs in ((text, other), (other, text)):
        found = merge(other, ours, theirs)  # type: ignore[operator]
        assert found.conflicts == 0
        if text.strip("\n"):
            assert found.text == text


# Digests.


def test_added_entries_of_both_sides_stand_one_after_the_other() -> None:
    assert merged(BASE, BASE + DELTA, BASE + OMEGA) == BASE + DELTA + OMEGA
    spaced = BASE.replace("\nhttps", "\n\nhttps")
    assert merged(spaced, spaced + "\n" + DELTA, spaced + "\n" + OMEGA) == (
        spaced + "\n" + DELTA + "\n" + OMEGA
    )
    ended = BASE.removesuffix("\n")
    assert merged(ended, BASE + DELTA.removesuffix("\n"), BASE + OMEGA.removesuffix("\n")) == (
        BASE + DELTA + OMEGA.removesuffix("\n")
    )


def test_entries_added_at_the_top_and_in_the_middle() -> None:
    ours = WEEK + DELTA + ALPHA + BETA + GAMMA
    theirs = WEEK + OMEGA + ALPHA + BETA + GAMMA
    assert merged(BASE, ours, theirs) == WEEK + DELTA + OMEGA + ALPHA + BETA + GAMMA
    bare = ALPHA + "\n" + BETA
    assert merged(bare, DELTA + "\n" + bare, OMEGA + "\n" + bare) == (
        DELTA + "\n" + OMEGA + "\n" + bare
    )


def test_the_same_entry_added_on_both_sides_is_one() -> None:
    assert merged(BASE, BASE + DELTA, BASE + DELTA) == BASE + DELTA
    fuller = swap(DELTA, "#delta", "#delta #more")
    assert merged(BASE, BASE + DELTA, BASE + fuller) == BASE + fuller
    silent = swap(DELTA, "델타.\n", "")
    assert merged(BASE, BASE + silent, BASE + fuller) == BASE + fuller


def test_removed_on_one_side_and_untouched_on_the_other_is_removed() -> None:
    assert merged(BASE, WEEK + ALPHA + GAMMA, BASE + DELTA) == WEEK + ALPHA + GAMMA + DELTA
    assert merged(BASE, BASE + DELTA, WEEK + BETA + GAMMA) == WEEK + BETA + GAMMA + DELTA


def test_an_edit_outlives_a_removal() -> None:
    edited = swap(BASE, "베타 설명입니다.", "베타 설명이었습니다.")
    assert merged(BASE, WEEK + ALPHA + GAMMA, edited) == edited
    assert merged(BASE, edited, WEEK + ALPHA + GAMMA) == edited


def test_edits_of_different_entries_fields_paragraphs_and_sentences_all_survive() -> None:
    edits = [
        ("베타 설명입니다.", "베타 새 설명입니다."),
        ("#alpha #llm", "#alpha #llm #new"),
        ("Alpha: A Study]]", "Alpha: The Study]]"),
        ("Ann Park, Bo Lee", "Ann Park, Bo Lee, Cho Kim"),
        ("[[Alpha|", "[[230801 Alpha|"),
        ("첫 문장입니다.", "첫째 문장입니다."),
        ("둘째 문장입니다.", "두 번째 문장입니다."),
        ("둘째 줄입니다.", "두 번째 줄입니다."),
        ("abs/2308.00001", "pdf/2308.00001"),
    ]
    for one in edits:
        for other in edits:
            if one is other:
                continue
            both = swap(swap(BASE, *one), *other)
            assert merged(BASE, swap(BASE, *one), swap(BASE, *other)) == both


def test_tags_are_sets() -> None:
    ours = swap(BASE, "#alpha #llm", "#alpha #one")
    theirs = swap(BASE, "#alpha #llm", "#alpha #llm #two")
    assert "\n#alpha #one #two\n" in merged(BASE, ours, theirs)


def test_moved_entries_keep_the_other_sides_edits() -> None:
    moved = WEEK + GAMMA + ALPHA + BETA
    edited = swap(BASE, "감마 이야기입니다.", "감마 새 이야기입니다.")
    want = swap(moved, "감마 이야기입니다.", "감마 새 이야기입니다.")
    assert merged(BASE, moved, edited) == want
    assert merged(BASE, edited, moved) == want
    assert merged(BASE, moved, BASE + DELTA) == WEEK + GAMMA + DELTA + ALPHA + BETA
    both = merged(BASE, moved, WEEK + BETA + ALPHA + GAMMA)
    assert sorted(both) == sorted(BASE)


def test_text_between_entries_is_merged_by_line() -> None:
    base = WEEK + ALPHA + "## 주제\n" + BETA
    assert merged(base, swap(base, WEEK, WEEK + "머리말\n"), base + "## 끝\n") == (
        swap(base, WEEK, WEEK + "머리말\n") + "## 끝\n"
    )
    assert merged(base, base + DELTA, swap(base, "## 주제", "## 새 주제")) == (
        swap(base, "## 주제", "## 새 주제") + DELTA
    )
    found = merge_documents.digest(
        base, swap(base, "## 주제", "## 갑"), swap(base, "## 주제", "## 을") + DELTA
    )
    assert found.conflicts == 1
    assert (
        found.text
        == swap(base, "## 주제", "<<<<<<< ours\n## 갑\n=======\n## 을\n>>>>>>> theirs") + DELTA
    )


def test_what_cannot_be_merged_stays_open_in_that_place_alone() -> None:
    ours = swap(swap(BASE, "둘째 줄입니다.", "갑."), "#beta", "#beta #ours")
    theirs = swap(swap(BASE, "둘째 줄입니다.", "을."), "#alpha", "#alpha #theirs") + DELTA
    found = merge_documents.digest(BASE, ours, theirs)
    assert found.conflicts == 1
    want = swap(BASE, "둘째 줄입니다.", "<<<<<<< ours\n갑.\n=======\n을.\n>>>>>>> theirs")
    want = swap(swap(want, "#beta", "#beta #ours"), "#alpha #llm", "#alpha #llm #theirs") + DELTA
    assert found.text == want


def test_two_titles_stay_open_with_the_lines_they_stand_on() -> None:
    ours = swap(BASE, "Alpha: A Study]]", "Alpha: One]]")
    theirs = swap(swap(BASE, "Alpha: A Study]]", "Alpha: Two]]"), "#llm", "#llm #more")
    found = merge_documents.digest(BASE, ours, theirs)
    assert found.conflicts == 1
    url = "https://arxiv.org/abs/2308.00001\n"
    tail = "(Ann Park, Bo Lee)\n"
    assert f"<<<<<<< ours\n{url}[[Alpha|Alpha: One]] {tail}=======\n{url}" in found.text
    assert f"[[Alpha|Alpha: Two]] {tail}>>>>>>> theirs\n첫 문장" in found.text
    assert "#alpha #llm #more" in found.text and found.text.endswith(BETA + GAMMA)


def test_line_ends_and_bom_are_those_of_the_side_that_chose() -> None:
    crlf = "\ufeff" + BASE.replace("\n", "\r\n")
    ours = swap(crlf, "베타 설명입니다.", "베타 새 설명입니다.")
    assert merged(crlf, ours, crlf + DELTA.replace("\n", "\r\n")) == (
        ours + DELTA.replace("\n", "\r\n")
    )
    changed = merged(BASE, crlf, BASE + DELTA)
    assert changed == "\ufeff" + (BASE + DELTA).replace("\n", "\r\n")


def test_a_paper_that_stands_twice_is_merged_by_line() -> None:
    twice = WEEK + ALPHA + BETA + ALPHA
    assert merged(twice, twice + DELTA, swap(twice, "베타", "새 베타")) == (
        swap(twice, "베타", "새 베타") + DELTA
    )


def test_an_entry_unlinked_on_one_side_stays_unlinked() -> None:
    ours = swap(BASE, "#alpha #llm", "#alpha #llm #new")
    theirs = swap(BASE, "[[Alpha|Alpha: A Study]]", "Alpha: A Study")
    want = swap(ours, "[[Alpha|Alpha: A Study]]", "Alpha: A Study")
    assert merged(BASE, ours, theirs) == want
    assert merged(BASE, theirs, ours) == want


def test_an_entry_that_would_not_read_as_meant_is_merged_by_line() -> None:
    ours = swap(BASE, "[[Gamma|Gamma]] (Dan Choi)\n", "")
    theirs = swap(BASE, "감마 이야기", "Not a Title (Ann Park, Bo Lee)\n감마 이야기")
    found = merge_documents.digest(BASE, ours, theirs)
    assert found.conflicts == 1
    assert "=======\n[[Gamma|Gamma]] (Dan Choi)\nNot a Title (Ann Park, Bo Lee)\n" in found.text


def test_an_entry_that_would_be_swallowed_by_another_is_not() -> None:
    bare = "https://example.org/bare\n이름 없는 글.\n"
    base = WEEK + ALPHA + bare
    found = merge_documents.digest(base, WEEK + OMEGA + ALPHA + bare, WEEK + bare)
    assert found.conflicts == 1


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_word_of_a_generated_digest_is_lost(data: st.DataObject) -> None:
    base, _ = data.draw(digests(max_entries=4))
    if base.count("\r\n") not in (0, base.count("\n")):
        return
    sides = [_edited(data, base, name) for name in ("a", "b")]
    found = merge_documents.digest(base, *sides)
    was, ours, theirs = (tokens(text) for text in (base, *sides))
    kept = (ours | theirs) - ((was - ours) | (was - theirs))
    assert kept <= tokens(found.text)
    assert (ours - was) | (theirs - was) <= tokens(found.text)
    if not found.conflicts:
        assert "<<<<<<<" not in found.text


def _edited(data: st.DataObject, text: str, name: str) -> str:
    """A reader's edits: entries removed, moved, added, reworded; new words have new tokens."""
    newline = "\r\n" if "\r\n" in text else "\n"
    for step in range(data.draw(st.integers(0, 4))):
        entries = digest_reader.read(text).entries
        token = f"w{'1' if name == 'a' else '2'}0{step}99999"
        what = data.draw(st.sampled_from(("reword", "add", "remove", "tag", "move")))
        entry = data.draw(st.sampled_from(entries)) if entries else None
        if what == "add" or entry is None:
            new = f"https://arxiv.org/abs/2401.{token[-5:]}/{token}\n{token} New (A B, C D)\n#x"
            text += ("" if text.endswith("\n") or not text else newline) + new.replace(
                "\n", newline
            )
        elif what == "remove":
            text = text[: entry.span.start] + text[entry.span.end :]
        elif what == "move":
            cut = text[entry.span.start : entry.span.end]
            text = (
                cut
                + ("" if cut.endswith("\n") else newline)
                + (text[: entry.span.start] + text[entry.span.end :])
            )
        else:
            words = entry.span.slice(text)
            at = entry.span.start + len(words.rstrip("\r\n"))
            added = f"{newline}{token} 덧붙임." if what == "reword" else f"{newline}#{token}"
            text = text[:at] + added + text[at:]
    return text


# Notes.


def test_properties_are_merged_one_by_one() -> None:
    ours = swap(NOTE, "  - llm", "  - llm\n  - ours")
    theirs = swap(NOTE, "  - alpha\n  - llm", "  - llm\n  - theirs")
    theirs = swap(theirs, "rating: 3 # of five", "rating: 5 # of five")
    want = swap(NOTE, "  - alpha\n  - llm", "  - llm\n  - ours\n  - theirs")
    assert merged_note(NOTE, ours, theirs) == swap(want, "rating: 3", "rating: 5")


def test_a_list_that_one_side_has_whole_is_taken_from_it() -> None:
    ours = swap(NOTE, "  - alpha\n", "")
    theirs = swap(NOTE, "  - alpha\n  - llm", "  - llm\n  - new # why")
    assert merged_note(NOTE, ours, theirs) == theirs
    assert merged_note(NOTE, theirs, ours) == theirs


def test_properties_added_on_both_sides() -> None:
    ours = swap(NOTE, "up: [[Index]]", 'up: [[Index]]\nmentions:\n  - "[[A]]"')
    theirs = swap(NOTE, "up: [[Index]]", 'up: [[Index]]\nmentions:\n  - "[[B]]"\nread: true')
    want = swap(
        NOTE, "up: [[Index]]", 'up: [[Index]]\nmentions:\n  - "[[A]]"\n  - "[[B]]"\nread: true'
    )
    assert merged_note(NOTE, ours, theirs) == want


def test_two_single_values_stay_open_in_the_block() -> None:
    ours = swap(NOTE, "rating: 3 # of five", "rating: 4")
    theirs = swap(swap(NOTE, "rating: 3 # of five", "rating: 5"), "Own one.", "Own 1.")
    found = merge_documents.note(NOTE, ours, theirs)
    want = swap(
        NOTE,
        "rating: 3 # of five",
        "<<<<<<< ours\nrating: 4\n=======\nrating: 5\n>>>>>>> theirs",
    )
    assert found == merge_parts.Merged(swap(want, "Own one.", "Own 1."), 1)


def test_a_property_of_a_strange_kind_is_taken_from_the_side_that_changed_it() -> None:
    ours = swap(NOTE, "up: [[Index]]", "up: [[Other]]")
    assert merged_note(NOTE, ours, swap(NOTE, "  - llm\n", "")) == swap(ours, "  - llm\n", "")


def test_authors_are_one_value() -> None:
    ours = swap(NOTE, "  - Ann Park", "  - Ann B. Park")
    theirs = swap(NOTE, "  - Bo Lee", "  - Bo C. Lee")
    assert merge_documents.note(NOTE, ours, theirs).conflicts == 1


def test_sections_of_two_weeks_from_two_devices() -> None:
    def with_week(name: str) -> str:
        text = swap(NOTE, '  - "[[week 1]]"', f'  - "[[week 1]]"\n  - "[[{name}]]"')
        return swap(text, "## My notes", f"## [[{name}]]\n\n{name} 이야기.\n\n## My notes")

    found = merged_note(NOTE, with_week("week 2"), with_week("week 3"))
    assert note_lens.read(found).digests == ("week 1", "week 2", "week 3")
    assert [section.commentary[:6] for section in note_lens.read(found).sections[1:]] == [
        "week 2",
        "week 3",
    ]
    assert found.count("## My notes\n\nOwn one.\n\nOwn two.\n") == 1


def test_a_section_merges_by_sentence_and_the_readers_own_by_line() -> None:
    ours = swap(swap(NOTE, "첫 문장입니다.", "첫째 문장입니다."), "Own one.", "Own 1.")
    theirs = swap(swap(NOTE, "둘째 문장입니다.", "두 번째입니다."), "Own two.", "Own 2.")
    want = swap(swap(ours, "둘째 문장입니다.", "두 번째입니다."), "Own two.", "Own 2.")
    assert merged_note(NOTE, ours, theirs) == want
    both = merge_documents.note(
        NOTE, swap(NOTE, "둘째 줄입니다.", "갑."), swap(NOTE, "둘째 줄입니다.", "을.")
    )
    assert both == merge_parts.Merged(
        swap(NOTE, "둘째 줄입니다.", "<<<<<<< ours\n갑.\n=======\n을.\n>>>>>>> theirs"), 1
    )


def test_a_removed_section_and_an_edited_one() -> None:
    start, end = NOTE.index("## [[week 1]]"), NOTE.index("## My notes")
    without = NOTE[:start] + NOTE[end:]
    assert merged_note(NOTE, without, swap(NOTE, "Own one.", "Own 1.")) == swap(
        without, "Own one.", "Own 1."
    )
    edited = swap(NOTE, "둘째 줄입니다.", "새 줄입니다.")
    assert merged_note(NOTE, without, edited) == edited


def test_a_note_made_on_both_sides() -> None:
    other = swap(swap(NOTE, "Own one.\n\nOwn two.\n", "Theirs.\n"), "  - llm", "  - more")
    found = merge_documents.note("", NOTE, other)
    assert found.conflicts == 1
    assert note_lens.read(found.text).fields.tags == ("alpha", "llm", "more")
    assert all(word in found.text for word in ("Own one.", "Own two.", "Theirs."))


def test_broken_properties_are_merged_by_line() -> None:
    broken = swap(NOTE, "rating: 3 # of five", "rating: [3")
    ours, theirs = swap(broken, "  - llm\n", ""), swap(broken, "Own one.", "Own 1.")
    assert merged_note(broken, ours, theirs) == swap(ours, "Own one.", "Own 1.")


# Entries that both sides added, and line ends of two kinds.

ADDED = "https://arxiv.org/abs/2403.00001\n{}\nwords\n"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Title One (Kim X)", "Title Two (Kim X)"),
        ("Title One (Kim X)", "Title One (Lee Y)"),
        ("[[one|Title One]] (Kim X)", "[[two|Title One]] (Kim X)"),
    ],
)
def test_an_entry_that_both_sides_added_differently_is_a_conflict_with_both(
    ours: str, theirs: str
) -> None:
    found = merge_documents.digest(WEEK, WEEK + ADDED.format(ours), WEEK + ADDED.format(theirs))
    assert found.conflicts == 1
    assert ours in found.text and theirs in found.text


def test_a_link_that_one_of_two_added_entries_lacks_is_filled_in() -> None:
    ours, theirs = ADDED.format("Title One (Kim X)"), ADDED.format("[[one|Title One]] (Kim X)")
    for one, other in ((ours, theirs), (theirs, ours)):
        found = merge_documents.digest(WEEK, WEEK + one, WEEK + other)
        assert found.conflicts == 0
        assert "[[one|Title One]] (Kim X)" in found.text


def test_lines_that_nobody_touched_keep_their_ends_where_one_version_mixes_them() -> None:
    base = "a\r\nb\r\nc\r\nd\r\n"
    ours = base.replace("b\r\n", "b\n")
    found = merge_documents.note(base, ours, base + "theirs\r\n")
    assert found.text == "a\r\nb\nc\r\nd\r\ntheirs\r\n"
