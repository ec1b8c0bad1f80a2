"""S4: one entry edited, or added, `sync`, whole process; against one with nothing to do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.measure import Bench, Row, seconds, spread


def rows(bench: Bench) -> list[Row]:
    entries = f"sync, {bench.entries:,} notes"
    return [
        _row(bench, "S4", f"one entry edited, {entries}", edit, "<= 1.3 x"),
        _row(bench, "S4", f"one entry added, {entries}", add, ""),
    ]


def _row(bench: Bench, name: str, work: str, change: Callable[[Path, int], None], aim: str) -> Row:
    root = bench.settled(bench.entries)
    digests = sorted((root / "digests").glob("*.md"))
    ours, theirs = [], []
    for number in range(2 * bench.runs + 1):
        _quiet(bench, root)
        theirs.append(seconds(partial(bench.run, root, "sync", "--offline")))
        change(digests[number * 37 % len(digests)], number)
        ours.append(seconds(partial(bench.run, root, "sync", "--offline")))
    _quiet(bench, root)
    return Row(name, work, spread(ours), "S3", spread(theirs), aim)


def edit(digest: Path, number: int) -> None:
    """A sentence more in the commentary of a digest's first entry."""
    lines = digest.read_text("utf-8").split("\n")
    lines[3] += f" 문장 {number}."
    digest.write_text("\n".join(lines), "utf-8")


def add(digest: Path, number: int) -> None:
    """A new entry at a digest's end, of a paper of which there are no facts to ask for."""
    entry = (
        f"https://openreview.net/forum?id=new{number}\nNew {number} (Ann Park)\n새 문장.\n#new\n"
    )
    digest.write_text(digest.read_text("utf-8").rstrip("\n") + "\n" + entry, "utf-8")


def _quiet(bench: Bench, root: Path) -> None:
    for file in (root / ".vault-sync" / "tmp").iterdir():
        file.unlink()
    bench.run(root, "sync", "--offline")
