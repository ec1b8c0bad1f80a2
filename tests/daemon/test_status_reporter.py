"""The daemon's status says in words what waits and until when."""

from __future__ import annotations

import re
import time

from vault_sync.core.model.values import RelPath
from vault_sync.daemon.status_reporter import StatusReporter
from vault_sync.daemon.values import DaemonTasks


def reporter() -> StatusReporter:
    def nothing(*_: object) -> None:
        return None

    return StatusReporter(
        DaemonTasks(nothing, nothing, nothing, nothing, nothing)  # type: ignore[arg-type]
    )


def test_what_waits_is_counted_with_the_earliest_end() -> None:
    status = reporter()
    now = time.monotonic()
    assert status.waits(now) == ""
    first, second = RelPath("a.md"), RelPath("b.md")
    status.set_waiting(frozenset({first}), {first: now + 3600})
    alone = status.waits(now + 7200)
    assert re.fullmatch(r"; 1 file waits until \d\d:\d\d:\d\d", alone)
    status.set_waiting(frozenset({first, second}), {first: now + 3600})
    both = status.waits(now)
    assert both.startswith("; 2 files wait until ") and both[-8:] != alone[-8:]
