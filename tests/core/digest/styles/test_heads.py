"""The head of an entry: its title, and what stands behind it on the line."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.styles import heads, labels
from vault_sync.core.digest.styles.heads import HeadTail, HeadTitle
from vault_sync.core.digest.styles.markdown.inline import scan
from vault_sync.core.text.spans import Span

URL = "https://arxiv.org/abs/2301.00001"


def title_of(text: str) -> HeadTitle | None:
    region = Span(0, len(text))
    links = [(link, labels.label_of(text, link, 0)) for link in scan(text, region)]
    return heads.title_of(text, region, len(text.split("\n", maxsplit=1)[0]), links)


def tail_of(text: str) -> HeadTail:
    title = title_of(text)
    assert title is not None
    stop = len(text.split("\n", maxsplit=1)[0])
    return heads.tail_of(text, title, title.after, Span(0, len(text)), stop)


@pytest.mark.parametrize(
    ("text", "kind", "words", "behind"),
    [
        # The first link that is no label.
        ("[T](u)", "link", "T", ""),
        ("*[T](u)*, more", "link", "T", ", more"),
        ("~~[T](u)~~ x", "link", "T", " x"),
        ("***[T](u)*** x", "link", "T", " x"),
        ("**[T](u):** x", "link", "T", " x"),
        ("**[T](u)** x", "link", "T", " x"),
        ("**a** **b [T](u)** x", "link", "T", " x"),
        ("**a** b [T](u)** x", "link", "T", "** x"),
        ("**[T](u).:** x", "link", "T", " x"),
        ("**[T](u).,.** x", "link", "T", ".,.** x"),
        ("**a [T](u) b** x", "link", "T", " b** x"),
        ("[T](u)** x", "link", "T", "** x"),
        ("![i](j) [T](u)", "link", "T", ""),
        ("[pdf](u) [T](u)", "link", "T", ""),
        ("[[n|T]] x", "text", "T", " x"),
        ("[[n|T]]. x", "text", "T", " x"),
        ("**[[n|T]]** x", "run", "T", " x"),
        ("**[[n|T]]:** x", "text", "T", " x"),
        # A bold run at the start, unless it ends in a colon or is a label.
        ("**T** [pdf](u)", "run", "T", " [pdf](u)"),
        ("**T.** [pdf](u)", "run", "T", " [pdf](u)"),
        ("1. **T** x", "run", "T", " x"),
        ("**T:** more [pdf](u)", "text", "**T:** more", " [pdf](u)"),
        ("**T：** more [pdf](u)", "text", "**T：** more", " [pdf](u)"),
        ("**paper** T [pdf](u)", "text", "**paper** T", " [pdf](u)"),
        # The words before the first label or line break, less the authors.
        ("T and more. [pdf](u)", "text", "T and more", " [pdf](u)"),
        (f"T. Paper: {URL}", "text", "T", f" Paper: {URL}"),
        ("T<br>x [pdf](u)", "text", "T", "<br>x [pdf](u)"),
        ("T \\\nx", "text", "T", " \\\nx"),
        ("T (Ann Bee, Cee Dee). [pdf](u)", "text", "T", " [pdf](u)"),
        ("T (Ann Bee). [pdf](u)", "text", "T (Ann Bee)", " [pdf](u)"),
        ("T. *Ann Bee*. [pdf](u)", "text", "T", " [pdf](u)"),
        ("T? *Ann Bee*. [pdf](u)", "text", "T?", " [pdf](u)"),
        ("T *Ann Bee* [pdf](u)", "text", "T *Ann Bee*", " [pdf](u)"),
        ("T *Ann Bee, Cee Dee* [pdf](u)", "text", "T", " [pdf](u)"),
        ("T. *Ann Bee [pdf](u)", "text", "T. *Ann Bee", " [pdf](u)"),
        ("T *Ann Bee. ICLR* [pdf](u)", "text", "T", " [pdf](u)"),
    ],
)
def test_the_title(text: str, kind: str, words: str, behind: str) -> None:
    text, behind = text.replace("(u)", f"({URL})"), behind.replace("(u)", f"({URL})")
    title = title_of(text)
    assert title is not None
    assert (title.kind, title.span.slice(text), text[title.after :]) == (kind, words, behind)
    assert (title.own is not None) is ("[[" in text)
    assert title.colon is (kind == "link" and ":**" in text)


@pytest.mark.parametrize(
    "text", ["[[n]] T", "**** [pdf](u)", "[x](#y) T", "[2023](u) T", "([x](u)) T", "---"]
)
def test_what_has_no_title(text: str) -> None:
    assert title_of(text.replace("(u)", f"({URL})")) is None


@pytest.mark.parametrize(
    ("text", "words", "authors", "behind"),
    [
        ("[T](u): words", "words", (), ""),
        ("[T](u)： words  ", "words", (), "  "),
        ("[T](u) - words", "words", (), ""),
        ("[T](u) – words", "words", (), ""),
        ("**[T](u):** words", "words", (), ""),
        ("**[T](u)**:", None, (), ":"),
        ("[T](u)- words", None, (), "- words"),
        ("[T](u) words", None, (), " words"),
        ("[[n|T]]: words", None, (), " words"),
        ("**[[n|T]]**: words", "words", (), ""),
        ("[T](u) *Ann Bee*. ICLR", None, ("Ann Bee",), "*. ICLR"),
        ("[T](u) *Ann Bee. ICLR*", None, ("Ann Bee",), ". ICLR*"),
        ("_[T](u)_ _Ann Bee_", None, ("Ann Bee",), "_"),
        ("[T](u) **Ann Bee**", None, (), " **Ann Bee**"),
        ("[T](u) *2023*", None, (), " *2023*"),
        ("[T](u) (Ann Bee, Cee Dee) - words", "words", ("Ann Bee", "Cee Dee"), ""),
        ("[T](u) (Ann Bee)", None, (), " (Ann Bee)"),
        ("[T](u) (A B, C (x) D)\nw", None, ("A B", "C (x) D"), ")\nw"),
        ("[T](u) (A B,\nC D)", None, (), " (A B,\nC D)"),
        ("[T](u)\n*A B, C D*\nx", None, ("A B", "C D"), "*\nx"),
        ("[T](u). <br>\n  *A B, C D*", None, ("A B", "C D"), "*"),
        ("[T](u)\n\n*A B, C D*", None, (), "\n\n*A B, C D*"),
        ("T (A B, C D). [pdf](u)", None, ("A B", "C D"), " [pdf](u)"),
    ],
)
def test_what_stands_behind_a_title(
    text: str, words: str | None, authors: tuple[str, ...], behind: str
) -> None:
    text, behind = text.replace("(u)", f"({URL})"), behind.replace("(u)", f"({URL})")
    tail = tail_of(text)
    assert (None if tail.inline is None else tail.inline.slice(text)) == words
    assert (() if tail.authors is None else tail.authors.names) == authors
    assert text[tail.end :] == behind


def test_the_link_of_the_tool_at_a_place() -> None:
    text = "T [[note]] [[a|b]] [[c]](d)"
    found = heads.own_link_at(text, 1, len(text))
    assert found is not None and (found.target, found.span.slice(text)) == ("note", " [[note]]")
    assert heads.own_link_at(text, 0, len(text)) is None
    assert heads.own_link_at(text, 1, 5) is None
    assert heads.own_link_at(text, 10, len(text)) is None
    assert heads.own_link_at(text, 18, len(text)) is None
