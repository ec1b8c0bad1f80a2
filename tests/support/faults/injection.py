"""Faults put into a running program at a chosen system call, by strace."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple

from tests.support.folders import ROOT

MARK = "the pass begins"
WRITING = {
    *("openat", "write", "pwrite64", "renameat2", "rename", "unlink", "unlinkat", "mkdir"),
    *("mkdirat", "fsync", "fdatasync", "ftruncate", "fchmod", "fsetxattr", "linkat"),
}
"""The calls after which the disk may be different; to be killed at another is the same thing."""
_CALL = re.compile(r"^\d+ +(\w+)\(")


class Point(NamedTuple):
    """The `number`th call of this name in the life of the program."""

    call: str
    number: int


def missing() -> str | None:
    """Why no fault can be injected here, or None."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-qq", "true"], capture_output=True, check=False)
    return None if tried.returncode == 0 else "strace may not trace here"


def run(program: Sequence[str | Path], *strace: str) -> subprocess.CompletedProcess[str]:
    """Runs a Python program of this project, under strace if options for it are given.

    Its state lies where VAULT_SYNC_STATE_DIR says, as everywhere.
    """
    # The interpreter itself, without `site`: the same calls in the same order every time.
    python = [os.path.realpath(sys.executable), "-S", "-B", *map(str, program)]
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}:{sysconfig.get_path('purelib')}",
        "PYTHONHASHSEED": "0",
        "VAULT_SYNC_STATE_DIR": os.environ.get("VAULT_SYNC_STATE_DIR", ""),
    }
    command = ["strace", "-f", "-qq", *strace, *python] if strace else python
    return subprocess.run(
        command, env=environ, capture_output=True, text=True, check=False, timeout=60
    )


def points(program: Sequence[str | Path], trace: Path, mark: str = MARK) -> list[Point]:
    """Every system call that a run of the program makes after its mark, in order."""
    run(program, "-o", str(trace))
    seen: Counter[str] = Counter()
    found: list[Point] = []
    marked = False
    for line in trace.read_text(errors="replace").splitlines():
        match = _CALL.match(line)
        if match is None:
            continue
        seen[match[1]] += 1
        if marked and match[1] != "exit_group":
            found.append(Point(match[1], seen[match[1]]))
        marked = marked or mark in line
    assert found, "the program never reached its mark"
    return found


def inject(
    program: Sequence[str | Path], point: Point, fault: str, *, lasting: bool = False
) -> subprocess.CompletedProcess[str]:
    """Runs the program with a fault (`signal=KILL`, `error=EIO`) at one call, or from it on."""
    when = f"{point.number}{'+' if lasting else ''}"
    with NamedTemporaryFile("r", errors="replace") as trace:
        # Quicker, but with it signals are not sent.
        filtered = [] if fault.startswith("signal") else ["--seccomp-bpf"]
        ran = run(
            program,
            *("-o", trace.name, "-e", f"trace={point.call}", *filtered),
            *("-e", f"inject={point.call}:{fault}:when={when}"),
        )
        # A fault that did not happen proves nothing.
        happened = "killed by SIGKILL" if fault == "signal=KILL" else "(INJECTED)"
        assert happened in trace.read(), (point, fault, ran)
    return ran


def sample(points: list[Point], count: int | None = None) -> list[Point]:
    """So many of the points (None: all), evenly spread over the pass, the writing calls alone."""
    chosen = [point for point in points if point.call in WRITING]
    return chosen[:: max(1, len(chosen) // count)] if count else chosen
