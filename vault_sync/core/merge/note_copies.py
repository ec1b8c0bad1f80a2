"""A copy of a note merged into the note: property by property, section by section."""

from __future__ import annotations

from collections.abc import Callable

from vault_sync.core.merge.notes import (
    SEQUENCES,
    NoteBody,
    PropertyRows,
    property_rows,
    section_text,
    taken_apart,
    with_items,
)
from vault_sync.core.merge.parts import Merged, Name, Parts, merged
from vault_sync.core.merge.sync_copy import CopyMerge, CopyMerging, in_style_of, shared
from vault_sync.core.model.base import CopyRow, Histories
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import STANDARD_NAMES, Key, PropertyNames
from vault_sync.core.note import note as lens
from vault_sync.core.note.note import Note
from vault_sync.core.note.property_block import value_items

_FIELDS = frozenset({"url", "title", "authors", "tags"})

DigestOf = Callable[[str], str]
"""The digest that the link of a section's heading leads to; "" where it leads to none."""


def merge_note_copy(
    key: Key,
    file: str,
    copy: str,
    histories: Histories,
    digest_of: DigestOf,
    names: PropertyNames = STANDARD_NAMES,
) -> CopyMerge | None:
    """Merge a copy of the note of a paper into its text; None where that cannot be.

    It cannot where the properties of one of the two cannot be read, or where the outcome would not
    read as meant. The reader's own text is merged as a commentary is; its fields are `own top`,
    `own end` and `own below DIGEST`.
    """
    return in_style_of(
        file,
        copy,
        lambda ours, theirs: _merge(
            key, lens.read(ours, names), lens.read(theirs, names), histories, digest_of
        ),
    )


def _merge(
    key: Key, here: Note, there: Note, histories: Histories, digest_of: DigestOf
) -> CopyMerge | None:
    merging = CopyMerging(histories)
    block = _block(key, here, there, merging)
    if block is None:
        return None
    meant: dict[Name, str] = {}
    body = _body(key, here, there, merging, digest_of, meant)
    text = block + body
    if not _reads_as(text, here, meant):
        return None
    return CopyMerge(text, frozenset(merging.rows))


# The properties.


def _block(key: Key, here: Note, there: Note, merging: CopyMerging) -> str | None:
    ours, theirs = property_rows(here), property_rows(there)
    if ours is None or theirs is None:
        return None

    def combine(name: Name) -> Merged:
        named = here.properties.names.ours(name[1])
        return Merged(_property(key, ours, theirs, (name, named), merging))

    base = shared(ours.parts, theirs.parts)
    found, names = merged(base, ours.parts, theirs.parts, combine, lambda _: "")
    return f"---\n{found.text}---\n" if names else ""


def _property(
    key: Key,
    ours: PropertyRows,
    theirs: PropertyRows,
    named: tuple[Name, str],
    merging: CopyMerging,
) -> str:
    """Merge a property that differs; `named` are the name of its part, and ours for it."""
    name, our_name = named
    here, there = ours.values[name], theirs.values[name]
    raw, other = ours.parts.text[name], theirs.parts.text[name]
    a, b = value_items(here), value_items(there)
    whole = BaseKey(key, "", f"property {name[1]}")
    if a is None or b is None:
        merging.rows.add(CopyRow(*whole, other))
        return raw
    if a == b:
        return raw
    wanted = _items(key, our_name, a, b, merging, is_list="list" in {here.kind, there.kind})
    if wanted in (a, b):
        return raw if wanted == a else other
    after = with_items(raw, name[1], wanted)
    if after is None:
        merging.rows.add(CopyRow(*whole, other))
        return raw
    return after


def _items(
    key: Key,
    name: str,
    here: tuple[str, ...],
    there: tuple[str, ...],
    merging: CopyMerging,
    *,
    is_list: bool,
) -> tuple[str, ...]:
    """Return the items of a property that differs: a set, or one value."""
    one_piece = name in SEQUENCES or not is_list
    kind = name if name in _FIELDS else f"{'property' if one_piece else 'list'} {name}"
    base_key = BaseKey(key, "", kind)
    if one_piece and name != "authors" and len(here) <= 1 and len(there) <= 1:
        text = merging.merge(base_key, "".join(here), "".join(there))
        return (text,) if isinstance(text, str) else text
    value = merging.merge(base_key, here, there)
    return value if isinstance(value, tuple) else (value,)


# The text below them.


def _body(
    key: Key,
    here: Note,
    there: Note,
    merging: CopyMerging,
    digest_of: DigestOf,
    meant: dict[Name, str],
) -> str:
    ours, theirs = _body_of(here), _body_of(there)

    def combine(name: Name) -> Merged:
        if name in ours.sections and name in theirs.sections:
            one, other = ours.sections[name], theirs.sections[name]
            base_key = BaseKey(key, digest_of(one.target), "commentary")
            text = str(merging.merge(base_key, one.commentary, other.commentary))
            meant[name] = text
            return Merged(section_text(ours, theirs, name, text))
        base_key = BaseKey(key, "", " ".join(name))
        return Merged(str(merging.merge(base_key, ours.parts.text[name], theirs.parts.text[name])))

    meant |= {
        name: section.commentary for name, section in {**theirs.sections, **ours.sections}.items()
    }
    base = shared(ours.parts, theirs.parts)
    return merged(base, ours.parts, theirs.parts, combine, lambda _: "\n")[0].text


def _body_of(note: Note) -> NoteBody:
    """Return the parts of a note's text, the reader's own ones named by what stands above them.

    The number of the sections above is no name: one more section in the copy would make the text
    below it another one, and it would stand there twice.
    """
    body = taken_apart(note)
    above = {str(number): " ".join(name[1:]) for number, name in enumerate(body.sections, 1)}
    last = str(max(1, len(body.sections)))

    def renamed(name: Name) -> Name:
        if name[0] != "own":
            return name
        if name[1] == "0":
            return ("own", "top")
        return ("own", "end") if name[1] == last else ("own", f"below {above[name[1]]}")

    parts = Parts(
        tuple(map(renamed, body.parts.names)),
        {renamed(name): text for name, text in body.parts.text.items()},
        {renamed(name): text for name, text in body.parts.before.items()},
        body.parts.foot,
    )
    return body._replace(parts=parts)


def _reads_as(text: str, before: Note, meant: dict[Name, str]) -> bool:
    """Return True if a text has the sections that were meant, and properties of the same paper."""
    note = lens.read(text, before.properties.names)
    found = {name: each.commentary for name, each in taken_apart(note).sections.items()}
    return note.key == before.key and note.properties.broken is None and found == meant
