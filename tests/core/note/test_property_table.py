"""The table of properties: a new note has them, and each is somebody's."""

from __future__ import annotations

from typing import get_args

from vault_sync.core.model.values import Facts, Fields, Key
from vault_sync.core.note import new_note, note
from vault_sync.core.note.property_table import (
    FACTS,
    ID_PROPERTIES,
    LINK_LISTS,
    PROPERTIES,
    PROPERTY_RANKS,
    Owner,
    fact_names,
    fact_properties,
    owner,
)


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


def test_a_note_that_has_them_all_has_the_facts_before_its_digests() -> None:
    ranks = list(PROPERTY_RANKS)
    assert ranks == sorted(ranks, key=PROPERTY_RANKS.__getitem__)
    facts = [fact.name for fact in FACTS if fact.kind != "callout" and fact.name != "doi"]
    before, after = ranks[: ranks.index(facts[0])], ranks[ranks.index(facts[-1]) + 1 :]
    assert ranks == [*before, *facts, *after] and after[0] == "digests"
    assert [*before, *after] == list(PROPERTIES)


ALL = Facts("2023-08-14", "2023-09-01", "T", ("A",), ("cs.CL",), "10.1/x", "J", "12 pages", "Words")


def test_a_value_is_of_its_kind() -> None:
    kinds = {"text": str, "callout": str, "list": tuple, "integer": int}
    for fact in FACTS:
        assert isinstance(fact.read(ALL), kinds[fact.kind])
        assert not fact.read(Facts())


def test_the_year_is_of_the_day_of_publication_or_else_of_the_venue_or_absent() -> None:
    for published, year, told in (
        ("2023-08-14", "2024", 2023),
        ("", "2024", 2024),
        ("", "199x", 0),
        ("", "in press", 0),
        ("", "", 0),
    ):
        facts = Facts(published=published, year=year)
        assert fact_properties(facts, ["year"]).get("year", 0) == told


def test_facts_come_in_the_order_asked_for_and_a_callout_is_no_property() -> None:
    names = ("comment", "abstract", "published")
    assert fact_properties(ALL, names) == {"comment": "12 pages", "published": "2023-08-14"}
