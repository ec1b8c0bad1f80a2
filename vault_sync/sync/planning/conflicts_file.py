"""The conflicts note among the files of a vault: where it is, and what a pass does to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vault_sync.core.model.base import CopyRow
from vault_sync.core.model.plan import (
    BaseKey,
    Create,
    Operation,
    Plan,
    Value,
    Write,
    to_trash,
)
from vault_sync.core.model.values import Problem, RelPath, Rules
from vault_sync.core.report import conflicts_page, copy_section
from vault_sync.core.text.module_door import door
from vault_sync.sync.observation.observation import Observation

if TYPE_CHECKING:
    from vault_sync.core.merge import copy_rules
else:  # few vaults have copies
    copy_rules = door("vault_sync.core.merge.copy_rules")

TAKEN = "conflicts-note-taken"


def path_of(seen: Observation, rules: Rules) -> RelPath:
    """Return where the conflicts note of this pass is, or is to be."""
    return seen.conflicts_path or RelPath(rules.conflicts_note)


def name_taken(seen: Observation, rules: Rules) -> tuple[Problem, ...]:
    """Return the notice that the conflicts note has another name, as the reader has that file."""
    path = path_of(seen, rules)
    if path == rules.conflicts_note:
        return ()
    message = f"this file is not vault-sync's: open conflicts stand in '{path}'"
    return (Problem(rules.conflicts_note, TAKEN, message, level="notice"),)


def operations(seen: Observation, rules: Rules, plan: Plan) -> tuple[Operation, ...]:
    """Return the operation that brings the conflicts note up to date, if any."""
    path = path_of(seen, rules)
    before = seen.conflicts_text
    rows, questions = copy_section.text(_rows(seen, plan)), _questions(seen)
    more = "\n".join(filter(None, (rows, questions)))
    after = conflicts_page.text(plan.conflicts, seen.snapshot.names, before, more)
    there = path in seen.files
    if after == before:
        return ()
    if not after:
        return (to_trash(path, before, "no conflict is left"),) if there else ()
    if there:
        return (Write(path, before, after, "open conflicts"),)
    return (Create(path, after, "open conflicts"),)


def _rows(seen: Observation, plan: Plan) -> Iterable[CopyRow]:
    """Return the rows of merged copies that stay: those found, and new ones."""
    found, copies = copy_section.read(seen.conflicts_text), seen.copies
    put = {row: value for one in plan.base_updates for row, value in one.put.items()}
    open_fields = {(each.key, each.field) for each in plan.conflicts}

    def agreed(row: BaseKey) -> Value | None:
        if (row.key, row.field) in open_fields:
            return None
        return put.get(row, seen.base.rows.get(row))

    is_still = not any(each.delivered for each in seen.base.arrivals.values())
    no_copies = not (copies.merged or copies.finished or copies.stuck)
    return copy_rules.remaining(
        found.rows | copies.rows, at_rest=is_still and no_copies, ticked=found.ticked, agreed=agreed
    )


def _questions(seen: Observation) -> str:
    copies, boxes = seen.copies, copy_section.read_boxes(seen.conflicts_text)
    unproven = [(each.path, each.original) for each in copies.unproven]
    left = 0 if boxes.merge_left else len(copies.left) * copies.asks_about_left
    return copy_section.questions(unproven, left, copies.answered)
