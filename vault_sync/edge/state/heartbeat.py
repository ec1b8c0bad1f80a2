"""The daemon's heartbeat: a small file in the state directory, for `status`."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from vault_sync.core.model.values import Problem
from vault_sync.edge.fs.private import make_private
from vault_sync.edge.platform.lock import Busy, locked

FILE, LOCK = "daemon.json", "daemon.lock"
STALE = 180.0
"""Seconds after which a daemon without a heartbeat is taken for stuck."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A daemon's account of itself.

    Times are Unix times; `waiting` are paths with the end of their wait; `problems` are those of
    the daemon itself: what a pass finds, every command finds.
    """

    pid: int
    started: float
    beat: float
    doing: str = "starting"
    last_pass: float | None = None
    last_did: str = ""
    waiting: dict[str, float] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    alive: bool = True

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"problems": [each._asdict() for each in self.problems]}

    def lines(self) -> list[str]:
        """Return lines for a person: what the daemon is doing, what it did, what waits for whom."""
        if not self.alive:
            return [f"daemon     not running (process {self.pid} is gone)"]
        late = time.time() - self.beat > STALE
        lines = [
            f"daemon     process {self.pid}, {self.doing}"
            + (" (silent for minutes: restart it)" if late else "")
        ]
        if self.last_pass is not None:
            when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.last_pass))
            lines.append(f"           last pass {when}: {self.last_did or 'nothing to do'}")
        for path, until in sorted(self.waiting.items()):
            earliest = time.strftime("%H:%M:%S", time.localtime(until))
            lines.append(f"           waits until nobody types in {path} ({earliest} or later)")
        for problem in self.problems:
            where = f"{problem.path}: " if problem.path else ""
            lines += [f"           {where}{problem.message}", f"             {problem.hint}"]
        return lines


def write(directory: Path, heartbeat: Heartbeat) -> None:
    """Write the file; a reader never sees half of it.

    Raises:
        OSError: the state directory cannot be written.
    """
    make_private(directory)
    file = directory / f"{FILE}.{os.getpid()}"
    text = json.dumps(heartbeat.as_json())
    file.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
    file.replace(directory / FILE)


def read(directory: Path) -> Heartbeat | None:
    """Return the last heartbeat, or None if no daemon ever ran here."""
    try:
        text = (directory / FILE).read_text(encoding="utf-8", errors="surrogateescape")
        stored = json.loads(text)
        problems = tuple(Problem(**each) for each in stored.pop("problems", ()))
        heartbeat = Heartbeat(**stored, problems=problems)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, TypeError, AttributeError):
        return None  # written by another version: the daemon writes it again within a minute
    return replace(heartbeat, alive=_lives(directory))


def forget(directory: Path) -> None:
    """Remove the file, as a daemon does that ends."""
    (directory / FILE).unlink(missing_ok=True)


@contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Make this process the vault's one daemon; the kernel frees the place when it dies.

    Raises:
        Busy: another daemon is there; it is named.
        OSError: the state directory cannot be written.
    """
    make_private(directory)
    with locked(directory / LOCK, wait=0.5):  # `_lives` may be trying the lock just now
        yield


def _lives(directory: Path) -> bool:
    """Return True if a daemon has its place. Its process id may be another's by now."""
    try:
        with locked(directory / LOCK, wait=0.0):
            return False
    except Busy:
        return True
