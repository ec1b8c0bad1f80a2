"""What each line of a digest is, and the lists, sections and tables that lines make."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.styles.markdown import page
from vault_sync.core.digest.styles.markdown.page import page_of
from vault_sync.core.text.spans import Span

SIGNS = ".tHCcIhRa"
"""One sign for each kind of line, in the order of their numbers."""


def kinds(text: str) -> str:
    return "".join(SIGNS[kind] for kind in page_of(text).kinds)


def outline(text: str) -> list[tuple[str, int | None, int]]:
    """Return each item's words, the number of its parent, and the number of its list."""
    found = page_of(text)
    return [
        (text[each.words : found.lines[each.line].end], each.parent, each.block)
        for each in found.items
    ]


def ends(text: str) -> list[tuple[int, int]]:
    return [(each.own, each.stop) for each in page_of(text).items]


def test_signs_stand_for_kinds() -> None:
    assert [getattr(page, name) for name in ("BLANK", "HIDDEN", "CODE", "COMMENT")] == [0, 2, 3, 4]
    assert [getattr(page, name) for name in ("ITEM", "HEADING", "RULE", "ANCHOR")] == [5, 6, 7, 8]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("words\n\n  \t\nwords", "t..t"),
        ("- a\n* a\n+ a\n1. a\n12) a\n- [ ] a\n  - a", "IIIIIII"),
        ("-a\n1.a\n*a*\n+\n1234567890. a", "ttttt"),
        ("# a\n###### a\n####### a\n#a\n   # a\n    # a", "hhtth" + "t"),
        ("#  \n# a", "th"),
        ("---\n***\n_ _ _\n--\n**\n-*-", "RRRttt"),
        ("words\n- - -\n-- --\n-----", "tRRR"),
        ("---\na: b\n---\nwords", "HHHt"),
        ("```\n- a\n# a\n```\n- a", "CCCCI"),
        ('<a name="x"></a>\n[x](#y)\n<a name="x"></a> words\n[x](y)', "aatt"),
        ("<!-- a -->\n%%\n- a\n%%\n- a", "ccccI"),
        ("a <!-- b\n- c\nd -->\n- e", "tccI"),
        ("<!-- a -->  <!-- b -->\n<!-- a --> b\n", "tt"),
        ("<!-- a -->b\nwords", "tt"),
        ("%% a %%\nwords", "ct"),
    ],
)
def test_the_kind_of_a_line(text: str, expected: str) -> None:
    assert kinds(text) == expected


def test_lines_of_another_style_are_hidden() -> None:
    text = "- a\n- b\n- c\n- d\n"
    found = page_of(text, [Span(4, 12)])
    assert [SIGNS[kind] for kind in found.kinds] == ["I", "H", "H", "I"]
    assert [each.line for each in found.items] == [0, 3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a\n- b", [("a", None, 0), ("b", None, 0)]),
        ("- [x] a\n1. b", [("a", None, 0), ("b", None, 0)]),
        ("- a\n  - b\n    - c\n  - d\n- e",
         [("a", None, 0), ("b", 0, 0), ("c", 1, 0), ("d", 0, 0), ("e", None, 0)]),
        ("- a\n - b", [("a", None, 0), ("b", None, 0)]),
        ("- a\n\t- b", [("a", None, 0), ("b", 0, 0)]),
        (" - a\n\t- b\n   \t- c", [("a", None, 0), ("b", 0, 0), ("c", 0, 0)]),
        # Four blanks without a list above are code.
        ("    - a", []),
        ("   - a", [("a", None, 0)]),
        ("- a\n    - b", [("a", None, 0), ("b", 0, 0)]),
        # A blank line ends no list, words at the margin below it do, words right below none.
        ("- a\n\n- b", [("a", None, 0), ("b", None, 0)]),
        ("- a\n\nwords\n- b", [("a", None, 0), ("b", None, 1)]),
        ("- a\nwords\n- b", [("a", None, 0), ("b", None, 0)]),
        ("- a\n\n  words\n- b", [("a", None, 0), ("b", None, 0)]),
        ("- a\n  - b\n\n  words\n  - c", [("a", None, 0), ("b", 0, 0), ("c", 0, 0)]),
        # So do a heading, a rule and code at the margin; not a rule or code within an item.
        ("- a\n# b\n- c", [("a", None, 0), ("c", None, 1)]),
        ("- a\n---\n- c", [("a", None, 0), ("c", None, 1)]),
        ("- a\n ---\n- c", [("a", None, 0), ("c", None, 1)]),
        ("- a\n  ---\n- c", [("a", None, 0), ("c", None, 0)]),
        ("- a\n```\nb\n```\n- c", [("a", None, 0), ("c", None, 1)]),
        ("- a\n  ```\n  b\n  ```\n- c", [("a", None, 0), ("c", None, 0)]),
        ("- a\n| b |\n| - |\n| c |\n- d", [("a", None, 0), ("d", None, 1)]),
        ("# b\n- a\n# c\n# d\n- e", [("a", None, 0), ("e", None, 1)]),
    ],
)  # fmt: skip
def test_the_lists_of_a_page(text: str, expected: list[tuple[str, int | None, int]]) -> None:
    assert outline(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a", [(1, 1)]),
        ("- a\nmore\n- b", [(2, 2), (3, 3)]),
        ("- a\n  more\n\n  later\n- b", [(2, 4), (5, 5)]),
        ("- a\n\n- b\n\n\nwords", [(1, 1), (3, 3)]),
        ("- a\n  - b\n    more\n  - c\n- d", [(1, 4), (3, 3), (4, 4), (5, 5)]),
        ("- a\n  - b\n\n  later\n", [(1, 4), (2, 2)]),
        ("- a\n\nwords\nmore", [(1, 1)]),
        ("- a\n  <!-- c -->\n  more", [(1, 3)]),
        ("- a\n# b\nwords", [(1, 1)]),
    ],
)
def test_where_an_item_and_its_own_words_end(text: str, expected: list[tuple[int, int]]) -> None:
    assert ends(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# a\nb\n# c\nd\n", [("a", 2, 0), ("c", 4, 0)]),
        (
            "# a\n## b\n## c\n# d\n## e\n",
            [("a", 1, 0), ("b", 2, 1), ("c", 3, 1), ("d", 4, 0), ("e", 5, 4)],
        ),
        ("## a\n# b\n## c", [("a", 1, 0), ("b", 2, 1), ("c", 3, 2)]),
        ("words\n# a\nb", [("a", 3, 1)]),
        ("```\n# a\n```\n# b", [("b", 4, 3)]),
    ],
)  # fmt: skip
def test_the_sections_of_a_page(text: str, expected: list[tuple[str, int, int]]) -> None:
    found = page_of(text)
    sections = [
        (text[each.words : found.lines[each.line].end], each.stop, each.chapter)
        for each in found.sections
    ]
    assert sections == expected


def test_a_section_ends_where_another_style_begins() -> None:
    text = "# a\nb\nc\n# d\ne\n"
    assert [each.stop for each in page_of(text, [Span(6, 8)]).sections] == [2, 5]
    assert [each.stop for each in page_of(text, [Span(12, 14)]).sections] == [3, 4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("| a |\n| - |\n| b |\n| c |\nd", [(0, 4)]),
        ("a | b\n:-: | -\nc | d", [(0, 3)]),
        ("words\n| a |\n| - |\n\n| b |", [(1, 3)]),
        ("words\n\n| a |\n| - |\n| b |\n| - |\n| c |", [(2, 7)]),
        ("| a |\n| - |\n\n| b |\n| - |\n| c |", [(0, 2), (3, 6)]),
        ("a\n| - |\n| b |", []),
        ("| a |\n| b |\n| c |", []),
        ("| a |\n|   |\n| c |", []),
        ("| a |\n-----\n| c |", []),
        ("| a |\n| - | b\n| c |", []),
        ("# a | b\n| - |\n| c |", []),
    ],
)
def test_the_tables_of_a_page(text: str, expected: list[tuple[int, int]]) -> None:
    assert [tuple(each) for each in page_of(text).tables] == expected


def test_the_lines_that_may_hold_a_link() -> None:
    text = "a\n[a](b) [c](d)\n[[a]]\nhttps://a\n```\n[a](b)\n```\n<!-- [[a]] -->\n- [a](b)\n"
    assert page_of(text).linked == [1, 2, 3, 8]


def test_places_and_lines() -> None:
    found = page_of("ab\n\nc\n---\n\n")
    assert [found.number_at(at) for at in (0, 1, 2, 3, 4, 5)] == [0, 0, 0, 1, 2, 2]
    assert [found.words(number) for number in range(4)] == ["ab", "", "c", "---"]
    assert [found.without_layout(0, stop) for stop in (5, 4, 3, 2, 1)] == [3, 3, 3, 1, 1]
    assert found.without_layout(3, 4) == 4
