"""Edits of an entry in other styles than flat: each part where its like stands, and as it does."""

from __future__ import annotations

from typing import Any

import pytest
from vault_sync.core.digest.styles import lens, styled_reader
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.text.spans import splice

LINKS = {f"({sign})": f"(https://arxiv.org/abs/2301.0000{n})" for n, sign in enumerate("abc")}


def edited(text: str, number: int = 0, *styles: StyleName, **values: Any) -> str:
    """Return a digest after an edit of one entry; `(a)`, `(b)`, `(c)` stand for addresses."""
    for sign, link in LINKS.items():
        text = text.replace(sign, link)
    digest = styled_reader.read(text, styles or ("list", "heading", "paragraph"))
    entry = digest.entries[number]
    wanted = entry.fields.saying(**values)
    after = splice(text, lens.edit(digest, entry, wanted, None))
    assert styled_reader.read(after, digest.styles).entries[number].fields == wanted
    for sign, link in LINKS.items():
        after = after.replace(link, sign)
    return after


@pytest.mark.parametrize(
    ("title", "new", "after"),
    [
        ("a  b", "a c", "a  c"),
        ("_a_ b", "xa b", "_xa_ b"),
        ("_a_ b", "a bc", "_a_ bc"),
        ("**a** *b* c", "a x c", "**a** *x* c"),
        ("**a** *b* c", "a b", "**a** *b*"),
        ("**a** *b* c", "a b x c", "**a** *b* x c"),
        ("A* b c", "A* c", "A* c"),
        ("a \\* b", "a \\* c", "a \\* c"),
        # Marks that would be left with nothing inside go, and all others with them.
        ("**a** *b* c", "a c", "a c"),
        ("**a** *b* c", "b c", "b c"),
        ("**a** *b* c", "x", "x"),
        ("a *b*, c d", "a d", "a d"),
        ("x *a* **b** y", "x y", "x y"),
        ("**ab** *cd*", "axd", "axd"),
        ("**ab** *cd*", "abcd", "abcd"),
        ("a _b_ c d", "a d", "a d"),
        ("a `b` c", "a c", "a c"),
    ],
)
def test_marks_in_a_title_stay_around_words_that_stay(title: str, new: str, after: str) -> None:
    assert edited(f"- [{title}](a)\n", title=new) == f"- [{after}](a)\n"


WORDS = "words\nmore"
BELOW = "  words\n  more\n"
FLUSH = "words\nmore\n"


@pytest.mark.parametrize(
    ("text", "number", "after"),
    [
        # Right under the title of an item, set in as others of its depth are.
        ("- [T](a)\n", 0, f"- [T](a)\n{BELOW}"),
        ("1. [T](a)\n", 0, "1. [T](a)\n   words\n   more\n"),
        ("  - [T](a)\n", 0, "  - [T](a)\n    words\n    more\n"),
        ("- [T](a)\n\t- x\n- [U](b)\n", 1, "- [T](a)\n\t- x\n- [U](b)\n\twords\n\tmore\n"),
        (
            "- [T](a)\n    x\n- C\n  - [U](b)\n",
            1,
            "- [T](a)\n    x\n- C\n  - [U](b)\n    words\n    more\n",
        ),
        ("# [T](a)\nx\n# C\n- [U](b)\n", 1, f"# [T](a)\nx\n# C\n- [U](b)\n{BELOW}"),
        ("- [T](a)\n  [code](u)\n", 0, f"- [T](a)\n{BELOW}  [code](u)\n"),
        ("- [T](a)\n\n  #a\n", 0, f"- [T](a)\n{BELOW}\n  #a\n"),
        # Apart from it where most words of its like are.
        ("- [T](a)\n\n  x\n- [U](b)\n", 1, f"- [T](a)\n\n  x\n- [U](b)\n\n{BELOW}"),
        (
            "- [T](a)\n\n  x\n- [V](c)\n  y\n- [U](b)\n",
            2,
            f"- [T](a)\n\n  x\n- [V](c)\n  y\n- [U](b)\n{BELOW}",
        ),
        ("# [T](a)\n# C\n- [U](b)\n\n  x\n", 0, f"# [T](a)\n{FLUSH}# C\n- [U](b)\n\n  x\n"),
        ("# [T](a)\n# [U](b)\n\nx\n", 0, f"# [T](a)\n\n{FLUSH}# [U](b)\n\nx\n"),
        ("# [T](a)\n# [U](b)\nx\n", 0, f"# [T](a)\n{FLUSH}# [U](b)\nx\n"),
        (
            "# T\n[pdf](a)\n# U\n\n[pdf](b)\n\nx\n",
            0,
            f"# T\n[pdf](a)\n\n{FLUSH}# U\n\n[pdf](b)\n\nx\n",
        ),
        # Below addresses, above tags, and apart where its own parts are.
        ("# T\n[pdf](a)\n", 0, f"# T\n[pdf](a)\n{FLUSH}"),
        ("# T\n\n[pdf](a)\n", 0, f"# T\n\n[pdf](a)\n\n{FLUSH}"),
        ("# T\n\n[pdf](a)\n\n#y\n", 0, f"# T\n\n[pdf](a)\n\n{FLUSH}\n#y\n"),
        ("**T**\n[pdf](a)\n#y\n", 0, f"**T**\n[pdf](a)\n{FLUSH}#y\n"),
    ],
)
def test_first_words_of_an_entry(text: str, number: int, after: str) -> None:
    assert edited(text, number, commentary=WORDS) == after


@pytest.mark.parametrize(
    ("text", "commentary", "after"),
    [
        ("- [T](a)\n  x\n\n  y\n", "x\n\nz", "- [T](a)\n  x\n\n  z\n"),
        ("- [T](a)\n  x\n   \n  y\n", "x\n\ny\n\nz", "- [T](a)\n  x\n   \n  y\n   \n  z\n"),
        ("- [T](a)\n  - x\n  #a\n", "", "- [T](a)\n  #a\n"),
        ("# T\n\n[pdf](a)\n\nx\n\n#y\n", "", "# T\n\n[pdf](a)\n\n#y\n"),
        # The first line is on the title's where a colon leads it in.
        ("- [T](a): x\n", "y\n\nz", "- [T](a): y\n\n  z\n"),
        ("- [T](a): x\n  y\n", "z", "- [T](a): z\n"),
        ("- [T](a): x\n  y\n", "", "- [T](a): \n"),
        ("- [T](a): \n  y\n", "z\ny", "- [T](a): \n  z\n  y\n"),
    ],
)
def test_other_words_of_an_entry(text: str, commentary: str, after: str) -> None:
    assert edited(text, commentary=commentary) == after


@pytest.mark.parametrize(
    ("text", "tags", "after"),
    [
        ("- [T](a)\n  x\n", ("b", "c"), "- [T](a)\n  x\n  #b #c\n"),
        ("- [T](a)\n\n  x\n", ("b",), "- [T](a)\n\n  x\n  #b\n"),
        ("- [T](a)\n  #b\n  x\n  #c\n", ("c", "d"), "- [T](a)\n  x\n  #c #d\n"),
        ("- [T](a)\n  #b\n", (), "- [T](a)\n"),
        ("# [T](a)\n", ("b",), "# [T](a)\n#b\n"),
        ("# [T](a)\n# [U](b)\n\nx\n", ("b",), "# [T](a)\n\n#b\n# [U](b)\n\nx\n"),
        ("# [T](a)\n# [U](b)\nx\n", ("b",), "# [T](a)\n#b\n# [U](b)\nx\n"),
        ("# [T](a)\n# C\n- [U](b)\n\n  x\n", ("b",), "# [T](a)\n#b\n# C\n- [U](b)\n\n  x\n"),
        ("# T\n\n[pdf](a)\n", ("b",), "# T\n\n[pdf](a)\n\n#b\n"),
        ("# T\n\n[pdf](a)\n\n#b\n", (), "# T\n\n[pdf](a)\n"),
    ],
)
def test_tags_of_an_entry(text: str, tags: tuple[str, ...], after: str) -> None:
    assert edited(text, tags=tags) == after
