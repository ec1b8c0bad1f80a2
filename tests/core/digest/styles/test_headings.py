"""Headings: which are a paper, which a chapter, and where their words end."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.styles import styled_reader

A, B = "https://arxiv.org/abs/2301.00001", "https://arxiv.org/abs/2301.00002"
LINKS = {"(a)": f"({A})", "(b)": f"({B})", "(code)": "(https://github.com/a/b)"}


def entries(text: str) -> list[tuple[str, str, int]]:
    """Return title, last digit of the address, and line of each entry."""
    for name, link in LINKS.items():
        text = text.replace(name, link)
    found = styled_reader.read(text, ("heading",)).entries
    return [(entry.fields.title, entry.fields.url[-1], entry.line) for entry in found]


@pytest.mark.parametrize(
    ("line", "title"),
    [
        *(("# T", "T"), ("###### T", "T"), ("# **T**", "T"), ("# 1. T", "T"), ("# T  ", "T")),
        *(("# T #", "T"), ("# T ##  ", "T"), ("# T#", "T#"), ("# C# #", "C#")),
        *(("# T # U", "T # U"), ("# [T](a)", "T"), ("# [T](a) #", "T"), ("# T [pdf](a)", "T")),
    ],
)  # fmt: skip
def test_the_title_of_a_heading(line: str, title: str) -> None:
    assert entries(f"{line}\n\n[pdf](a)\n") == [(title, "1", 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The entry goes to the next heading of any level.
        ("# T\nwords\n## U\n[pdf](a)\n", [("U", "1", 3)]),
        ("## T\n[pdf](a)\n# U\n[pdf](b)\n", [("T", "1", 1), ("U", "2", 3)]),
        ("# 12\n[pdf](a)\n", []),
        ("# T\nwords\n", []),
        ("# T\n[blog](https://x.y/z)\n", []),
        # Over two papers it is a chapter; what is labelled as another thing is no paper.
        ("# T\n[pdf](a) [paper](b)\n", []),
        ("# T\n[pdf](a) [code](b)\n", [("T", "1", 1)]),
        ("# T\n[pdf](a) [x](https://x.y/z)\n", [("T", "1", 1)]),
        (f"# T\n[pdf](a) [pdf]({A}v2)\n", [("T", "1", 1)]),
        ("# T\n[pdf](a)\n```\n[U](b)\n```\n", [("T", "1", 1)]),
        ("# T\n[pdf](a)\n<!-- [U](b) -->\n", [("T", "1", 1)]),
        # But it is the paper that it links itself, by a whole address.
        ("# [T](a)\n[paper](b)\n", [("T", "1", 1)]),
        ("# [T](x.md)\n[pdf](a) [x](b)\n", []),
        ("# [T](x.md)\n[pdf](a)\n", [("T", "1", 1)]),
        # So it is over entries of other styles and over tables.
        ("# C\n- [T](a)\n", []),
        ("# C\n**T**\n[pdf](a)\n", []),
        ("# C [pdf](b)\n\n- [T](a)\n", []),
        ("# [T](a)\n\n- [U](b)\n", [("T", "1", 1)]),
        ("# [C](https://blog.org/x)\n\n- [T](a)\n", []),
        ("# C\n[pdf](a)\n\n| A |\n|--|\n| x |\n", []),
        ("# [T](a)\n\n| A |\n|--|\n| x |\n", [("T", "1", 1)]),
        ("- [U](b)\n# T\n[pdf](a)\n", [("T", "1", 2)]),
        ("# T\n[pdf](a)\n# C\n- [U](b)\n", [("T", "1", 1)]),
    ],
)  # fmt: skip
def test_a_heading_is_a_paper_or_a_chapter(text: str, expected: list[tuple[str, str, int]]) -> None:
    assert entries(text) == expected


@pytest.mark.parametrize(
    ("below", "authors", "words"),
    [
        ("*Ann Bee, Cee Dee*", 2, ""),
        ("\n<!-- x -->\n_Ann Bee, Cee Dee_", 2, ""),
        ("*Ann Bee*\nwords", 1, "words"),
        ("*Ann Bee*\nAuthors: Cee Dee, Eff Gee", 1, "Authors: Cee Dee, Eff Gee"),
        ("Authors: Ann Bee, Cee Dee", 2, ""),
        ("words\nAuthors: Ann Bee\\\nAuthors: Cee Dee", 1, "words\nAuthors: Cee Dee"),
        # Not behind other words, without italics, or in code.
        ("words *Ann Bee, Cee Dee*", 0, None),
        ("words\n*Ann Bee, Cee Dee*", 0, None),
        ("(Ann Bee, Cee Dee)", 0, None),
        ("```\n*Ann Bee, Cee Dee*\n```", 0, None),
        ("```\nAuthors: Ann Bee\n```", 0, None),
    ],
)
def test_the_authors_below_a_heading(below: str, authors: int, words: str | None) -> None:
    (entry,) = styled_reader.read(f"# T\n{below}\n[pdf]({A})\n", ("heading",)).entries
    assert len(entry.fields.authors) == authors
    assert entry.fields.commentary == (below if words is None else words)


def test_half_of_the_headings_of_a_chapter_must_be_plainly_papers() -> None:
    blog = "## [A Post](https://blog.org/%s)\n"
    text = "# C\n## T\n[pdf](a)\n" + blog % "a"
    assert [row[0] for row in entries(text)] == ["T", "A Post"]
    assert [row[0] for row in entries(text + blog % "b")] == ["T"]
    assert [row[0] for row in entries(text + "# D\n" + blog % "b")] == ["T", "A Post"]


def test_layout_below_the_last_words_is_not_the_entry_s() -> None:
    text = f"# T\n[pdf]({A})\nwords\n\n---\n\n# U\n"
    (entry,) = styled_reader.read(text, ("heading",)).entries
    assert entry.span.slice(text) == text[: text.index("\n---") - 1] + "\n"
