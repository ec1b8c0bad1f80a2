"""What of a plan waits while a person types in some files."""

from __future__ import annotations

from dataclasses import replace

from vault_sync.core.model.paths import stem_of
from vault_sync.core.model.plan import BaseUpdate, Create, Operation, Plan, Trash, Write
from vault_sync.core.model.values import RelPath


def defer(
    plan: Plan, held: frozenset[RelPath], conflicts_note: RelPath
) -> tuple[Plan, tuple[Operation, ...]]:
    """The plan without what would write a held file, and those operations.

    A value that needs both of its files written (a merge) waits whole: with one side at the merged
    text and the base at the old one, the next word typed into the other side would be a conflict.
    So does a new note whose entry stands in a held digest, and what would link to that note: the
    entry may be half typed, and a note's name is chosen once. And so does a note on its way to the
    trash since its entry was taken out of a held digest: what was cut there may be pasted elsewhere
    in a moment, and then it has only moved.
    A conflict with a held file is not shown yet: it may be half a sentence. What a held digest
    reads is not remembered: whoever takes back the last words he typed has not cut the file short.
    """
    if not held:
        return plan, ()
    fresh = any({each.digest, each.note} & held for each in plan.conflicts)
    paths = _with_what_links_to_them(_with_their_partners(held | _too_soon(plan, held), plan), plan)
    paths |= {conflicts_note} if fresh else set()
    waiting = tuple(each for each in plan.operations if each.path in paths)
    kept = replace(
        plan,
        operations=tuple(each for each in plan.operations if each.path not in paths),
        base_updates=tuple(
            each
            for each in plan.base_updates
            if not each.paths & paths and not _is_text_of(each, held)
        ),
    )
    return kept, waiting


def _is_text_of(base_update: BaseUpdate, held: frozenset[RelPath]) -> bool:
    return any(not base_key.key and base_key.digest in held for base_key in base_update.put)


def _too_soon(plan: Plan, held: frozenset[RelPath]) -> set[RelPath]:
    """The notes that come or go since an entry came to a held digest, or went from it."""
    made = {each.path for each in plan.operations if isinstance(each, Create)}
    gone = {each.path for each in plan.operations if isinstance(each, Trash)}
    return {
        path
        for each in plan.base_updates
        for rows, notes in ((each.put, made), (each.drop, gone))
        if any(base_key.key and base_key.digest in held for base_key in rows)
        for path in each.paths & notes
    }


def _with_their_partners(held: frozenset[RelPath], plan: Plan) -> frozenset[RelPath]:
    joint = [each.paths for each in plan.base_updates if len(each.paths) > 1]
    while joint:
        reached = [paths for paths in joint if paths & held]
        if not reached:
            break
        held = held.union(*reached)
        joint = [paths for paths in joint if not paths <= held]
    return held


def _with_what_links_to_them(held: frozenset[RelPath], plan: Plan) -> frozenset[RelPath]:
    """A list of links to a note that is not made yet could not be told from one made by hand."""
    new = [
        stem_of(each.path)
        for each in plan.operations
        if isinstance(each, Create) and each.path in held
    ]
    linking = {
        each.path
        for each in plan.operations
        if isinstance(each, Write)
        and any(name in each.after and name not in each.before for name in new)
    }
    return _with_their_partners(held | linking, plan) if linking - held else held
