"""Items of lists: which are entries, and what stands below them."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.styles import styled_reader

A, B = "https://arxiv.org/abs/2301.00001", "https://arxiv.org/abs/2301.00002"
LINKS = {"(a)": f"({A})", "(b)": f"({B})", "(code)": "(https://github.com/a/b)"}
PAGE = "(https://a.b/c)"


def entries(text: str) -> list[tuple[str, str, int, str]]:
    """Return title, last digit of the address, line and commentary of each entry."""
    short = text
    for name, link in LINKS.items():
        text = text.replace(name, link)
    found = styled_reader.read(text, ("list",)).entries
    rows = []
    for entry in found:
        fields, words = entry.fields, entry.fields.commentary
        for name, link in LINKS.items():
            words = words.replace(link, name)
        assert words in short.replace("\n  ", "\n")
        rows.append((fields.title, fields.url[-1], entry.line, words))
    return rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # An item in an entry is its words; items of a topic are entries.
        ("- [T](a)\n  - [U](b)\n", [("T", "1", 1, "- [U](b)")]),
        ("- Topic\n  - [T](a)\n  - [U](b)\n", [("T", "1", 2, ""), ("U", "2", 3, "")]),
        (f"- [T]{PAGE} [pdf](a)\n  - [U](b)\n", [("T", "1", 1, "- [U](b)")]),
        (f"- [T]{PAGE}\n  - [U](a)\n", [("U", "1", 2, "")]),
        # A paper's label below a title gives the address, but where an item below is an entry.
        ("- T\n  - [pdf](a)\n", [("T", "1", 1, "")]),
        ("- T\n  - [pdf](a)\n  - [paper](b)\n", [("T", "1", 1, "")]),
        (f"- [T]{PAGE}\n  - [pdf](a)\n", [("T", "1", 1, "")]),
        ("- [T](code)\n  - [pdf](a)\n", [("T", "1", 1, "")]),
        # The label on the title's own line is nearer than one below.
        ("- T [paper](a)\n  - [pdf](b)\n", [("T", "1", 1, "")]),
        (f"- T {A}\n  - [pdf](b)\n", [("T", "1", 1, "")]),
        ("- T\n\n  [pdf](a)\n", [("T", "1", 1, "")]),
        ("- T\n  - [x](a)\n", [("x", "1", 2, "")]),
        ("- T\n  - [x](a)\n  - [pdf](b)\n", [("x", "1", 2, "")]),
        ("- T\n- [U](a)\n", [("U", "1", 2, "")]),
        ("- T\n  - [U](code)\n    - [V](b)\n  - [pdf](a)\n",
         [("T", "1", 1, "- [U](code)\n  - [V](b)")]),
        # Below a title that leads to code nothing is an entry, but below a label that does.
        ("- T [code](code)\n  - [U](a)\n", [("U", "1", 2, "")]),
        ("- https://github.com/a/b\n  - [U](a)\n", [("U", "1", 2, "")]),
        ("- [T](code)\n  - [U](a)\n", []),
        ("- Topic [list](code)\n  - [T](a)\n", []),
        ("- [T](code) words\n  - [pdf](a)\n  - [U](b)\n- [V](b)", [("V", "2", 4, "")]),
        # Words behind the labels are the entry's, and layout behind its last line is not.
        ("- [T](a)\n  - [code](code)\n  words\n", [("T", "1", 1, "words")]),
        # A full stop parts words from a label, and stays before a label in brackets of its own.
        ("- **T**: words. [pdf](a)\n", [("T", "1", 1, "words")]),
        ("- **T**: words. [[pdf](a)] [[code](code)]\n", [("T", "1", 1, "words.")]),
        # A label before a link that is named, or a note, is a remark of the reader's.
        ("- [T](a)\n  code: [here](code)\n", [("T", "1", 1, "code: [here](code)")]),
        ("- [T](a)\n  code: [[my note]]\n", [("T", "1", 1, "code: [[my note]]")]),
        ("- [T](a)\n  words\n\n  ---\n\n- [U](b)\n", [("T", "1", 1, "words"), ("U", "2", 6, "")]),
    ],
)  # fmt: skip
def test_the_entries_of_a_list(text: str, expected: list[tuple[str, str, int, str]]) -> None:
    assert entries(text) == expected


def test_labels_are_looked_for_in_a_hundred_lines_below() -> None:
    for count, found in ((99, 1), (100, 0)):
        links = "".join(f"  - [link](https://a.b/{n})\n" for n in range(count))
        assert len(entries(f"- T\n{links}  - [pdf](a)\n")) == found
