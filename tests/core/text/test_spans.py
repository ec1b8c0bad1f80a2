"""Lines, fences and edits of a text: none covers another, and none moves what it does not name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vault_sync.core.text.spans import (
    Edit,
    Span,
    document_lines,
    fenced,
    line_at,
    line_edits,
    line_number,
    lines,
    newline_kind,
    splice,
)

TEXTS = st.text("ab`~ \r\n\x0b\u2028", max_size=30)


@given(TEXTS)
def test_lines_cover_a_text_without_a_gap(text: str) -> None:
    found = lines(text)
    assert "".join(text[line.start : line.stop] for line in found) == text
    assert all(text[line.end : line.stop] in {"\n", "\r\n", ""} for line in found)
    for number, line in enumerate(found):
        assert line_at(text, line.start) == line
        assert line_number(text, line.start) == number + 1


def test_only_a_line_feed_ends_a_line() -> None:
    assert len(lines("a\x0bb\u2028c\rd\x85e")) == 1


@pytest.mark.parametrize(
    ("text", "newline"),
    [("", "\n"), ("a\r\nb\n", "\n"), ("a\r\nb\r\nc\n", "\r\n"), ("a\rb", "\n")],
)
def test_the_newline_of_a_text_is_that_of_most_lines(text: str, newline: str) -> None:
    assert newline_kind(text) == newline


@pytest.mark.parametrize("spans", [[(0, 2), (1, 3)], [(2, 4)], [(2, 1)]])
def test_edits_that_overlap_or_reach_outside_are_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="overlap or reach outside"):
        splice("abc", [Edit(Span(*span), "x") for span in spans])


def test_edits_are_made_in_any_sequence() -> None:
    edits = [Edit(Span(2, 3), "C"), Edit(Span(0, 0), "<"), Edit(Span(1, 2), "")]
    assert splice("abc", edits) == splice("abc", reversed(edits)) == "<aC"


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("```\na\n```\nb", "YYY-"),
        ("```\na\nb", "---"),  # still being typed: it swallows nothing
        ("````\n```\n````\na", "YYY-"),
        ("~~~\n```\n~~~", "YYY"),
        ("``` a`b\na\n```", "---"),  # no fence: a backtick in its words
        ("    ```\na\n```", "---"),  # four blanks: indented code
    ],
)
def test_fences(text: str, inside: str) -> None:
    found = fenced(text, lines(text))
    assert "".join("Y" if each else "-" for each in found) == inside


WORDS = st.lists(st.sampled_from(["a", "b", "c", ""]), min_size=1, max_size=6)


@given(WORDS, WORDS, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "end\n"]))
def test_line_edits_say_what_is_asked_for(
    was: list[str], now: list[str], newline: str, after: str
) -> None:
    text = newline.join(was) + newline + after
    if "\n".join(now) == "":
        return
    old = lines(text)[: len(was)]
    edits = line_edits(text, old, "\n".join(now), newline)
    assert splice(text, edits) == newline.join(now) + newline + after
    assert was != now or edits == []


@pytest.mark.parametrize(
    ("text", "inside", "body"),
    [
        ("a\n```\nb\n```\nc", "-YYY-", 0),
        ("~~~\nb\n~~~", "YYY", 0),
        ("---\na: b\n---\nc", "----", 3),
        ("---\na: b\n---  \r\n```\nc\n```", "---YYY", 3),
        ("---\na: b\n----\nc", "----", 0),
        ("a\n---\nb\n---", "----", 0),
        ("--- \na\n---", "---", 0),
        ("---\na", "--", 0),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_document_in_lines(text: str, inside: str, body: int, mark: str) -> None:
    found = document_lines(mark + text)
    of = [(mark + text)[line.start : line.end] for line in found.lines]
    assert of == [line.removesuffix("\r") for line in text.split("\n")]
    assert "".join("Y" if each else "-" for each in found.fenced) == inside
    assert found.body == body


def test_a_document_without_words() -> None:
    assert document_lines("") == ([], [], 0)
    assert document_lines("\ufeff") == ([(1, 1, 1)], [False], 0)
