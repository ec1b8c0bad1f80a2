"""Defer what a plan would do to files in which a person is typing."""

from __future__ import annotations

from vault_sync.core.model.plan import BaseUpdate, Create, Operation, Plan, Trash, Write
from vault_sync.core.model.values import RelPath, stem_of


def defer(
    plan: Plan, deferred: frozenset[RelPath], conflicts_note: RelPath
) -> tuple[Plan, tuple[Operation, ...]]:
    """Return the plan without the operations that must wait for `deferred` files, and those.

    - A value that needs both of its files written (a merge) waits whole: with one side at the
      merged text and the base at the old one, the next word typed into the other side would be a
      conflict.
    - A new note whose entry stands in a deferred digest waits, and so does a link to that note: the
      entry may be half typed, and a note's name is chosen once.
    - A note does not go to the trash while the digest that lost its entry is deferred: the text
      that was cut there may be pasted elsewhere soon, and then the entry has only moved.
    - A conflict with a deferred file is not shown yet: its text may be half a sentence.
    - The text of a deferred digest is not remembered: to delete the last words typed is not to cut
      the file short.
    """
    if not deferred:
        return plan, ()
    fresh = any({each.digest, each.note} & deferred for each in plan.conflicts)
    paths = _with_what_links_to_them(
        _with_their_partners(deferred | _too_soon(plan, deferred), plan), plan
    )
    paths |= {conflicts_note} if fresh else set()
    waiting = tuple(each for each in plan.operations if each.path in paths)
    remaining = plan._replace(
        operations=tuple(each for each in plan.operations if each.path not in paths),
        base_updates=tuple(
            each
            for each in plan.base_updates
            if paths.isdisjoint(each.paths) and not _is_text_of(each, deferred)
        ),
    )
    return remaining, waiting


def _is_text_of(base_update: BaseUpdate, deferred: frozenset[RelPath]) -> bool:
    return any(not base_key.key and base_key.digest in deferred for base_key in base_update.put)


def _too_soon(plan: Plan, deferred: frozenset[RelPath]) -> set[RelPath]:
    """Return the notes made or trashed for an entry that is new in, or gone from, such a digest."""
    made = {each.path for each in plan.operations if isinstance(each, Create)}
    gone = {each.path for each in plan.operations if isinstance(each, Trash)}
    return {
        path
        for each in plan.base_updates
        for rows, notes in ((each.put, made), (each.drop, gone))
        if any(base_key.key and base_key.digest in deferred for base_key in rows)
        for path in notes.intersection(each.paths)
    }


def _with_their_partners(deferred: frozenset[RelPath], plan: Plan) -> frozenset[RelPath]:
    """Add the files that must be written together with these."""
    joint = [set(each.paths) for each in plan.base_updates if len(each.paths) > 1]
    while joint:
        reached = [paths for paths in joint if paths & deferred]
        if not reached:
            break
        deferred = deferred.union(*reached)
        joint = [paths for paths in joint if not paths <= deferred]
    return deferred


def _with_what_links_to_them(deferred: frozenset[RelPath], plan: Plan) -> frozenset[RelPath]:
    """Add the files that would link to a new note that waits.

    A list of links to a note that is not there could not be told from one made by hand.
    """
    new = [
        stem_of(each.path)
        for each in plan.operations
        if isinstance(each, Create) and each.path in deferred
    ]
    linking = {
        each.path
        for each in (plan.operations if new else ())
        if isinstance(each, Write)
        for after in [str(each.after)]
        if any(name in after and name not in each.before for name in new)
    }
    return _with_their_partners(deferred | linking, plan) if linking - deferred else deferred
