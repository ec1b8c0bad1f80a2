"""The table of facts: all that `[arxiv] facts` may ask for, and how a note has each of them.

To add a fact: a row here, a field of `Facts` for what no other field yields, and a word on it in
docs/format.md and config.example.toml (a test finds both). The legal names, the properties and what
counts as the reader's own follow from the table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Literal, NamedTuple

from vault_sync.core.model.values import Facts, PropertyValue

FactKind = Literal["text", "list", "integer", "callout"]


class Fact(NamedTuple):
    """One fact: its name, which is its property's too, and how it is read from `Facts`.

    A value that is empty or 0 is an absent one. A callout stands in the note's body (`abstract`),
    every other kind is a property.
    """

    name: str
    read: Callable[[Facts], PropertyValue]
    kind: FactKind = "text"


def _year(day: str) -> int:
    return int(day[:4]) if day[:4].isdecimal() else 0


FACTS = (
    Fact("published", attrgetter("published")),
    Fact("year", lambda facts: _year(facts.published or facts.year), "integer"),
    Fact("updated", attrgetter("updated")),
    Fact("categories", attrgetter("categories"), "list"),
    Fact("doi", attrgetter("doi")),
    Fact("journal", attrgetter("journal")),
    Fact("comment", attrgetter("comment")),
    Fact("pdf", attrgetter("pdf")),
    Fact("citekey", attrgetter("citekey")),
    Fact("abstract", attrgetter("abstract"), "callout"),
)
"""In the order in which documentation and messages list them."""


def fact_names() -> tuple[str, ...]:
    """Return the legal names in `[arxiv] facts`."""
    return tuple(fact.name for fact in FACTS)


def property_facts(wanted: Sequence[str]) -> tuple[Fact, ...]:
    """Return the facts of these names that are properties, in the order of the table."""
    return tuple(fact for fact in FACTS if fact.kind != "callout" and fact.name in wanted)


def fact_properties(facts: Facts, wanted: Sequence[str]) -> dict[str, PropertyValue]:
    """Return the facts that the configuration asks for by property name, without absent ones."""
    values = ((fact.name, fact.read(facts)) for fact in property_facts(wanted))
    return {name: value for name, value in values if value}
