"""Threads beside the loop: for the look-up of facts, for signals, for the end of standard input.

Python runs a signal's handler in the main thread, between two bytecodes. If the kernel gives the
signal to another thread, or just before the main thread goes to wait, nothing ends that wait. The
interpreter also writes the signal's number to the wakeup file descriptor, at once and in whatever
thread the kernel chose (signal.set_wakeup_fd); a thread reads it there.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import FrameType

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


def at_end_of_input(call: Callable[[], None]) -> None:
    """Call `call` in a thread of its own once standard input is closed, however that comes about.

    A program that dies closes the pipe to its child's standard input, whatever killed it.
    """

    def read() -> None:
        while _input_goes_on():
            pass
        call()

    threading.Thread(target=read, name="vault-sync-input", daemon=True).start()


def _input_goes_on() -> bool:
    try:
        return bool(os.read(0, 4096))
    except OSError as error:  # closed before the program began
        _log.info("standard input cannot be read: %s", error)
        return False


_NAMES = ("SIGTERM", "SIGINT", "SIGHUP")


@contextmanager
def forwarded_signals(receive: Callable[[int], None]) -> Iterator[None]:
    """Call `receive` with the number of each SIGTERM, SIGINT and SIGHUP, in a thread of its own.

    Outside the main thread, which alone may set handlers, signals are left as they are.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    numbers = frozenset(getattr(signal, name) for name in _NAMES if hasattr(signal, name))
    thread = threading.Thread(
        target=_forward, args=(reader, numbers, receive), name="vault-sync-signals", daemon=True
    )
    thread.start()
    wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, _ignore) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
        writer.close()
        thread.join()
        reader.close()


def _forward(
    reader: socket.socket, numbers: Collection[int], receive: Callable[[int], None]
) -> None:
    while arrived := reader.recv(64):
        for number in arrived:
            # Every signal that has a handler of Python's arrives here, others' as well.
            if number in numbers:
                receive(number)


def _ignore(number: int, frame: FrameType | None) -> None:
    """Stand in for the default action, which would end the process; the thread does the work."""
    del number, frame
