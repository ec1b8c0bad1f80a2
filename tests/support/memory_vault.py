"""A vault in memory: plans carried out on a dict, for tests of the core."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypedDict, Unpack

from vault_sync.core import snapshot
from vault_sync.core.digest.styles.style import styles_of
from vault_sync.core.model.base import Arrival, Base
from vault_sync.core.model.plan import (
    BaseKey,
    BaseUpdate,
    Create,
    Operation,
    Plan,
    Rename,
    Value,
    Write,
)
from vault_sync.core.model.values import Decision, Decisions, Facts, Key, RelPath, Rules
from vault_sync.core.naming.globs import is_digest
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.note.note_template import NoteTemplate
from vault_sync.core.reconcile.pairing.decisions import decide
from vault_sync.core.reconcile.pipeline import ReconcileOptions, reconcile
from vault_sync.core.snapshot import Snapshot


class Choices(TypedDict, total=False):
    """What a pass is asked for: the options of `ReconcileOptions` that tests choose."""

    remake: bool
    decisions: Decisions
    allowed: str
    patient: bool
    sure: bool


@dataclass
class MemoryVault:
    """Files by path, one device's base beside them."""

    files: dict[str, str] = field(default_factory=dict)
    rows: dict[BaseKey, Value] = field(default_factory=dict)
    older: set[tuple[Key, str, Value]] = field(default_factory=set)
    known: bool = False
    rules: Rules = field(default_factory=Rules)
    facts: dict[Key, Facts] = field(default_factory=dict)
    saved: list[str] = field(default_factory=list)
    at_rest: dict[RelPath, float] = field(default_factory=dict)
    template: NoteTemplate | None = None
    arrivals: dict[RelPath, Arrival] = field(default_factory=dict)
    refused: dict[BaseKey, tuple[str, str]] = field(default_factory=dict)

    def base(self) -> Base:
        return Base(
            dict(self.rows),
            self.known,
            was_ever=lambda row, value: (row.key, row.field, value) in self.older,
            arrivals=self.arrivals,
            refused=self.refused,
        )

    def plan(self, **choices: Unpack[Choices]) -> Plan:
        found, base = self.look()
        options = ReconcileOptions(at_rest=self.at_rest, template=self.template, **choices)
        return reconcile(found, base, self.facts, self.rules, options)

    def look(self) -> tuple[Snapshot, Base]:
        visible = {
            RelPath(path): text
            for path, text in self.files.items()
            if not any(part.startswith(".") for part in path.split("/"))
            and path != self.rules.conflicts_note
        }
        base = self.base()
        found = snapshot.build(
            visible,
            names=LinkResolver.from_paths(visible),
            is_digest=is_digest(self.rules),
            base=base,
            styles=styles_of(self.rules),
            properties=self.rules.properties,
        )
        return found, base

    def take(self, path: str, side: Decision) -> Plan:
        """A pass in which a person takes a side about a note or a digest."""
        return self.sync(decisions=decide(RelPath(path), side, *self.look()))

    def carry_out(self, plan: Plan, *, only: int | None = None, but: Collection[str] = ()) -> None:
        """Do the plan's operations, or the first `only` of them and nothing of the base.

        Operations on the paths `but` are left out, and with them the agreements that need them.
        """
        for operation in plan.operations[:only]:
            if operation.path not in but:
                self._do(operation)
        if only is None:
            self.keep(tuple(each for each in plan.base_updates if set(but).isdisjoint(each.paths)))
            self.known = True

    def _do(self, operation: Operation) -> None:
        if isinstance(operation, Create):
            assert operation.path not in self.files, operation
            self.files[operation.path] = str(operation.after)
            return
        assert self.files[operation.path] == operation.before, operation
        self.saved.append(operation.before)
        if isinstance(operation, Write):
            self.files[operation.path] = str(operation.after)
        elif isinstance(operation, Rename):
            assert operation.to not in self.files, operation
            self.files[operation.to] = self.files.pop(operation.path)
        else:
            to: str = operation.to
            while to in self.files:
                to = to.removesuffix(".md") + " 2.md"
            self.files[to] = self.files.pop(operation.path)

    def keep(self, base_updates: tuple[BaseUpdate, ...]) -> None:
        for base_update in base_updates:
            for row in base_update.drop:
                self._outdated(row, self.rows.pop(row, None))
            for row, value in base_update.put.items():
                if self.rows.get(row) != value:
                    self._outdated(row, self.rows.get(row))
                self.rows[row] = value

    def _outdated(self, row: BaseKey, value: Value | None) -> None:
        if value is not None:
            self.older.add((row.key, row.field, value))

    def sync(self, **choices: Unpack[Choices]) -> Plan:
        plan = self.plan(**choices)
        self.carry_out(plan)
        return plan


def facts(days: Mapping[str, str]) -> dict[Key, Facts]:
    return {Key(f"arxiv:{name}"): Facts(published=day) for name, day in days.items()}
