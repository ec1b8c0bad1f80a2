"""Losses of file events that the system tells of, and watchdog does not pass on."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable
from typing import Any

_LOST = 0x7
"""FSEvents' flags MustScanSubDirs, UserDropped and KernelDropped."""


def dropped(flags: Iterable[int]) -> bool:
    """Return True if flags of FSEvents say that something must be looked for anew."""
    return any(flag & _LOST for flag in flags)


class CallbackLosses:
    """Stands before watchdog's emitter for macOS and sees the flags of each call."""

    lost: Callable[[], None]

    def events_callback(
        self, paths: list[bytes], inodes: list[int], flags: list[int], ids: list[int]
    ) -> None:
        """Queue events, as the emitter does, and say if some were lost."""
        if dropped(flags):
            self.lost()
        super().events_callback(paths, inodes, flags, ids)  # type: ignore[misc]


class BufferQueue(queue.Queue[tuple[bytes, bool]]):
    """The buffers of a reader on Windows, where an empty one says that the events did not fit.

    The first is empty too, and says that the reader has begun.
    """

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__()
        self._lost, self._begun = lost, False

    def put(self, item: tuple[bytes, bool], *more: Any, **named: Any) -> None:
        """Put in a buffer."""
        if not item[0] and self._begun:
            self._lost()
        self._begun = True
        super().put(item, *more, **named)
