"""S1, S2: `rebuild` into an empty vault, durable; against writing the same files and no more."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from bench.measure import Bench, Row, Spread, forget, seconds, spread


def rows(bench: Bench) -> list[Row]:
    ours, theirs = measured(bench, bench.entries, bench.runs)
    work = f"rebuild of {bench.entries:,} entries"
    return [Row("S1", work, ours, "temp + rename, one syncfs", theirs, "<= 4.5 x")]


def large(bench: Bench, entries: int) -> list[Row]:
    """S2, once: the same at ten times the size, against ten of the smaller."""
    small, _ = measured(bench, bench.entries, 1)
    ours, theirs = measured(bench, entries, 1)
    times = entries / bench.entries * 1.1
    return [
        Row("S2", f"rebuild of {entries:,} entries", ours, "S1", small, f"<= {times:.0f} x"),
        Row("S2", f"rebuild of {entries:,} entries", ours, "the same files", theirs, "<= 2.5 x"),
    ]


def measured(bench: Bench, entries: int, runs: int) -> tuple[Spread, Spread]:
    ours, theirs = [], []
    made = []
    for number in range(runs):
        root = bench.copy(entries, f"rebuilt-{number}")
        ours.append(seconds(lambda root=root: bench.run(root, "rebuild", "--offline")))  # type: ignore[misc]
        texts = {
            str(path.relative_to(root)): path.read_bytes()
            for folder in ("papers", "digests")
            for path in (root / folder).rglob("*.md")
        }
        to = bench.folder / f"written-{number}"
        forget(to)
        os.sync()
        theirs.append(seconds(lambda to=to, texts=texts: write(to, texts)))  # type: ignore[misc]
        made += [root, bench.state / root.name, to]
    # Not before: for some minutes ext4 passes over every inode that was freed, one by one and for
    # each file that is made, which took up to 2 s of 10,000 files.
    for folder in made:
        forget(folder)
    return spread(ours), spread(theirs)


def write(to: Path, texts: dict[str, bytes]) -> None:
    """Temporary files, one sync of the file system, renames, one more."""
    for name in ("tmp", "papers", "digests"):
        (to / name).mkdir(parents=True)
    for number, content in enumerate(texts.values()):
        file = os.open(to / "tmp" / str(number), os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        os.write(file, content)
        os.close(file)
    folder = os.open(to, os.O_RDONLY)
    sync = getattr(ctypes.CDLL(None), "syncfs", lambda _: os.sync())
    sync(folder)
    for number, path in enumerate(texts):
        (to / "tmp" / str(number)).rename(to / path)
    sync(folder)
    os.close(folder)
