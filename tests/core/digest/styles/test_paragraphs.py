"""Paragraphs: which lines open an entry, where it ends, and what its address is."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.styles import styled_reader

A, B = "https://arxiv.org/abs/2301.00001", "https://arxiv.org/abs/2301.00002"
LINKS = {"(a)": f"({A})", "(b)": f"({B})", "(code)": "(https://github.com/a/b)"}


def entries(text: str) -> list[tuple[str, str, int, str]]:
    """Return title, last digit of the address, line and commentary of each entry."""
    for name, link in LINKS.items():
        text = text.replace(name, link)
    rows = []
    for entry in styled_reader.read(text, ("paragraph",)).entries:
        words = entry.fields.commentary
        for name, link in LINKS.items():
            words = words.replace(link, name)
        rows.append((entry.fields.title, entry.fields.url[-1], entry.line, words))
    return rows


@pytest.mark.parametrize(
    "line",
    [
        *("**T**", "__T__", "**T**.", "**T**  ", "**T**\\", "**T** [[n]]", "**T**. [[n]]"),
        *("[T](a) words", "**[T](a)** words", "*[T](a)* words", '**"[T](a)"** words'),
        *("**“[T](a)”** words", "**_[T](a)_** words", "<b>[T](a)</b> words", "[[n|T]] words"),
        *("1). **T** [paper](a)", "🔥 **T** - words ([pdf](a))", "1). **T** [code](code) [pdf](a)"),
    ],
)  # fmt: skip
def test_a_line_that_opens_an_entry(line: str) -> None:
    for above, number in (("", 1), ("words\n", 2), ("## C\n", 2)):
        found = entries(f"{above}{line}\n[pdf](a)\n")
        assert [row[:3] for row in found] == [("T", "1", number)]


@pytest.mark.parametrize(
    "line",
    [
        *(" **T**", " **T** [paper](b)", "**T**. words", "**T** **U**"),
        *("**T:**", "**T：**", "**T: **", "**12**"),
        *("words **T**", "words [T](b)", "**", "[x] [T](b)", "[T](#b)", "[[T](b)]"),
        *("[code](b) words", "[[n]]", "[[n|]]", "![T](b) words", "*T*"),
        *("A **T** [paper](b)", "1). **T** [x](b)", "🔥 [paper](b) **T**", "1). **T [paper](b)**"),
        *("1). T [paper](b)", "1). __T__ [paper](b)", "1). **T [paper](b)"),
    ],
)  # fmt: skip
def test_a_line_that_opens_none(line: str) -> None:
    assert entries(f"{line}\n[pdf](a)\n") == []


@pytest.mark.parametrize(
    ("end", "words"),
    [
        *(("**U**\n", ""), ("## C\n", ""), ("---\nw\n", ""), ('<a name="x"></a>\nw\n', "")),
        *(("| A | B |\n|--|--|\n| **x** | y |\nw\n", ""), ("w\n\n***\n\n# C\n", "w")),
        *(("w\n\n- x\n\n<!-- x -->\n\n\n", "w\n\n- x"), ("```\nx\n```\nw\n", "```\nx\n```\nw")),
    ],
)  # fmt: skip
def test_an_entry_ends_at_the_next_head_rule_anchor_or_table(end: str, words: str) -> None:
    assert entries(f"**T**\n[pdf](a)\n\n{end}") == [("T", "1", 1, words)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # What begins a line of a table, or goes on an item or code, begins no entry.
        ("| A |\n|--|\n**[T](a)** | x |\n", []),
        ("- 1\n[T](a)\n", []),
        ("- [Tool](code)\n[T](a)\n", []),
        ("```\nx\n```\n**T**\n[pdf](a)\n", []),
        ("- [Tool](code)\n**T**\n[pdf](a)\n", [("T", "1", 2, "")]),
        # An item that is a paper stands between a title and its address: a list and its name.
        ("**C**\n- [T](a)\n", []),
        ("**T**\n- [pdf](a)\n", [("T", "1", 1, "")]),
        ("**T**\n- [x](https://x.y/z)\n- [pdf](a)\n", [("T", "1", 1, "- [x](https://x.y/z)")]),
        ("**T**\n\n[[n]] words\n[pdf](a)\n", [("T", "1", 1, "[[n]] words")]),
        ("**T**\n[pdf](a)\n- [U](b)\n", [("T", "1", 1, "- [U](b)")]),
        ("[T](a)\n- [U](b)\n", [("T", "1", 1, "- [U](b)")]),
        ("- [U](b)\n\n**T**\n[pdf](a)\n", [("T", "1", 3, "")]),
        ("**T**\n[U](a)\n", [("U", "1", 2, "")]),
        # A title without a paper is none, and the last entry ends with the text.
        ("**T**\nwords\n\n**U**\n[pdf](b)\nwords", [("U", "2", 4, "words")]),
        ("**T**\n[blog](https://x.y/z)\n", []),
    ],
)  # fmt: skip
def test_the_paragraphs_of_a_page(text: str, expected: list[tuple[str, str, int, str]]) -> None:
    assert entries(text) == expected


def test_half_of_the_paragraphs_of_a_chapter_must_be_plainly_papers() -> None:
    blog = "[A Post](https://blog.org/%s)\n\n"
    assert [row[0] for row in entries("[T](a)\n\n" + blog % "a")] == ["T", "A Post"]
    assert [row[0] for row in entries("[T](a)\n\n## C\n" + blog % "a")] == ["T"]
    assert [row[0] for row in entries("[T](a)\n\n" + blog % "a" + blog % "b")] == ["T"]


def test_authors_end_before_the_first_blank_line_comment_or_item() -> None:
    for between, found in (("", 2), ("\n", 0), ("<!-- x -->\n", 0), ("- ", 0)):
        text = f"[T]({A})\n*Ann Bee,\n{between}Cee Dee*\n"
        (entry,) = styled_reader.read(text, ("paragraph",)).entries
        assert len(entry.fields.authors) == found
