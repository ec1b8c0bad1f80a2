"""S9: `--version` and `--help`; against Python with nothing to do."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from bench.measure import Bench, Row, beside


def rows(bench: Bench) -> list[Row]:
    found = []
    for flag in ("--version", "--help"):
        ours, theirs = beside(
            partial(_run, "-m", "vault_sync", flag), partial(_run, "-c", "pass"), 4 * bench.runs
        )
        more = (ours.median - theirs.median) * 1e3
        note = f"+ {more:.0f} ms"
        found.append(Row("S9", flag, ours, "python -c pass", theirs, "+ 60 ms", note))
    return found


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
