"""Work that goes on beside the passes: the look-up of facts, which waits for the network."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

_log = logging.getLogger(__name__)

PAUSE = 600.0


class BackgroundTask:
    """Runs `work` in a thread of its own, one at a time.

    `work` gets an event that is set when it should end, and says whether it found anything. If so,
    `news` becomes true and `tell` is called; if not, or if it fails, it is not started again for
    `PAUSE` seconds: a server that knows nothing is not asked at every pass.
    """

    def __init__(self, work: Callable[[threading.Event], bool], tell: Callable[[], None]) -> None:
        self._work, self._tell = work, tell
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._not_before = 0.0
        self.news = False

    def start(self) -> None:
        """Begins, unless it is at work or was of no use just now."""
        running = self._thread is not None and self._thread.is_alive()
        if not running and time.monotonic() >= self._not_before:
            # A daemon thread: a server that does not answer keeps no process alive.
            self._thread = threading.Thread(target=self._run, name="vault-sync-beside", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Asks it to end, and waits a moment for that."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=0.3)

    def take_news(self) -> bool:
        """Whether anything was found since this was asked last."""
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
            self._tell()
