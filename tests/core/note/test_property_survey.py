"""The names that a vault's notes have for our properties: proposed where most have them."""

from __future__ import annotations

from vault_sync.core.model.values import Key
from vault_sync.core.note.property_block import Properties, read
from vault_sync.core.note.property_survey import own_names

KEY = Key("arxiv:2301.00001")


def notes(*blocks: str) -> list[tuple[Key, Properties]]:
    return [(KEY, read(f"---\n{block}\n---\n")) for block in blocks]


def proposed(*blocks: str) -> dict[str, str]:
    return {each.ours: each.own for each in own_names(notes(*blocks))}


def test_the_name_that_most_notes_have_is_proposed() -> None:
    block = "Author: Ann One\nlink: https://arxiv.org/abs/2301.00001\ndate: 2023-01-03"
    assert proposed(*[block] * 3) == {"authors": "Author", "url": "link", "published": "date"}
    assert proposed(*[block] * 2) == {}


def test_a_name_is_not_proposed_beside_our_own_or_for_other_values() -> None:
    assert proposed(*["author: A"] * 3, "author: A\nauthors: B") == {}
    assert proposed(*["author: A"] * 3, *["authors: B"] * 4) == {}
    assert proposed(*["date: 2024-05-05"] * 3) == {}, "the day on which it was read"
    assert proposed(*["link: '[[other]]'"] * 3) == {}
    assert proposed(*["author: A"] * 3, *["x: 1"] * 20) == {}
