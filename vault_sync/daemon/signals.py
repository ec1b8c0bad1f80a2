"""Signals of the operating system, delivered to a waiting thread for certain.

Python runs a signal's handler in the main thread, between two bytecodes. If the kernel gives the
signal to another thread, or just before the main thread goes to wait, nothing ends that wait. The
interpreter also writes the signal's number to the wakeup file descriptor, at once and in whatever
thread the kernel chose (signal.set_wakeup_fd); a thread reads it there.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import FrameType

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
