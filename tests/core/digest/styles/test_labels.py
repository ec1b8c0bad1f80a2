"""Labels of links, and which of some links is the paper's own address."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.styles import labels
from vault_sync.core.digest.styles.markdown.inline import InlineLink, scan
from vault_sync.core.text.spans import Span

A, B = "https://arxiv.org/abs/2301.00001", "https://arxiv.org/abs/2301.00002"
CODE, PAGE = "https://github.com/a/b", "https://a.b/c"


def links(text: str) -> list[InlineLink]:
    return scan(text, Span(0, len(text)))


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("pdf", "paper"),
        ("Paper", "paper"),
        ("논문", "paper"),
        ("the arXiv version 2", "paper"),
        ("paper link", "paper"),
        ("link", "link"),
        ("the URL", "link"),
        ("code", "other"),
        ("paper and code", "other"),
        ("code link", "other"),
        ("🔗", "other"),
        ("", None),
        ("  ", None),
        ("the", None),
        ("2023", None),
        ("a title", None),
        ("paper title", None),
        ("paper " * 6 + "pape", None),
        ("paper " * 6, "paper"),
        ("paper " * 6 + "code", "other"),
        ("paper " * 7, None),
    ],
)
def test_what_words_say_of_a_link(words: str, label: str | None) -> None:
    assert labels.words_label(words) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (f"[pdf]({A})", "paper"),
        (f"[Title]({A})", None),
        (f"[{A}]({A})", "paper"),
        (f"[2301.00001]({A})", "paper"),
        (f"[{PAGE}]({PAGE})", "other"),
        (f"[2301.00002]({A})", None),
        (f"[[words]]({A})", "other"),
        (f"[[Title]({A})]", "other"),
        (f"([Title]({A}))", None),
        (f"Paper: {A}", "paper"),
        (f"**Paper**: <{A}>", "paper"),
        (f"words. Code: {PAGE}", "other"),
        (f"논문： {A}", "paper"),
        (f"words: {A}", None),
        (f"Paper {A}", None),
        (f"Paper: [here]({A})", "paper"),
        (f"Paper: [see it here]({A})", None),
    ],
)
def test_the_label_of_a_link(text: str, label: str | None) -> None:
    (link,) = links(text)
    assert labels.label_of(text, link, 0) == label


@pytest.mark.parametrize(
    ("before", "start"),
    [
        ("Paper: ", 0),
        ("  - **Paper:** ", 6),
        ("words, paper: ", 7),
        ("words paper: ", None),
        ("words", None),
        (": ", None),
        ("a" * 40 + ". Paper: ", 42),
        ("Paper: " + " " * 40, None),
    ],
)
def test_a_label_leads_a_link_in(before: str, start: int | None) -> None:
    text = before + A
    (link,) = links(text)
    assert labels.prefix_start(text, link, 0) == start
    whole = labels.span_of_address(text, link, 0)
    assert whole == Span(len(before) if start is None else start, len(text))


def test_a_label_is_looked_for_in_its_line() -> None:
    text = f"Paper: {A}"
    (link,) = links(text)
    assert labels.prefix_start(text, link, 2) is None
    assert labels.is_labelled_address(text, link, 0)
    assert not labels.is_labelled_address(text, link, 2)


@pytest.mark.parametrize(
    ("text", "whole"),
    [(f"[pdf]({A})", True), (f"[Title]({A})", False), (f"[[Title]({A})]", True), ("[[a]]", False)],
)
def test_a_link_that_stands_for_its_address(text: str, whole: bool) -> None:
    (link,) = links(text)
    assert labels.is_labelled_address(text, link, 0) is whole


def address(text: str, title: int | None = None) -> str | None:
    found = links(text)
    own = None if title is None else found[title]
    labelled = [(link, labels.label_of(text, link, 0)) for link in found if link is not own]
    got = labels.address_of(text, own, labelled)
    return None if got is None else got.link.url.slice(text)


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        # The title's own link, unless it leads to a page and a label to a paper.
        (f"[T]({A}) [pdf]({B})", 0, A),
        (f"[T]({PAGE}) [pdf]({B})", 0, B),
        (f"[T]({PAGE}) [pdf]({PAGE}2)", 0, PAGE),
        (f"[T]({PAGE}) [link]({B})", 0, PAGE),
        (f"[T]({CODE}) [link]({A})", 0, None),
        ("[T](notes/x.md) [link](https://a.b/c.pdf)", 0, "https://a.b/c.pdf"),
        # The first that is labelled as the paper, whatever page it is, but code or a video.
        (f"T [code]({CODE}) [pdf]({A}) [paper]({B})", None, A),
        (f"T [{B}]({B}) [pdf]({A})", None, B),
        (f"T [pdf]({PAGE})", None, PAGE),
        (f"T [pdf]({CODE}) [link]({A})", None, None),
        ("T [pdf](https://gist.github.com/a)", None, None),
        ("T [pdf](https://notgithub.com/a)", None, "https://notgithub.com/a"),
        # Then a link called `link`, then one without a label, to a paper or a PDF.
        (f"T [x]({B}) [link]({A})", None, A),
        (f"T [x]({B}) [link]({PAGE})", None, B),
        (f"T [link]({CODE}) [x]({A})", None, A),
        ("T [x](https://a.b/c.PDF?d#e)", None, "https://a.b/c.PDF?d#e"),
        (f"T [code]({A})", None, None),
        (f"T [x]({PAGE})", None, None),
        ("T [[x]] and x", None, None),
    ],
)
def test_which_link_is_the_papers_address(
    text: str, title: int | None, expected: str | None
) -> None:
    assert address(text, title) == expected


def test_an_address_tells_how_it_was_found() -> None:
    text = f"[pdf]({PAGE}) [link]({A}) [x]({B})"
    paper, link, bare = ((each, labels.label_of(text, each, 0)) for each in links(text))
    for given, by_label, plain in ((paper, True, True), (link, True, True), (bare, False, True)):
        found = labels.address_of(text, None, [given])
        assert found is not None and (found.by_label, found.plain) == (by_label, plain)
    found = labels.address_of(text, paper[0], [])
    assert found is not None and (found.by_label, found.plain) == (False, False)


def test_pages_that_never_are_papers() -> None:
    for url, never in (
        (CODE, True),
        ("https://www.youtube.com/x", True),
        (PAGE, False),
        (A, False),
    ):
        (link,) = links(f"<{url}>")
        assert labels.is_never(f"<{url}>", link) is never
