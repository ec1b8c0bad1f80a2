"""Work in the background of the passes: the look-up of facts, which waits for the network."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

_log = logging.getLogger(__name__)

PAUSE = 600.0


class BackgroundTask:
    """A task that runs `work` in a thread of its own, one at a time.

    `work` gets an event that is set when it should end, and returns True if it found anything. Then
    `news` becomes true and `notify` is called; if not, or if it fails, it is not started again for
    `PAUSE` seconds: a server that knows nothing is not asked at every pass.
    """

    def __init__(self, work: Callable[[threading.Event], bool], notify: Callable[[], None]) -> None:
        self._work, self._notify = work, notify
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._not_before = 0.0
        self.news = False

    def start(self) -> None:
        """Start the work, unless it is under way or was of no use just now."""
        running = self._thread is not None and self._thread.is_alive()
        if not running and time.monotonic() >= self._not_before:
            # A daemon thread: a server that does not answer keeps no process alive.
            self._thread = threading.Thread(target=self._run, name="vault-sync-beside", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Ask the work to end, and wait up to 0.3 seconds for that."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=0.3)

    def take_news(self) -> bool:
        """Return True if anything was found since the last call."""
        news, self.news = self.news, False
        return news

    def _run(self) -> None:
        self._not_before = time.monotonic() + PAUSE
        try:
            found = self._work(self._stop)
        except Exception:  # noqa: BLE001  # it would be lost with the thread; the passes go on
            _log.exception("the look-up of facts failed")
            return
        if found:
            self._not_before = 0.0
            self.news = True
            self._notify()
