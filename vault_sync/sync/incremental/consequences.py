"""Papers that a plan for some papers concerns too, and the plans that take a whole pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from vault_sync.core.model.base import Base
from vault_sync.core.model.paths import stem_of
from vault_sync.core.model.plan import BaseUpdate, Create, Plan, Trash, Write
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.sync.file_record import File
from vault_sync.sync.incremental.identity import called, title_keys
from vault_sync.sync.incremental.memory import Memory, keys_in


@dataclass(frozen=True, slots=True)
class Consequences:
    """The files and names by which a plan for some papers concerns others.

    `read` are the files read, as they are now; `strangers` the papers of entries that came or went,
    of which nobody knows a note.
    """

    memory: Memory
    names: LinkResolver
    read: Mapping[RelPath, File]
    strangers: AbstractSet[Key]

    def more(self, plan: Plan, base: Base) -> set[Key] | None:
        """The papers that a plan concerns beside its own; None if it takes a whole pass."""
        made = self.made(plan, base) if _plain_sailing(plan) else None
        waiting = None if made is None else self.waited_for(made)
        return None if waiting is None else _renamed(plan.base_updates, base) | waiting

    def made(self, plan: Plan, base: Base) -> dict[Key, RelPath] | None:
        """The notes that a plan makes; None unless all are of papers unknown, and stand alone."""
        paths = {each.path for each in plan.operations if isinstance(each, Create)}
        made = {
            row.key: path
            for base_update in plan.base_updates
            for row, value in base_update.put.items()
            if row.field == "note" and (path := RelPath(str(value))) in paths
        }
        names, notes = self.names, self.memory.notes
        # Of an entry that is still being typed no more is agreed on than what it does not say.
        strange = not any(
            row.field in {"note", "commentary"} or (row.digest and row.digest not in self.read)
            for row in base.rows
            if row.key in made or row.key in self.strangers
        )
        free = not any(names.taken(path) or names.resolve(stem_of(path), path) for path in paths)
        named = (*made, *title_keys(plan.base_updates, made))
        known = any(notes.get(key) for key in named)
        return made if set(made.values()) == paths and strange and free and not known else None

    def waited_for(self, made: Mapping[Key, RelPath]) -> set[Key] | None:
        """The papers of files that name these new ones; None if a link waits for one of them."""
        if not made:
            return set()
        stems = {called(path) for path in made.values()}
        pointing = self.pointing(stems | made.keys())
        if any(not stems.isdisjoint(file.points.split("\n")) for file in pointing):
            return None
        return {key for file in pointing for key in keys_in(file)}

    def pointing(self, points: AbstractSet[str]) -> list[File]:
        """The files that name one of these now."""
        files = self.memory.files
        others = [files[path] for path in self.memory.naming(points) if path not in self.read]
        read = [
            each for each in self.read.values() if not points.isdisjoint(each.points.split("\n"))
        ]
        return others + read


def _plain_sailing(plan: Plan) -> bool:
    """Return True if a plan is edits of files that are there, new ones, and some to the trash."""
    return (
        not plan.conflicts
        and not plan.first_meeting
        and all(each.level == "notice" for each in plan.problems)
        and all(isinstance(each, Create | Write | Trash) for each in plan.operations)
    )


def _renamed(base_updates: Iterable[BaseUpdate], base: Base) -> set[Key]:
    """The papers that a commentary now names, or names no longer."""
    found: set[str] = set()
    for base_update in base_updates:
        for row in base_update.drop:
            found |= set(base.items(row) or () if row.field == "mentions" else ())
        for row, value in base_update.put.items():
            if row.field == "mentions":
                found |= set(value) ^ set(base.items(row) or ())
    return {Key(key) for key in found}
