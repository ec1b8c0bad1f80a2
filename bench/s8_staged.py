"""S8: `check --staged` with one digest staged, whole process; against a `sync` at rest."""

from __future__ import annotations

import subprocess
from functools import partial

from bench.measure import Bench, Row, beside
from bench.s4_one_edit import edit


def rows(bench: Bench) -> list[Row]:
    root = bench.settled(bench.entries)
    git = ["git", "-C", str(root), "-c", "user.name=b", "-c", "user.email=b@example.org"]
    git += ["-c", "gc.auto=0", "-c", "maintenance.auto=false"]

    def do(*arguments: str) -> None:
        subprocess.run([*git, *arguments], check=True, capture_output=True)

    if not (root / ".git").exists():
        do("init", "-q")
        do("add", "-A")
        do("commit", "-q", "-m", "all")
    edit(min((root / "digests").glob("*.md")), 5_000)
    bench.run(root, "sync", "--offline")
    do("add", "-A")
    for file in (root / ".vault-sync" / "tmp").iterdir():
        file.unlink()
    bench.run(root, "sync", "--offline")
    ours, theirs = beside(
        partial(bench.run, root, "check", "--staged"),
        partial(bench.run, root, "sync", "--offline"),
        2 * bench.runs + 1,
    )
    work = f"check --staged, one digest and its note, {bench.entries:,} notes"
    return [Row("S8", work, ours, "S3", theirs, "<= 1.5 x")]
