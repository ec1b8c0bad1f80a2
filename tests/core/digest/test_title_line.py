"""Title lines: their parts, and a title that changes while its link and emphasis stay."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.digests import OCTO, edited, only
from vault_sync.core.digest import title_line

Parts = tuple[str, tuple[str, ...], str | None]

TITLES: dict[str, Parts] = {
    "Platypus: Quick, Cheap (Ariel N. Lee, Cole J. Hunter)": (
        "Platypus: Quick, Cheap", ("Ariel N. Lee", "Cole J. Hunter"), None,
    ),
    "Self-Training (ReST) for Language (Caglar Gulcehre)": (
        "Self-Training (ReST) for Language", ("Caglar Gulcehre",), None,
    ),
    "#InsTag: Instruction Tagging (Keming Lu, Hongyi Yuan)": (
        "#InsTag: Instruction Tagging", ("Keming Lu", "Hongyi Yuan"), None,
    ),
    "T (Ana Silva (MIT, CSAIL), Bo Li)": ("T", ("Ana Silva (MIT, CSAIL)", "Bo Li"), None),
    "T (Niklas Muennighoff, Qian Liu, ...)": ("T", ("Niklas Muennighoff", "Qian Liu", "..."), None),
    "T (Kim et al.)": ("T", ("Kim et al.",), None),
    "T (OpenAI)": ("T", ("OpenAI",), None),
    "T (Qwen team)": ("T", ("Qwen team",), None),
    "T (01.AI, :, Alex Young)": ("T", ("01.AI", ":", "Alex Young"), None),
    "T (lucidrains, Phil Wang)": ("T", ("lucidrains", "Phil Wang"), None),
    "T (Aäron van den Oord, danah boyd)": ("T", ("Aäron van den Oord", "danah boyd"), None),
    "한국어 제목 (김철수, 이 영희)": ("한국어 제목", ("김철수", "이 영희"), None),
    "  T  (Kim Lee) \t": ("T", ("Kim Lee",), None),
    "*T x* (Kim Lee)": ("T x", ("Kim Lee",), None),
    "**T x** (Kim Lee)": ("T x", ("Kim Lee",), None),
    "***T x*** (Kim Lee)": ("T x", ("Kim Lee",), None),
    "**T x (Kim Lee)**": ("T x", ("Kim Lee",), None),
    "**A** or **B** (Kim Lee)": ("**A** or **B**", ("Kim Lee",), None),
    "** T** (Kim Lee)": ("** T**", ("Kim Lee",), None),
    "A* Search (Kim Lee)": ("A* Search", ("Kim Lee",), None),
    "1. T (OpenAI)": ("T", ("OpenAI",), None),
    "### T (OpenAI)": ("T", ("OpenAI",), None),
    "- T (Kim Lee, Ann Park)": ("T", ("Kim Lee", "Ann Park"), None),
    "[[n|T: x]] (Kim Lee)": ("T: x", ("Kim Lee",), "n"),
    "[[papers/n#h|T]] (kim)": ("T", ("kim",), "papers/n#h"),
    "**[[n|T]]** (Kim Lee)": ("T", ("Kim Lee",), "n"),
    "**[[n|T]] (Kim Lee)**": ("T", ("Kim Lee",), "n"),
    "[[n|T]]": ("T", (), "n"),
    "*[[n|T]]*": ("T", (), "n"),
    "T [x] (Kim Lee) [[n]]": ("T [x]", ("Kim Lee",), "n"),
    "**T [x] (Kim Lee)** [[n]]": ("T [x]", ("Kim Lee",), "n"),
    "a|b (Kim Lee) [[n]]": ("a|b", ("Kim Lee",), "n"),
    "[[X]] (Kim Lee)": ("[[X]]", ("Kim Lee",), None),
    "[T [x]](https://x.org/a_(b)) (Kim Lee)": ("T [x]", ("Kim Lee",), None),
    "**[T](https://x.org)** (Kim Lee) [[n]]": ("T", ("Kim Lee",), "n"),
    "[**T**](https://x.org) (Kim Lee) [[n]]": ("T", ("Kim Lee",), "n"),
    "[A](u.io) (b) (Kim Lee)": ("[A](u.io) (b)", ("Kim Lee",), None),
    "[A](u.io)[B](v.io) (Kim Lee)": ("[A](u.io)[B](v.io)", ("Kim Lee",), None),
    "[A [b]] (c) (Kim Lee)": ("[A [b]] (c)", ("Kim Lee",), None),
    f"[T]({OCTO}v2)": ("T", (), None),
    f"**[T]({OCTO})** [[n]]": ("T", (), "n"),
    "**T: x**": ("T: x", (), None),
    "***T [x]*** [[n]]": ("T [x]", (), "n"),
}  # fmt: skip


@pytest.mark.parametrize(("line", "parts"), TITLES.items())
def test_title_line(line: str, parts: Parts) -> None:
    read, entry = only(f"w\n{OCTO}\n{line}\n처음\n")
    assert (entry.fields.title, entry.fields.authors) == parts[:2]
    assert (entry.link and entry.link.target) == parts[2]
    assert entry.fields.commentary == "처음"
    if entry.link is not None:
        assert entry.link.span.slice(read.text).endswith("]]")


@pytest.mark.parametrize(
    ("line", "change", "after"),
    [
        ("[[n|T]] (Kim Lee)", {"title": "T [x]"}, "T [x] (Kim Lee) [[n]]"),
        ("T [x] (Kim Lee) [[n]]", {"title": "T"}, "[[n|T]] (Kim Lee)"),
        ("T [x] (Kim Lee) [[n]]", {"title": "U [x]"}, "U [x] (Kim Lee) [[n]]"),
        ("**[[n|T]]** (Kim Lee)", {"title": "U"}, "**[[n|U]]** (Kim Lee)"),
        ("**[[n|T]]**", {"authors": ("Kim Lee",)}, "**[[n|T]]** (Kim Lee)"),
        ("**[[n|T]]**  (Kim Lee)", {"authors": ()}, "**[[n|T]]**"),
        ("T ( Kim Lee ,Bo Li ) ", {"authors": ("Bo Li",)}, "T (Bo Li) "),
        ("[T](u.io) (Kim Lee) [[n]]", {"title": "U"}, "[U](u.io) (Kim Lee) [[n]]"),
        (f"[T]({OCTO}) [[n]]", {"authors": ("Kim Lee",)}, f"[T]({OCTO}) (Kim Lee) [[n]]"),
        ("**T**", {"authors": ("Kim Lee",), "title": "U"}, "**U** (Kim Lee)"),
        ("**[[n|T]]**", {"title": "T [x]"}, "**T [x]** [[n]]"),
    ],
)
def test_a_title_changes_and_keeps_its_link_and_emphasis(
    line: str, change: dict[str, Any], after: str
) -> None:
    assert edited(f"w\n{OCTO}\n{line}\n하나\n", **change) == f"w\n{OCTO}\n{after}\n하나\n"


def test_a_linked_title_is_never_read_out_of_two() -> None:
    assert title_line.parse("[[a|b]] x [[c|d]]", 0, 17) is None
    two = "[A](https://x.org) and [B](https://y.org) (Kim Lee)"
    for line in (two, "", "T (Kim Lee) x]", "T (Kim Lee)*", "[[n]]", "[[n|T]] x]", "1. [[n]]"):
        assert title_line.parse(line, 0, len(line)) is None


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Title (Ann Bee, what?)", "'what?' reads as a sentence, not as a name"),
        ("Title (Ann, 좋은 결과.)", "'좋은 결과.' reads as a sentence, not as a name"),
        ("  Title (Ann, 결과?)  ", "'결과?' reads as a sentence, not as a name"),
        # A title line, prose, an item of a list and a line without a parenthesis: nothing.
        ("Title (Ann Bee)", ""),
        ("a good paper (read it later)", ""),
        ("- Title (Ann Bee, what?)", ""),
        ("Title ()", ""),
        ("1. (Ann Bee)", ""),
        (" (Ann, what?)", ""),
        ("Title", ""),
    ],
)
def test_why_a_line_like_a_title_line_is_none(line: str, why: str) -> None:
    assert title_line.refusal(line, 0, len(line)) == why
    assert title_line.refusal(f"x\n{line}\n", 2, len(line) + 2) == why


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a, b", ["a", "b"]),
        ("a,, b ,", ["a", "b"]),
        ("a (x, y), b", ["a (x, y)", "b"]),
        ("(a, b)", ["(a, b)"]),
        ("a (x, (y, z)), b", ["a (x, (y, z))", "b"]),
        ("", []),
    ],
)
def test_commas_outside_parentheses_part_names(text: str, names: list[str]) -> None:
    assert list(title_line.split_authors(text)) == names


@pytest.mark.parametrize(
    ("title", "authors", "target", "line"),
    [
        ("T", (), None, "T"),
        ("T", ("A", "B"), None, "T (A, B)"),
        ("T", ("A",), "n", "[[n|T]] (A)"),
        ("T [x]", ("A",), "n", "T [x] (A) [[n]]"),
        ("T|x", (), "n", "T|x [[n]]"),
        ("T", (), "n", "[[n|T]]"),
    ],
)
def test_a_title_line_made_from_nothing(
    title: str, authors: tuple[str, ...], target: str | None, line: str
) -> None:
    assert title_line.written(title, authors, target) == line


@pytest.mark.parametrize(
    "line",
    [
        r"\[\[n|Title]] (Ann Bee)",
        r"\[\[n|Title\]\] (Ann Bee)",
        r"\[\[n\|Title]] (Ann Bee)",
        r"Title (Ann Bee) \[\[n]]",
        r"Title (Ann Bee) \[\[n\]\]",
        r"\[\[n|Title]]",
    ],
)
def test_a_link_that_a_formatter_escaped_is_still_the_link(line: str) -> None:
    found = title_line.parse(line, 0, len(line))
    assert found is not None
    assert found.title.slice(line) == "Title"
    assert found.target is not None
    assert found.target.slice(line) == "n"
