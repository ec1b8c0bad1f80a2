"""A pass as a value: its request, the callbacks that it runs with, its result.

Apart from `engine` so that a command with nothing to do need not load the machinery.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from vault_sync.core.model.plan import Conflict, Operation, Outcome, Plan
from vault_sync.core.model.values import Decision, Decisions, Facts, Key, RelPath


class TakeAll(NamedTuple):
    """A person's decision about all conflicts, or those of one field, digest or id ("": of all)."""

    side: Decision
    field: str = ""
    digest: str = ""
    id: str = ""

    def decisions(self, conflicts: Iterable[Conflict]) -> Decisions:
        """Return the decision for each conflict that is meant."""
        return {
            (conflict.key, conflict.digest, conflict.field): self.side
            for conflict in conflicts
            if self.field in {"", conflict.field}
            and self.digest in {"", conflict.digest}
            and self.id in {"", conflict.id}
            and (self.side != "both" or conflict.field == "commentary")
        }


class PassRequest(NamedTuple):
    """The task of a pass.

    `remake`: make missing notes again, remove nothing (`rebuild`). `only`: the digests whose papers
    are looked at; empty is all. `allowed`: the number of a list of removals that may be done.
    `take`: a note or a digest, and the side that is right about it; `take_all`: the side that is
    right about all open conflicts. `deferred`: files somebody is
    typing in, which are not written now. `bulk`: files were changed by no typing hand (git moved
    its HEAD), so that an older text among them is one, and no word taken back. `patient`: a new
    entry that is nothing but an address is left alone (the daemon). `sure`: on a first pass, files
    of one paper each are digests all the same. `redo`: what was taken back is done again.
    `rename_properties`: the properties of all notes get the vault's own names, and nothing else is
    done. `cause` stands in the log.
    """

    cause: str = "sync"
    remake: bool = False
    only: frozenset[RelPath] = frozenset()
    allowed: str = ""
    take: tuple[RelPath, Decision] | None = None
    take_all: TakeAll | None = None
    deferred: frozenset[RelPath] = frozenset()
    bulk: bool = False
    patient: bool = False
    sure: bool = False
    redo: bool = False
    rename_properties: bool = False

    @property
    def ordinary(self) -> bool:
        """Return True for a usual pass, which may trust what an earlier one remembered."""
        return self.of_all and not (self.remake or self.redo)

    @property
    def lifts(self) -> bool:
        """Return True if what was taken back by `undo` is to be done again."""
        return self.redo or (self.remake and self.of_all)

    @property
    def of_all(self) -> bool:
        """Return True if it is about every paper, and nobody has decided anything."""
        return not (
            self.only or self.allowed or self.take or self.take_all or self.rename_properties
        )


class Reason(NamedTuple):
    """The question for which a file or a paper ("": the whole) was looked at, and its answers.

    `old` is the answer of the last pass, `new` the one of this; both "" where there are none.
    """

    about: str
    question: str
    old: str = ""
    new: str = ""


class PassResult(NamedTuple):
    """The plan of a pass and its outcome. `waiting` are the operations that were deferred.

    `note` says why the base counts for nothing, if it does. `arriving`: something waits for files
    that a sync service is bringing just now. `explained` says why each file and paper was looked
    at; "" stands for the whole.
    """

    plan: Plan
    outcome: Outcome = Outcome()
    waiting: tuple[Operation, ...] = ()
    note: str | None = None
    arriving: bool = False
    explained: tuple[Reason, ...] = ()


FactsOf = Callable[[Sequence[Key]], Mapping[Key, Facts]]
"""Returns the facts of papers that are known without asking anybody."""


Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


def silent(what: str, done: int, whole: int) -> None:
    del what, done, whole


def counted_files(progress: Progress, whole: int) -> Callable[[str, RelPath], None]:
    """Return the callback of `apply` that counts files as they are prepared, then swapped in."""
    done = {"before-stage": count(1), "before-look": count(1)}

    def at(point: str, path: RelPath) -> None:
        del path
        if point in done:
            what = "writing" if point == "before-look" else "preparing"
            progress(what, next(done[point]), whole)

    return at
