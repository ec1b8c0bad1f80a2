"""What a pass is asked to do, and what came of it.

Apart from `sync` so that a command with nothing to do need not load the machinery.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from vault_sync.core.model.plan import (
    Conflict,
    Operation,
    Outcome,
    Plan,
)
from vault_sync.core.model.values import Decisions, Facts, Key, RelPath, Side


class TakeAll(NamedTuple):
    """A person's decision about all conflicts, or those of one field or digest ("": of all)."""

    side: Side
    field: str = ""
    digest: str = ""

    def decisions(self, conflicts: Iterable[Conflict]) -> Decisions:
        """Return the decision for each conflict that is meant."""
        return {
            (conflict.key, conflict.digest, conflict.field): self.side
            for conflict in conflicts
            if self.field in {"", conflict.field} and self.digest in {"", conflict.digest}
        }


@dataclass(frozen=True, slots=True)
class PassRequest:
    """What a pass is asked to do.

    `remake`: make missing notes again, remove nothing (`rebuild`). `only`: the digests whose papers
    are looked at; empty is all. `allowed`: the number of a list of removals that may be done.
    `take`: a note or a digest, and the side that is right about it; `take_all`: the side that is
    right about all open conflicts. `deferred`: files somebody is
    typing in, which are not written now. `bulk`: files were changed by no typing hand (git moved
    its HEAD), so that an older text among them is one, and no word taken back. `patient`: a new
    entry that is nothing but an address is left alone (the daemon). `cause` stands in the log.
    """

    cause: str = "sync"
    remake: bool = False
    only: frozenset[RelPath] = frozenset()
    allowed: str = ""
    take: tuple[RelPath, Side] | None = None
    take_all: TakeAll | None = None
    deferred: frozenset[RelPath] = frozenset()
    bulk: bool = False
    patient: bool = False

    @property
    def ordinary(self) -> bool:
        """Whether what was read before may be believed, and nothing is asked for but the usual."""
        return self.of_all and not self.remake

    @property
    def of_all(self) -> bool:
        """Whether every paper is looked at, and nobody has decided anything."""
        return not (self.only or self.allowed or self.take or self.take_all)


@dataclass(frozen=True, slots=True)
class PassResult:
    """What came of a pass: what was planned, and what became of it. `waiting` was held back."""

    plan: Plan
    outcome: Outcome = field(default_factory=Outcome)
    waiting: tuple[Operation, ...] = ()
    note: str | None = None


FactsOf = Callable[[Sequence[Key]], Mapping[Key, Facts]]


def no_facts(keys: Sequence[Key]) -> Mapping[Key, Facts]:
    del keys
    return {}
