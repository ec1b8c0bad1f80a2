"""What of a plan waits while a person types in some files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from vault_sync.core.model import RelPath
from vault_sync.core.plan import Agreement, Operation, Plan


def held_back(
    plan: Plan, held: frozenset[RelPath], conflicts_note: RelPath
) -> tuple[Plan, tuple[Operation, ...]]:
    """The plan without what would write a held file, and those operations.

    A value that needs both of its files written (a merge) waits whole: with one side at the merged
    text and the base at the old one, the next word typed into the other side would be a conflict.
    A conflict with a held file is not shown yet: it may be half a sentence. What a held digest
    reads is not remembered: whoever takes back the last words he typed has not cut the file short.
    """
    if not held:
        return plan, ()
    fresh = any({each.digest, each.note} & held for each in plan.conflicts)
    paths = _with_their_partners(held, plan.agreements) | ({conflicts_note} if fresh else set())
    waiting = tuple(each for each in plan.operations if each.path in paths)
    kept = replace(
        plan,
        operations=tuple(each for each in plan.operations if each.path not in paths),
        agreements=tuple(
            each
            for each in plan.agreements
            if not each.paths & paths and not _is_text_of(each, held)
        ),
    )
    return kept, waiting


def _is_text_of(agreement: Agreement, held: frozenset[RelPath]) -> bool:
    return any(not row.key and row.digest in held for row in agreement.put)


def _with_their_partners(
    held: frozenset[RelPath], agreements: Iterable[Agreement]
) -> frozenset[RelPath]:
    joint = [each.paths for each in agreements if len(each.paths) > 1]
    while joint:
        reached = [paths for paths in joint if paths & held]
        if not reached:
            break
        held = held.union(*reached)
        joint = [paths for paths in joint if not paths <= held]
    return held
