"""S4: one entry edited, `sync`, whole process; against a `sync` with nothing to do."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bench.measure import Bench, Row, seconds, spread


def rows(bench: Bench) -> list[Row]:
    root = bench.settled(bench.entries)
    digests = sorted((root / "digests").glob("*.md"))
    ours, theirs = [], []
    for number in range(2 * bench.runs + 1):
        _quiet(bench, root)
        theirs.append(seconds(partial(bench.run, root, "sync", "--offline")))
        edit(digests[number * 37 % len(digests)], number)
        ours.append(seconds(partial(bench.run, root, "sync", "--offline")))
    _quiet(bench, root)
    work = f"one entry edited, sync, {bench.entries:,} notes"
    return [Row("S4", work, spread(ours), "S3", spread(theirs), "<= 1.3 x")]


def edit(digest: Path, number: int) -> None:
    """A sentence more in the commentary of a digest's first entry."""
    lines = digest.read_text("utf-8").split("\n")
    lines[3] += f" 문장 {number}."
    digest.write_text("\n".join(lines), "utf-8")


def _quiet(bench: Bench, root: Path) -> None:
    for file in (root / ".vault-sync" / "tmp").iterdir():
        file.unlink()
    bench.run(root, "sync", "--offline")
