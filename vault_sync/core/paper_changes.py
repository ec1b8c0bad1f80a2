"""The changes of a plan by paper: which field of which file says what, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from vault_sync.core.digest.reader import Entry
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.style import StyleChoice, always_flat
from vault_sync.core.model.plan import Create, Operation, Rename, Trash, Write, value_words
from vault_sync.core.model.values import STANDARD_NAMES, Fields, Key, PropertyNames, RelPath
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.note import Note


class FieldChange(NamedTuple):
    """One field of one file; `line` is where it stands now, or 0. A path that moves is a field."""

    path: RelPath
    line: int
    field: str
    before: str
    after: str


class PaperChange(NamedTuple):
    """All that a plan changes about one paper."""

    key: Key
    title: str
    changes: tuple[FieldChange, ...]


class Changes(NamedTuple):
    """The changes of a plan; `others` are operations that change no field of any paper."""

    papers: tuple[PaperChange, ...]
    others: tuple[Operation, ...]


def paper_changes(
    operations: Iterable[Operation],
    styles: StyleChoice = always_flat,
    names: PropertyNames = STANDARD_NAMES,
) -> Changes:
    """Return the changes by paper, in the order in which the plan comes upon the papers."""
    found: dict[Key, list[FieldChange]] = {}
    titles: dict[Key, str] = {}
    others = []
    for operation in operations:
        changes = list(_changes(operation, styles, names))
        for key, title, change in changes:
            found.setdefault(key, []).append(change)
            titles[key] = titles.get(key) or title
        if not changes:
            others.append(operation)
    papers = (PaperChange(key, titles[key], tuple(each)) for key, each in found.items())
    return Changes(tuple(papers), tuple(others))


_Found = tuple[Key, str, FieldChange]


def _changes(operation: Operation, styles: StyleChoice, names: PropertyNames) -> Iterator[_Found]:
    path = operation.path
    if isinstance(operation, Write):
        before = note_lens.read(operation.before, names)
        after = note_lens.read(str(operation.after), names)
        if after.key is not None:
            for change in _of_note(path, before, after):
                yield after.key, after.fields.title, change
        else:
            yield from _of_digest(path, operation.before, str(operation.after), styles)
        return
    text = str(operation.after) if isinstance(operation, Create) else operation.before
    note = note_lens.read(text, names)
    if note.key is None:
        return
    old, new = ("", str(path)) if isinstance(operation, Create) else (str(path), str(operation.to))
    field = {Create: "new note", Rename: "path", Trash: "to the trash"}[type(operation)]
    yield note.key, note.fields.title, FieldChange(path, 0, field, old, new)


def _of_note(path: RelPath, before: Note, after: Note) -> Iterator[FieldChange]:
    for name in dict.fromkeys((*before.properties.values, *after.properties.values)):
        old, new = (", ".join(note.properties.items(name)) for note in (before, after))
        if old != new:
            value = before.properties.values.get(name)
            yield FieldChange(path, value.line if value else 0, name, old, new)
    sections = {section.target: section for section in before.sections}
    for section in after.sections:
        was = sections.pop(section.target, None)
        words = was.commentary if was else ""
        if words != section.commentary or was is None:
            line = was.commentary_line if was else 0
            yield FieldChange(path, line, f"[[{section.target}]]", words, section.commentary)
    for target, section in sections.items():
        yield FieldChange(path, section.line, f"[[{target}]]", section.commentary, "")


def _of_digest(path: RelPath, before: str, after: str, styles: StyleChoice) -> Iterator[_Found]:
    chosen = styles(path)
    old = {entry.key: entry for entry in styled_reader.read(before, chosen).entries}
    new = {entry.key: entry for entry in styled_reader.read(after, chosen).entries}
    for key in dict.fromkeys((*new, *old)):
        for change in _of_entry(path, old.get(key), new.get(key)):
            entry = new.get(key) or old[key]
            yield key, entry.fields.title, change


def _of_entry(path: RelPath, before: Entry | None, after: Entry | None) -> Iterator[FieldChange]:
    line = before.line if before else 0
    if before is None or after is None:
        old, new = (_named(entry) for entry in (before, after))
        yield FieldChange(path, line, "entry", old, new)
        return
    for name in Fields._fields:
        old, new = (value_words(getattr(entry.fields, name)) for entry in (before, after))
        if old != new:
            yield FieldChange(path, line, name, old, new)
    old, new = (entry.link.target if entry.link else "" for entry in (before, after))
    if old != new:
        yield FieldChange(path, line, "link", old, new)


def _named(entry: Entry | None) -> str:
    return "" if entry is None else entry.fields.title or entry.fields.url
