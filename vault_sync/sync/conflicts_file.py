"""The conflicts note among the files of a vault: where it is, and what a pass does to it."""

from __future__ import annotations

from collections.abc import Iterable

from vault_sync.core.model.plan import Conflict, Create, Operation, Trash, Write
from vault_sync.core.model.values import Problem, RelPath, Rules
from vault_sync.core.report import conflicts_page
from vault_sync.sync.observation import Observation


def path_of(seen: Observation, rules: Rules) -> RelPath:
    """Return where the conflicts note of this pass is, or is to be."""
    return seen.conflicts_path or RelPath(rules.conflicts_note)


def name_taken(seen: Observation, rules: Rules) -> tuple[Problem, ...]:
    """Return the notice that the conflicts note has another name, as the reader has that file."""
    path = path_of(seen, rules)
    if path == rules.conflicts_note:
        return ()
    message = f"this file is not vault-sync's: open conflicts stand in '{path}'"
    return (Problem(rules.conflicts_note, "conflicts-note-taken", message, level="notice"),)


def operations(
    seen: Observation, rules: Rules, conflicts: Iterable[Conflict]
) -> tuple[Operation, ...]:
    """Return the operation that brings the conflicts note up to date, if any."""
    path = path_of(seen, rules)
    before = seen.conflicts_text
    after = conflicts_page.text(tuple(conflicts), seen.snapshot.names, before)
    there = path in seen.files
    if after == before:
        return ()
    if not after:
        name = path.rpartition("/")[2]
        why = "no conflict is left"
        return (Trash(path, RelPath(f".trash/{name}"), before, why),) if there else ()
    if there:
        return (Write(path, before, after, "open conflicts"),)
    return (Create(path, after, "open conflicts"),)
