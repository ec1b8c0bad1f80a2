"""Marks around words: where emphasis closes, what leads words in, a title without its marks."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.styles.markdown import marks
from vault_sync.core.text.spans import Span


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("words  ", "words"),
        ("words\\", "words"),
        ("words\\\\", "words\\\\"),
        ("words <br>", "words"),
        ("words<BR />", "words"),
        ("words<br/><br>  ", "words"),
        ("words<br   />", "words"),
        ("words<br    />", "words<br    />"),
        ("words <b>", "words <b>"),
        ("a > b", "a > b"),
        ("<br>", ""),
    ],
)
def test_a_hard_break_is_no_words(text: str, left: str) -> None:
    assert text[: marks.after_break(text, len(text), 0)] == left


def test_a_break_is_looked_for_in_its_line_only() -> None:
    assert marks.after_break("ab  ", 4, 3) == 3


@pytest.mark.parametrize(
    ("text", "inside", "rest"),
    [
        ("*a* b", "a", " b"),
        ("_a_", "a", ""),
        ("**a b** c", "a b", " c"),
        ("***a***b", "a", "b"),
        ("~~a~~", "a", ""),
        ("*a **b** c* d", "a **b** c", " d"),
        ("**a *b***", "a *b*", ""),
        ("*a \\* b*", "a \\* b", ""),
        ("*a * b*", "a * b", ""),
        ("*a\\**", "a\\*", ""),
    ],
)
def test_emphasis_closes(text: str, inside: str, rest: str) -> None:
    found = marks.run_at(text, 0, len(text))
    assert found is not None
    assert (found[0].slice(text), text[found[1] :]) == (inside, rest)


@pytest.mark.parametrize("text", ["a", "*", "* a*", "**a", "*a", "****", "~a~", "*a **", "*a\\*"])
def test_what_is_no_emphasis(text: str) -> None:
    assert marks.run_at(text, 0, len(text)) is None


def test_emphasis_closes_before_the_end() -> None:
    assert marks.run_at("*a*", 0, 2) is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a", "a"),
        ("  a", "a"),
        ("1. a", "a"),
        ("12) a", "a"),
        ("3、 a", "a"),
        ("12345. a", "12345. a"),
        ("2023 a", "2023 a"),
        (":star: 📖 a", "a"),
        ("<b>a", "a"),
        ("![x](y) a", "a"),
        ("[![x](y)](z) a", "a"),
        ("### a", "a"),
        ("- a", "a"),
        ("(ICLR) a", "(ICLR) a"),
        ("(a", "(a"),
        ("1. ", ""),
    ],
)
def test_what_leads_words_in(text: str, left: str) -> None:
    assert text[marks.after_decoration(text, 0, len(text), venue=False) :] == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("(ICLR 2023) a", "a"),
        ("[May 2024] a", "a"),
        ("（ICLR） a", "a"),
        ("【ICLR】 a", "a"),
        ("📖 (ICLR) :star: a", "a"),
        ("(ICLR)a", "(ICLR)a"),
        ("(ICLR) ", "(ICLR) "),
        ("[[a]] b", "[[a]] b"),
        ("[a](b) c", "[a](b) c"),
        ("(a (b) c) d", "(a (b) c) d"),
        (f"({'a' * 58}) b", "b"),
        (f"({'a' * 59}) b", f"({'a' * 59}) b"),
        ("ICLR) a", "ICLR) a"),
        ("() a", "a"),
    ],
)
def test_a_venue_leads_words_in(text: str, left: str) -> None:
    assert text[marks.after_decoration(text, 0, len(text), venue=True) :] == left


def test_what_leads_words_in_ends_where_they_end() -> None:
    assert marks.after_decoration("  ab", 0, 2, venue=True) == 2


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (" a b ", "a b"),
        ("**a b**", "a b"),
        ("**a** b", "**a** b"),
        ("*a*.", "a"),
        ("a.", "a"),
        ("a:", "a"),
        ("a..", "a.."),
        ("a.:", "a."),
        ("1. a", "a"),
        ('"a b"', "a b"),
        ("《a》.", "a"),
        ("“a”", "a"),
        ('"a" or "b"', '"a" or "b"'),
        ('""', '""'),
        ('""a"', '""a"'),
        ('**"a".**', "a"),
        ("***", "***"),
        ("", ""),
    ],
)
def test_a_title_without_the_marks_around_it(text: str, title: str) -> None:
    assert marks.trimmed(text, Span(0, len(text))).slice(text) == title


TITLES = [
    ("a  b", "a b"),
    (" a ", "a"),
    ("a *b* c", "a b c"),
    ("a **b** `c`", "a b c"),
    ("A* search", "A* search"),
    ("A* *b*", "A* *b*"),
    ("a_b _c_", "a_b c"),
    ("a \\* b", "a \\* b"),
    ("a \\| b", "a | b"),
    ("a <b>c</b>", "a c"),
    ("a < b", "a < b"),
    ("~~a~~ b", "a b"),
]


@pytest.mark.parametrize(("text", "value"), TITLES)
def test_the_words_of_a_title_and_their_places(text: str, value: str) -> None:
    framed = f"x{text}x"
    span = Span(1, len(text) + 1)
    assert marks.value(framed, span) == value
    places = marks.offsets(framed, span)
    assert [framed[at] for at in places] == list(value)
    assert places == sorted(set(places))


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("a (b) [c]", True),
        ("《a》 “b”", True),
        ('"a" b', True),
        ("a (b", False),
        ("a b]", False),
        ("a )b(", False),
        ("《a", False),
        ('"a', False),
        ("", True),
    ],
)
def test_every_bracket_of_a_title_closes(words: str, whole: bool) -> None:
    assert marks.balanced(words) is whole
