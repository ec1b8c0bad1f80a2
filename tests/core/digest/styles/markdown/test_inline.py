"""Links in a stretch of Markdown: their kinds, their texts, their addresses."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.styles.markdown.inline import scan
from vault_sync.core.text.spans import Span


def links(text: str) -> list[tuple[str, str, str, str]]:
    """Return the kind, the whole, the text and the address of each link."""
    return [
        (each.kind, each.whole.slice(text), each.text.slice(text), each.url.slice(text))
        for each in scan(text, Span(0, len(text)))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("words", []),
        ("a [b](c) d", [("link", "[b](c)", "b", "c")]),
        ("[b]() d", [("link", "[b]()", "b", "")]),
        ("[b]( c ) d", [("link", "[b]( c )", "b", "c")]),
        ("[b](<c>)", [("link", "[b](<c>)", "b", "c")]),
        ('[b](c "d")', [("link", '[b](c "d")', "b", "c")]),
        ("[b](c 'd')", [("link", "[b](c 'd')", "b", "c")]),
        ("[b](c d)", []),
        ("[b] (c)", []),
        ("[b](c", []),
        ("[b](c(d)e)", [("link", "[b](c(d)e)", "b", "c(d)e")]),
        ("[a [b] c](d)", [("link", "[a [b] c](d)", "a [b] c", "d")]),
        ("\\[b](c) [d](e)", [("link", "[d](e)", "d", "e")]),
        ("[a](b) and [c](d)", [("link", "[a](b)", "a", "b"), ("link", "[c](d)", "c", "d")]),
        # An inner link wins; an image is none, and one in the text of a link hides nothing.
        ("[a [b](c) d](e)", [("link", "[b](c)", "b", "c")]),
        ("![a](b)", []),
        ("[![a](b)](c)", [("link", "[![a](b)](c)", "![a](b)", "c")]),
        ("![a](b) [c](d)", [("link", "[c](d)", "c", "d")]),
        ("[![a](b) [c](d)](e)", [("link", "[c](d)", "c", "d")]),
        ("[a](b](c)", []),
        ("] ) [b](c)", [("link", "[b](c)", "b", "c")]),
        ("( [ [b](c)", [("link", "[b](c)", "b", "c")]),
        # Code hides links.
        ("`[a](b)` [c](d)", [("link", "[c](d)", "c", "d")]),
        ("``[a](b)` x`` [c](d)", [("link", "[c](d)", "c", "d")]),
        ("`[a](b) [c](d)", [("link", "[a](b)", "a", "b"), ("link", "[c](d)", "c", "d")]),
        ("`[[a]]` [[b]] [c](d)", [("wiki", "[[b]]", "", "b"), ("link", "[c](d)", "c", "d")]),
        ("`https://a.b` https://c.d", [("bare", "https://c.d", "", "https://c.d")]),
    ],
)
def test_links_in_brackets(text: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert links(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[a]]", [("wiki", "[[a]]", "", "a")]),
        ("[[a|b]] c", [("wiki", "[[a|b]]", "b", "a")]),
        ("[[a\\|b]]", [("wiki", "[[a\\|b]]", "b", "a")]),
        ("![[a]] [[b]]", [("wiki", "[[b]]", "", "b")]),
        ("[[a]] [[b]]", [("wiki", "[[a]]", "", "a"), ("wiki", "[[b]]", "", "b")]),
        ("[[a]](b)", [("link", "[[a]](b)", "[a]", "b")]),
        ("[[a]] b!", [("wiki", "[[a]]", "", "a")]),
        ("[[a]] [b](c)", [("wiki", "[[a]]", "", "a"), ("link", "[b](c)", "b", "c")]),
        ("[[a\nb]]", []),
    ],
)
def test_wikilinks(text: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert links(text) == expected


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://a.b", "https://a.b"),
        ("see HTTP://a.b/c, d", "HTTP://a.b/c"),
        ("https://a.b/c.", "https://a.b/c"),
        ("(https://a.b/c)", "https://a.b/c"),
        ("https://a.b/c_(d)", "https://a.b/c_(d)"),
        ("https://a.b/c_(d))", "https://a.b/c_(d)"),
        ("https://a.b，c", "https://a.b"),
        ("`x` https://a.b*", "https://a.b"),
    ],
)
def test_a_bare_address_ends_before_the_sentence_does(text: str, address: str) -> None:
    assert links(text) == [("bare", address, "", address)]


def test_a_bare_address_in_angles_and_one_that_is_none() -> None:
    assert links("<https://a.b> c") == [("bare", "<https://a.b>", "", "https://a.b")]
    assert links("<https://a.b c>") == [("bare", "https://a.b", "", "https://a.b")]
    assert links("https://. and https://") == []


def test_an_address_in_a_link_is_no_bare_one_too() -> None:
    text = "[a](https://a.b) https://c.d [https://e.f](g)"
    assert [each[:2] for each in links(text)] == [
        ("link", "[a](https://a.b)"),
        ("bare", "https://c.d"),
        ("link", "[https://e.f](g)"),
    ]


def test_the_words_of_a_wikilink_without_a_bar_are_empty_at_its_end() -> None:
    (found,) = scan("a [[b]] c", Span(0, 9))
    assert found.text == (5, 5)


@pytest.mark.parametrize(
    ("text", "boxed"),
    [
        ("[[a](b)]", "[[a](b)]"),
        ("([a](b))", "([a](b))"),
        ("[ [a](b) ]", "[ [a](b) ]"),
        ("[x [a](b)]", "[a](b)"),
        ("[[a](b)x]", "[a](b)"),
        ("(x [a](b) x)", "[a](b)"),
        ("[ [a](b)]", "[ [a](b)]"),
        ("[[a](b) x]", "[a](b)"),
        ("([a](b)", "[a](b)"),
        ("[a](b)", "[a](b)"),
        ("x [a](b)", "[a](b)"),
    ],
)
def test_the_brackets_right_around_a_link(text: str, boxed: str) -> None:
    (found,) = scan(text, Span(0, len(text)))
    assert found.boxed.slice(text) == boxed


def test_links_are_looked_for_in_their_region() -> None:
    text = "[a](b) [c](d) [[e]] https://f.g"
    assert [each.whole.slice(text) for each in scan(text, Span(7, 13))] == ["[c](d)"]
    assert [each.whole.slice(text) for each in scan(text, Span(7, 19))] == ["[c](d)", "[[e]]"]
    assert scan(text, Span(8, 13)) == scan(text, Span(14, 18)) == []
