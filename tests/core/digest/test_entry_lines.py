"""The lines of one entry: those that stay keep their bytes, new ones take after them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.digests import BLOG, FLAT, OCTO, edited, only


@pytest.mark.parametrize(
    ("line", "tags", "after"),
    [
        ("#a#b", ("a", "b", "c"), "#a#b#c"),
        ("#a#b", ("b",), "#b"),
        ("#a  #b \t", ("a", "b", "c"), "#a  #b  #c \t"),
        ("#a #b #a #c", ("b", "c"), "#b #c"),
        ("  #a #b", ("b",), "  #b"),
    ],
)
def test_tags_come_and_go_in_the_style_of_their_line(
    line: str, tags: tuple[str, ...], after: str
) -> None:
    assert (
        edited(f"w\n{OCTO}\nT (Kim Lee)\n{line}\n", tags=tags)
        == f"w\n{OCTO}\nT (Kim Lee)\n{after}\n"
    )


def test_a_file_without_a_final_newline_stays_without() -> None:
    text = f"w\n{OCTO}\nT (Kim Lee)\n하나\n#a"
    assert edited(text, tags=()) == text.removesuffix("\n#a")
    assert edited(text, tags=(), commentary="") == text.removesuffix("\n하나\n#a")


def test_a_new_line_takes_the_newline_of_the_line_above() -> None:
    text = f"w\r\n{OCTO}\r\nT (Kim Lee)\r\nfirst\n"
    assert edited(text, tags=("a",)) == text + "#a\n"


def test_lines_that_stay_keep_their_newline() -> None:
    text = f"w\r\n{OCTO}\r\nT (Kim Lee)\nfirst\r\nsecond\nthird\r\n"
    assert (
        edited(text, commentary="first\n2\nthird\nlast") == text.replace("second", "2") + "last\r\n"
    )
    _, entry = only(text)
    assert entry.fields.commentary == "first\nsecond\nthird"
    assert only("w\n" + OCTO + "\nT (Kim Lee)\na\rb\n")[1].fields.commentary == "a\rb"


def test_a_tag_line_that_makes_an_entry_of_its_neighbour_stays() -> None:
    text = f"w\n{OCTO}\nT (Kim Lee)\n#a\n{BLOG}\n말\n"
    assert edited(text, tags=()) == text
    linked = text.replace(f"{BLOG}\n", f"{BLOG}\n[[n]]\n")
    assert edited(linked, tags=()) == linked.replace("#a\n", "")


@pytest.mark.parametrize(
    "change", [{"title": "a\nb"}, {"authors": ("a\nb",)}, {"tags": ("a\nb",)}, {"url": "a\nb"}]
)
def test_a_value_with_a_line_break_is_not_written_where_a_line_is_meant(
    change: dict[str, Any],
) -> None:
    assert edited(FLAT, **change) == FLAT
