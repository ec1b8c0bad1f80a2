"""Rows of named parts merged: what is added, removed, edited, moved and left open."""

from __future__ import annotations

import pytest
from vault_sync.core.merge.parts import Merged, Name, Parts, lines, merged


def row(words: str) -> Parts:
    """Parts of one line each: `a a2` are the parts a and, with another text, a again."""
    return Parts.build([(("entry", word[0]), "", word) for word in words.split()], "\n")


def merge(base: str, ours: str, theirs: str) -> tuple[str, int]:
    combined: list[Name] = []

    def combine(name: Name) -> Merged:
        combined.append(name)
        return Merged(f"<{name[1]}>", 1)

    found, names = merged(row(base), row(ours), row(theirs), combine, lambda _: "")
    assert found.conflicts == len(combined)
    assert found.text.endswith("\n") and len(names) == len(found.text.split())
    return " ".join(found.text.split()), len(combined)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "both"),
    [
        ("a b", "a b", "a b", "a b"),
        ("a b", "a c b", "a b d", "a c b d"),
        ("a", "a c", "a d", "a c d"),
        ("a b", "a", "a b", "a"),
        ("a b", "a b", "b", "b"),
        ("a b c", "a b2 c", "a b c3", "a b2 c3"),
        ("a b", "a b2", "a", "a b2"),  # an edit outlives a removal
        ("a b", "a", "a b2", "a b2"),
        ("a b", "a b2", "a b2", "a b2"),
        ("a b c", "c a b", "a b2 c", "c a b2"),  # moved by one side, edited by the other
        ("a b c", "a b2 c", "c a b", "c a b2"),
        ("a b", "a b x", "b a x", "b a x"),  # moved by one side, and one added by both
        ("a b c", "b a c", "a x b c", "b a x c"),  # moved by one side, one added by the other
        ("a b c", "a c", "c b a", "c a"),  # moved by one side, one of them removed by the other
    ],
)
def test_what_only_one_side_did_is_done(base: str, ours: str, theirs: str, both: str) -> None:
    assert merge(base, ours, theirs) == (both, 0)


def test_only_a_part_that_both_sides_edited_is_combined() -> None:
    assert merge("a b c", "a1 b1 c", "a b2 c2") == ("a1 <b> c2", 1)


def text_of(kind: str, text: str) -> Parts:
    """Parts of one line each, with the blank lines above them."""
    rows = []
    before = ""
    for line in text.split("\n"):
        if line:
            rows.append(((kind, line), before, line))
        before = "" if line else before + "\n"
    return Parts.build(rows, "\n" + before)


def whole(kind: str, base: str, ours: str, theirs: str) -> str:
    was, here, there = (text_of(kind, text) for text in (base, ours, theirs))
    found, _ = merged(was, here, there, lambda _: Merged("?"), lambda _: "~")
    assert found.conflicts == found.text.count("<<<<<<<")
    return found.text


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "both"),
    [
        ("a\nb", "\na\nb", "a\nb", "\na\nb"),
        ("\na\nb", "\na\nb", "a\nb", "a\nb"),
        ("a\nb", "a\n\nb", "a\nb", "a\n\nb"),
        ("a\n\nb", "a\n\nb", "a\nb", "a\nb"),
        ("a\nb", "a\n\nb", "a\n\n\nb", "a\n\nb"),  # ours, if both changed it
        ("a", "a\nb", "a\n\nb", "a\n\nb"),
        ("\na\n\nb", "\na\n\nb", "\nb", "\nb"),
        ("", "c", "a", "c\n~a"),  # a part that is the first no more has what is usual above it
        ("", "\nc", "", "\nc"),
        ("a", "", "", "\n"),
    ],
)  # fmt: skip
def test_blank_lines_go_with_the_part_below_them(
    base: str, ours: str, theirs: str, both: str
) -> None:
    assert whole("entry", base, ours, theirs) == both + "\n"


def test_lines_put_in_the_place_of_one_line_by_both_are_left_to_a_person() -> None:
    assert whole("line", "a\nx\nb", "a\ny\nz\nb", "a\nv\nb") == (
        "a\n<<<<<<< ours\ny\nz\n=======\nv\n>>>>>>> theirs\nb\n"
    )
    assert whole("entry", "a\nx\nb", "a\ny\nb", "a\nv\nb").count("\n") == 4
    for base, ours, theirs in (
        ("a\nx\nb", "a\ny\nb", "a\nx\nv\nb"),  # one side alone removed it
        ("a\nb", "a\ny\nb", "a\nv\nb"),  # nobody removed a line
        ("a\nx\nb", "a\ny\nb", "a\nb\nv"),  # the other is elsewhere
    ):
        assert sorted(whole("line", base, ours, theirs).split()) == ["a", "b", "v", "y"]


def test_a_text_is_merged_by_line_and_only_what_differs_stands_between_markers() -> None:
    assert lines("a\nb\nc", "a\nb\nc\nd", "b\nc") == ("b\nc\nd", 0)
    assert lines(None, "a\nb\nc", "a\nc") == ("a\nb\nc", 0)
    assert lines("", "", "a") == ("a", 0)
    for ours, theirs, found in (
        ("a\n1\n2\nz\ny", "a\n3\nz\ny", "a\n<1\n2\n=3\n>z\ny"),
        ("a\nb\nc", "d\ne\nc", "<a\nb\n=d\ne\n>c"),
        ("a\na", "a", "a\n<a\n=>"),
    ):
        marks = {"<": "<<<<<<< ours\n", "=": "=======\n", ">": ">>>>>>> theirs\n"}
        text = "".join(marks.get(sign, sign) for sign in found)
        assert lines("x", ours, theirs) == (text.removesuffix("\n"), 1)


def test_lines_that_both_changed_are_merged_by_sentence_where_that_is_asked() -> None:
    base, ours, theirs = "One. Two.\n", "Uno. Two.\n", "One. Duo.\n"
    assert lines(base, ours, theirs, sentences=True) == ("Uno. Duo.\n", 0)
    assert lines(base, ours, theirs).conflicts == 1
    assert lines(None, ours, theirs, sentences=True).conflicts == 1
