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
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
MARK = "the pass begins"
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
    """Runs a Python program of this project, under strace if options for it are given."""
    # The interpreter itself, without `site`: the same calls in the same order every time.
    python = [os.path.realpath(sys.executable), "-S", "-B", *map(str, program)]
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}:{sysconfig.get_path('purelib')}",
        "PYTHONHASHSEED": "0",
    }
    command = ["strace", "-f", "-qq", *strace, *python] if strace else python
    return subprocess.run(
        command, env=environ, capture_output=True, text=True, check=False, timeout=60
    )


def points(program: Sequence[str | Path], trace: Path) -> list[Point]:
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
        marked = marked or MARK in line
    assert found, "the program never reached its mark"
    return found


def inject(
    program: Sequence[str | Path], point: Point, fault: str, *, lasting: bool = False
) -> subprocess.CompletedProcess[str]:
    """Runs the program with a fault (`signal=KILL`, `error=EIO`) at one call, or from it on."""
    when = f"{point.number}{'+' if lasting else ''}"
    return run(
        program,
        *("-o", "/dev/null", "-e", f"trace={point.call}", "--seccomp-bpf"),
        *("-e", f"inject={point.call}:{fault}:when={when}"),
    )
