"""What a pass is asked to do, and what came of it.

Apart from `sync` so that a command with nothing to do need not load the machinery.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from vault_sync.core.model.plan import (
    Operation,
    Outcome,
    Plan,
)
from vault_sync.core.model.values import Facts, Key, RelPath, Side


@dataclass(frozen=True, slots=True)
class PassRequest:
    """What a pass is asked to do.

    `remake`: make missing notes again, remove nothing (`rebuild`). `only`: the digests whose papers
    are looked at; empty is all. `allowed`: the number of a list of removals that may be done.
    `take`: a note or a digest, and the side that is right about it. `deferred`: files somebody is
    typing in, which are not written now. `bulk`: files were changed by no typing hand (git moved
    its HEAD), so that an older text among them is one, and no word taken back. `patient`: a new
    entry that is nothing but an address is left alone (the daemon). `sure`: on a first pass, files
    of one paper each are digests all the same. `cause` stands in the log.
    """

    cause: str = "sync"
    remake: bool = False
    only: frozenset[RelPath] = frozenset()
    allowed: str = ""
    take: tuple[RelPath, Side] | None = None
    deferred: frozenset[RelPath] = frozenset()
    bulk: bool = False
    patient: bool = False
    sure: bool = False

    @property
    def ordinary(self) -> bool:
        """Whether what was read before may be believed, and nothing is asked for but the usual."""
        return self.of_all and not self.remake

    @property
    def of_all(self) -> bool:
        """Whether every paper is looked at, and nobody has decided anything."""
        return not (self.only or self.allowed or self.take)


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
