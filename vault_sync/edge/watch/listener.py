"""The listener to a folder, with watchdog and with what watchdog does not do by itself.

Measured traps that this module is about: without an `event_filter` the observer gets events
of its own walks and loops on a large tree; an exception in a handler kills the observer; a refused
watch below the top is swallowed; a dead emitter leaves the observer alive; `.git` cannot be left
out of a recursive watch. So: a filter, handlers that only enqueue, the root flat and every visible
top folder by itself, refused watches noticed where they are refused, and `align`, which puts right
what has died.
"""

from __future__ import annotations

import errno
import logging
import os
import queue
import threading
import time
from pathlib import Path
from typing import Literal, NamedTuple

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers.api import BaseObserver, ObservedWatch

from vault_sync.core.model.values import is_markdown
from vault_sync.edge.platform import current
from vault_sync.edge.platform.values import file_number

_log = logging.getLogger(__name__)

# FileClosed is Linux's alone, and says there all that FileModified says in one event a save.
_FILTER: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileClosedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
    *([] if current.system.TELLS_OF_CLOSING else [FileModifiedEvent]),
]


class _EventHandler(FileSystemEventHandler):
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def dispatch(self, event: FileSystemEvent) -> None:
        path = os.fsdecode(event.src_path)
        kind: Literal["file", "folder"] = "folder" if _concerns_folder(event, path) else "file"
        self._mailbox.put(kind, path)
        if event.dest_path:
            self._mailbox.put(kind, os.fsdecode(event.dest_path))


def _concerns_folder(event: FileSystemEvent, path: str) -> bool:
    """Return True for a folder, and for what may have been one and is gone."""
    untold = not current.system.TELLS_FOLDERS and isinstance(event, FileDeletedEvent)
    return event.is_directory or (untold and not is_markdown(path))


class _Overflows(logging.Handler):
    """A log handler: only in its log does watchdog tell that the kernel dropped events."""

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__(logging.WARNING)
        self._mailbox = mailbox

    def emit(self, record: logging.LogRecord) -> None:
        self._mailbox.put("lost", record.getMessage())


def _is_news(record: logging.LogRecord) -> bool:
    """Return False for the complaint of an emitter that has ended; nothing is lost by that."""
    return "thread is inactive" not in str(record.msg)


class _Scheduled(NamedTuple):
    watch: ObservedWatch
    identity: tuple[int, int]


class Listener:
    """A listener to one folder, which puts events into the mailbox. For one thread alone.

    The root must be resolved: a watch on a symlink would watch the link.
    """

    def __init__(self, root: Path, mailbox: Mailbox) -> None:
        self.base = str(root)
        self._mailbox = mailbox
        self._handler = _EventHandler(mailbox)
        self._overflows = _Overflows(mailbox)
        logging.getLogger("watchdog.observers").addHandler(self._overflows)
        logging.getLogger("watchdog.observers.inotify").addFilter(_is_news)
        self._scheduled: dict[str, _Scheduled] = {}
        self._observer, self._reader = _open_observer(mailbox)

    def align(self) -> bool:
        """Watch the folders that are there now: new ones, those that came back, and not the dead.

        Return True when something had to be done, so that events may have been missed.
        """
        changed = False
        if not self._alive():
            _log.warning("the file watcher had died; it is started again")
            self._reopen()
            changed = True
        wanted = _folders(self.base)
        living = {emitter.watch for emitter in self._observer.emitters if emitter.is_alive()}
        for path, (watch, identity) in list(self._scheduled.items()):
            if wanted.get(path) != identity or watch not in living:
                self._observer.unschedule(watch)
                del self._scheduled[path]
                changed = True
        for path in sorted(wanted.keys() - self._scheduled.keys()):
            changed = self._schedule(path, wanted[path]) or changed
        return changed

    def start_anew(self) -> None:
        """Request all watches again. Those that are refused are put into the mailbox."""
        self._reopen()
        self.align()

    def close(self) -> None:
        """Stop listening. The threads end within half a second by themselves; nobody waits."""
        logging.getLogger("watchdog.observers").removeHandler(self._overflows)
        _shut(self._observer)

    def _alive(self) -> bool:
        reads = self._reader is None or self._reader.is_alive()
        return self._observer.is_alive() and reads

    def _reopen(self) -> None:
        _shut(self._observer)
        self._scheduled.clear()
        self._observer, self._reader = _open_observer(self._mailbox)

    def _schedule(self, path: str, identity: tuple[int, int]) -> bool:
        recursive = current.system.ONE_WATCH or path != self.base
        try:
            watch = self._observer.schedule(
                self._handler, path, recursive=recursive, event_filter=_FILTER
            )
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EMFILE}:
                self._mailbox.put("refused", path)
            elif error.errno not in {errno.ENOENT, errno.ENOTDIR}:
                # A folder that went away meanwhile is no news; any other refusal is.
                _log.warning("%s is not watched: %s", path, error)
            return False
        self._scheduled[path] = _Scheduled(watch, identity)
        return True


def _folders(base: str) -> dict[str, tuple[int, int]]:
    """Return the root and, where each is watched by itself, its visible folders (no symlinks).

    Each with its device and inode.

    A folder that was removed and made again, or unmounted, is another folder under the old name.
    """
    try:
        found = {base: _identity(Path(base))}
        if current.system.ONE_WATCH:
            return found
        with os.scandir(base) as entries:
            for entry in entries:
                if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
                    found[entry.path] = _identity(Path(entry.path))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return found


def _identity(folder: Path) -> tuple[int, int]:
    status = current.files.status(folder, follow=True)
    return status.st_dev, file_number(status)


def _open_observer(mailbox: Mailbox) -> tuple[BaseObserver, threading.Thread | None]:
    return current.system.open_observer(
        lambda folder: mailbox.put("refused", folder), lambda folder: mailbox.put("lost", folder)
    )


def _shut(observer: BaseObserver) -> None:
    # An emitter that holds one half of a move sleeps up to half a second before it notices the
    # end, and `stop` joins it. A daemon that is to stop has not got that time.
    threading.Thread(target=observer.stop, name="vault-sync-closing-listener", daemon=True).start()


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
            return self._messages.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return None

    def waiting(self) -> int:
        """Return how many messages can be had without waiting."""
        return self._messages.qsize()
