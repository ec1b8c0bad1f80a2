"""Values that the daemon's loop and its vault exchange: its tasks, and the outcome of a pass."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from vault_sync.core.model.values import Problem, RelPath
from vault_sync.edge.config import WatchConfig
from vault_sync.edge.state.heartbeat import Heartbeat
from vault_sync.edge.watch.batches import ChangeBatch

BEAT = 60.0
"""Seconds between two heartbeats, at most."""


@dataclass(frozen=True, slots=True)
class PassSummary:
    """The part of a pass's result that the daemon acts on.

    `written`: SHA-256 in hex of every file written. `waiting`: the guarded files that the pass
    would have written. `wanted`: facts are missing that the network may have. `conflicts`: the open
    ones, one line each. `summary`: what was done, in a line. `arriving`: something waits for files
    that a sync service is bringing.
    """

    written: Mapping[RelPath, str] = field(default_factory=dict)
    waiting: frozenset[RelPath] = frozenset()
    wanted: bool = False
    conflicts: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    summary: str = ""
    arriving: bool = False


Tell = Callable[[str, Mapping[str, object]], object]
"""Takes the name of an event of the daemon and its values (docs/json.md, "Events")."""


def tell_nothing(event: str, values: Mapping[str, object]) -> None:
    """Take an event where no program listens."""


class DaemonTasks(NamedTuple):
    """The work of a daemon, as callables.

    `run_pass` runs one pass over the vault and does not write the guarded files it is given.
    `reload` reads the configuration again (SIGHUP, or its file changed); a Problem leaves the old
    one in force. `report` stores the status for `status`. `look_up` looks up facts that passes want
    in a thread of its own until its event is set, and returns True if it found any; whatever it
    raises is logged. `notify` shows title and text of a new conflict. `tell` takes an
    event.
    """

    run_pass: Callable[[ChangeBatch, frozenset[RelPath]], PassSummary]
    reload: Callable[[], WatchConfig | Problem]
    report: Callable[[Heartbeat], None]
    look_up: Callable[[threading.Event], bool] | None = None
    notify: Callable[[str, str], object] | None = None
    tell: Tell = tell_nothing
