"""Merges of whole documents: what one side alone has changed is taken byte for byte."""

from __future__ import annotations

import pytest
from tests.support.merge_texts import ALPHA, BASE, BETA, GAMMA, NOTE, WEEK, merged_note
from vault_sync.core.merge import documents, parts

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
    "---\ntitle: [broken\n---",
    "\n## [[a]]\n\n\n## [[a]]\n# own\n\n",
    "## [[a]]",
]


@pytest.mark.parametrize("text", STRANGE)
@pytest.mark.parametrize("merge", [documents.digest, documents.note])
def test_what_nobody_changed_stays_byte_for_byte(merge: object, text: str) -> None:
    assert merge(text, text, text) == parts.Merged(text)  # type: ignore[operator]


# A file with mixed line ends against a pure one is merged with its carriage returns as words.
PURE = [text for text in STRANGE if text.count("\r\n") in (0, text.count("\n"))]


@pytest.mark.parametrize("text", PURE)
@pytest.mark.parametrize("other", [BASE, NOTE])
@pytest.mark.parametrize("merge", [documents.digest, documents.note])
def test_one_sides_word_is_taken_byte_for_byte(merge: object, text: str, other: str) -> None:
    for ours, theirs in ((text, other), (other, text)):
        found = merge(other, ours, theirs)  # type: ignore[operator]
        assert found.conflicts == 0
        if text.strip("\n"):
            assert found.text == text


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
    found = documents.digest(WEEK, WEEK + ADDED.format(ours), WEEK + ADDED.format(theirs))
    assert found.conflicts == 1
    assert ours in found.text and theirs in found.text


def test_a_link_that_one_of_two_added_entries_lacks_is_filled_in() -> None:
    ours, theirs = ADDED.format("Title One (Kim X)"), ADDED.format("[[one|Title One]] (Kim X)")
    for one, other in ((ours, theirs), (theirs, ours)):
        found = documents.digest(WEEK, WEEK + one, WEEK + other)
        assert found.conflicts == 0
        assert "[[one|Title One]] (Kim X)" in found.text


def test_words_that_one_of_two_added_entries_lacks_are_filled_in() -> None:
    ours = ADDED.format("Title One (Kim X)")
    for one, other in ((ours, ours.replace("words\n", "")), (ours.replace("words\n", ""), ours)):
        assert documents.digest(WEEK, WEEK + one, WEEK + other) == parts.Merged(WEEK + ours)


def test_lines_that_nobody_touched_keep_their_ends_where_one_version_mixes_them() -> None:
    base = "a\r\nb\r\nc\r\nd\r\n"
    ours = base.replace("b\r\n", "b\n")
    found = documents.note(base, ours, base + "theirs\r\n")
    assert found.text == "a\r\nb\nc\r\nd\r\ntheirs\r\n"


LINES = "1\n2\n3\n4\n5\n"


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "outcome"),
    [("a", "b", "a", "b"), ("a", "a", "b", "b"), ("", "b", "a", "a"), ("", "a", "b", "b")],
)
def test_line_ends_and_bom_are_those_of_the_side_that_chose_them(
    base: str, ours: str, theirs: str, outcome: str
) -> None:
    """Where there is no version before, of their side."""
    texts = [LINES, f"0\n{LINES}", f"{LINES}6\n"] if base else ["", LINES, LINES]
    merged = f"0\n{LINES}6\n" if base else LINES
    for newline in ({"a": "\n", "b": "\r\n"}, {"a": "\r\n", "b": "\n"}):
        ends = [newline.get(each, "\n") for each in (base, ours, theirs)]
        found = merged_note(*map(str.replace, texts, "\n" * 3, ends))
        assert found == merged.replace("\n", newline[outcome])
    for mark in ({"a": "", "b": "\ufeff"}, {"a": "\ufeff", "b": ""}):
        marks = [mark.get(each, "") for each in (base, ours, theirs)]
        found = merged_note(*map(str.__add__, marks, texts))
        assert found == mark[outcome] + merged
