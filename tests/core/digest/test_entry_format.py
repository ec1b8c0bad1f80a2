"""The style of a digest: what is new in it is set as the rest is."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.digests import ADDED, BLOG, FLAT, NEXT, OCTO, SPACED, edited, only
from vault_sync.core.digest import editor as digest
from vault_sync.core.digest import entry_format
from vault_sync.core.digest.reader import read as read_digest
from vault_sync.core.model.values import Fields


def test_a_first_part_comes_in_the_style_of_the_digest() -> None:
    said: dict[str, Any] = {"commentary": "새\n\n글", "tags": ("x", "y")}
    assert edited(FLAT, 1, **said) == FLAT + "새\n\n글\n#x #y\n"
    assert edited(SPACED, 1, **said) == SPACED + "\n새\n\n글\n\n#x #y\n"
    assert edited(SPACED.rstrip(), 1, **said) == SPACED + "\n새\n\n글\n\n#x #y"
    assert edited(FLAT.replace("하나\n", ""), commentary="하나") == FLAT
    assert edited(SPACED.replace("하나\n\n둘\n\n", ""), 0, commentary="하나\n\n둘") == SPACED


def test_the_style_of_an_entry_goes_before_that_of_its_digest() -> None:
    text = SPACED + f"\n\n{BLOG}\nV (Bo Li)\n하나\n"
    assert edited(text, 2, tags=("x",)) == text + "#x\n"
    under_head = f"w\n{OCTO}\n\nT (Kim Lee)\nwords\n"
    assert edited(under_head, tags=("x",)) == under_head + "#x\n"
    between = f"w\n{OCTO}\nT (Kim Lee)\n\nwords\n"
    assert edited(between, tags=("x",)) == between + "\n#x\n"


def test_an_entry_is_appended_in_the_style_of_the_digest() -> None:
    flat, spaced = read_digest(FLAT), read_digest(SPACED)
    written = f"{BLOG}\n[[n|V]] (Bo Li)\n하나\n\n둘\n#x\n"
    apart = f"{BLOG}\n\n[[n|V]] (Bo Li)\n\n하나\n\n둘\n\n#x\n"
    assert digest.append(flat, [(ADDED, "n")]) == FLAT + written
    assert digest.append(spaced, [(ADDED, "n")]) == f"{SPACED}\n\n{apart}"
    assert digest.append(read_digest(SPACED + "\n"), [(ADDED, "n")]) == f"{SPACED}\n\n{apart}"
    assert digest.append(read_digest(FLAT.rstrip()), [(ADDED, "n")]) == (FLAT + written).rstrip()
    crlf = digest.append(read_digest(FLAT.replace("\n", "\r\n")), [(ADDED, "n")])
    assert crlf == (FLAT + written).replace("\n", "\r\n")
    assert digest.append(flat, []) == FLAT


def test_blank_lines_below_the_title_are_a_style_of_their_own() -> None:
    text = f"w\n{OCTO}\nT (Kim Lee)\n\n하나\n"
    assert digest.append(read_digest(text), [(ADDED, "n")]) == (
        f"{text}{BLOG}\n[[n|V]] (Bo Li)\n\n하나\n\n둘\n\n#x\n"
    )


def test_what_sets_entries_apart_sets_an_appended_one_apart() -> None:
    text = f"w\n{OCTO}\nT (Kim Lee)\n\n---\n\n{NEXT}\nU (Ann Park)\n"
    said = Fields(BLOG, "V", ("Bo Li",))
    assert digest.append(read_digest(text), [(said, None)]) == f"{text}\n---\n\n{BLOG}\nV (Bo Li)\n"
    ready = text + "\n---\n\n"
    assert digest.append(read_digest(ready), [(said, None)]) == f"{ready}{BLOG}\nV (Bo Li)\n"


def test_a_new_digest_is_flat() -> None:
    entries = [
        (ADDED, "n"),
        (Fields(OCTO, tags=("y",)), "m"),
        (Fields(NEXT, "A [b]", ("Bo Li",)), "o"),
    ]
    assert digest.new("2023년 8월 4주차", entries) == (
        f"2023년 8월 4주차\n{BLOG}\n[[n|V]] (Bo Li)\n하나\n\n둘\n#x\n"
        f"{OCTO}\n[[m]]\n#y\n{NEXT}\nA [b] (Bo Li) [[o]]\n"
    )


FLAT_ENTRIES = "https://arxiv.org/abs/2308.00011\nT (Ann Park)\nwords\n#a\n" * 2
SPACED_ENTRIES = "https://arxiv.org/abs/2308.00011\n\nT (Ann Park)\n\nwords\n\n#a\n\n" * 2


@pytest.mark.parametrize(
    ("others", "own", "spaced"),
    [
        (SPACED_ENTRIES, "https://arxiv.org/abs/2308.00001\nfirst line\nsecond line\n", True),
        (SPACED_ENTRIES, "https://arxiv.org/abs/2308.00001\n#a\n#b\n", True),
        (FLAT_ENTRIES, "https://arxiv.org/abs/2308.00001\nT (Ann Park)\n[[n]]\n\n", False),
        (FLAT_ENTRIES, "https://arxiv.org/abs/2308.00001\nT (Ann Park)\n[[n]]\n\nwords\n", False),
    ],
)
def test_lines_of_one_part_and_gaps_at_a_link_say_nothing_of_the_style(
    others: str, own: str, *, spaced: bool
) -> None:
    text = f"w\n{others}{own}"
    read = read_digest(text, lambda *_: True)
    style = entry_format.style_at(read, entry_format.rows_of(text, read.entries[-1]))
    assert style.between_parts == spaced


@pytest.mark.parametrize(
    ("line", "tags", "after"),
    [
        ("#a#b", ("a", "b", "c"), "#a#b#c"),
        ("#a#b", ("b",), "#b"),
        ("#a  #b \t", ("a", "b", "c"), "#a  #b  #c \t"),
        ("#a #b #a #c", ("b", "c"), "#b #c"),
        ("  #a #b", ("b",), "  #b"),
        ("#a\n말\n#b", ("a", "b", "c"), "#a\n말\n#b #c"),
        ("#a\n말\n#b", ("b",), "말\n#b"),
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


def test_a_carriage_return_at_the_end_of_a_file_becomes_no_newline() -> None:
    text = f"w\n{OCTO}\nT (Kim Lee)\nfirst"
    assert edited(text + "\r", tags=("a",)) == text + "\n#a\r"


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
    assert edited(text.replace("#a\n", "#a\n\n"), tags=()) == text.replace("#a\n", "#a\n\n")
    for apart in ("#\n", "## 끝\n", "\n---\n"):
        other = text.replace("#a\n", f"#a\n{apart}")
        assert edited(other, tags=()) == other.replace("#a\n", "", 1)
    for below in ("[[n]]", "U (Bo Li)", "[[n|U]] (Bo Li)"):
        other = text.replace(f"{BLOG}\n", f"{BLOG}\n{below}\n")
        assert edited(other, tags=()) == other.replace("#a\n", "")


@pytest.mark.parametrize(
    "change", [{"title": "a\nb"}, {"authors": ("a\nb",)}, {"tags": ("a\nb",)}, {"url": "a\nb"}]
)
def test_a_value_with_a_line_break_is_not_written_where_a_line_is_meant(
    change: dict[str, Any],
) -> None:
    assert edited(FLAT, **change) == FLAT


ADDRESS, OTHER = (f"https://arxiv.org/abs/2308.0000{n}\n" for n in (1, 2))
TIGHT = f"{ADDRESS}T (Ann Bee)\nwords\n#a\n"
WIDE = f"{ADDRESS}\nT (Ann Bee)\n\nwords\n\n#a\n"


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("", (False, False, "")),
        ("w\n\n", (False, False, "")),
        ("w\n\nx\n", (True, True, "\n")),
        ("w\r\n\r\nx", (True, True, "\n")),
        # That of most entries, below the head and between the other parts.
        (TIGHT, (False, False, "")),
        (WIDE, (True, True, "\n")),
        (f"w\n\n{TIGHT}", (False, False, "")),
        (f"{ADDRESS}\nT (Ann Bee)\nwords\n#a\n", (True, False, "")),
        (f"{ADDRESS}T (Ann Bee)\nwords\n\n#a\n", (False, True, "")),
        (WIDE + TIGHT, (False, False, "")),
        (WIDE + WIDE + TIGHT, (True, True, "")),
        # Between entries what stands above the last one.
        (f"{TIGHT}\n{TIGHT}", (False, False, "\n")),
        (f"{TIGHT}\n\n{TIGHT}\n{TIGHT}", (False, False, "\n")),
        (f"{TIGHT}\n---\n\n{TIGHT}", (False, False, "\n---\n\n")),
        (f"{TIGHT}# C\n{TIGHT}", (False, False, "")),
        (f"{WIDE}\n{WIDE}".replace("\n", "\r\n"), (True, True, "\n")),
        # What shows neither is set as what does, and that as the lines above.
        (ADDRESS, (False, False, "")),
        (f"w\n\n{ADDRESS}", (True, True, "\n")),
        (f"{ADDRESS}\n{OTHER}T (Ann Bee)\n", (False, False, "\n")),
    ],
)
def test_the_style_of_a_digest(text: str, style: tuple[bool, bool, str]) -> None:
    assert entry_format.style_of(read_digest(text)) == style


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("", ""),
        ("w\n", ""),
        ("w\n\nx\n", "\n"),
        ("w\n\nx\n\n", ""),
        (f"w\n{TIGHT}", ""),
        (f"w\n{TIGHT}\n", ""),
        (f"w\n{TIGHT}\n{TIGHT}", "\n"),
        (f"w\n{TIGHT}\n{TIGHT}\n", ""),
        (f"w\n{TIGHT}\n\n{TIGHT}\n", "\n"),
        (f"w\n{TIGHT}\n---\n{TIGHT}", "\n---\n"),
        (f"w\n{TIGHT}\n---\n{TIGHT}\n---\n", ""),
        # Below a heading of its own nothing tells what sets entries apart.
        (f"w\n{TIGHT}\n\n{TIGHT}# C\n", ""),
        (f"w\n{WIDE}\n\n{WIDE}# C\n", "\n"),
    ],
)
def test_what_is_still_to_be_written_above_the_next_entry(text: str, gap: str) -> None:
    week = read_digest(text)
    assert entry_format.gap_at_end(week, entry_format.style_of(week)) == gap
