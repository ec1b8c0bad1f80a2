"""The table of properties: a new note has them, and each is somebody's."""

from __future__ import annotations

from typing import get_args

from vault_sync.core.model.values import Fields, Key
from vault_sync.core.note import new_note, note
from vault_sync.core.note.facts import fact_names
from vault_sync.core.note.property_table import ID_PROPERTIES, LINK_LISTS, PROPERTIES, Owner, owner


def test_a_new_note_has_the_properties_of_the_table_in_its_order() -> None:
    fields = Fields("https://arxiv.org/abs/2308.00001", "T", ("A",), ("t",), "")
    links = dict.fromkeys(LINK_LISTS, ("[[a]]",))
    values = new_note.values_of(Key("arxiv:2308.00001"), fields, {}, ["주"], links)
    text = new_note.new(values, [("주", "말")])
    names = list(note.read(text).properties.values)
    assert names == [name for name in PROPERTIES if name != "doi"]
    assert set(ID_PROPERTIES) == {"arxiv", "doi"}
    assert {owner(name, ()) for name in names} < set(get_args(Owner))
    assert owner("rating", fact_names()) == "the reader's"


def test_only_a_fact_that_counts_as_made_is_the_tools() -> None:
    read = note.read("---\nurl: x\ncomment: read twice\nrating: 5\n---\n")
    assert note.own_properties(read, ("comment",)) == ("rating",)
    assert note.own_properties(read, ()) == ("comment", "rating")
