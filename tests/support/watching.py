"""A real watcher over a folder, and git beside it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from vault_sync.edge.watch.batches import ChangeBatch, WatchTiming, change_batches
from vault_sync.edge.watch.listener import Mailbox

FAST = WatchTiming(settle=0.05, sweep=1000.0, tick=1000.0, poll=0.05)


class Watching:
    """A watcher over a vault with two folders, after its first moment."""

    def __init__(
        self, root: Path, pace: WatchTiming = FAST, **options: bool | Callable[[], float]
    ) -> None:
        self.root, self.mailbox = root, Mailbox()
        for folder in ("papers", "digests"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        self.coming = change_batches(root, pace, self.mailbox, **options)  # type: ignore[arg-type]
        self.first = next(self.coming)

    def next(self) -> ChangeBatch:
        return next(self.coming)

    def until(self, is_it: Callable[[ChangeBatch], bool]) -> list[ChangeBatch]:
        """The moments up to the one that is it."""
        seen = []
        for batch in self.coming:
            seen.append(batch)
            if is_it(batch):
                return seen
        raise AssertionError(f"the watcher ended after {seen}")

    def until_names(self, *paths: str) -> list[ChangeBatch]:
        """The moments until every path was named, or everything was swept."""
        missing = set(paths)

        def all_named(batch: ChangeBatch) -> bool:
            missing.difference_update(batch.paths)
            return not missing

        return self.until(all_named)


def watch_over(
    tmp_path: Path, pace: WatchTiming, **options: bool | Callable[[], float]
) -> Watching:
    return Watching(tmp_path / "vault", pace, **options)


def git(folder: Path, *words: str) -> str:
    ours = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main")
    environ = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    done = subprocess.run(
        ["git", *ours, *words], cwd=folder, check=True, capture_output=True, text=True, env=environ
    )
    return done.stdout.strip()
