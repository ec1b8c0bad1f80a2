"""S5, S6: the daemon's pass after one edit, until the other file is there; and its idle hours."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

from bench.measure import Bench, Row, Spread, spread
from bench.s4_one_edit import add, edit

EDITS = 60
IDLE = 20.0
_TICK = os.sysconf("SC_CLK_TCK")


def rows(bench: Bench) -> list[Row]:
    root = bench.settled(bench.entries)
    took = _latencies(bench, root, edit)
    added = _latencies(bench, root, add)
    written = spread([_write_and_sync(bench.folder / "one") for _ in range(EDITS)])
    p99 = quantiles(took, n=100)[98]
    work = f"daemon: one edit to the note written, {bench.entries:,} notes"
    note = f"p99 {p99 * 1e3:.0f} ms"
    aim = "p50 <= 20 ms, p99 <= 100 ms"
    return [
        Row("S5", work, spread(took), "one write and fsync", written, aim, note),
        _added(added, written, bench.entries),
        *_idle(bench, root),
    ]


def _added(took: list[float], written: Spread, entries: int) -> Row:
    work = f"daemon: one entry added to its note made, {entries:,} notes"
    p99 = quantiles(took, n=100)[98]
    return Row(
        "S5", work, spread(took), "one write and fsync", written, "", f"p99 {p99 * 1e3:.0f} ms"
    )


def _latencies(bench: Bench, root: Path, change: Callable[[Path, int], None]) -> list[float]:
    """From the moment a pass is begun until the note has its new bytes, by its change time."""
    from vault_sync.core.model.values import RelPath
    from vault_sync.edge.config import load
    from vault_sync.edge.state.store import open_state
    from vault_sync.sync.engine import run
    from vault_sync.sync.facts import facts_from_cache, source
    from vault_sync.sync.incremental.memory import DaemonMemory
    from vault_sync.sync.request import PassRequest
    from vault_sync.sync.view import PassContext

    config = load(root)
    state = open_state(root, bench.environ(root))
    facts = facts_from_cache(source(config, state, offline=True))
    context = PassContext(config, state, facts, daemon_memory=DaemonMemory())
    request = PassRequest(cause="watch")
    for _ in range(2):
        run(context, request)
    digests = sorted((root / "digests").glob("*.md"))
    took = []
    for number in range(EDITS):
        digest = digests[number * 13 % len(digests)]
        change(digest, 1_000 + number)
        time.sleep(0.03)  # an edit settles before the daemon looks at it
        hints = frozenset({RelPath(digest.relative_to(root).as_posix())})
        began = time.time_ns()
        result = run(context._replace(hints=hints), request)
        done = result.outcome.done[0]
        took.append(((root / done.path).stat().st_ctime_ns - began) / 1e9)
    state.close()
    return took


def _write_and_sync(path: Path) -> float:
    began = time.perf_counter()
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.write(file, b"x" * 1_000)
    os.fsync(file)
    os.close(file)
    return time.perf_counter() - began


def _idle(bench: Bench, root: Path) -> list[Row]:
    command = bench.command(root, "watch", "--offline")
    daemon = subprocess.Popen(command, env=bench.environ(root), stderr=subprocess.DEVNULL)
    try:
        time.sleep(8)
        before = _ticks(daemon.pid)
        time.sleep(IDLE)
        share = (_ticks(daemon.pid) - before) / _TICK / IDLE
        memory = _memory(daemon.pid)
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait()
    work = f"daemon idle, {bench.entries:,} notes"
    note = f"{share:.2%} of a core over {IDLE:.0f} s"
    took = Spread(memory, memory, memory, "MB")
    return [Row("S6", work, took, "-", None, "0.1 % of a core, <= 60 MB", note)]


def _ticks(pid: int) -> int:
    words = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return int(words[11]) + int(words[12])


def _memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1]) / 1024
    raise LookupError(pid)
