"""What PyYAML composes of a property block, and what is refused before it does."""

from __future__ import annotations

import time

import pytest
from tests.support.property_blocks import note
from vault_sync.core.note.property_block import read
from vault_sync.core.note.yaml_nodes import MAX_SIZE, UNMASK, BrokenError, compose, refuse_strange
from yaml.nodes import MappingNode


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: " + "[" * 30_000, "nest"),
        ("a: " + "{a: " * 15_000, "more than 20 deep"),
        ("- " * 30_000, "more than 20 deep"),
        ("? " * 30_000, "more than 20 deep"),
        ("\n".join(" " * depth + "a:" for depth in range(350)), "more than 20 deep"),
        ("a: &a [x, x]\n" + "\n".join(f"a{n}: [*a, *a]" for n in range(2000)) + "\nz: [", "YAML"),
        ("a: " + "x" * MAX_SIZE, "larger than 64 KB"),
    ],
    ids=["flow lists", "flow maps", "dashes", "question marks", "indents", "aliases", "size"],
)
def test_bombs_are_broken_and_cheap(content: str, said: str) -> None:
    start = time.process_time()
    broken = read(note(content)).broken
    assert broken is not None
    assert said in broken[1]
    assert time.process_time() - start < 10


def test_aliases_of_aliases_are_looked_at_once() -> None:
    lines = [f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]" for n in range(15)]
    assert read(note("a0: &a0 [x]", *lines)).broken is None
    deep = [f"a{n + 1}: &a{n + 1} [*a{n}]" for n in range(25)]
    broken = read(note("a0: &a0 [x]", *deep)).broken
    assert broken is not None and broken[0] == 21 and "more than 20 deep" in broken[1]


@pytest.mark.parametrize("more", ["", "\n".join(f"k{n}: []" for n in range(300))])
@pytest.mark.parametrize(("opened", "closed"), ["[]", ("{a: ", "}"), ("[{a: ", "}]")])
def test_what_is_twenty_deep_is_read(opened: str, closed: str, more: str) -> None:
    # The block itself is one level, and each pair is as many as it has brackets.
    deepest = 20 - 1
    pairs, one = deepest // len(closed), deepest % len(closed)
    for deeper in (0, 1):
        inside = "[" * (one + deeper) + "]" * (one + deeper)
        broken = read(note(f"a: {opened * pairs}{inside or 1}{closed * pairs}", more)).broken
        assert (broken is not None and "more than 20 deep" in broken[1]) == bool(deeper)


@pytest.mark.parametrize(
    "content", ["\na: b\nc: \udcff\n", "\na: b\nc: d\re\n", "\na: b\nc: \x01\n", "\na: b\nc: {}}\n"]
)
def test_what_is_broken_is_told_with_its_line(content: str) -> None:
    with pytest.raises(BrokenError) as told:
        compose(content, masked=False)
    assert told.value.args[0] == 4


def test_foreign_line_ends_are_masked_and_can_be_unmasked() -> None:
    content = "a: b\u2028c\x85d\ufeff\n"
    root = compose(content, masked=True)
    assert isinstance(root, MappingNode)
    ((name, value),) = root.value
    assert (name.value, value.value.translate(UNMASK)) == ("a", "b\u2028c\x85d\ufeff")
    assert len(value.value) == len("b.c.d.")


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("a: 1\nb: 'x", 2, "not valid YAML"),
        ("a: 1\nb: \x07", 3, "control character"),
        ("a: 1\nb: \udc80", 3, "not UTF-8"),
        ("a: 1\rb: 2", 2, "carriage return"),
        ("a: \U000f2028\u2028", 1, "private plane"),
    ],
)
def test_what_is_no_yaml_says_where_and_why(content: str, line: int, words: str) -> None:
    with pytest.raises(BrokenError) as refused:
        compose(content, masked="\u2028" in content)
    assert refused.value.args[0] == line
    assert words in refused.value.args[1]


@pytest.mark.parametrize(
    ("content", "words"),
    [("{{title}}", "stands where a name should"), ("{b: 1, b: 2}", "twice"), ("[{b: {b: 1}}]", "")],
)
def test_templates_and_doubled_names_are_refused(content: str, words: str) -> None:
    node = compose(content, masked=False)
    assert node is not None
    if not words:
        refuse_strange(node, 7)
        return
    with pytest.raises(BrokenError) as refused:
        refuse_strange(node, 7)
    assert refused.value.args[0] == 7 and words in refused.value.args[1]
