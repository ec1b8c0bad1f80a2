r"""Two settings of one text are equal where every line break, mark and `\` means the same."""

from __future__ import annotations

import pytest
from vault_sync.core.text.wrapping import rewrapped, same_words, unwrapped

ALIKE = [
    ("a b c d", "a b\nc d"), ("one. two", "one.\ntwo"), ("가 나 다", "가\n나 다"),
    ("p\n\n\nq", "p\n\nq"), ("a\n# H\nb", "a\n\n# H\n\nb"),
    ("* a\n* b", "- a\n- b"), ("+ a", "* a"), ("- a\n- b", "- a\n\n- b"), ("- a\n  b", "- a b"),
    ("1. a\n2. b", "1. a\n\n2. b"), ("- a\n    - b", "- a\n  - b"),
    ("x _a_ y", "x *a* y"), ("x __a__ y", "x **a** y"), ("***", "---"),
    ("> a\n> b", "> a b"), ("a  \nb", "a\\\nb"), ("|a|b|\n|--|--|", "| a | b |\n|----|----|"),
    (r"snake\_case", "snake_case"), (r"T\[x\] B", "T[x] B"), (r"A\* Search", "A* Search"),
    (r"see \[\[a|b]] c", "see [[a|b]] c"), (r"a \- b", "a - b"),
    (r"use `a_b` and c\_d", "use `a_b` and\nc_d"),
]  # fmt: skip
APART = [
    ("a b", "a c"), ("ab", "a b"), ("a\n\nb", "a b"), ("a  \nb", "a b"),
    ("```\na b\n```", "```\na\nb\n```"), ("$$\na b\n$$", "$$\na\nb\n$$"), ("# a b", "# a\nb"),
    ("- a\n- b", "- a - b"), ("- a b", "a b"), ("- a\n  - b", "- a\n- b"), ("1. a", "2. a"),
    ("|a|\n|b|", "|a| |b|"), ("> a", "a"), ("> [!note] a\n> b", "> [!note] a b"),
    ("a b\n---", "a b\n\n---"), ("    a b", "    a\n    b"),
    (r"\*a\*", "*a*"), (r"\#a", "#a"), (r"\[a](b)", "[a](b)"),
    (r"`a\_b`", "`a_b`"), (r"$a\_b$", "$a_b$"), (r"\- a", "- a"), (r"1\. a", "1. a"),
    (r"\_a\_", "_a_"), ("a *b* c", "a b c"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_another_wrapping_is_the_same_text(one: str, other: str) -> None:
    assert same_words(one, other)
    assert same_words(other, one)
    assert unwrapped(one) == unwrapped(other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_what_a_line_break_or_a_sign_means_is_no_wrapping(one: str, other: str) -> None:
    assert not same_words(one, other)
    assert not same_words(other, one)


@pytest.mark.parametrize(
    ("like", "text", "after"),
    [
        ("a b\nc d", "a b x c d", "a b x\nc d"),
        ("a b\nc d\n\ne", "a c d\n\ne f", "a\nc d\n\ne f"),
        ("- a b\n  c", "* a b c d", "- a b\n  c d"),
        ("x\\_y z\nw", "x_y z w v", "x\\_y z\nw v"),
        ("a b\nc d", "a b\n\nc d", "a b\n\nc d"),
        ("b\nc", "a b c", "a b\nc"),
        ("> a\n> b", "> a b c", "> a b c"),
        ("", "a b", "a b"),
        ("a b", "", ""),
        ("a b", "a c", "a c"),
    ],
)
def test_new_words_are_set_as_the_old_ones_are(like: str, text: str, after: str) -> None:
    assert rewrapped(like, text) == after
    assert same_words(after, text)


def test_a_line_that_is_quoted_no_more_stays_a_line() -> None:
    like, text = "One line.\n> Two line.\nThree.", "One line.\nTwo line.\nThree."
    assert rewrapped(like, text) == text
