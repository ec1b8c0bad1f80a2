"""Draft the text of one note: its resolution written into the note's own text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from vault_sync.core.model.values import (
    Fields,
    PropertyNames,
    PropertyValue,
    RelPath,
    stem_of,
)
from vault_sync.core.naming.wikilinks import link
from vault_sync.core.note import abstract
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.note import Note, Section
from vault_sync.core.note.properties import spelled
from vault_sync.core.note.property_table import LINK_LISTS, fact_properties
from vault_sync.core.reconcile.drafting.cross_links import ListedNotes, Lists, updated_items
from vault_sync.core.reconcile.drafting.note_paths import NotePaths
from vault_sync.core.reconcile.drafting.plan_builder import DraftContext
from vault_sync.core.reconcile.pairing.paper import Kind, Pair
from vault_sync.core.reconcile.resolution.values import LIVE, Resolution
from vault_sync.core.text.module_door import door
from vault_sync.core.text.spans import BOM

if TYPE_CHECKING:
    from vault_sync.core.digest import plain_entry
    from vault_sync.core.note import new_note
else:  # few passes make a note or take an entry for one
    new_note = door("vault_sync.core.note.new_note")
    plain_entry = door("vault_sync.core.digest.plain_entry")

_PROPERTIES = ("title", "authors", "url", "tags")


@dataclass(frozen=True, slots=True)
class Drafted:
    """The new text of a note, and the values that it must have when it is read again.

    `own` are the reader's own words, with the abstract that they open with apart.
    """

    path: RelPath
    text: str
    fields: Fields
    sections: tuple[tuple[str, str], ...]
    own: tuple[str, str]
    why: str
    values: new_note.Values = field(default_factory=dict)
    """The properties of a new note."""

    def sections_in(self, read: Note) -> list[Section]:
        """Return the sections of a text as it reads that are those of the paper's digests."""
        targets = {target for target, _ in self.sections}
        return [section for section in read.sections if section.target in targets]


def new(context: DraftContext, resolution: Resolution, lists: Lists) -> Drafted:
    """Draft a note that is not there yet."""
    note_paths, rules = context.note_paths, context.rules
    path = note_paths.notes[resolution.key]
    sections = tuple(
        (note_paths.linked(pair.digest, path), resolution.commentaries[pair.digest])
        for pair in resolution.paper.pairs
        if pair.kind in LIVE
    )
    links = {
        name: tuple(link(note_paths.linked(to, path)) for to in named.wanted)
        for name, named in lists.items()
    }
    values = new_note.values_of(
        resolution.key,
        resolution.note,
        fact_properties(context.facts_of(resolution.key), rules.facts),
        [target for target, _ in sections],
        links,
    )
    text = new_note.new(values, sections, rules.properties)
    weeks = ", ".join(f"'{stem_of(pair.digest)}'" for pair in resolution.paper.pairs)
    why = f"new paper in {weeks}"
    return Drafted(path, text, resolution.note, sections, ("", ""), why, values)


def edited(context: DraftContext, resolution: Resolution, note: Note, lists: Lists) -> Drafted:
    """Draft the changes of a note that is there.

    Raises:
        properties.Unwritable: a property cannot be changed without touching others.
    """
    path = resolution.paper.note
    assert path is not None
    note_paths, rules = context.note_paths, context.rules
    opened = _without_plain(resolution, note)
    changes = _changes(context, resolution, opened)
    changes |= {
        name: listed
        for name, named in lists.items()
        if (listed := _list(opened, name, named, note_paths, path)) != opened.properties.items(name)
    }
    edits = _section_edits(resolution, opened, note_paths)
    text = note_lens.edit(
        opened,
        changes=changes,
        commentaries=edits.commentaries,
        targets=edits.targets,
        added=edits.added,
        removed=edits.removed,
        # A heading below a plain text that became the section is no title.
        place=rules.section if opened is note or rules.section == "end" else "top",
    )
    own = own_parts(note_lens.own_words(opened, [*edits.live, *edits.removed]))
    shown = [
        spelled(opened.properties, name) for name in changes if not rules.properties.is_off(name)
    ]
    why = _why(resolution, shown, edits.added, edits.removed)
    return Drafted(path, text, resolution.note, edits.expected(), own, why)


@dataclass(frozen=True, slots=True)
class _SectionEdits:
    """Edits of the sections of a note: new commentaries and link targets, sections added, removed.

    `live` are the sections that stay. `staying` gives the place, target and commentary that each
    of them will have, without those that nobody has decided about.
    """

    live: list[Section]
    removed: list[Section]
    commentaries: list[tuple[Section, str]] = field(default_factory=list)
    targets: list[tuple[Section, str]] = field(default_factory=list)
    added: list[tuple[str, str]] = field(default_factory=list)
    staying: list[tuple[int, str, str]] = field(default_factory=list)

    def expected(self) -> tuple[tuple[str, str], ...]:
        """Return target and commentary of every section, as the note must have them."""
        return (*((target, text) for _, target, text in sorted(self.staying)), *self.added)


def _section_edits(resolution: Resolution, opened: Note, note_paths: NotePaths) -> _SectionEdits:
    path = resolution.paper.note
    assert path is not None
    at = note_paths.moved.get(path, path)
    edits = _SectionEdits(
        live=_sections(resolution, opened, LIVE), removed=_sections(resolution, opened, {"removed"})
    )
    for pair in resolution.paper.pairs:
        commentary = resolution.commentaries.get(pair.digest)
        if pair.kind not in LIVE or commentary is None:
            # Without a commentary: the section was taken out, and nobody has decided about it yet.
            continue
        if pair.section is None:
            edits.added.append((note_paths.linked(pair.digest, at), commentary))
            continue
        section = _same(opened, pair.section)
        target = note_paths.linked(pair.digest, at, section.target)
        if target != section.target:
            edits.targets.append((section, target))
        edits.commentaries.append((section, commentary))
        edits.staying.append((section.heading.start, target, commentary))
    return edits


def _sections(resolution: Resolution, opened: Note, kinds: Collection[Kind]) -> list[Section]:
    return [
        _same(opened, pair.section)
        for pair in resolution.paper.pairs
        if pair.kind in kinds and pair.section is not None
    ]


def with_abstract(drafted: Drafted, callout: str, before: str | None = None) -> Drafted:
    """Return the draft with its abstract. `before` is the present text, None for a new note."""
    why = drafted.why
    if before is not None:
        why = "abstract" if drafted.text == before else f"{why}, abstract"
    text = abstract.placed(drafted.text, callout)
    return replace(drafted, text=text, own=(callout, drafted.own[1]), why=why)


def _same(opened: Note, section: Section) -> Section:
    """Return the section in the note as it now reads (adoption takes text out above it)."""
    return next(
        each
        for each in opened.sections
        if each.target == section.target and each.commentary == section.commentary
    )


def _without_plain(resolution: Resolution, note: Note) -> Note:
    """Return an adopted note without a plain text equal to an entry: that becomes its section."""
    if resolution.paper.role != "adopted":
        return note
    found = plain_entry.read(note.text, note.properties.body)
    entries = [pair.entry.fields for pair in resolution.paper.pairs if pair.entry is not None]
    if found is None or not any(_alike(found.fields, fields) for fields in entries):
        return note
    rest = note.text[found.span.end :].lstrip("\r\n")
    above = note.text[: note.properties.body] or (BOM if note.text.startswith(BOM) else "")
    return note_lens.read(above + rest, note.properties.names)


def _alike(one: Fields, other: Fields) -> bool:
    return (one.title, one.authors, set(one.tags), _paragraphs(one.commentary)) == (
        other.title,
        other.authors,
        set(other.tags),
        _paragraphs(other.commentary),
    )


def _paragraphs(commentary: str) -> tuple[str, ...]:
    """Return the lines without blank ones, which a flat digest leaves out; in code they count."""
    lines = commentary.split("\n")
    fenced = any(line.lstrip().startswith(("```", "~~~")) for line in lines)
    return tuple(line for line in lines if fenced or line.strip())


def _changes(
    context: DraftContext, resolution: Resolution, note: Note
) -> dict[str, PropertyValue | None]:
    fields, has = resolution.note, note.fields
    changes = _title(resolution, note)
    if fields.authors != has.authors:
        changes["authors"] = _as_it_stands(note, "authors", fields.authors)
    if fields.url != has.url:
        changes["url"] = fields.url
    changes |= _address(resolution, note)
    facts = context.facts_of(resolution.key)
    changes |= {
        name: value
        for name, value in fact_properties(facts, context.rules.facts).items()
        if not note.properties.items(name)
    }
    digests = _digests(resolution, note, context.note_paths)
    if digests != note.properties.items("digests") or not note.managed:
        changes["digests"] = digests
    if fields.tags != has.tags:
        changes["tags"] = fields.tags
    return changes


def _as_it_stands(note: Note, name: str, items: tuple[str, ...]) -> PropertyValue:
    """Return a list of one as a text where the property is a text: it stays one."""
    value = note.properties.find(name)
    is_text = value is not None and value.kind == "scalar" and len(items) == 1
    return items[0] if is_text else items


def _title(resolution: Resolution, note: Note) -> dict[str, PropertyValue | None]:
    """Change `title`, and the alias that equals the old one; give a first title its alias."""
    title, had = resolution.note.title, note.fields.title
    changes: dict[str, PropertyValue | None] = {}
    if title and title != had:
        changes["title"] = title
    aliases = note.properties.items("aliases")
    # An entry without a title line has no old title: its note may get its first one late.
    first = resolution.paper.role == "adopted" or not (resolution.old_title or had)
    if title and first and not aliases:
        changes["aliases"] = (title,)
    elif (old := resolution.old_title) in aliases and title != old:
        renamed = (title if each == old else each for each in aliases)
        changes["aliases"] = tuple(dict.fromkeys(renamed))
    return changes


def _address(resolution: Resolution, note: Note) -> dict[str, PropertyValue | None]:
    """Fill in `arxiv` or `doi`; change it where the address is now that of another paper."""
    if any(conflict.field == "url" for conflict in resolution.conflicts):
        return {}
    now = note_lens.address_properties(resolution.key)
    was = note_lens.address_properties(resolution.paper.agreed_key)
    changes: dict[str, PropertyValue | None] = {
        name: None
        for name, value in was.items()
        if name not in now and note.properties.scalar(name) == value
    }
    return changes | {
        name: value for name, value in now.items() if was != now or not note.properties.scalar(name)
    }


def _digests(resolution: Resolution, note: Note, note_paths: NotePaths) -> tuple[str, ...]:
    path = resolution.paper.note
    assert path is not None
    at = note_paths.moved.get(path, path)
    by_target: dict[str, Pair] = {pair.named: pair for pair in resolution.paper.pairs if pair.named}
    listed: list[str] = []
    for item in note.properties.items("digests"):
        target = note_lens.linked(item)
        pair = by_target.get(target)
        if pair is None or pair.kind == "waiting":
            listed.append(item)
        elif pair.kind in LIVE:
            listed.append(item.replace(target, note_paths.linked(pair.digest, at, target), 1))
    listed += [
        link(note_paths.linked(pair.digest, at))
        for pair in resolution.paper.pairs
        if pair.kind in LIVE and not pair.named
    ]
    return tuple(listed)


def _list(
    note: Note, name: str, named: ListedNotes, note_paths: NotePaths, path: RelPath
) -> tuple[str, ...]:
    at = note_paths.moved.get(path, path)
    return updated_items(
        note.properties.items(name),
        named.wanted,
        named.made,
        lambda target: note_paths.leads_to(target, path),
        lambda to, target: note_paths.linked(to, at, target),
    )


def listed_by_hand(note: Note, lists: Lists, note_paths: NotePaths, path: RelPath) -> bool:
    """Tell whether a link list holds an item that no commentary gave it."""
    return any(
        note_lens.linked(item) == ""
        or note_paths.leads_to(note_lens.linked(item), path) not in ours
        for name in LINK_LISTS
        for named in [lists.get(name, ListedNotes())]
        for ours in [{*named.wanted, *named.made}]
        for item in note.properties.items(name)
    )


def _why(
    resolution: Resolution,
    changes: Sequence[str],
    added: Sequence[tuple[str, str]],
    removed: Sequence[Section],
) -> str:
    reasons = []
    if resolution.paper.role == "adopted":
        reasons.append("adopted")
    moved = [pair for pair in resolution.paper.pairs if pair.kind == "moved"]
    reasons += [f"entry moved to '{stem_of(pair.digest)}'" for pair in moved]
    reasons += [f"section for '{target}'" for target, _ in added]
    reasons += [f"entry removed from '{section.target}'" for section in removed]
    reasons += [
        f"commentary from '{stem_of(pair.digest)}'"
        for pair in resolution.paper.pairs
        if pair.section is not None
        and pair.kind in LIVE
        and resolution.commentaries[pair.digest] != pair.section.commentary
    ]
    reasons += changes
    return ", ".join(reasons) or "links"


def reads_back(drafted: Drafted, names: PropertyNames) -> bool:
    """Return True if the text reads back as meant."""
    read = note_lens.read(drafted.text, names)
    places = (name for name in _PROPERTIES if not names.is_off(name))
    found = drafted.sections_in(read)
    return (
        all(getattr(read.fields, name) == getattr(drafted.fields, name) for name in places)
        and {section.target: section.commentary for section in found} == dict(drafted.sections)
        and own_parts(note_lens.own_words(read, found)) == drafted.own
    )


def own_parts(words: str) -> tuple[str, str]:
    """Return the abstract that the reader's own words open with, and the lines of the rest.

    Blank lines and our own heading are left out: a new section brings both.
    """
    above, rest = note_lens.parted(words)
    lines = [line for line in rest.split("\n") if line.strip()]
    if note_lens.OWN_HEADING in lines:
        lines.remove(note_lens.OWN_HEADING)
    return above, "\n".join(lines)
