"""The text of a note that is still to be made (docs/format.md, "The note")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vault_sync.core.model.values import STANDARD_NAMES, Fields, Key, PropertyNames, PropertyValue
from vault_sync.core.naming.wikilinks import link as wikilink
from vault_sync.core.note import properties as yaml
from vault_sync.core.note import property_block
from vault_sync.core.note.note import address_properties, section_text
from vault_sync.core.note.note_template import with_sections
from vault_sync.core.text.folding import casefold_nfc
from vault_sync.core.text.spans import splice

Values = Mapping[str, PropertyValue]
"""The properties of a note by our names, in their order, without empty ones."""


def values_of(
    key: Key, fields: Fields, facts: Values, targets: Sequence[str], links: Values
) -> Values:
    """Return the properties of a new note.

    `facts` stand after the address, `targets` are the links to its digests, `links` the link lists
    `mentions` and `mentioned_by`.
    """
    values: dict[str, PropertyValue] = {}
    if fields.title:
        values |= {"title": fields.title, "aliases": (fields.title,)}
    values |= {"authors": fields.authors, "url": fields.url}
    values.update(address_properties(key))
    values.update(facts)
    values["digests"] = tuple(wikilink(target) for target in targets)
    values["tags"] = fields.tags
    values.update(links)
    return {name: value for name, value in values.items() if value}


def new(
    values: Values,
    sections: Sequence[tuple[str, str]],
    names: PropertyNames = STANDARD_NAMES,
) -> str:
    """Return the text of a new note.

    `sections` are (digest link target, commentary), `names` the vault's own names of properties.
    """
    named = {names.written(name): value for name, value in values.items() if not names.is_off(name)}
    return yaml.block(named) + "\n" + _sections_text(sections)


def _sections_text(sections: Sequence[tuple[str, str]]) -> str:
    return "\n".join(section_text(*section) for section in sections)


def from_template(
    text: str,
    values: Values,
    sections: Sequence[tuple[str, str]],
    names: PropertyNames = STANDARD_NAMES,
) -> str:
    """Return the text of a new note from a filled template (`note_template.filled`).

    The template's own properties stay, its aliases and tags beside ours; else our values stand.

    Raises:
        Unwritable: its properties cannot be read, or ours not be put among them.
    """
    text = with_sections(text, _sections_text(sections))
    properties = property_block.read(text, names)
    if properties.broken is not None:
        raise yaml.Unwritable(*properties.broken)
    changes = dict(values)
    for name in ("aliases", "tags"):
        own, ours = properties.items(name), changes.get(name, ())
        if own and isinstance(ours, tuple):
            there = {casefold_nfc(item.removeprefix("#")) for item in ours}
            more = [item for item in own if casefold_nfc(item.removeprefix("#")) not in there]
            changes[name] = (*ours, *more)
    return splice(text, yaml.edit(properties, changes))
