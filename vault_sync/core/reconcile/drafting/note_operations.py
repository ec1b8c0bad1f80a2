"""Make, edit, rename and trash notes; prove each new text by reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vault_sync.core.model.paths import stem_of
from vault_sync.core.model.plan import Create, Rename, Write, to_trash
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.note import Note
from vault_sync.core.note.properties import Unwritable
from vault_sync.core.reconcile.drafting import note_draft, plan_builder
from vault_sync.core.reconcile.drafting.cross_links import Lists
from vault_sync.core.reconcile.drafting.note_draft import Drafted
from vault_sync.core.reconcile.drafting.plan_builder import DraftContext, PlanBuilder
from vault_sync.core.reconcile.pairing import removals
from vault_sync.core.reconcile.resolution.values import LIVE, NOTE, Resolution
from vault_sync.core.text.module_door import door

if TYPE_CHECKING:
    from vault_sync.core.reconcile.drafting import note_from_template
else:  # few notes are made after a template
    note_from_template = door("vault_sync.core.reconcile.drafting.note_from_template")


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
    facts = context.facts_of(resolution.key)
    drafted = note_draft.new(resolution, context.note_paths, facts, context.rules, lists)
    if context.template is not None:
        drafted = note_from_template.from_template(
            builder, context, resolution, drafted, context.template
        )
    callout = plan_builder.abstract_for(context, resolution).callout
    if callout and note_lens.abstract(note_lens.read(drafted.text)) is None:
        drafted = note_draft.with_abstract(drafted, callout)
    if context.template is not None:
        note_from_template.remember(builder, resolution, drafted, context.rules)
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
    facts = context.facts_of(resolution.key)
    try:
        drafted = note_draft.edited(
            resolution, note, context.note_paths, facts, context.rules, lists
        )
    except Unwritable as unwritable:
        builder.refused.add((resolution.key, NOTE))
        builder.problems.append(
            Problem(
                path,
                "properties-not-editable",
                unwritable.message,
                "the note is left as it is",
                unwritable.line,
            )
        )
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
    if note_draft.first_difference(drafted, context.rules.properties) is None:
        return True
    builder.refused.add((resolution.key, NOTE))
    pair = next((pair for pair in resolution.paper.pairs if pair.kind in LIVE), None)
    builder.problems.append(
        Problem(
            pair.digest if pair else drafted.path,
            "would-not-read-back",
            f"what this entry says cannot stand in the note '{drafted.path}': it would read back "
            "differently",
            "look for a code fence that is not closed; nothing is written until then",
            pair.entry.line if pair and pair.entry else None,
        )
    )
    return False


def _trash(builder: PlanBuilder, resolution: Resolution, path: RelPath, note: Note) -> None:
    weeks = ", ".join(f"'{stem_of(pair.digest)}'" for pair in resolution.paper.pairs)
    builder.trash.append(to_trash(path, note.text, f"entry removed from {weeks}"))
    builder.touch(path, resolution)
