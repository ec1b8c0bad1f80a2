"""Two sequences compared: what stands in both, finely in short ones, coarsely in long ones."""

from __future__ import annotations

import pytest
from vault_sync.core.text.common_items import changes, common


def test_long_texts_are_compared_by_the_lines_that_stand_once_on_each_side() -> None:
    """Where a fine comparison would take too long, lines that repeat are no anchors."""
    a = ["new", *["x", "y"] * 60, "one", *["x", "y"] * 60, "two", "gone", *["y", "x"] * 60, "a"]
    b = ["old", *["y", "z"] * 60, "one", *["z", "x"] * 60, "two", *["z", "x"] * 60, "b"]
    both = {a[one] for one, other in common(a, b) if a[one] == b[other]}
    assert {"one", "two"} <= both
    assert all(a[one] == b[other] for one, other in common(a, b))
    assert common(a, b) == sorted(set(common(a, b)))


def test_lines_beside_an_anchor_are_compared_too() -> None:
    a = ["p", *["x", "y"] * 60, "x", "one", "x", "q", *["x", "y"] * 60, "r"]
    b = ["s", *["y", "z"] * 60, "x", "one", "x", "t", *["z", "x"] * 60, "u"]
    at = a.index("one")
    assert common(a, b) == [(at - 1, at - 1), (at, at), (at + 1, at + 1)]


def test_an_anchor_stands_once_on_both_sides() -> None:
    """Here `twice` stands twice on one side: which of the two is the same, nobody can say."""
    a = ["a", *["x", "y"] * 60, "twice", *["x", "y"] * 60, "twice", *["x", "y"] * 60, "b"]
    b = ["c", *["y", "z"] * 60, "twice", *["z", "x"] * 60, "d"]
    assert common(a, b) == common(b, a) == []


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("abc", "abc", "abc"),
        ("abc", "cab", "ab"),
        ("edabc", "abcde", "abc"),
        ("abcde", "edabc", "abc"),
        ("bcad", "abcd", "bcd"),
        ("a", "b", ""),
        ("ab", "b", "b"),
        ("acb", "adb", "ab"),
        ("aab", "ab", "ab"),
        ("abb", "ab", "ab"),
        ("abcb", "abdb", "abb"),
    ],
)
def test_of_lines_in_long_texts_the_longest_row_in_order_stays(
    one: str, other: str, both: str
) -> None:
    a, b = ["p", *["x", "y"] * 60, *one, "q"], ["s", *["y", "x"] * 60, *other, "t"]
    found = common(a, b)
    assert "".join(a[at] for at, _ in found) == "".join(b[at] for _, at in found) == both
    assert found == sorted(found, key=lambda pair: pair[1])


def test_long_texts_with_little_in_common_are_compared_finely() -> None:
    """Lines that stand twice on each side are no anchors, and are found all the same."""
    a = [*map(str, range(60)), "x", *map(str, range(60, 120)), "x"]
    b = [*map(str, range(120, 180)), "x", *map(str, range(180, 240)), "x", "end"]
    assert common(a, b) == [(60, 60), (121, 121)]


def test_steps_turn_one_into_the_other() -> None:
    kinds = [(each.kind, each.start, each.end) for each in changes("abcde", "xbcfe1")]
    assert kinds == [
        ("replace", 0, 1),
        ("equal", 1, 3),
        ("replace", 3, 4),
        ("equal", 4, 5),
        ("insert", 5, 5),
    ]
