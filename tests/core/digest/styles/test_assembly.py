"""Candidates made of their parts: which lower lines are words, and how far these are set in."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.reader import Entry
from vault_sync.core.digest.styles import assembly, styled_reader
from vault_sync.core.digest.styles.markdown.page import page_of

A, CODE = "https://arxiv.org/abs/2301.00001", "https://github.com/a/b"


def entry_of(text: str) -> Entry:
    """Return the one entry of a list; `(a)` and `(code)` stand for addresses."""
    text = text.replace("(a)", f"({A})").replace("(code)", f"({CODE})")
    (entry,) = styled_reader.read(text, ("list",)).entries
    return entry


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("[code](code)", 0),
        ("Code: https://github.com/a/b", 0),
        ("[code](code)" + " word" * 12, 0),
        ("[code](code)" + " word" * 13, 14),
        ("[some code](code) [code](code)" + " word" * 12, 0),
        ("[a title](code)", 2),
        ("word [[note]]", 2),
    ],
)
def test_a_line_of_a_labelled_link_is_no_words_unless_it_is_prose(line: str, words: int) -> None:
    found = entry_of(f"- [T](a)\n  {line}\n").fields.commentary
    assert len(found.split()) == words
    assert entry_of(f"- [T](a)\n  ```\n  {line}\n  ```\n").fields.commentary.count("\n") == 2


@pytest.mark.parametrize(
    ("lower", "indent", "words"),
    [
        ("  x\n  y\n", "  ", "x\ny"),
        ("    x\n  y\n", "  ", "  x\ny"),
        ("  x\n    y\n", "  ", "x\n  y"),
        ("\tx\n\n\ty\n", "\t", "x\n\ny"),
        ("\tx\n  y\n", "", "\tx\n  y"),
        ("  x\n \n   y\n", "  ", "x\n\n y"),
        ("\n  x\n\n", "  ", "x"),
        ("  #tag\n", "  ", ""),
        ("  #tag\n    x\n  #b\n", "    ", "x"),
        ("", "", ""),
    ],
)
def test_words_are_set_in_as_far_as_all_their_lines_are(
    lower: str, indent: str, words: str
) -> None:
    entry = entry_of(f"- [T](a)\n{lower}")
    assert entry.styled is not None
    assert (entry.styled.indent, entry.fields.commentary) == (indent, words)


@pytest.mark.parametrize(
    ("inline", "words"),
    [(": one", "one\n\ntwo"), (":", "two"), ("", "two"), (" - one", "one\n\ntwo")],
)
def test_a_blank_line_below_words_on_the_titles_line_parts_two_paragraphs(
    inline: str, words: str
) -> None:
    assert entry_of(f"- [T](a){inline}\n\n  two\n\n").fields.commentary == words


def test_links_of_some_lines() -> None:
    text = f"[a](b)\nx\n[pdf](c) [[n]]\n```\n[d](e)\n```\n{A}\n"
    page = page_of(text)

    def links(start: int, stop: int) -> list[tuple[str, str | None]]:
        found = assembly.links_of(page, start, stop)
        return [(link.whole.slice(text), label) for link, label in found]

    pdf = [("[pdf](c)", "paper"), ("[[n]]", None)]
    assert links(0, 7) == [("[a](b)", None), *pdf, (A, None)]
    assert links(1, 3) == links(2, 3) == links(1, 6) == links(2, 3) == pdf
    assert links(1, 2) == links(3, 6) == links(4, 5) == links(7, 9) == []
