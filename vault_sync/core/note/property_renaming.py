"""Names of properties that a note has and should not: those of an earlier map, two for one."""

from __future__ import annotations

from collections.abc import Iterable

from vault_sync.core.model import problems
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.note.note import Note
from vault_sync.core.note.properties import Unwritable
from vault_sync.core.note.property_block import Properties, read, value_items
from vault_sync.core.note.property_table import property_ranks
from vault_sync.core.note.yaml_scalar import scalar
from vault_sync.core.text.spans import Edit, Span, splice


def misnamed(path: RelPath, note: Note, former: Iterable[tuple[str, str]]) -> Problem | None:
    """Return what is wrong with the names of a note's properties.

    One under a name of an earlier configuration would look like one that was taken out.
    """
    names, former = note.properties.names, list(former)
    if note.managed or any(ours == "digests" for ours, _ in former):
        for ours, own in former:
            value = note.properties.values.get(own)
            if value is None or names.is_off(ours) or names.ours(own) == ours:
                continue
            if note.properties.find(ours) is None:
                return problems.property_renamed(path, own, names.written(ours), value.line)
    for ours in property_ranks() if names.own else ():
        twice = note.properties.twice(ours)
        if twice is not None:
            return problems.property_twice(path, twice[0].name, twice[1].name, twice[1].line)
    return None


def renames(properties: Properties) -> list[Edit]:
    """Return the edits that give each property of ours the vault's own name.

    Raises:
        Unwritable: a name cannot be written without a change to something else.
    """
    meant = {
        value.name: properties.names.written(ours)
        for value in properties.values.values()
        if (ours := properties.names.ours(value.name)) in property_ranks()
        and properties.find(ours) == value
    }
    edits = []
    for value in properties.values.values():
        new = meant.get(value.name, value.name)
        if new != value.name and value.colon > value.key:
            edits.append(Edit(Span(value.key, value.colon - 1), scalar(new)))
    after = read(splice(properties.text, edits))
    same = [meant.get(name, name) for name in properties.values] == list(after.values) and all(
        (old.kind, old.text, value_items(old)) == (new.kind, new.text, value_items(new))
        for old, new in zip(properties.values.values(), after.values.values(), strict=True)
    )
    if not same:
        line = next(iter(properties.values.values())).line
        raise Unwritable(line, "the properties cannot be renamed; rename them by hand")
    return edits
