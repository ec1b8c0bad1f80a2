"""What happens to notes: made, edited, renamed, moved to the trash; each proved by reading it."""

from __future__ import annotations

from vault_sync.core.model.paths import stem_of
from vault_sync.core.model.plan import Create, Rename, Trash, Write
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.note.note import Note
from vault_sync.core.note.properties import Unwritable
from vault_sync.core.reconcile.drafting import note_draft as drafting
from vault_sync.core.reconcile.drafting import plan_builder
from vault_sync.core.reconcile.drafting.note_draft import Drafted, Lists
from vault_sync.core.reconcile.drafting.plan_builder import DraftContext, PlanBuilder
from vault_sync.core.reconcile.pairing import removals
from vault_sync.core.reconcile.resolution.resolution import LIVE, NOTE, Resolution


def add(pending: PlanBuilder, scene: DraftContext, settlement: Resolution, lists: Lists) -> None:
    """Add what one paper's note needs."""
    path = settlement.paper.note
    if path is None:
        _create(pending, scene, settlement, lists)
        return
    note = scene.snapshot.notes[path]
    if removals.nothing_of_the_readers(
        settlement.paper, note, scene.base, scene.rules
    ) and not drafting.listed_by_hand(note, lists, scene.layout, path):
        _trash(pending, settlement, path, note)
    else:
        _edit(pending, scene, settlement, path, lists)


def _create(
    pending: PlanBuilder, scene: DraftContext, settlement: Resolution, lists: Lists
) -> None:
    facts = scene.facts_of(settlement.key)
    drafted = drafting.new(settlement, scene.layout, facts, scene.rules.facts, lists)
    if callout := plan_builder.abstract_for(scene, settlement).callout:
        drafted = drafting.with_abstract(drafted, callout)
    if _proved(pending, settlement, drafted):
        pending.creates.append(Create(drafted.path, drafted.text, drafted.why))
        pending.touch(drafted.path, settlement)


def _edit(
    pending: PlanBuilder, scene: DraftContext, settlement: Resolution, path: RelPath, lists: Lists
) -> None:
    note = scene.snapshot.notes[path]
    facts = scene.facts_of(settlement.key)
    try:
        drafted = drafting.edited(settlement, note, scene.layout, facts, scene.rules.facts, lists)
    except Unwritable as unwritable:
        pending.refused.add((settlement.key, NOTE))
        pending.problems.append(
            Problem(
                path,
                "properties-not-editable",
                unwritable.message,
                "the note is left as it is",
                unwritable.line,
            )
        )
        return
    if callout := plan_builder.abstract_for(scene, settlement).callout:
        drafted = drafting.with_abstract(drafted, callout, note.text)
    if drafted.text != note.text and _proved(pending, settlement, drafted):
        pending.note_writes.append(Write(path, note.text, drafted.text, drafted.why))
        pending.touch(path, settlement)
    to = scene.layout.renames.get(path)
    if to is not None and (settlement.key, NOTE) not in pending.refused:
        why = "its date of publication is known now"
        pending.renames.append(Rename(path, to, drafted.text, why))
        pending.touch(path, settlement)


def _proved(pending: PlanBuilder, settlement: Resolution, drafted: Drafted) -> bool:
    if drafting.proved(drafted) is None:
        return True
    pending.refused.add((settlement.key, NOTE))
    tie = next((tie for tie in settlement.paper.ties if tie.kind in LIVE), None)
    pending.problems.append(
        Problem(
            tie.digest if tie else drafted.path,
            "would-not-read-back",
            f"what this entry says cannot stand in the note '{drafted.path}': it would read back "
            "differently",
            "look for a code fence that is not closed; nothing is written until then",
            tie.entry.line if tie and tie.entry else None,
        )
    )
    return False


def _trash(pending: PlanBuilder, settlement: Resolution, path: RelPath, note: Note) -> None:
    name = path.rpartition("/")[2]
    weeks = ", ".join(f"'{stem_of(tie.digest)}'" for tie in settlement.paper.ties)
    why = f"entry removed from {weeks}"
    pending.trash.append(Trash(path, RelPath(f".trash/{name}"), note.text, why))
    pending.touch(path, settlement)
