"""A pass as a value: its request, the callbacks that it runs with, its result.

Apart from `engine` so that a command with nothing to do need not load the machinery.
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
    """The task of a pass.

    `remake`: make missing notes again, remove nothing (`rebuild`). `only`: the digests whose papers
    are looked at; empty is all. `allowed`: the number of a list of removals that may be done.
    `take`: a note or a digest, and the side that is right about it. `deferred`: files somebody is
    typing in, which are not written now. `bulk`: files were changed by no typing hand (git moved
    its HEAD), so that an older text among them is one, and no word taken back. `patient`: a new
    entry that is nothing but an address is left alone (the daemon). `cause` stands in the log.
    """

    cause: str = "sync"
    remake: bool = False
    only: frozenset[RelPath] = frozenset()
    allowed: str = ""
    take: tuple[RelPath, Side] | None = None
    deferred: frozenset[RelPath] = frozenset()
    bulk: bool = False
    patient: bool = False

    @property
    def ordinary(self) -> bool:
        """Return True for a usual pass, which may trust what an earlier one remembered."""
        return self.of_all and not self.remake

    @property
    def of_all(self) -> bool:
        """Return True if it is about every paper, and nobody has decided anything."""
        return not (self.only or self.allowed or self.take)


@dataclass(frozen=True, slots=True)
class PassResult:
    """The plan of a pass and its outcome. `waiting` are the operations that were deferred.

    `note` says why the base counts for nothing, if it does. `arriving`: something waits for files
    that a sync service is bringing just now.
    """

    plan: Plan
    outcome: Outcome = field(default_factory=Outcome)
    waiting: tuple[Operation, ...] = ()
    note: str | None = None
    arriving: bool = False


FactsOf = Callable[[Sequence[Key]], Mapping[Key, Facts]]
"""Returns the facts of papers that are known without asking anybody."""


def no_facts(keys: Sequence[Key]) -> Mapping[Key, Facts]:
    del keys
    return {}


Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


def silent(what: str, done: int, whole: int) -> None:
    del what, done, whole
