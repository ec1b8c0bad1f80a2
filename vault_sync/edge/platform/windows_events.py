"""Windows: an observer that notices events which did not fit into the system's buffer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from watchdog.observers.api import BaseObserver
from watchdog.observers.read_directory_changes import WindowsApiEmitter
from watchdog.observers.winapi import DirectoryChangeReader

from vault_sync.edge.platform.losses import BufferQueue

assert sys.platform == "win32"


class ChangeReader(DirectoryChangeReader):
    """A reader of one folder, and of all beneath it, that notices an overflow."""

    def __init__(self, path: str, lost: Callable[[str], None], *, recursive: bool) -> None:
        super().__init__(path, recursive=recursive)
        self._buf_queue = BufferQueue(partial(lost, path))


class ChangeEmitter(WindowsApiEmitter):
    """An emitter as watchdog's own, but with our reader."""

    def __init__(self, *words: Any, lost: Callable[[str], None], **named: Any) -> None:
        super().__init__(*words, **named)
        self._lost = lost

    def on_thread_start(self) -> None:
        with self._lock:
            path = str(self.watch.path)
            reader = ChangeReader(path, self._lost, recursive=self.watch.is_recursive)
            self._reader = reader
        reader.start()


class WindowsObserver(BaseObserver):
    """An observer as watchdog's own for Windows, but with our emitter."""

    def __init__(self, lost: Callable[[str], None]) -> None:
        emitter: Any = partial(ChangeEmitter, lost=lost)
        super().__init__(emitter)
