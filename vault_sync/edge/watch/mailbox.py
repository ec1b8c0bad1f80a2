"""The bell that a waiting watcher listens to: file events, signals and other threads ring it."""

from __future__ import annotations

import queue
import time
from typing import Literal, NamedTuple


class Message(NamedTuple):
    """One thing to know, at a monotonic time.

    `file`, `folder`: something happened to `path` (absolute). `lost`: events are missing, `path`
    says how. `refused`: the kernel gives no more watches, so nothing is heard of `path`. `ring`: a
    moment is wanted at `at`. `stop`: that was all.
    """

    kind: Literal["file", "folder", "lost", "refused", "ring", "stop"]
    path: str
    at: float


class Mailbox:
    """How signal handlers and other threads speak to the one thread that waits.

    Every method but `wait` and `waiting` may be called from a signal handler: `SimpleQueue.put` is
    made for that, while `threading.Event.set` can deadlock when it interrupts the same event's
    `wait`.
    """

    __slots__ = ("_rings", "stopped")

    def __init__(self) -> None:
        self._rings: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.stopped = False

    def stop(self) -> None:
        """The watcher ends at once, or when its caller comes back from the moment it is in."""
        self.stopped = True
        self._rings.put(Message("stop", "", 0.0))

    def ring(self, at: float = 0.0) -> None:
        """A moment is wanted at that monotonic time (now, if it is past), whatever happens."""
        self._rings.put(Message("ring", "", at))

    def tell(self, kind: Literal["file", "folder", "lost", "refused"], path: str) -> None:
        self._rings.put(Message(kind, path, time.monotonic()))

    def wait(self, seconds: float) -> Message | None:
        """The next ring; None after `seconds` of silence."""
        try:
            return self._rings.get(timeout=seconds) if seconds > 0 else self._rings.get_nowait()
        except queue.Empty:
            return None

    def waiting(self) -> int:
        """How many rings can be had without waiting."""
        return self._rings.qsize()
