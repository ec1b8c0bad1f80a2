"""Rows of named parts merged: what is added, removed, edited, moved and left open."""

from __future__ import annotations

import pytest
from vault_sync.core.merge.parts import Merged, Name, Parts, merged


def row(words: str) -> Parts:
    """Parts of one line each: `a a2` are the parts a and, with another text, a again."""
    return Parts.build([(("entry", word[0]), "", word) for word in words.split()], "\n")


def merge(base: str, ours: str, theirs: str) -> tuple[str, int]:
    combined: list[Name] = []

    def combine(name: Name) -> Merged:
        combined.append(name)
        return Merged(f"<{name[1]}>", 1)

    found, names = merged(row(base), row(ours), row(theirs), combine, lambda _: "")
    assert found.conflicts == len(combined)
    assert found.text.endswith("\n") and len(names) == len(found.text.split())
    return " ".join(found.text.split()), len(combined)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "both"),
    [
        ("a b", "a b", "a b", "a b"),
        ("a b", "a c b", "a b d", "a c b d"),
        ("a", "a c", "a d", "a c d"),
        ("a b", "a", "a b", "a"),
        ("a b", "a b", "b", "b"),
        ("a b c", "a b2 c", "a b c3", "a b2 c3"),
        ("a b", "a b2", "a", "a b2"),  # an edit outlives a removal
        ("a b", "a", "a b2", "a b2"),
        ("a b", "a b2", "a b2", "a b2"),
        ("a b c", "c a b", "a b2 c", "c a b2"),  # moved by one side, edited by the other
    ],
)
def test_what_only_one_side_did_is_done(base: str, ours: str, theirs: str, both: str) -> None:
    assert merge(base, ours, theirs) == (both, 0)


def test_only_a_part_that_both_sides_edited_is_combined() -> None:
    assert merge("a b c", "a1 b1 c", "a b2 c2") == ("a1 <b> c2", 1)
