"""Two texts as one, with the words of each marked, and nothing in them alive."""

from __future__ import annotations

import pytest
from vault_sync.core.report.marked_text import escaped, marked_lines

CASES = [
    ("A title: of it", "A Title of it", ["A ~~title:~~ ==Title== of it"]),
    ("one two", "one", ["one ~~two~~"]),
    ("", "all new", ["==all new=="]),
    ("gone\nlines", "", ["~~gone~~", "~~lines~~"]),
    ("a b c d", "a x y d", ["a ~~b c~~ ==x y== d"]),
    ("A.\nB.\nC.", "A.\nB.\nD.", ["*(2 paragraphs the same)*", "", "~~C.~~ ==D.=="]),
    ("P one\nP two\n\nQ", "P one\nP two\n\nR", ["*(1 paragraph the same)*", "", "~~Q~~ ==R=="]),
    ("see [[x]] #t", "see [[y]] #t", ["see ~~\\[\\[x\\]\\]~~ ==\\[\\[y\\]\\]== \\#t"]),
    ("这是一个", "这是二个", ["这是\u2009~~一~~ ==二==\u2009个"]),
    ("b c", "x y", ["~~b c~~ ==x y=="]),
    ("b c d", "x c y", ["~~b~~ ==x== c ~~d~~ ==y=="]),
    # A blank between two changes is one of them, the end of a line is not.
    ("a b c d\n\nQ", "a x y d\n\nR", ["a ~~b c~~ ==x y== d", "", "~~Q~~ ==R=="]),
    (
        "a b\nc d\n\nQ",
        "a x\ny d\n\nQ",
        ["a ~~b~~ ==x==", "~~c~~ ==y== d", "", "*(1 paragraph the same)*"],
    ),
    ("x", "- x", ["==\\-== x"]),
]


@pytest.mark.parametrize(("first", "second", "lines"), CASES)
def test_words_are_marked(first: str, second: str, lines: list[str]) -> None:
    assert marked_lines(first, second) == lines


def test_nothing_in_a_line_is_markdown() -> None:
    assert escaped("- *a* `b` $c$ %%d%% ==e== <f> ^g |", starts_line=True) == (
        "\\- \\*a\\* \\`b\\` \\$c\\$ \\%\\%d\\%\\% \\=\\=e\\=\\= \\<f\\> \\^g \\|"
    )
    assert escaped("12. x https://a.org", starts_line=True) == "12\\. x https\\://a.org"
    assert escaped("12. x", starts_line=False) == "12. x"


def test_the_words_of_long_texts_are_marked_at_once() -> None:
    first, second = (
        "\n".join(f"{word} {n} w w w" for n in range(size))
        for word, size in (("a", 800), ("b", 801))
    )
    lines = marked_lines(first, second)
    assert len(lines) == 801 and lines[799] == "~~a~~ ==b== 799 w w w"
    assert marked_lines("a 1\na 2", "b 1\nb 2") == ["~~a~~ ==b== 1", "", "~~a~~ ==b== 2"]


def test_texts_of_the_same_few_words_take_no_time() -> None:
    one, other = ("\n".join("xy"[n // step % 2] for n in range(3_000)) for step in (1, 3))
    assert len(marked_lines(one, other)) > 3_000
