"""Linux: an observer by inotify that notices folders which the system does not watch."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable

from watchdog.observers.api import BaseObserver
from watchdog.observers.inotify import InotifyEmitter
from watchdog.observers.inotify_c import CallbackId, InotifyFD, Mask, WatchCallback, WatchDescriptor

assert sys.platform == "linux"


class InotifyReader(InotifyFD):
    """A reader that notices refused watches; above it, watchdog passes over them in silence."""

    def __init__(self, refused: Callable[[str], None]) -> None:
        super().__init__()
        self._refused = refused

    def add_callback(
        self, path: bytes, mask: Mask, callback: WatchCallback, id_: CallbackId
    ) -> WatchDescriptor:
        try:
            return super().add_callback(path, mask, callback, id_)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EMFILE}:
                self._refused(os.fsdecode(path))
            raise


class InotifyObserver(BaseObserver):
    """An observer as watchdog's own for inotify, but with our reader."""

    def __init__(self, reader: InotifyReader) -> None:
        self._reader = reader
        super().__init__(InotifyEmitter, inotify_fd=reader)

    def on_thread_stop(self) -> None:
        super().on_thread_stop()
        self._reader.stop()
