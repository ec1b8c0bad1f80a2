"""The text that one note is to have: a settlement written out in the note's own bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vault_sync.core.digest import plain_entry as plain
from vault_sync.core.model.paths import stem_of
from vault_sync.core.model.values import Facts, Fields, PropertyValue, RelPath
from vault_sync.core.naming.wikilinks import link
from vault_sync.core.note import abstract
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.facts import fact_properties
from vault_sync.core.note.note import Note, Section
from vault_sync.core.note.property_table import LINK_LISTS
from vault_sync.core.reconcile.drafting.mentions import items
from vault_sync.core.reconcile.drafting.note_paths import NotePaths
from vault_sync.core.reconcile.pairing.paper import Pair
from vault_sync.core.reconcile.resolution.resolution import LIVE, Resolution
from vault_sync.core.text.spans import BOM


@dataclass(frozen=True, slots=True)
class Named:
    """The notes that a link list is to name, and those that the tool named in it before."""

    wanted: tuple[RelPath, ...] = ()
    made: tuple[RelPath, ...] = ()


Lists = Mapping[str, Named]
"""`mentions` and `mentioned_by`."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A note's new text, and what a second reading must find in it.

    `own` are the reader's own words, with the abstract that they open with apart.
    """

    path: RelPath
    text: str
    fields: Fields
    sections: tuple[tuple[str, str], ...]
    own: tuple[str, str]
    why: str


def new(
    resolution: Resolution, layout: NotePaths, facts: Facts, wanted: Sequence[str], lists: Lists
) -> Drafted:
    """A note that is not there yet."""
    path = layout.notes[resolution.key]
    sections = tuple(
        (layout.linked(pair.digest, path), resolution.commentaries[pair.digest])
        for pair in resolution.paper.pairs
        if pair.kind in LIVE
    )
    links = {
        name: tuple(link(layout.linked(to, path)) for to in named.wanted)
        for name, named in lists.items()
    }
    text = note_lens.new(
        key=resolution.key,
        fields=resolution.note,
        facts=fact_properties(facts, wanted),
        sections=sections,
        links=links,
    )
    weeks = ", ".join(f"'{stem_of(pair.digest)}'" for pair in resolution.paper.pairs)
    return Drafted(path, text, resolution.note, sections, ("", ""), f"new paper in {weeks}")


def edited(
    resolution: Resolution,
    note: Note,
    layout: NotePaths,
    facts: Facts,
    wanted: Sequence[str],
    lists: Lists,
) -> Drafted:
    """A note that is there, with what changed.

    Raises:
        properties.Unwritable: a property cannot be changed without touching others.
    """
    path = resolution.paper.note
    assert path is not None
    opened = _without_plain(resolution, note)
    changes = _changes(resolution, opened, layout, facts, wanted)
    changes |= {
        name: listed
        for name, named in lists.items()
        if (listed := _list(opened, name, named, layout, path)) != opened.properties.items(name)
    }
    live = [pair for pair in resolution.paper.pairs if pair.kind in LIVE]
    at = layout.moved.get(path, path)
    commentaries, targets, added, expected = [], [], [], []
    for pair in live:
        said = resolution.commentaries.get(pair.digest)
        if said is None:
            # The section was taken out and nobody has decided yet what that meant.
            continue
        if pair.section is None:
            target = layout.linked(pair.digest, at)
            added.append((target, said))
            continue
        section = _same(opened, pair.section)
        target = layout.linked(pair.digest, at, section.target)
        if target != section.target:
            targets.append((section, target))
        commentaries.append((section, said))
        expected.append((section.heading.start, target, said))
    removed = [
        _same(opened, pair.section)
        for pair in resolution.paper.pairs
        if pair.kind == "removed" and pair.section is not None
    ]
    text = note_lens.edit(
        opened,
        changes=changes,
        commentaries=commentaries,
        targets=targets,
        added=added,
        removed=removed,
    )
    sections = tuple((target, said) for _, target, said in sorted(expected)) + tuple(added)
    touched = [_same(opened, pair.section) for pair in live if pair.section is not None]
    own = _own(note_lens.own_words(opened, [*touched, *removed]))
    why = _why(resolution, changes, added, removed)
    return Drafted(path, text, resolution.note, sections, own, why)


def with_abstract(drafted: Drafted, callout: str, before: str | None = None) -> Drafted:
    """The same with its abstract; `before` is what the note reads now, None for a new one."""
    why = drafted.why
    if before is not None:
        why = "abstract" if drafted.text == before else f"{why}, abstract"
    text = abstract.placed(drafted.text, callout)
    return replace(drafted, text=text, own=(callout, drafted.own[1]), why=why)


def _same(opened: Note, section: Section) -> Section:
    """The section in the note as it now reads (adoption takes text out above it)."""
    return next(
        each
        for each in opened.sections
        if each.target == section.target and each.commentary == section.commentary
    )


def _without_plain(resolution: Resolution, note: Note) -> Note:
    """On adoption, a plain text that says just what an entry says becomes that entry's section."""
    if resolution.paper.role != "adopted":
        return note
    found = plain.read(note.text, note.properties.body)
    said = [pair.entry.fields for pair in resolution.paper.pairs if pair.entry is not None]
    if found is None or not any(_alike(found.fields, fields) for fields in said):
        return note
    rest = note.text[found.span.end :].lstrip("\r\n")
    above = note.text[: note.properties.body] or (BOM if note.text.startswith(BOM) else "")
    return note_lens.read(above + rest)


def _alike(one: Fields, other: Fields) -> bool:
    return (one.title, one.authors, set(one.tags), _paragraphs(one.commentary)) == (
        other.title,
        other.authors,
        set(other.tags),
        _paragraphs(other.commentary),
    )


def _paragraphs(commentary: str) -> tuple[str, ...]:
    """Its lines but blank ones, which a flat digest leaves out; in code they count."""
    lines = commentary.split("\n")
    fenced = any(line.lstrip().startswith(("```", "~~~")) for line in lines)
    return tuple(line for line in lines if fenced or line.strip())


def _changes(
    resolution: Resolution, note: Note, layout: NotePaths, facts: Facts, wanted: Sequence[str]
) -> dict[str, PropertyValue | None]:
    said, has = resolution.note, note.fields
    values = note.properties.values
    changes: dict[str, PropertyValue | None] = {}
    adopting = resolution.paper.role == "adopted"
    if said.title and said.title != has.title:
        changes["title"] = said.title
    aliases = note.properties.items("aliases")
    # An entry without a title line has no old title: its note may get its first one late.
    first = adopting or not (resolution.old_title or has.title)
    if said.title and first and not aliases:
        changes["aliases"] = (said.title,)
    elif (old := resolution.old_title) in aliases and said.title != old:
        changes["aliases"] = tuple(
            dict.fromkeys(said.title if each == old else each for each in aliases)
        )
    if said.authors != has.authors:
        changes["authors"] = said.authors
    if said.url != has.url:
        changes["url"] = said.url
    changes |= _address(resolution, note)
    changes |= {
        name: value
        for name, value in fact_properties(facts, wanted).items()
        if not note.properties.items(name)
    }
    digests = _digests(resolution, note, layout)
    if digests != note.properties.items("digests") or "digests" not in values:
        changes["digests"] = digests
    if said.tags != has.tags:
        changes["tags"] = said.tags
    return changes


def _address(resolution: Resolution, note: Note) -> dict[str, PropertyValue | None]:
    """`arxiv` or `doi`: filled in, and changed where the address is now that of another paper."""
    if any(conflict.field == "url" for conflict in resolution.conflicts):
        return {}
    now = note_lens.address_properties(resolution.key)
    was = note_lens.address_properties(resolution.paper.base_key)
    changes: dict[str, PropertyValue | None] = {
        name: None
        for name, value in was.items()
        if name not in now and note.properties.scalar(name) == value
    }
    return changes | {
        name: value for name, value in now.items() if was != now or not note.properties.scalar(name)
    }


def _digests(resolution: Resolution, note: Note, layout: NotePaths) -> tuple[str, ...]:
    path = resolution.paper.note
    assert path is not None
    at = layout.moved.get(path, path)
    by_target: dict[str, Pair] = {pair.named: pair for pair in resolution.paper.pairs if pair.named}
    listed: list[str] = []
    for item in note.properties.items("digests"):
        target = note_lens.linked(item)
        pair = by_target.get(target)
        if pair is None or pair.kind == "waiting":
            listed.append(item)
        elif pair.kind in LIVE:
            listed.append(item.replace(target, layout.linked(pair.digest, at, target), 1))
    listed += [
        link(layout.linked(pair.digest, at))
        for pair in resolution.paper.pairs
        if pair.kind in LIVE and not pair.named
    ]
    return tuple(listed)


def _list(note: Note, name: str, named: Named, layout: NotePaths, path: RelPath) -> tuple[str, ...]:
    at = layout.moved.get(path, path)
    return items(
        note.properties.items(name),
        named.wanted,
        named.made,
        lambda target: layout.leads_to(target, path),
        lambda to, target: layout.linked(to, at, target),
    )


def listed_by_hand(note: Note, lists: Lists, layout: NotePaths, path: RelPath) -> bool:
    """Whether a link list holds what no commentary gave it."""
    return any(
        note_lens.linked(item) == "" or layout.leads_to(note_lens.linked(item), path) not in ours
        for name in LINK_LISTS
        for named in [lists.get(name, Named())]
        for ours in [{*named.wanted, *named.made}]
        for item in note.properties.items(name)
    )


def _why(
    resolution: Resolution,
    changes: Mapping[str, object],
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
    reasons += list(changes)
    return ", ".join(reasons) or "links"


def proved(drafted: Drafted) -> int | None:
    """None if the text reads back as meant, else the line of what does not."""
    read = note_lens.read(drafted.text)
    if read.properties.broken is not None:
        return read.properties.broken[0]
    meant = drafted.fields
    if (read.fields.title, read.fields.authors, read.fields.url, read.fields.tags) != (
        meant.title,
        meant.authors,
        meant.url,
        meant.tags,
    ):
        return 1
    targets = dict(drafted.sections)
    found = [section for section in read.sections if section.target in targets]
    said = {section.target: section.commentary for section in found}
    if said != targets:
        wrong = [section for section in found if section.commentary != targets[section.target]]
        return wrong[0].line if wrong else 1
    return None if _own(note_lens.own_words(read, found)) == drafted.own else 1


def _own(words: str) -> tuple[str, str]:
    """The reader's own words: the abstract that they open with, and the others, our heading off."""
    above, rest = note_lens.parted(words)
    return above, rest.removeprefix(note_lens.OWN_HEADING).strip()
