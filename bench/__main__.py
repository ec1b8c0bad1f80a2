"""`python -m bench [S1 S3 ...]`: the table of docs/performance.md, measured here and now."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from bench import (
    s1_rebuild,
    s3_at_rest,
    s4_one_edit,
    s4b_situations,
    s5_daemon,
    s7_memory,
    s8_staged,
    s9_start,
    s11_linear,
)
from bench.measure import Bench, Row, machine

ROWS: dict[str, Callable[[Bench], Iterable[Row]]] = {
    "S9": s9_start.rows,
    "S1": s1_rebuild.rows,
    "S7": s7_memory.rows,
    "S3": s3_at_rest.rows,
    "S4": s4_one_edit.rows,
    "S4b": s4b_situations.rows,
    "S5": s5_daemon.rows,
    "S8": s8_staged.rows,
    "S11": s11_linear.rows,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[*ROWS, []], help="all but S2, by default")
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--large", type=int, metavar="ENTRIES", help="S2 and S7 at this size, once")
    asked = parser.parse_args()
    print(f"{time.strftime('%F')}: {machine()}; {asked.entries:,} entries, {asked.runs} runs\n")
    print("| | work | took | against | took | ratio | aim | |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="vault-sync-bench-") as folder:
        bench = Bench(Path(folder), asked.entries, asked.runs)
        if asked.large:
            for rows in (s1_rebuild.large, s7_memory.large):
                show(rows(bench, asked.large))
            return
        for name in asked.rows or ROWS:
            show(ROWS[name](bench))
    print(f"\nload at the end: {machine().rpartition('load ')[2]}", file=sys.stderr)


def show(rows: Iterable[Row]) -> None:
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} x"
        base = "" if row.baseline is None else str(row.baseline)
        cells = (row.name, row.work, row.took, row.against, base, ratio, row.aim, row.note)
        print(f"| {' | '.join(map(str, cells))} |", flush=True)


if __name__ == "__main__":
    main()
