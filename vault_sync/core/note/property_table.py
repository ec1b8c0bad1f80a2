"""The tables of a note's properties and facts: whose each one is (docs/format.md, "The note").

To add a property: a row of `PROPERTIES`, the place in `note` or `drafting` that writes it, and a
line in docs/format.md (a test finds it). Ids have a table of their own (`keys.KINDS`).

To add a fact of `[arxiv] facts`: a row of `FACTS`, a field of `Facts` for what no other field
yields, and a word on it in docs/format.md and config.example.toml (a test finds both). The legal
names, the properties and what counts as the reader's own follow from the table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import takewhile
from operator import attrgetter
from typing import Literal, NamedTuple

from vault_sync.core.model.values import STANDARD_NAMES, Facts, PropertyNames, PropertyValue
from vault_sync.core.naming.keys import KINDS

Owner = Literal["two-way", "kept up to date", "filled in", "the reader's"]
"""`two-way`: with the digest; `kept up to date`: a list of links, in which the reader's own stay;
`filled in`: written where it is absent, then the reader's; `the reader's`: never written."""

ID_PROPERTIES = tuple(kind.name for kind in KINDS if kind.has_property)
"""The ids of a paper that a note has as properties."""

ADDRESS_PROPERTIES = ("url", *ID_PROPERTIES, "source")
"""The properties that say which paper a note is about; the first one that has a key decides."""

LINK_LISTS = ("mentions", "mentioned_by")
"""The lists of the papers that a note's commentaries name, and of those that name it."""

PROPERTIES: Mapping[str, Owner] = {
    "title": "two-way",
    "aliases": "filled in",
    "authors": "two-way",
    "url": "two-way",
    **dict.fromkeys(ID_PROPERTIES, "filled in"),
    "digests": "kept up to date",
    "tags": "two-way",
    **dict.fromkeys(LINK_LISTS, "kept up to date"),
}
"""All properties but facts, in the order in which a new note has them."""


RESERVED = frozenset(("cssclass", "cssclasses", "tag", "alias", "publish", "permalink"))
"""Names that Obsidian gives a meaning of its own."""

NEVER_OFF = frozenset(("url", "digests"))
"""Properties without which a note is nobody's: which paper it is about, and in which weeks."""

READERS = ("status", "rating")
"""Properties of the reader's that views and counts look at."""


def name_mistakes(chosen: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with each name of `[properties]`: our name, and the words."""
    standard = {*PROPERTY_RANKS, *READERS, "source"}
    taken: dict[str, str] = {}
    for name, own in chosen.items():
        if own is False and name not in {*NEVER_OFF, *READERS}:
            continue
        wrong = _name_mistake(name, own, standard)
        folded = str(own).casefold()
        if wrong is None and folded in taken:
            wrong = f"'{own}' is already the name of '{taken[folded]}': give each its own"
        taken.setdefault(folded, name)
        if wrong is not None:
            yield name, wrong


def _name_mistake(name: str, own: object, standard: Collection[str]) -> str | None:
    if own is False:
        return "cannot be switched off, only named otherwise"
    if not isinstance(own, str):
        return "must be the name of a property, or false"
    if not own.strip() or own != own.strip() or not own.isprintable():
        return "must be the name of a property: one line, no blanks at its ends"
    others = {other.casefold() for other in standard if other != name} | RESERVED
    if name == "url":
        others -= {"source"}
    if own.casefold() in others:
        return f"'{own}' is the name of another property: choose one that is free"
    return None


def owner(name: str, facts: Collection[str], names: PropertyNames = STANDARD_NAMES) -> Owner:
    """Return whose a property is, in a vault that has these facts filled in."""
    ours = names.ours(name)
    return PROPERTIES.get(ours, "filled in" if ours in facts else "the reader's")


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

_SEQUENCE = (
    *takewhile(lambda name: name != "digests", PROPERTIES),
    *(fact.name for fact in FACTS if fact.kind != "callout"),
    *PROPERTIES,
)
PROPERTY_RANKS: Mapping[str, int] = {
    name: rank for rank, name in enumerate(dict.fromkeys(_SEQUENCE))
}
"""The place of each property of ours in a note that has them all."""

COMPLETED = frozenset({"pdf", "citekey"})
"""The facts that are in no answer: drafting completes them."""


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
