"""S3: `sync` with nothing to do, whole process; against Unison's pass with nothing to do."""

from __future__ import annotations

import os
import subprocess
from functools import partial
from pathlib import Path

from bench import peers
from bench.measure import Bench, Row, beside, seconds, spread


def rows(bench: Bench) -> list[Row]:
    root = bench.settled(bench.entries)
    work = f"sync, nothing to do, {bench.entries:,} notes"
    ours = partial(bench.run, root, "sync", "--offline")
    command = peers.unison(bench, root)
    found = []
    if command is None:
        took = spread([seconds(ours) for _ in range(bench.runs)])
        found.append(Row("S3", work, took, "Unison", None, "<= 1.0 x", "Unison is not installed"))
    else:
        environ = peers.unison_environ(bench)
        theirs = partial(subprocess.run, command, env=environ, check=True, capture_output=True)
        took, base = beside(ours, theirs, 2 * bench.runs + 1)
        found.append(Row("S3", work, took, "Unison, nothing to do", base, "<= 1.0 x"))
    walk = spread([seconds(partial(_walk, root)) for _ in range(bench.runs)])
    found.append(Row("S3", work, took, "a walk with a stat of each file", walk, ""))
    peer = peers.vdirsyncer(bench, 4_000)
    if peer is not None:
        note = f"its first time {peer[0]}"
        found.append(
            Row("S3", work, took, "vdirsyncer, 4,000 items, nothing to do", peer[1], "", note)
        )
    return found


def _walk(root: Path) -> None:
    for folder, _, names in os.walk(root):
        for name in names:
            os.lstat(f"{folder}/{name}")
