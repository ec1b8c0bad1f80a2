"""Three versions of a note merged: property by property, section by section, the rest by line."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from vault_sync.core.merge import three_way
from vault_sync.core.merge.parts import Merged, Name, Parts, lines, marked, merged, numbered
from vault_sync.core.model.values import STANDARD_NAMES, PropertyNames
from vault_sync.core.naming.note_names import fold
from vault_sync.core.note import properties
from vault_sync.core.note.note import Note, Section
from vault_sync.core.note.note import read as read_note
from vault_sync.core.note.property_block import Value, read, value_items
from vault_sync.core.text.spans import splice

SEQUENCES = frozenset({"authors"})
"""Lists whose order means something: one value, not a set."""


def notes(base: str, ours: str, theirs: str, names: PropertyNames = STANDARD_NAMES) -> Merged:
    """Merge three versions of a note with LF newlines and without BOM."""
    was, here, there = (read_note(text, names) for text in (base, ours, theirs))
    block = _block(was, here, there)
    body = _body(was, here, there)
    return Merged(block.text + body.text, block.conflicts + body.conflicts)


# The properties.


class PropertyRows(NamedTuple):
    """A property block taken apart. `values` are the properties by the name of their part."""

    parts: Parts
    values: dict[Name, Value]


def _block(was: Note, here: Note, there: Note) -> Merged:
    rows = [property_rows(note) for note in (was, here, there)]
    if any(each is None for each in rows):
        return lines(*(note.text[: note.properties.body] for note in (was, here, there)))
    base, ours, theirs = (each for each in rows if each is not None)

    def combine(name: Name) -> Merged:
        ordered = here.properties.names.ours(name[1]) in SEQUENCES
        return _property(base, ours, theirs, name, ordered=ordered)

    found, names = merged(base.parts, ours.parts, theirs.parts, combine, lambda _: "")
    return Merged(f"---\n{found.text}---\n", found.conflicts) if names else Merged("")


def property_rows(note: Note) -> PropertyRows | None:
    """Return the lines of each property, with the comments below; None if they cannot be read."""
    read_block = note.properties
    if read_block.block is None:
        return PropertyRows(Parts.build([], ""), {})
    if read_block.broken is not None or not read_block.values:
        return None
    text, (start, end) = note.text, read_block.block
    first = text.index("\n", start) + 1
    closing = text.rindex("---", start, end)
    values = list(read_block.values.values())
    starts = [text.rfind("\n", 0, value.key) + 1 for value in values]
    starts[:1] = [first]
    names: list[Name] = [("property", value.name) for value in values]
    stops = [*starts[1:], closing]
    parts = [
        (name, "", text[a:b].removesuffix("\n"))
        for name, a, b in zip(names, starts, stops, strict=True)
    ]
    return PropertyRows(Parts.build(parts, "\n"), dict(zip(names, values, strict=True)))


def _property(
    base: PropertyRows, ours: PropertyRows, theirs: PropertyRows, name: Name, *, ordered: bool
) -> Merged:
    """Merge a property that both sides changed: sets are joined, two single values stay open."""
    here, there, was = ours.values[name], theirs.values[name], base.values.get(name)
    raw, other = ours.parts.text[name], theirs.parts.text[name]
    open_yet = Merged(marked(raw.split("\n"), other.split("\n")), 1)
    a, b = value_items(here), value_items(there)
    c = () if was is None else value_items(was)
    if a is None or b is None or c is None:
        return open_yet
    if a == b:
        return Merged(raw)
    if ordered or "list" not in {each.kind for each in (here, there)}:
        single = three_way.value(None if was is None else c, a, b)
        if single is None:
            return open_yet
        # The values are the same as one side's: only how it is written was changed on the other.
        return Merged(raw if single == a else other)
    wanted = three_way.tag_sets(c, a, b)
    if wanted == b:
        return Merged(other)
    after = with_items(raw, name[1], wanted)
    return open_yet if after is None else Merged(after)


def with_items(raw: str, name: str, wanted: tuple[str, ...]) -> str | None:
    """Return a property's lines with other items; None where they cannot be written."""
    block = read(f"---\n{raw}\n---\n")
    try:
        after = splice(block.text, properties.edit(block, {name: wanted}))
    except properties.Unwritable:
        return None
    return after.removeprefix("---\n").removesuffix("\n---\n")


# The text below them.


class NoteBody(NamedTuple):
    parts: Parts
    sections: dict[Name, Section]
    text: str


def _body(was: Note, here: Note, there: Note) -> Merged:
    base, ours, theirs = (taken_apart(note) for note in (was, here, there))

    def combine(name: Name) -> Merged:
        if name in ours.sections:
            return _section(base, ours, theirs, name)
        return lines(base.parts.text.get(name), ours.parts.text[name], theirs.parts.text[name])

    return merged(base.parts, ours.parts, theirs.parts, combine, lambda _: "\n")[0]


def taken_apart(note: Note) -> NoteBody:
    """Return the sections by their digest, and the stretches of the reader's own between them."""
    parts: list[tuple[Name, str, str]] = []
    sections: dict[Name, Section] = {}
    seen: Counter[str] = Counter()
    text, body = note.text, note.properties.body
    at, carried = body, ""
    # What stands above all sections is no. 0; without any, the text is what would follow one.
    own = 0 if note.sections else 1
    for section in (*note.sections, None):
        stop = len(text) if section is None else section.heading.start
        before, words, after = _split(carried + text[at:stop])
        if words:
            parts.append((("own", str(own)), before, words))
            carried = after
        else:
            carried = before
        own += 1
        if section is None:
            break
        name = numbered("section", fold(section.target), seen)
        _, words, carried_on = _split(text[section.heading.start : section.body.end])
        sections[name] = section
        parts.append((name, carried, words))
        carried = carried_on
        at = section.body.end
    ends = bool(parts) and text[body:].removesuffix(carried).endswith("\n")
    return NoteBody(Parts.build(parts, "\n" * ends + carried), sections, text)


def _split(text: str) -> tuple[str, str, str]:
    """Return the blank lines above, the words without their last newline, the blank lines below."""
    rows = text.split("\n")
    filled = [number for number, row in enumerate(rows) if row.strip()]
    if not filled:
        return text, "", ""
    first, last = filled[0], filled[-1]
    before = "".join(row + "\n" for row in rows[:first])
    words = "\n".join(rows[first : last + 1])
    return before, words, text[len(before) + len(words) + 1 :]


def _section(base: NoteBody, ours: NoteBody, theirs: NoteBody, name: Name) -> Merged:
    here, there = ours.sections[name], theirs.sections[name]
    was = base.sections.get(name)
    if was is None and not (here.commentary and there.commentary):
        commentary = Merged(here.commentary or there.commentary)
    else:
        old = None if was is None else was.commentary
        commentary = lines(old, here.commentary, there.commentary, sentences=True)
    text = section_text(ours, theirs, name, commentary.text)
    return Merged(text, commentary.conflicts)


def section_text(ours: NoteBody, theirs: NoteBody, name: Name, words: str) -> str:
    """Return a section with its merged words, below what parts them from the heading on one side.

    Ours, unless only the other side has words.
    """
    here, there = ours.sections[name], theirs.sections[name]
    heading = ours.text[here.heading.start : here.heading.end]
    if not words:
        return heading
    shape, text = (here, ours.text) if here.commentary else (there, theirs.text)
    return f"{heading}\n{text[shape.heading.stop : shape.words.start]}{words}"
