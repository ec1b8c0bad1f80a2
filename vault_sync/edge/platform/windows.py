"""Calls that Windows alone has, and those that it has not."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vault_sync.edge.platform.windows_files import WindowsFiles

if TYPE_CHECKING:  # 60 ms that only a watcher needs
    import threading

    from watchdog.observers.api import BaseObserver

assert sys.platform == "win32"


def _files() -> WindowsFiles:
    from vault_sync.edge.platform.win32 import Windows

    return WindowsFiles(Windows())


FILES = _files()
flagged_rename = FILES.flagged_rename
sync_file = FILES.sync_file
copy_attributes = FILES.copy_attributes


def sync_file_system(folder: int) -> bool:
    """Return False: only an administrator may make that call."""
    del folder
    return False


def holder_of(file: int, path: Path) -> str | None:
    """Return None: who has locked a file is not told."""
    del file, path
    return None


def trim_memory() -> None:
    """Do nothing: there is no such call."""


def sleeping_clock() -> float:
    """Return the wall clock, which runs on while the machine sleeps, in seconds."""
    return time.time()


OPENER = "explorer"
"""The command that opens an address with the program that it belongs to."""

TELLS_OF_CLOSING = False
"""A file that was written to is told of as changed, and not as closed."""


def open_observer(
    refused: Callable[[str], None],
) -> tuple[BaseObserver, threading.Thread | None]:
    """Start an observer of folders; no thread of its own reads for it."""
    from watchdog.observers import Observer

    del refused
    observer: Any = Observer()
    observer.start()
    return observer, None
