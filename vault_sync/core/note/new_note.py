"""The text of a note that is still to be made (docs/format.md, "The note")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vault_sync.core.model.values import STANDARD_NAMES, Fields, Key, PropertyNames, PropertyValue
from vault_sync.core.naming.wikilinks import link as wikilink
from vault_sync.core.note import properties as yaml
from vault_sync.core.note.note import address_properties, section_text


def new(
    *,
    key: Key,
    fields: Fields,
    facts: Mapping[str, PropertyValue],
    sections: Sequence[tuple[str, str]],
    links: Mapping[str, tuple[str, ...]],
    names: PropertyNames = STANDARD_NAMES,
) -> str:
    """Return the text of a new note.

    `sections` are (digest link target, commentary), `facts` further properties that stand after
    the address, `links` the link lists `mentions` and `mentioned_by`; empty values are left out.
    `names` are the vault's own names of all these.
    """
    values: dict[str, PropertyValue] = {}
    if fields.title:
        values |= {"title": fields.title, "aliases": (fields.title,)}
    values |= {"authors": fields.authors, "url": fields.url}
    values.update(address_properties(key))
    values.update(facts)
    values["digests"] = tuple(wikilink(target) for target, _ in sections)
    values["tags"] = fields.tags
    values.update(links)
    block = yaml.block(
        {
            names.written(name): value
            for name, value in values.items()
            if value and not names.is_off(name)
        }
    )
    return block + "\n" + "\n".join(section_text(*section) for section in sections)
