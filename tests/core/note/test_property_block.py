"""The property block: what is one, and what is read from it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from tests.support.laws import examples
from tests.support.property_blocks import ANY, check_total, edited, note, seen
from vault_sync.core.note.properties import Unwritable, edit
from vault_sync.core.note.property_block import read, remarks
from vault_sync.core.text.spans import Span

# ---- what is no block, and what is a broken one: none of them is ever edited inside


NO_BLOCK = [
    "",
    "body\n",
    "---",
    "---\n",
    "---\na: 1\n",
    "---\na: 1",
    "----\na: 1\n----\n",
    "---\na: 1\n----\n",
    "---\na: 1\n--- \n",
    "---\na: 1\n ---\n",
    "---\na: 1\n...\n",
    "--- \na: 1\n---\n",
    "\n---\na: 1\n---\n",
    " ---\na: 1\n---\n",
    "\ufeff\n---\na: 1\n---\n",
    "---\ra: 1\r---\r",
]

BROKEN = [
    ("prose between two rules", 2),
    ("key:value", 2),
    ("- a\n- b", 2),
    ("~", 2),
    ('{"a": 1}', 2),
    ("a: 1\na: 2", 3),
    ("a: 1\nb: 2\n'a': 3", 4),
    ("a: {{title}}", 2),
    ("[[Note]]: 1", 2),
    ("a: Foo: bar", 2),
    ("x: 1\na: @x", 3),
    ("x: 1\na: `x`", 3),
    ("x: 1\na: %x", 3),
    ("x: 1\n\t- b", 3),
    ("a: 1\nb: \x01", 3),
    ("a: 1\nb: \udc80", 3),
    ("a: 1\nb: c\rd", 3),
    ('a: 1\nb: "c\rd"', 3),
    ("a: {b: 1, b: 2}", 2),
    ("x: 1\na: &x {b: 1, b: 2}", 3),
    ("a: !t {{title}}", 2),
    ("&x a: 1", 2),
    ("a: &x 1\n*x : 2", 2),
    ("a: 'x", 2),
    ("a: [x", 2),
    ("a: *nowhere", 2),
    ("a: 1\n--- \nb: 2", 3),
    ("a: " + "[" * 25 + "]" * 25, 2),
    ("a: x\U000f2028y\u2028", 1),
]


@pytest.mark.parametrize("text", NO_BLOCK)
def test_is_no_block(text: str) -> None:
    found = read(text)
    assert (found.block, found.values, found.broken) == (None, {}, None)
    assert found.body == (1 if text.startswith("\ufeff") else 0)
    # A new one goes on top, and the whole text stays below it.
    mark = text[: found.body]
    assert edited(text, a="x") == f"{mark}---\na: x\n---\n{text[found.body :]}"


@pytest.mark.parametrize(("content", "line"), BROKEN)
def test_is_broken_and_left_alone(content: str, line: int) -> None:
    found = read(note(content))
    assert found.block is not None
    assert found.broken is not None
    assert found.broken[0] == line
    assert found.values == {}
    for change in ({"a": "x"}, {"new": ("x",)}, {"a": None}):
        with pytest.raises(Unwritable) as refused:
            edit(found, change)
        assert refused.value.line == line
    assert edit(found, {}) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"a": 1}', "the properties are written as JSON"),
        ("- a", "the properties are no list of `name: value`"),
        ("a: 1\na: 2", "the property 'a' stands there twice"),
        ("&x a: 1", "a property's name is not a plain text"),
    ],
)
def test_why_it_is_broken(content: str, words: str) -> None:
    broken = read(note(content)).broken
    assert broken is not None and broken[1] == words


# ---- what is read


READ: list[tuple[str, dict[str, str | tuple[str, ...]]]] = [
    ("", {}),
    ("# only a comment", {}),
    ("a: 1", {"a": "1"}),
    ("a: 2308.10010\nb: 0704.0001\nc: 1_000\nd: 12:30\ne: yes\nf: 010", {
        "a": "2308.10010", "b": "0704.0001", "c": "1_000", "d": "12:30", "e": "yes", "f": "010",
    }),
    ("content: a\nhandler: b\non: c\n2023: d\ntrue: e", {
        "content": "a", "handler": "b", "on": "c", "2023": "d", "true": "e",
    }),
    ("a:\nb: ~\nc: null\nd: \"\"\ne: 'null'\nf: # x", {
        "a": "<null>", "b": "<null>", "c": "<null>", "d": "", "e": "null", "f": "<null>",
    }),
    ("a: x # c\nb: x#c\nc: 'it''s'\nd: \"\\u00e9\"", {
        "a": "x", "b": "x#c", "c": "it's", "d": "é",
    }),
    ('tags:\n  - a # c\n  # own\n  -\n  - "b"\n# tail\nn: 1', {"tags": ("a", "", "b"), "n": "1"}),
    ("tags:\n- a\n- b", {"tags": ("a", "b")}),
    ("a: [~, 'null', null]\nb:\n- ''\n- |\n  x", {"a": ("", "null", ""), "b": ("", "x\n")}),
    ('a: [x, "y, z"]\nb: []\nc: [x,\n  y]', {"a": ("x", "y, z"), "b": (), "c": ("x", "y")}),
    ("up: [[X]]\nm: {a: 1}\nn:\n  a: 1\nl:\n  - - a", {
        "up": "<other>", "m": "<other>", "n": "<other>", "l": "<other>",
    }),
    ("a: &x 1\nb: *x\nc: !!str 1\nd:\n  - &y 1\n  - *y\ne: 2", {
        "a": "<other>", "b": "<other>", "c": "<other>", "d": "<other>", "e": "2",
    }),
    ("? a\n: b\nc: 1", {"a": "<other>", "c": "1"}),
    ("a: |\n  x\n  y\n\nb: >-\n  x\n  y\nc: x\n  y", {"a": "x\ny\n", "b": "x y", "c": "x y"}),
    ("a : 1\n'b c': 2\n\"d\" :\t3", {"a": "1", "b c": "2", "d": "3"}),
    ('a: b\u2028c\nd: e\u2029f\ng: "h\x85i"\n"\ufeffj": \ufeffk', {
        "a": "b\u2028c", "d": "e\u2029f", "g": "h\x85i", "\ufeffj": "\ufeffk",
    }),
    ("\ufeffa: 1", {"\ufeffa": "1"}),
    ("제목: 값 😀\n다음: x", {"제목": "값 😀", "다음": "x"}),
    ("a: " + "[" * 18 + "]" * 18, {"a": "<other>"}),
]  # fmt: skip


@pytest.mark.parametrize(("content", "values"), READ)
@pytest.mark.parametrize("bom", ["", "\ufeff"], ids=["", "BOM"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_reads(content: str, values: dict[str, object], bom: str, newline: str) -> None:
    text = bom + (note(content) if content else "---\n---\nbody\n").replace("\n", newline)
    assert seen(text) == values
    found = read(text)
    assert found.text[found.body :] == f"body{newline}"
    assert found.block == Span(len(bom), found.body)
    for value in found.values.values():
        assert text[: value.key].count("\n") + 1 == value.line
        assert text[value.colon - 1] == ":" or value.kind == "other"


def test_spans_are_those_of_the_values_alone() -> None:
    text = note("a: 'x' # c", "b:  # c", "c:", "  - y # c", "  -", '  - "z"', "# tail", "d: [p, q]")
    found = read(text)
    assert [value.span.slice(text) for value in found.values.values()] == [
        "'x'",
        "",
        '- y # c\n  -\n  - "z"',
        "[p, q]",
    ]
    assert text[: found.values["b"].span.start].endswith("\nb:")
    assert [item.span.slice(text) for item in found.values["c"].items or ()] == ["y", "", '"z"']


@pytest.mark.parametrize(
    ("content", "value"),
    [
        # A map or a list in a list ends with its words, not with the comments below.
        ("a: {b: 1} # c", "{b: 1}"),
        ("a: [[X]]", "[[X]]"),
        ("a:\n  b: 1\n  c: 2 # d\n# e", "b: 1\n  c: 2"),
        ("a:\n  - - x\n    - y\n\n# e", "- - x\n    - y"),
        ("a:\n  b:\n    - x\n  # c", "b:\n    - x"),
        ("a:\n  b: |\n    x\n\n# e", "b: |\n    x"),
        ("a:\n  - k: >-\n      x\n\n# e", "- k: >-\n      x"),
        ("a:\n  b: |+\n    x\n\n# e", "b: |+\n    x\n"),
        ("b: &x\n  - 1\na:\n  c: *x", "c: *x\n"),
        # What has an anchor or a tag, or no colon, is the rest of its line.
        ("a: &x 1 # c", " &x 1 # c"),
        ("a: !!str 1", " !!str 1"),
        ("? a\n: b", "a"),
        ("a: >\n  x\n\n# c", ">\n  x"),
        ("a: > # +\n  x\n\n# c", "> # +\n  x"),
        ("a: >+ # c\n  x\n\n# c", ">+ # c\n  x\n"),
        ("a: x\n  y # c", "x\n  y"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_value_reaches_from_its_first_to_its_last_word(
    content: str, value: str, newline: str
) -> None:
    text = note(content, "f: 1").replace("\n", newline)
    found = read(text)
    words = found.values["a"].span.slice(text)
    assert words.replace("\r\n", "\n").rstrip("\r") == value
    assert found.scalar("f") == "1"


def test_a_new_property_stands_below_a_neighbour_that_is_no_text() -> None:
    for title in ("title:\n  b: |\n    x\n\n# e", "title: &x 1", "title: {a: 1}"):
        assert edited(note(title, "url: u"), authors="A") == note(
            *title.split("\n")[:3], "authors: A", *title.split("\n")[3:], "url: u"
        )


def test_names_are_found_exactly_then_without_case() -> None:
    found = read(note("Tags: x", "TITLE: y", "title: z"))
    assert found.items("tags") == ("x",)
    assert found.scalar("title") == "z"
    assert found.scalar("Title") == "y"
    assert found.scalar("none") == ""
    assert found.items("none") == ()


def test_a_list_of_one_is_a_scalar_and_a_scalar_is_a_list_of_one() -> None:
    found = read(note("a: [x]", "b: y", "c: [x, y]", "d:", "e: [[z]]", "f: ['', x]"))
    assert [found.scalar(name) for name in "abcdef"] == ["x", "y", "", "", "", ""]
    assert [found.items(name) for name in "abcdef"] == [("x",), ("y",), ("x", "y"), (), (), ("x",)]


# ---- laws


@settings(max_examples=examples(135))
@given(ANY)
def test_reading_is_total(text: str) -> None:
    found = read(text)
    check_total(found, text)
    if found.broken is None:
        as_read = {
            name: value.text if value.items is None else tuple(item.text for item in value.items)
            for name, value in found.values.items()
            if value.kind != "other"
        }
        assert edit(found, as_read) == []


REMARKS = """---
# one
title: "a # b" # two
url: https://x.org/#part
tags: # three
  - "#x" # four
  - y#z
text: |
  # a line of the text
none: # five
flow: [a, "# b"] # six
---
# A heading
"""


def test_the_comments_of_a_block_and_nothing_that_looks_like_one() -> None:
    names = ("one", "two", "three", "four", "five", "six")
    assert remarks(read(REMARKS)) == tuple(f"# {name}" for name in names)
    assert remarks(read(REMARKS.replace("\n", "\r\n"))) == remarks(read(REMARKS))
    assert remarks(read("---\na:\n  -\n# x \nb:\n  -\n# y\n---\n")) == ("# x", "# y")
    assert remarks(read("---\na: [x#y, z] # x\n#y\nb: c#d\n---\n")) == ("# x", "#y")
    assert remarks(read("# A heading\n")) == remarks(read("---\na: 1\n---\n# x\n")) == ()
