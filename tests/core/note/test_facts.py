"""The table of facts: a value is of its kind, and comes in the order asked for."""

from __future__ import annotations

from vault_sync.core.model.values import Facts
from vault_sync.core.note.facts import FACTS, fact_properties

ALL = Facts("2023-08-14", "2023-09-01", "T", ("A",), ("cs.CL",), "10.1/x", "J", "12 pages", "Words")


def test_a_value_is_of_its_kind() -> None:
    kinds = {"text": str, "callout": str, "list": tuple, "integer": int}
    for fact in FACTS:
        assert isinstance(fact.read(ALL), kinds[fact.kind])
        assert not fact.read(Facts())


def test_facts_come_in_the_order_asked_for_and_a_callout_is_no_property() -> None:
    names = ("comment", "abstract", "published")
    assert fact_properties(ALL, names) == {"comment": "12 pages", "published": "2023-08-14"}
