"""The input of drafting, and the plan while it is being put together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import AnyText, BaseKey, Create, Rename, Trash, Value, Write
from vault_sync.core.model.values import NOTHING, Facts, Key, Problem, RelPath, Rules
from vault_sync.core.note import abstract
from vault_sync.core.reconcile.drafting.note_paths import NotePaths
from vault_sync.core.reconcile.resolution.values import Resolution
from vault_sync.core.snapshot import Snapshot

if TYPE_CHECKING:
    from vault_sync.core.note.note_template import NoteTemplate

NO_FACTS = Facts()


class DraftContext(NamedTuple):
    """The input from which operations are made."""

    snapshot: Snapshot
    base: Base
    facts: Mapping[Key, Facts]
    rules: Rules
    note_paths: NotePaths
    resolutions: tuple[Resolution, ...]
    guarded: frozenset[RelPath] = frozenset()
    """Digests from which nothing is taken until a person has confirmed their removals."""

    template: NoteTemplate | None = None
    """The reader's, for new notes."""

    completed: Mapping[Key, Facts] = NOTHING
    """Facts with what no answer holds, of the papers that need it (`completed_facts`)."""

    with_remains: frozenset[RelPath] = frozenset()
    """Digests with what is left of an entry: the base keeps the text that they had before."""

    def facts_of(self, key: Key) -> Facts:
        """Return the facts of a paper; empty ones where there are none."""
        return self.completed.get(key) or self.facts.get(key, NO_FACTS)


@dataclass(slots=True)
class PlanBuilder:
    """Builder of the plan: operations and problems so far.

    `touched` gives the papers for which each file is changed, `refused` the files that cannot have
    what a paper's resolution wants (NOTE: its note), `digest_after` the new texts of digests,
    `drafted` the papers that these were found to have, `templated` the base values of notes that
    were made from a template. `store` gives a new text as the plan holds it.
    """

    store: Callable[[str], AnyText] = str
    creates: list[Create] = field(default_factory=list)
    note_writes: list[Write] = field(default_factory=list)
    renames: list[Rename] = field(default_factory=list)
    digest_writes: list[Write] = field(default_factory=list)
    trash: list[Trash] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    touched: dict[RelPath, Collection[Key]] = field(default_factory=dict)
    refused: set[tuple[Key, RelPath]] = field(default_factory=set)
    digest_after: dict[RelPath, AnyText] = field(default_factory=dict)
    drafted: dict[RelPath, tuple[Key, ...]] = field(default_factory=dict)
    templated: dict[Key, list[tuple[BaseKey, Value]]] = field(default_factory=dict)

    def touch(self, path: RelPath, resolution: Resolution) -> None:
        """Record that a file is changed for a paper."""
        keys = self.touched.get(path, ())
        if isinstance(keys, set):
            keys.add(resolution.key)
        elif resolution.key not in keys:
            # A note is changed for one paper: a set for each takes 200 bytes.
            self.touched[path] = {*keys, resolution.key} if keys else (resolution.key,)


def abstract_for(context: DraftContext, resolution: Resolution) -> abstract.Abstract:
    """Decide about the abstract of one paper."""
    if "abstract" not in context.rules.facts:
        return abstract.Abstract()
    path = resolution.paper.note
    note = context.snapshot.notes[path] if path is not None else None
    was = abstract.remembered(context.base, resolution.key)
    return abstract.decided(note, context.facts_of(resolution.key), was)
