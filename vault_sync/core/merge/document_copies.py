"""A copy of a digest or a note merged into it: part by part, and a part field by field.

In every style alike. What an entry has no place for, and what stands in it outside of its fields
(a venue, a link to code), stays as it is in the file; the copy's is a row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from vault_sync.core.digest.reader import Entry
from vault_sync.core.digest.styles import lens
from vault_sync.core.digest.styles.style import FLAT, StyleName
from vault_sync.core.merge.digests import (
    DigestVersion,
    link_target,
    misread,
    stands_alone,
    usual_before,
    version_of,
    written,
)
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
from vault_sync.core.merge.sync_copy import CopyMerge, CopyMerging, in_style_of, lacks, shared
from vault_sync.core.model.base import CopyRow, Histories
from vault_sync.core.model.plan import BaseKey, Value, value_words
from vault_sync.core.model.values import STANDARD_NAMES, Fields, Key, PropertyNames, RelPath
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.note import Note
from vault_sync.core.note.property_block import value_items
from vault_sync.core.text.regex import regex

_OF_PAPER = frozenset({"url", "title", "authors"})
_WORD = regex(r"[^\W_]+")
_MARK = regex(r"[|\s]*(?:#+\s+)?(?:[-*+]\s+)?(?:\d{1,9}\s*[.)、|]\s*)?(?:\[.\]\s+)?")
_EMPTY_BOX = regex(r"\s*(?:[-*+]|\d{1,9}[.)])\s+\[(?= \]\s)")
_TICKED_BOX = regex(r"\s*(?:[-*+]|\d{1,9}[.)])\s+\[[^ ]\]\s")


def merge_digest_copy(
    path: RelPath,
    file: str,
    copy: str,
    histories: Histories,
    styles: Sequence[StyleName] = FLAT,
    keys: Collection[Key] | None = None,
) -> CopyMerge | None:
    """Merge a copy of the digest at `path` into its text; None where that cannot be.

    It cannot where a paper stands twice in one of the two, or where the outcome would not read as
    meant, not even with every entry as the file has it. Lines between entries are all kept. With
    `keys` nothing counts of the copy but the entries of these papers.
    """

    def merge(ours: str, theirs: str) -> CopyMerge | None:
        here, there = version_of(ours, styles), version_of(theirs, styles)
        if here is None or there is None:
            return None
        if keys is not None:
            there = _of_papers(here, there, keys)
        alone: frozenset[Name] = frozenset()
        for _ in range(3):
            merging = _EntryMerging(path, here, there, CopyMerging(histories), alone)
            text, names = merging.run()
            wrong = misread(text, styles, names, merging.meant)
            if not wrong:
                return CopyMerge(text, frozenset(merging.fields.rows))
            alone = frozenset(here.entries) if alone else wrong
        return None

    return in_style_of(file, copy, merge)


def _of_papers(here: DigestVersion, there: DigestVersion, keys: Collection[Key]) -> DigestVersion:
    """Return a copy that has the file's parts, but for the entries of some papers."""
    own = {name for name, entry in there.entries.items() if entry.key in keys}
    parts = there.parts
    names = tuple(name for name in parts.names if name in own or name in here.parts.text)
    text = {name: (parts if name in own else here.parts).text[name] for name in names}
    before = {name: parts.before[name] for name in names}
    return there._replace(parts=Parts(names, text, before, parts.foot))


@dataclass(frozen=True, slots=True)
class _EntryMerging:
    """The merge of two versions of a digest; entries that are `alone` stay as the file has them."""

    path: RelPath
    here: DigestVersion
    there: DigestVersion
    fields: CopyMerging
    alone: frozenset[Name]
    meant: dict[Name, Fields] = field(default_factory=dict)

    def run(self) -> tuple[str, tuple[Name, ...]]:
        """Return the merged text, and its parts in their order."""
        here, there = self.here, self.there
        entries = {**there.entries, **here.entries}
        self.meant.update((name, entry.fields) for name, entry in entries.items())
        base = shared(here.parts, there.parts)
        usual = usual_before(here, there)
        found, names = merged(base, here.parts, there.parts, self._combined, usual)
        return found.text, names

    def _combined(self, name: Name) -> Merged:
        """Return the part of a name that stands in both, differently."""
        if name not in self.here.entries:
            return Merged(self.here.parts.text[name])
        ours, theirs = self.here.entries[name], self.there.entries[name]
        raw = None if name in self.alone else self._entry(name, ours, theirs)
        if raw is not None:
            return Merged(raw)
        self.fields.rows |= self._unwritten(ours, theirs, ours.fields)
        return Merged(self.here.parts.text[name])

    def _entry(self, name: Name, ours: Entry, theirs: Entry) -> str | None:
        """Return the lines of an entry that stands in both; None where they cannot be written."""
        wanted = ours.fields.saying(
            **{
                each: self.fields.merge(_base_key(self.path, ours.key, each), one, other)
                for each, one, other in _values(ours, theirs)
            }
        )
        placed = lens.placed(ours, wanted)
        link = link_target(ours) or link_target(theirs)
        raw = written(self.here, ours, placed, link)
        if not stands_alone(ours, raw, placed, link):
            return None
        unplaced = [
            each for each in Fields._fields if getattr(wanted, each) != getattr(placed, each)
        ]
        self.fields.rows |= self._unwritten(ours, theirs, placed, unplaced)
        self.meant[name] = placed
        return _ticked(raw, self.there.raw(theirs))

    def _unwritten(
        self, ours: Entry, theirs: Entry, placed: Fields, names: Sequence[str] = Fields._fields
    ) -> set[CopyRow]:
        """Return the rows of what the copy has in these fields, and outside of all fields."""
        found = {
            CopyRow(*_base_key(self.path, ours.key, name), value_words(there))
            for name, _, there in _values(ours, theirs)
            if name in names and lacks(name, getattr(placed, name), there)
        }
        if not _beside(self.there, theirs, ours.fields) <= {*_WORD.findall(self.here.raw(ours))}:
            found.add(CopyRow(ours.key, self.path, "entry", self.there.raw(theirs)))
        return found


def _beside(version: DigestVersion, entry: Entry, fields: Fields) -> set[str]:
    """Return the words of an entry if it said `fields`: these, and those that no field has."""
    raw = written(version, entry, fields, link_target(entry))
    return {*_WORD.findall(_MARK.sub("", raw, count=1))}


def _ticked(raw: str, other: str) -> str:
    """Return an entry that is a task, ticked if the copy's is."""
    box = _EMPTY_BOX.match(raw) if _TICKED_BOX.match(other) else None
    return raw if box is None else f"{box[0]}x{raw[box.end() + 1 :]}"


def _values(ours: Entry, theirs: Entry) -> list[tuple[str, Value, Value]]:
    return list(zip(Fields._fields, ours.fields, theirs.fields, strict=True))


def _base_key(path: RelPath, key: Key, name: str) -> BaseKey:
    return BaseKey(key, "" if name in _OF_PAPER else path, name)


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

    def merge(ours: str, theirs: str) -> CopyMerge | None:
        here, there = note_lens.read(ours, names), note_lens.read(theirs, names)
        return _NoteMerging(key, here, there, CopyMerging(histories), digest_of).run()

    return in_style_of(file, copy, merge)


@dataclass(frozen=True, slots=True)
class _NoteMerging:
    """The merge of two versions of the note of a paper."""

    key: Key
    here: Note
    there: Note
    fields: CopyMerging
    digest_of: DigestOf
    meant: dict[Name, str] = field(default_factory=dict)

    def run(self) -> CopyMerge | None:
        """Return the merged text and its rows; None where it would not read as meant."""
        ours, theirs = property_rows(self.here), property_rows(self.there)
        if ours is None or theirs is None:
            return None
        text = self._block(ours, theirs) + self._body()
        return CopyMerge(text, frozenset(self.fields.rows)) if self._reads_as(text) else None

    def _block(self, ours: PropertyRows, theirs: PropertyRows) -> str:
        base = shared(ours.parts, theirs.parts)
        found, names = merged(
            base,
            ours.parts,
            theirs.parts,
            lambda name: Merged(self._property(ours, theirs, name)),
            lambda _: "",
        )
        return f"---\n{found.text}---\n" if names else ""

    def _property(self, ours: PropertyRows, theirs: PropertyRows, name: Name) -> str:
        """Merge a property that differs."""
        here, there = ours.values[name], theirs.values[name]
        raw, other = ours.parts.text[name], theirs.parts.text[name]
        a, b = value_items(here), value_items(there)
        if a is not None and a == b:
            return raw
        after = None
        if a is not None and b is not None:
            wanted = self._items(name, a, b, is_list="list" in {here.kind, there.kind})
            if wanted in (a, b):
                return raw if wanted == a else other
            after = with_items(raw, name[1], wanted)
        if after is None:
            self.fields.rows.add(CopyRow(self.key, "", f"property {name[1]}", other))
            return raw
        return after

    def _items(
        self, part: Name, here: tuple[str, ...], there: tuple[str, ...], *, is_list: bool
    ) -> tuple[str, ...]:
        """Return the items of a property that differs: a set, or one value."""
        name = self.here.properties.names.ours(part[1])
        one_piece = name in SEQUENCES or not is_list
        kind = name if name in _FIELDS else f"{'property' if one_piece else 'list'} {name}"
        base_key = BaseKey(self.key, "", kind)
        if one_piece and name != "authors" and len(here) <= 1 and len(there) <= 1:
            text = self.fields.merge(base_key, "".join(here), "".join(there))
            return (text,) if isinstance(text, str) else text
        value = self.fields.merge(base_key, here, there)
        return value if isinstance(value, tuple) else (value,)

    def _body(self) -> str:
        ours, theirs = _body_of(self.here), _body_of(self.there)

        def combine(name: Name) -> Merged:
            if name in ours.sections:
                one, other = ours.sections[name], theirs.sections[name]
                base_key = BaseKey(self.key, self.digest_of(one.target), "commentary")
                text = str(self.fields.merge(base_key, one.commentary, other.commentary))
                self.meant[name] = text
                return Merged(section_text(ours, theirs, name, text))
            base_key = BaseKey(self.key, "", " ".join(name))
            words = ours.parts.text[name], theirs.parts.text[name]
            return Merged(str(self.fields.merge(base_key, *words)))

        sections = {**theirs.sections, **ours.sections}
        self.meant.update((name, section.commentary) for name, section in sections.items())
        base = shared(ours.parts, theirs.parts)
        return merged(base, ours.parts, theirs.parts, combine, lambda _: "\n")[0].text

    def _reads_as(self, text: str) -> bool:
        """Return True if a text has the sections that were meant, and still is this paper's."""
        note = note_lens.read(text, self.here.properties.names)
        found = {name: each.commentary for name, each in taken_apart(note).sections.items()}
        same = note.key == self.here.key and note.properties.broken is None
        return same and found == self.meant


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
