"""Make, edit, rename and trash notes; prove each new text by reading it.

A new note is drafted after the reader's template, without it where it cannot be used.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vault_sync.core.model.base import apart_key
from vault_sync.core.model.plan import BaseKey, Create, Rename, Write, to_trash
from vault_sync.core.model.values import Facts, Problem, RelPath, Rules, stem_of
from vault_sync.core.naming.keys import arxiv_id, pdf_of
from vault_sync.core.naming.note_names import day_of
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.note import Note
from vault_sync.core.note.properties import Unwritable
from vault_sync.core.note.property_table import property_facts
from vault_sync.core.reconcile.drafting import note_draft, plan_builder
from vault_sync.core.reconcile.drafting.cross_links import Lists
from vault_sync.core.reconcile.drafting.note_draft import Drafted, own_parts, reads_back
from vault_sync.core.reconcile.drafting.plan_builder import DraftContext, PlanBuilder
from vault_sync.core.reconcile.pairing import removals
from vault_sync.core.reconcile.resolution.values import LIVE, NOTE, Resolution
from vault_sync.core.text.module_door import door
from vault_sync.core.text.sanitize import sanitize

if TYPE_CHECKING:
    from vault_sync.core.note import new_note, note_template
    from vault_sync.core.note.note_template import NoteTemplate
else:  # few passes make a note
    new_note = door("vault_sync.core.note.new_note")
    note_template = door("vault_sync.core.note.note_template")


def add(builder: PlanBuilder, context: DraftContext, resolution: Resolution, lists: Lists) -> None:
    """Add the operations on one paper's note."""
    path = resolution.paper.note
    if path is None:
        _create(builder, context, resolution, lists)
        return
    note = context.snapshot.notes[path]
    if removals.has_nothing_of_the_readers(
        resolution.paper, note, context.base, context.rules
    ) and not note_draft.listed_by_hand(note, lists, context.note_paths, path):
        _trash(builder, resolution, path, note)
    else:
        _edit(builder, context, resolution, path, lists)


def _create(
    builder: PlanBuilder, context: DraftContext, resolution: Resolution, lists: Lists
) -> None:
    drafted = note_draft.new(context, resolution, lists)
    if context.template is not None:
        drafted = from_template(builder, context, resolution, drafted, context.template)
    callout = plan_builder.abstract_for(context, resolution).callout
    if callout and note_lens.abstract(note_lens.read(drafted.text)) is None:
        drafted = note_draft.with_abstract(drafted, callout)
    if context.template is not None:
        remember(builder, resolution, drafted, context.rules)
    if _proved(builder, context, resolution, drafted):
        last = builder.creates[-1].why if builder.creates else ""
        # One text for all papers of a digest.
        why = last if last == drafted.why else drafted.why
        builder.creates.append(Create(drafted.path, builder.store(drafted.text), why))
        builder.touch(drafted.path, resolution)


def _edit(
    builder: PlanBuilder, context: DraftContext, resolution: Resolution, path: RelPath, lists: Lists
) -> None:
    note = context.snapshot.notes[path]
    try:
        drafted = note_draft.edited(context, resolution, note, lists)
    except Unwritable as unwritable:
        builder.refused.add((resolution.key, NOTE))
        builder.problems.append(unwritable.problem(path))
        return
    if callout := plan_builder.abstract_for(context, resolution).callout:
        drafted = note_draft.with_abstract(drafted, callout, note.text)
    if drafted.text != note.text and _proved(builder, context, resolution, drafted):
        builder.note_writes.append(Write(path, note.text, builder.store(drafted.text), drafted.why))
        builder.touch(path, resolution)
    to = context.note_paths.renames.get(path)
    if to is not None and (resolution.key, NOTE) not in builder.refused:
        found = context.facts_of(resolution.key)
        by_title = found.title and not found.published
        why = f"its {'title' if by_title else 'date of publication'} is known now"
        builder.renames.append(Rename(path, to, drafted.text, why))
        builder.touch(path, resolution)


def _proved(
    builder: PlanBuilder, context: DraftContext, resolution: Resolution, drafted: Drafted
) -> bool:
    if reads_back(drafted, context.rules.properties):
        return True
    builder.refused.add((resolution.key, NOTE))
    live = [(pair.digest, pair.entry) for pair in resolution.paper.pairs if pair.kind in LIVE]
    path, line = next(((at, entry.line) for at, entry in live if entry), (drafted.path, None))
    builder.problems.append(
        Problem(
            path,
            "would-not-read-back",
            f"what this entry says cannot stand in the note '{drafted.path}': it would read back "
            "differently",
            "look for a code fence that is not closed; nothing is written until then",
            line,
        )
    )
    return False


def _trash(builder: PlanBuilder, resolution: Resolution, path: RelPath, note: Note) -> None:
    weeks = ", ".join(f"'{stem_of(pair.digest)}'" for pair in resolution.paper.pairs)
    builder.trash.append(to_trash(path, note.text, f"entry removed from {weeks}"))
    builder.touch(path, resolution)


def from_template(
    builder: PlanBuilder,
    context: DraftContext,
    resolution: Resolution,
    drafted: Drafted,
    template: NoteTemplate,
) -> Drafted:
    """Return the draft of a new note from the template; as it is where that cannot be, reported."""
    rules, facts = context.rules, context.facts_of(resolution.key)
    try:
        made = _templated(drafted, resolution, template, facts, rules)
    except Unwritable as wrong:
        builder.problems.append(note_template.unusable(template.path, wrong.message, wrong.line))
        return drafted
    if not reads_back(made, rules.properties):
        what = "a digest section in it would be read otherwise"
        builder.problems.append(note_template.unusable(template.path, what, 1))
        return drafted
    ours = set(drafted.fields.tags)
    own = tuple(tag for tag in made.fields.tags if tag not in ours)
    if own:
        base_key = apart_key(BaseKey(resolution.key, "", "tags"))
        builder.templated.setdefault(resolution.key, []).append((base_key, own))
    return made


def remember(builder: PlanBuilder, resolution: Resolution, drafted: Drafted, rules: Rules) -> None:
    """Remember what a note was made with: as long as it is so, it is nobody's own word."""
    read = note_lens.read(drafted.text, rules.properties)
    names = [fact.name for fact in property_facts(rules.facts)]
    mark = note_lens.own_mark(read, drafted.sections_in(read), names)
    base_key = BaseKey(resolution.key, "", "template")
    builder.templated.setdefault(resolution.key, []).append((base_key, mark))


def _templated(
    drafted: Drafted, resolution: Resolution, template: NoteTemplate, facts: Facts, rules: Rules
) -> Drafted:
    """Return the draft of a new note with the reader's template around it.

    Raises:
        properties.Unwritable: the properties of the template cannot be used.
    """
    first = next(pair.digest for pair in resolution.paper.pairs if pair.kind in LIVE)
    published = str(drafted.values.get("published", "")) or facts.published
    filled = note_template.filled(
        template.text,
        _placeholders(drafted, resolution, facts, published),
        lambda: template.week_days().get(first) or day_of(published),
    )
    text = new_note.from_template(filled, drafted.values, drafted.sections, rules.properties)
    read = note_lens.read(text, rules.properties)
    own = own_parts(note_lens.own_words(read, drafted.sections_in(read)))
    fields = drafted.fields.saying(tags=read.fields.tags)
    return replace(drafted, text=text, own=own, fields=fields)


def _placeholders(
    drafted: Drafted, resolution: Resolution, facts: Facts, published: str
) -> dict[str, str]:
    fields, key = drafted.fields, resolution.key
    return {
        "title": fields.title,
        "authors": ", ".join(fields.authors),
        "first_author": fields.authors[0] if fields.authors else "",
        "year": published[:4],
        "published": published,
        "url": fields.url,
        "pdf": facts.pdf or pdf_of(key),
        "arxiv": arxiv_id(key),
        "doi": facts.doi or (key.removeprefix("doi:") if key.startswith("doi:") else ""),
        "citekey": facts.citekey,
        "abstract": sanitize(facts.abstract),
        "digest": drafted.sections[0][0] if drafted.sections else "",
    }
