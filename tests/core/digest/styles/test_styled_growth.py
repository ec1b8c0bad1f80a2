"""New entries, each written as the last one is."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.styles import lens, styled_reader
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.model.values import Fields

A, B, C = (f"https://arxiv.org/abs/2301.0000{n}" for n in (1, 2, 3))
NEW = (Fields(B, "U", ("Bo Kim", "Cy Lee")), "note")


def grown(style: StyleName, text: str) -> str:
    """Return what is new in a text, at its end; `(a)`, `(b)`, `(c)` stand for addresses."""
    for name, url in (("a", A), ("c", C)):
        text = text.replace(f"({name})", f"({url})").replace(f"<{name}>", url)
    after = lens.append(styled_reader.read(text, (style,)), [NEW])
    assert after.startswith(text.rstrip("\n"))
    return after[len(text) :].replace(f"({B})", "(b)").replace(B, "<b>")


@pytest.mark.parametrize(
    ("style", "text", "added"),
    [
        ("list", "", "- [U](b) [[note]]\n"),
        ("list", "# P", "\n- [U](b) [[note]]\n"),
        ("list", "- [T](a)", "\n- [U](b) [[note]]"),
        ("list", "- [T](a)\r\n- [S](c)\r\n", "- [U](b) [[note]]\r\n"),
        ("list", "- [T](a)\n\n- [S](c)\n", "\n- [U](b) [[note]]\n"),
        ("list", "- Topic\n\t- [T](a)\n", "\t- [U](b) [[note]]\n"),
        (
            "list",
            "- T. *A B, C D*. [code](https://x.y) [pdf](a)\n",
            "- [[note|U]]. *Bo Kim, Cy Lee*. [pdf](b)\n",
        ),
        ("list", "- [T](x.md) [pdf](a)\n", "- [U](b) [[note]] [pdf](b)\n"),
        ("heading", "## T\n[pdf](a)\nwords\n", "\n## U\n[pdf](b) [[note]]\n"),
        ("heading", "## T\n\n[pdf](a)\n\nwords\n", "\n## U\n\n[pdf](b) [[note]]\n"),
        ("heading", "## [T](a)\nwords", "\n\n## [U](b) [[note]]"),
        (
            "heading",
            "### 3. T\n**Authors**: A B, C D\n\n- Paper: <a>\n- Code: https://x.y\n\nwords\n",
            "\n### 4. U\n**Authors**: Bo Kim, Cy Lee\n\n- Paper: <b> [[note]]\n",
        ),
        (
            "heading",
            "## T\n- Paper: <a>\n- Authors: A B, C D\n",
            "\n## U\n- Paper: <b> [[note]]\n- Authors: Bo Kim, Cy Lee\n",
        ),
        ("heading", "## T\n\nAnn wrote [pdf](a) and\n", "\n## U\n\n[pdf](b) [[note]]\n"),
        ("heading", "## T\n[2301.00001](a)\n", "\n## U\n[2301.00002](b) [[note]]\n"),
        ("paragraph", "**T**\n[pdf](a)\nwords\n", "\n**[[note|U]]**\n[pdf](b)\n"),
        (
            "paragraph",
            "**T** \\\n*A B* \\\n[[Paper](a)]\n",
            "\n**[[note|U]]** \\\n*Bo Kim, Cy Lee* \\\n[[Paper](b)]\n",
        ),
        (
            "paragraph",
            "**T** \\\nread in May \\\n[[pdf](a)]\n",
            "\n**[[note|U]]** \\\n[[pdf](b)]\n",
        ),
        ("paragraph", "", "**[[note|U]]**\n[[paper](b)]\n"),
        ("title-first", "", "[[note|U]] (Bo Kim, Cy Lee)\n<b>\n"),
        (
            "title-first",
            "1. T (A B, C D)\n<a>\n",
            "2. [[note|U]] (Bo Kim, Cy Lee)\n<b>\n",
        ),
        # A table takes no row.
        ("table", "Title | Paper\n-|-\nT | [pdf](a)\n", ""),
    ],
)
def test_a_new_entry_is_written_as_the_last_one(style: StyleName, text: str, added: str) -> None:
    assert grown(style, text) == added


TWO = [(Fields(B, "U", ("Bo Kim", "Cy Lee")), None), (Fields(C, "V"), "note")]


def with_two(style: StyleName, text: str, like: str | None = None) -> str:
    """Return a text with two entries more; `like` is the text of the digest before."""
    text, other = (
        (each or "").replace("(a)", f"({A})").replace("<a>", f"<{A}>") for each in (text, like)
    )
    read = styled_reader.read(other, (style,)) if like is not None else None
    after = lens.append(styled_reader.read(text, (style,)), TWO, read)
    for sign, url in (("a", A), ("b", B), ("c", C)):
        after = after.replace(f"({url})", f"({sign})").replace(f"<{url}>", f"<{sign}>")
    return after


@pytest.mark.parametrize(
    ("style", "text", "added"),
    [
        ("list", "9) [T](a)", "\n10) [U](b)\n11) [V](c) [[note]]"),
        ("list", "- 1. T [pdf](a)\n", "- 2. U [pdf](b)\n- 3. [[note|V]] [pdf](c)\n"),
        ("list", "- **3. T** [pdf](a)\n", "- **4. U** [pdf](b)\n- **5. [[note|V]]** [pdf](c)\n"),
        ("list", "- [x] **[T](a)**\n", "- [ ] **[U](b)**\n- [ ] **[V](c)** [[note]]\n"),
        ("list", "- **T**. *A B et al.* [pdf](a)\n",
         "- **U**. *Bo Kim, Cy Lee* [pdf](b)\n- **[[note|V]]**. [pdf](c)\n"),
        ("list", "- [[n|T]] [pdf](a)\n", "- U [pdf](b)\n- [[note|V]] [pdf](c)\n"),
        ("list", '- "T". [pdf](a)\n', '- "U". [pdf](b)\n- "[[note|V]]". [pdf](c)\n'),
        ("list", "- T, words [pdf](a)\n", "- U [pdf](b)\n- [[note|V]] [pdf](c)\n"),
        ("list", "- [T](a) (A B, C D)\n", "- [U](b) (Bo Kim, Cy Lee)\n- [V](c) [[note]]\n"),
        ("heading", "## T (A B, C D)\n[pdf](a)\n",
         "\n## U (Bo Kim, Cy Lee)\n[pdf](b)\n\n## V\n[pdf](c) [[note]]\n"),
        ("heading", "## 3. 🔥 **T**\n[pdf](a)\n",
         "\n## 4. 🔥 **U**\n[pdf](b)\n\n## 5. 🔥 **V**\n[pdf](c) [[note]]\n"),
        ("list", "- 🔥 T (A B, C D) [pdf](a)\n",
         "- U (Bo Kim, Cy Lee) [pdf](b)\n- [[note|V]] [pdf](c)\n"),
        ("title-first", "### T (A B)\n<a>\n", "### U (Bo Kim, Cy Lee)\n<b>\n### V\n<c>\n"),
        ("heading", "### [**T**](a) #\n", "\n### [**U**](b)\n\n### [**V**](c) [[note]]\n"),
        ("heading", "## T\n*A B, C D*\n\n[pdf](a)\n",
         "\n## U\n*Bo Kim, Cy Lee*\n\n[pdf](b)\n\n## V\n[pdf](c) [[note]]\n"),
        ("paragraph", "**T**\n- Paper: <a>\n- Code: https://x.y\n",
         "\n**U**\n- Paper: <b>\n\n**[[note|V]]**\n- Paper: <c>\n"),
        ("title-first", "**T** (A B)\n\n<a>\n\nwords\n",
         "**U** (Bo Kim, Cy Lee)\n\n<b>\n**V**\n<c>\n"),
    ],
)  # fmt: skip
def test_several_new_entries_are_numbered_and_marked_as_the_last_one(
    style: StyleName, text: str, added: str
) -> None:
    assert with_two(style, text) == text + added


@pytest.mark.parametrize(
    ("style", "text", "like", "added"),
    [
        # By the entries of the week before, numbered from 1, and set apart as its are.
        ("list", "", "4. [T](a)\n", "1. [U](b)\n2. [V](c) [[note]]\n"),
        ("list", "# W\n", "4. [T](a)\n", "\n1. [U](b)\n2. [V](c) [[note]]\n"),
        ("list", "# W\n\n", "4. [T](a)\n", "1. [U](b)\n2. [V](c) [[note]]\n"),
        ("list", "# W", "- [T](a)\n\n- [S](<a>)\n", "\n\n- [U](<b>)\n\n- [V](<c>) [[note]]\n"),
        ("heading", "# W\r\n", "## 7. T\n[pdf](a)\n",
         "\r\n## 1. U\r\n[pdf](b)\r\n\r\n## 2. V\r\n[pdf](c) [[note]]\r\n"),
        # By a plain form where that has none, and by its own where it has some.
        ("list", "# W\n", "words\n", "- [U](b)\n- [V](c) [[note]]\n"),
        ("heading", "# W\n", None, f"## U\n\n{B}\n\n## V\n\n{C} [[note]]\n"),
        ("list", "* [T](a)\n", "4. [T](a)\n", "* [U](b)\n* [V](c) [[note]]\n"),
        ("table", "# W\n", None, ""),
    ],
)  # fmt: skip
def test_the_first_entries_of_a_digest(
    style: StyleName, text: str, like: str | None, added: str
) -> None:
    assert with_two(style, text, like) == text + added


def test_a_new_entry_stands_behind_the_last_one_of_its_list() -> None:
    text = f"- Topic\n  - [T]({A})\n    words\n- Other\n"
    after = lens.append(styled_reader.read(text, ("list",)), [NEW])
    assert after == text.replace("- Other", f"  - [U]({B}) [[note]]\n- Other")
