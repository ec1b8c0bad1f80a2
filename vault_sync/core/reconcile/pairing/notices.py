"""Problems met while pairing, and the base values that say which of them were reported before."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Problem, RelPath


@dataclass(slots=True)
class Notices:
    """Problems of a pairing, in the order in which they are met.

    `standing` are the base keys under which a report is remembered, of what is still so; `put`
    gives the values of those that are new. `deferred` are those of `Plan`.
    """

    problems: list[Problem] = field(default_factory=list)
    standing: set[BaseKey] = field(default_factory=set)
    put: dict[BaseKey, Value] = field(default_factory=dict)
    deferred: set[RelPath] = field(default_factory=set)

    def add(self, problem: Problem) -> None:
        """Report a problem."""
        self.problems.append(problem)

    def remember(self, base_key: BaseKey, *, first: bool) -> None:
        """Keep a report in the base for as long as it stays so; `first` puts it there."""
        self.standing.add(base_key)
        if first:
            self.put[base_key] = "said"
