"""Signals arrive in a thread of their own; what had handled them before does so afterwards."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest
from tests.support.folders import ROOT
from vault_sync.daemon.signals import forwarded_signals

PROGRAM = """
import os, queue, signal, threading
from vault_sync.daemon.signals import forwarded_signals

arrived = queue.Queue()
signal.signal(signal.SIGUSR1, lambda *_: None)
before = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
{before}
with forwarded_signals(lambda number: arrived.put((number, threading.current_thread().name))):
    for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(os.getpid(), number)
        if number != signal.SIGUSR1:
            print(*arrived.get())
assert arrived.empty()
assert before == [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
assert signal.set_wakeup_fd(-1) == -1
"""

ELSEWHERE = """
threading.Thread(target=threading.Event().wait, daemon=True).start()
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
"""
"""Leaves the kernel no thread but one that sleeps to give a signal to."""


@pytest.mark.parametrize("before", ["", ELSEWHERE], ids=["any thread", "another thread"])
def test_each_signal_arrives_and_those_of_others_do_not(before: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(before=before)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    assert ran.stdout.split() == [
        word for number in numbers for word in (str(int(number)), "vault-sync-signals")
    ]


def test_outside_the_main_thread_signals_are_left_as_they_are() -> None:
    found: list[object] = []

    def look() -> None:
        before = signal.getsignal(signal.SIGTERM)
        with forwarded_signals(found.append):
            found.append(signal.getsignal(signal.SIGTERM) is before)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [True]
