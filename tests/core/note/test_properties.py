"""Edits of properties: the value that changes is written, and nothing else moves."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.laws import examples
from tests.support.property_blocks import ANY, check_total, edited, note
from vault_sync.core.model.values import PropertyValue
from vault_sync.core.note import properties as properties_module
from vault_sync.core.note.properties import Unwritable, Wanted, block, edit
from vault_sync.core.note.property_block import Properties, Value, read
from vault_sync.core.text.spans import Edit, Span, splice

# ---- what an edit must not change


SAME: list[tuple[str, dict[str, Wanted]]] = [
    ("a: 'x'", {"a": "x"}),
    ('a: "2023-08-14" # c', {"a": "2023-08-14"}),
    ("a: [x]", {"a": "x"}),
    ("a: x", {"a": ("x",)}),
    ("a: x", {"a": ("x", "")}),
    ("a:", {"a": ""}),
    ("a: ~", {"a": ()}),
    ("a: []", {"a": ()}),
    ("a:\n- 'x' # c\n-\n- y", {"a": ("x", "y")}),
    ("a: [ x,y ]", {"a": ("x", "y")}),
    ("A: x", {"a": "x"}),
    ("a: 2023", {"a": 2023}),
    ("a: '2023'", {"a": 2023}),
    ("a: x", {"b": None}),
    ("a: >-\n  x\n  y", {"a": "x y"}),
]


@pytest.mark.parametrize(("content", "changes"), SAME)
def test_what_reads_as_asked_is_not_touched(content: str, changes: dict[str, Wanted]) -> None:
    assert edit(read(note(content)), changes) == []


REFUSED: list[tuple[str, dict[str, Wanted], int]] = [
    ("x: 1\nup: [[X]]", {"up": "y"}, 3),
    ("up: [[X]]", {"up": None}, 2),
    ("a: {b: 1}", {"a": ("y",)}, 2),
    ("a: &x 1\nb: *x", {"a": "2"}, 2),
    ("a: &x 1\nb: *x", {"b": "2"}, 3),
    ("a: !!str 1", {"a": "2"}, 2),
    ("? a\n: b", {"a": "2"}, 2),
    ("a: [x, # mine\n  y]", {"a": ("x",)}, 2),
    ("a: [x, # mine\n  y]", {"a": "x"}, 2),
    ("a: # mine\n  x", {"a": ("y", "z")}, 2),
    ("a: | # mine\n  x", {"a": "y"}, 2),
    ("a: [2023-99-99, x]", {"a": ("x",)}, 2),
    ("a: x", {"a": "\udc80"}, 2),
    ("a: [x, y]", {"a": ("\udc80",)}, 2),
]


@pytest.mark.parametrize(("content", "changes", "line"), REFUSED)
def test_is_refused(content: str, changes: dict[str, Wanted], line: int) -> None:
    with pytest.raises(Unwritable) as refused:
        edit(read(note(content)), changes)
    assert refused.value.line == line
    assert ";" in refused.value.message


# ---- what an edit changes


EDITS: list[tuple[str, dict[str, Wanted], str]] = [
    # scalars
    ("a: x\nb: 1", {"a": "y"}, "a: y\nb: 1"),
    ("a:   'x'  # c", {"a": "k: v"}, 'a:   "k: v"  # c'),
    ("a:\tx", {"a": "y"}, "a:\ty"),
    ("A: x", {"a": "y"}, "A: y"),
    ("a:\nb: 1", {"a": "2308.07124"}, 'a: "2308.07124"\nb: 1'),
    ("a: # c", {"a": "x"}, "a: x # c"),
    ("a: ~", {"a": "x"}, "a: x"),
    ("a: x # c", {"a": "p\nq"}, "a: |- # c\n  p\n  q"),
    ("a:  ", {"a": "p\nq"}, "a: |-  \n  p\n  q"),
    ("a: |\n  x\n\n# c\nb: 1", {"a": "y"}, "a: y\n\n# c\nb: 1"),
    ("a: |+\n  x\n\nb: 1", {"a": "y"}, "a: y\nb: 1"),
    ("a: x\n  y\nb: 1", {"a": "z"}, "a: z\nb: 1"),
    ("a: &x 1\nb: 2", {"b": "3"}, 'a: &x 1\nb: "3"'),
    ("up: [[X]]\nb: 2", {"b": "3"}, 'up: [[X]]\nb: "3"'),
    # integers
    ("a: x # c\nb: 1", {"a": 2023}, "a: 2023 # c\nb: 1"),
    ("a:\n  - x\n  - y", {"a": 2023}, "a: 2023"),
    ("a: x", {"b": 2023, "c": "2023"}, 'a: x\nb: 2023\nc: "2023"'),
    # new ones, in the order given
    ("a: x\n# tail", {"z": "1", "y": ("p", "[[q]]"), "e": ()}, (
        'a: x\n# tail\nz: "1"\ny:\n  - p\n  - "[[q]]"\ne: []'
    )),
    ("  a: x", {"b": ("y",)}, "  a: x\n  b:\n    - y"),
    ("# c", {"a": "x"}, "# c\na: x"),
    # gone
    ("a: x # c\nb: 1", {"a": None}, "b: 1"),
    ("# c\na:\n  - x\n  - y\n# d\nb: 1", {"a": None}, "# c\n# d\nb: 1"),
    ("# c\na: x", {"a": None}, "# c"),
    ("a:\nb: 1", {"a": None}, "b: 1"),
    # block lists
    ("a:\n  - x # c\n  - 'y'\nb: 1", {"a": ("x", "y", "z")}, "a:\n  - x # c\n  - 'y'\n  - z\nb: 1"),
    ("a:\n- x\n- y", {"a": ("w", "x", "y")}, "a:\n- w\n- x\n- y"),
    ("a:\n    - x\n    - y", {"a": ("x", "k: v", "y")}, 'a:\n    - x\n    - "k: v"\n    - y'),
    ("a:\n  - x # c\n  # own\n  - 'y' # d", {"a": ("y",)}, "a:\n  # own\n  - 'y' # d"),
    ("a:\n  - x # c\n  - y", {"a": ("w", "y")}, "a:\n  - w # c\n  - y"),
    ("a:\n  - x # c\n  - 'y'\n  - z", {"a": ("y", "z", "x")}, "a:\n  - 'y'\n  - z\n  - x # c"),
    ("a:\n- x # c\n- k\n- m\n- y", {"a": ("y", "k", "m", "x")}, "a:\n- y\n- k\n- m\n- x # c"),
    ("a:\n  - x", {"a": ("x", "", "y")}, "a:\n  - x\n  - y"),
    ("a:\n  -\n  - # c", {"a": ("x", "y")}, "a:\n  - x\n  - y # c"),
    ("a:\n  -\n  - x", {"a": ("x", "y")}, "a:\n  -\n  - x\n  - y"),
    ("a:\n  - -x\n  - y", {"a": ("y",)}, "a:\n  - y"),
    ("a:\n  - x", {"a": ("p\nq", "x")}, "a:\n  - |-\n    p\n    q\n  - x"),
    ("a:\n  - x\n  - x", {"a": ("x",)}, "a:\n  - x"),
    ("a:\n  - x # c", {"a": ("x", "x")}, "a:\n  - x # c\n  - x"),
    ("a: # c\n  - x\n  # own\n  - y\nb: 1", {"a": ()}, "a: [] # c\n  # own\nb: 1"),
    # flow lists, by ruamel.yaml
    ("a: [x, 'y']  # c\nb: 1", {"a": ("y", "z")}, "a: ['y', z]  # c\nb: 1"),
    (
        "a: [x, y]",
        {"a": ("x", "[[n]]", "p, q", '"s"')},
        "a:\n  - x\n  - \"[[n]]\"\n  - p, q\n  - '\"s\"'",
    ),
    ("a: [x]", {"a": ()}, "a: []"),
    # from one kind to the other, in the block style
    ("a: x # c\nb: 1", {"a": ("y", "z")}, "a: # c\n  - y\n  - z\nb: 1"),
    ("a: []\nb: 1", {"a": ("y",)}, "a:\n  - y\nb: 1"),
    ("a:\nb: 1", {"a": ("y",)}, "a:\n  - y\nb: 1"),
    ("a: x", {"a": ()}, "a: []"),
    ("a: # c\n  - x\n  - y\nb: 1", {"a": "z"}, "a: z # c\nb: 1"),
    ("a: [x, y] # c", {"a": "z"}, "a: z # c"),
    # several at once
    ("a: x\nb:\n  - y\nc: 1", {"c": "2", "a": None, "b": ("y", "z"), "d": "e"}, (
        'b:\n  - y\n  - z\nc: "2"\nd: e'
    )),
]  # fmt: skip


@pytest.mark.parametrize(("content", "changes", "after"), EDITS)
@pytest.mark.parametrize("bom", ["", "\ufeff"], ids=["", "BOM"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_edits(
    content: str, changes: dict[str, Wanted], after: str, bom: str, newline: str
) -> None:
    def with_newlines(text: str) -> str:
        return bom + text.replace("\n", newline)

    text = edited(with_newlines(note(content)), **changes)
    assert text == with_newlines(note(after))
    assert edit(read(text), changes) == []


@pytest.mark.parametrize(
    ("there", "new", "after"),
    [
        ("title url", "authors", "title authors url"),
        ("title digests", "published", "title published digests"),
        ("title mine url", "authors", "title mine url authors"),
        ("mine url title", "authors", "mine url title authors"),
        ("title aliases", "authors", "title aliases authors"),
        ("url tags", "authors", "url tags authors"),
        ("title url", "mine", "title url mine"),
        ("title", "authors", "title authors"),
        ("title authors", "title", "title authors"),
    ],
)
def test_a_new_property_stands_between_its_neighbours_or_last(
    there: str, new: str, after: str
) -> None:
    text = edited(note(*(f"{name}: x" for name in there.split())), **{new: "y"})
    assert list(read(text).values) == after.split()
    assert read(text).scalar(new) == "y"


def test_the_last_property_takes_the_block_along() -> None:
    assert edited(note("a: x"), a=None) == "body\n"
    assert edited("\ufeff---\r\na:\r\n  - x\r\n---\r\nb", a=None) == "\ufeffb"
    assert edited(note("# mine", "a: x"), a=None) == note("# mine")
    # What is below would become the block.
    below = note("b: 1")
    assert edited(note("a: x", body=below), a=None) == f"---\n---\n{below}"


def test_a_new_block_goes_on_top() -> None:
    assert edited("body\r\n", a="x") == "---\r\na: x\r\n---\r\nbody\r\n"
    assert edited("\ufeffbody", a=("x",), b=None) == "\ufeff---\na:\n  - x\n---\nbody"
    assert edited("", a="x") == "---\na: x\n---\n"
    assert edit(read("body"), {"a": None}) == []


def test_block() -> None:
    assert block({"title": "A: b", "tags": ("x", "2023", ""), "none": (), "on": "yes"}) == (
        '---\ntitle: "A: b"\ntags:\n  - x\n  - "2023"\nnone: []\non: yes\n---\n'
    )
    assert block({"year": 2023, "text": "2023"}) == '---\nyear: 2023\ntext: "2023"\n---\n'
    assert block({}) == "---\n---\n"


@pytest.mark.parametrize("wrong", ["name below", "body", "value below", "not as asked"])
def test_a_wrong_edit_is_refused(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = note("a: x", "b: y", "c: z")
    places = {
        "name below": Span(text.index("b:"), text.index("b:") + 1),
        "body": Span(text.index("body"), len(text)),
        "value below": Span(text.index("z"), text.index("z") + 1),
        "not as asked": Span(text.index("x") + 1, text.index("x") + 1),
    }

    def planted(_: str, value: Value, want: Wanted) -> list[Edit]:
        return [Edit(value.span, str(want)), Edit(places[wrong], "o")]

    monkeypatch.setattr(properties_module, "_value_edits", planted)
    with pytest.raises(Unwritable):
        edit(read(text), {"a": "new"})


# ---- laws


WORDS = st.one_of(
    st.sampled_from(
        ["x", "1", "a: b", "#t", "[[N]]", "'q'", '"q"', "한글", "~", "p\nq", " ", "-", "a\u2028b"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6),
    st.text(" \t\n:#-?'\"[]{},&*!|>%@`ax1", min_size=1, max_size=6),
)
NAMES = st.text(string.ascii_lowercase, min_size=1, max_size=3)
WANTED = st.one_of(WORDS, st.lists(WORDS, max_size=4).map(tuple), st.integers(-1, 3000))

# Lines that people write in a block, with names that differ.
LINES = st.lists(
    st.sampled_from(
        ["x", "'x' # c", "# c", "", "~", "[x, 'y']", "[]", "[[X]]", "{a: 1}", "|\n  x\n", ">-\n  x",
         "\n  - x # c\n  - 'y'", "\n- x\n-\n# own\n- z", "\n    - x", "x\n  y", "&p 1", "!t 1",
         "\n  k: v\n  # c", '"2308.1"\n\n# tail']
    ),
    max_size=6,
)  # fmt: skip
NOTES = st.builds(
    lambda values, bom, newline: (
        bom
        + note(
            *[f"k{n}: {value}" for n, value in enumerate(values)], body="# b\n---\nx: y"
        ).replace("\n", newline)
    ),
    LINES,
    st.sampled_from(["", "\ufeff"]),
    st.sampled_from(["\n", "\r\n"]),
)


def check_edit(text: str, name: str, want: Wanted) -> None:
    """An edit does as asked, or is refused; no line of any other property moves."""
    before = read(text)
    try:
        after = read(splice(text, edit(before, {name: want})))
    except Unwritable:
        value = before.find(name)
        odd = value is not None and value.kind == "other"
        hard = before.broken or odd or not readable(want)
        assert hard or (value is not None and "#" in value.span.slice(text)) or "[" in text
        return
    asked = after.find(name)
    if isinstance(want, tuple):
        assert after.items(name) == tuple(filter(None, want))
    else:
        assert (asked is None) if want is None else after.scalar(name) == str(want)
    assert after.text[after.body :] == before.text[before.body :]
    for other, value in before.values.items():
        if other != name:
            assert lines_of(after, after.values[other]) == lines_of(before, value)


def readable(want: Wanted) -> bool:
    """Whether PyYAML reads it as npm `yaml` writes it: no raw control characters, no tab first."""
    words = want if isinstance(want, tuple) else (str(want or ""),)
    return not any(
        re.search("[\x7f-\x84\x86-\x9f\ufffe\uffff]", word)
        or ("\n" in word and word.lstrip("\n").startswith("\t"))
        for word in words
    )


def lines_of(found: Properties, value: Value) -> str:
    start = found.text.rindex("\n", 0, value.key)
    return found.text[start : found.text.index("\n", max(value.span.end, value.colon))]


@settings(max_examples=examples(135))
@given(NOTES, st.sampled_from(["k0", "k1", "k2", "k5", "new"]), WANTED | st.none())
def test_an_edit_changes_what_was_asked_and_nothing_else(
    text: str, name: str, want: Wanted
) -> None:
    check_edit(text, name, want)


@settings(max_examples=examples(65))
@given(st.dictionaries(NAMES, WANTED, max_size=5))
def test_what_is_written_is_read_back(values: dict[str, PropertyValue]) -> None:
    values = {name: want for name, want in values.items() if readable(want)}
    for text in (block(values) + "body", splice("body", edit(read("body"), values))):
        found = read(text)
        assert found.broken is None
        assert text[found.body :] == "body"
        for name, want in values.items():
            if isinstance(want, tuple):
                assert found.items(name) == tuple(filter(None, want))
            else:
                assert found.scalar(name) == str(want)


FLOW = st.lists(
    st.sampled_from(
        ["x", "'y'", '"z"', "1", "0x1F", "1_000", "2023-08-14", "2023-99-99", "~", "null", "yes",
         "한글", "a b", "'it''s'", '"\\u00e9"', "1e3", ".inf", "12:30", "<<", "=", "0o17", "-1"]
    ),
    max_size=5,
).map(", ".join)  # fmt: skip


@settings(max_examples=examples(35))
@given(FLOW, st.lists(WORDS, max_size=4).map(tuple))
def test_a_flow_list_is_written_as_asked_or_refused(items: str, want: tuple[str, ...]) -> None:
    text = note("a: 1 # c", f"k: [{items}]  # d", "b: 2")
    check_edit(text, "k", want)


@pytest.mark.sweep
@settings(max_examples=20_000)
@given(NOTES | ANY, NAMES | st.sampled_from(["k0", "k1", "k2"]), WANTED | st.none())
def test_edits_swept(text: str, name: str, want: Wanted) -> None:
    check_total(read(text), text)
    check_edit(text, name, want)
