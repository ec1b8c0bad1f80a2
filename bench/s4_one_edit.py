"""S4: one entry edited, or another small change, `sync`, whole process; against nothing to do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.measure import Bench, Row, seconds, spread


def rows(bench: Bench) -> list[Row]:
    entries = f"sync, {bench.entries:,} notes"
    return [
        _row(bench, "S4", f"one entry edited, {entries}", edit, "<= 1.5 x"),
        _row(bench, "S4", f"one entry added, {entries}", add, ""),
        _row(bench, "S4", f"one entry removed, {entries}", remove, ""),
        _row(bench, "S4", f"one note renamed, {entries}", rename, ""),
        _row(bench, "S4", f"one file added that is about no paper, {entries}", note_down, ""),
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


def remove(digest: Path, number: int) -> None:
    """A digest's first entry is taken out: its note goes to the trash."""
    del number
    text = digest.read_text("utf-8")
    first = text.index("\nhttps://") + 1
    second = text.index("\nhttps://", first) + 1
    digest.write_text(text[:first] + text[second:], "utf-8")


def rename(digest: Path, number: int) -> None:
    """A note moves, as outside the editor: its digest still links to the old name."""
    notes = sorted((digest.parents[1] / "papers").glob("*.md"))
    note = notes[number * 911 % len(notes)]
    note.rename(note.with_name(f"{note.stem} moved {number}.md"))


def note_down(digest: Path, number: int) -> None:
    """A note of the day, as a reader makes many."""
    (digest.parents[1] / f"Day {number}.md").write_text(f"# Day {number}\n\n하루.\n", "utf-8")


def _quiet(bench: Bench, root: Path) -> None:
    for file in (root / ".vault-sync" / "tmp").iterdir():
        file.unlink()
    bench.run(root, "sync", "--offline")
