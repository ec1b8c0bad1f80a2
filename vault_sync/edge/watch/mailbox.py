"""The mailbox that a waiting watcher reads: file events, signals, other threads put into it."""

from __future__ import annotations

import queue
import time
from typing import Literal, NamedTuple


class Message(NamedTuple):
    """One thing to know, at a monotonic time.

    `file`, `folder`: something happened to `path` (absolute). `lost`: events are missing, `path`
    tells how. `refused`: the kernel gives no more watches, so `path` has no events. `ring`: a
    batch is wanted at `at`. `stop`: that was all.
    """

    kind: Literal["file", "folder", "lost", "refused", "ring", "stop"]
    path: str
    at: float


class Mailbox:
    """The messages of other threads and of signal handlers to the one thread that waits.

    Every method but `wait` and `waiting` may be called from a signal handler: `SimpleQueue.put` is
    made for that, while `threading.Event.set` can deadlock when it interrupts the same event's
    `wait`.
    """

    __slots__ = ("_messages", "stopped")

    def __init__(self) -> None:
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.stopped = False

    def stop(self) -> None:
        """End the watcher at once, or when its caller comes back from the batch it is in."""
        self.stopped = True
        self._messages.put(Message("stop", "", 0.0))

    def ring(self, at: float = 0.0) -> None:
        """Request a batch at that monotonic time (now, if it is past), whatever happens."""
        self._messages.put(Message("ring", "", at))

    def put(self, kind: Literal["file", "folder", "lost", "refused"], path: str) -> None:
        """Put in a message of this kind, with the present time."""
        self._messages.put(Message(kind, path, time.monotonic()))

    def wait(self, seconds: float) -> Message | None:
        """Return the next message, or None after `seconds` without one."""
        try:
            return (
                self._messages.get(timeout=seconds) if seconds > 0 else self._messages.get_nowait()
            )
        except queue.Empty:
            return None

    def waiting(self) -> int:
        """Return how many messages can be had without waiting."""
        return self._messages.qsize()
