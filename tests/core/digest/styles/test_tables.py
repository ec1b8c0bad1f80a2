"""Rows of tables: their cells, their columns, the entries that they are."""

from __future__ import annotations

from typing import Any

import pytest
from vault_sync.core.digest.styles import lens, styled_reader
from vault_sync.core.digest.styles.tables import cells_of
from vault_sync.core.model.values import Fields
from vault_sync.core.text.spans import document_lines, splice

A, B = "https://arxiv.org/abs/2301.00001", "https://arxiv.org/abs/2301.00002"


def rows(text: str) -> list[Fields]:
    return [entry.fields for entry in styled_reader.read(text, ("table",)).entries]


def table(header: str, *lines: str) -> str:
    rule = "|".join("-" for _ in range(header.count("|") + 1))
    return "\n".join((header, f"{rule}|", *lines, ""))


@pytest.mark.parametrize(
    ("line", "count", "cells"),
    [
        ("| a | b |", 2, ["a", "b"]),
        ("a|b", 2, ["a", "b"]),
        ("  | a | b", 2, ["a", "b"]),
        ("| a | b |", 3, ["a", "b"]),
        ("| a |  | c |", 3, ["a", "", "c"]),
        ("| a | b | c |", 2, ["a", "b"]),
        ("|a||", 2, ["a", ""]),
        (r"| a \| b | c |", 2, [r"a \| b", "c"]),
        # A bar in code or in a formula parts no cells, where the row has too many with it.
        ("| a | `b|c` |", 2, ["a", "`b|c`"]),
        ("| a | $b|c$ | d |", 3, ["a", "$b|c$", "d"]),
        ("| a | `b | c` |", 3, ["a", "`b", "c`"]),
        ("| `a|b` | `c|d` | e | f |", 3, ["`a", "b`", "`c"]),
        ("| a | b | c | d |", 1, ["a"]),
        ("", 2, []),
    ],
)
def test_the_cells_of_a_row(line: str, count: int, cells: list[str]) -> None:
    text = f"{line}\nmore"
    found = cells_of(text, document_lines(text).lines[0], count)
    assert [cell.slice(text) for cell in found] == cells


def test_an_empty_cell_is_the_place_behind_its_first_blank() -> None:
    text = "| a |  |||"
    found = cells_of(text, document_lines(text).lines[0], 4)
    assert [(cell.start, cell.end) for cell in found] == [(2, 3), (6, 6), (8, 8), (9, 9)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (table("Title | Paper", f"One | [pdf]({A})"), [Fields(A, "One")]),
        (table("Paper | Venue", f"[One]({A}) | ICLR"), [Fields(A, "One")]),
        (
            table("Title | Authors | Paper | Notes", f"One | A B, C D | [pdf]({A}) | 좋다."),
            [Fields(A, "One", ("A B", "C D"), (), "좋다.")],
        ),
        (
            table("Notes | **Title** | Paper", rf"a \| b | One | [pdf]({A})"),
            [Fields(A, "One", (), (), "a | b")],
        ),
        (
            table("Title | Paper", f"One | [pdf]({A})", f"Two | [pdf]({B})"),
            [Fields(A, "One"), Fields(B, "Two")],
        ),
        # A link in another cell is no title.
        (
            table("Notes | Title | Paper", f"see [x](https://x.y) | One | [pdf]({A})"),
            [Fields(A, "One", (), (), "see [x](https://x.y)")],
        ),
        (
            table("Title | Paper | Notes", f"One | [pdf]({A}) | see [x](https://x.y)"),
            [Fields(A, "One", (), (), "see [x](https://x.y)")],
        ),
        # A link of the paper's column is the paper's only where it leads to a paper.
        (table("Title | Paper", "One | [x](https://x.y/z)"), []),
        (table("Title | Code | Paper", f"One | [c](https://x.y) | [p]({A})"), [Fields(A, "One")]),
        (table("Venue | Year", f"[One]({A}) | 2023"), []),
        (table("Title | Paper | Notes", f"One | [pdf]({A})"), [Fields(A, "One")]),
        (table("Paper | Title", f"[pdf]({A})"), []),
        (table("Title | Paper", f"1. It is. So we | [pdf]({A})"), []),
    ],
)
def test_the_entries_of_a_table(text: str, expected: list[Fields]) -> None:
    assert rows(text) == expected


def test_the_authors_of_a_row_may_be_none() -> None:
    text = table("Title | Authors | Paper", f"One | A B, C D | [pdf]({A})")
    digest = styled_reader.read(text, ("table",))
    (entry,) = digest.entries
    for authors, cell in (((), ""), (("C D",), "C D")):
        wanted = entry.fields.saying(authors=authors)
        assert lens.placed(entry, wanted) == wanted
        after = splice(text, lens.edit(digest, entry, wanted, None))
        assert after == text.replace("A B, C D", cell)


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        ({"title": "One | Two"}, "**One**", r"**One \| Two**"),
        ({"title": "A | One"}, "**One**", r"**A \| One**"),
        ({"title": "A|B"}, "**One**", r"**A\|B**"),
        ({"authors": ("A|B C", "C D")}, "A B, C D", r"A\|B C, C D"),
        ({"commentary": "x | y"}, "words", r"x \| y"),
        ({"url": B}, A, B),
    ],
)
def test_bars_are_escaped_in_a_cell(change: dict[str, Any], old: str, new: str) -> None:
    text = table("Title | Authors | Paper | Notes", f"**One** | A B, C D | [pdf]({A}) | words")
    digest = styled_reader.read(text, ("table",))
    (entry,) = digest.entries
    after = splice(text, lens.edit(digest, entry, entry.fields.saying(**change), None))
    assert after == text.replace(old, new)
    assert rows(after) == [entry.fields.saying(**change)]
