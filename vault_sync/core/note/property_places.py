"""The place of a new property in a note, by the table of properties."""

from __future__ import annotations

from vault_sync.core.model.values import PropertyNames
from vault_sync.core.note.property_block import Properties, Value
from vault_sync.core.note.property_table import property_ranks


def left_neighbour(properties: Properties, name: str, names: PropertyNames) -> Value | None:
    """Return the property after which a new one stands; None where it comes last.

    Both neighbours are ours, and the table has the new one between them.
    """
    ranks = property_ranks()
    rank = ranks.get(names.ours(name))
    values = list(properties.values.values())
    found = [ranks.get(names.ours(value.name)) for value in values]
    for value, before, after in zip(values, found, found[1:], strict=False):
        if rank is not None and before is not None and after is not None and before < rank < after:
            return value
    return None
