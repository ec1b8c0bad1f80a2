"""States that no pass of a vault uses: of vaults that are gone, and a second one of this vault."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from vault_sync.core.model.values import Problem
from vault_sync.edge.platform.lock import Busy, locked
from vault_sync.edge.state.places import DATABASE, databases, identity_in, same_folder

UNUSED_DAYS = 90
DAY = 86_400.0


class OrphanedState(NamedTuple):
    """The state of a vault whose folder is gone: where it lies, where the vault was, its age."""

    folder: Path
    vault: str
    unused_days: float


def orphaned_states(parent: Path, now: float | None = None) -> list[OrphanedState]:
    """Return the states below `parent` whose vault is not there; `now` is Unix time."""
    return list(_found(parent, time.time() if now is None else now))


def _found(parent: Path, now: float) -> Iterator[OrphanedState]:
    for folder, connection in databases(parent):
        with closing(connection), suppress(sqlite3.Error):
            vault = identity_in(connection)
            if vault is not None and not os.path.lexists(vault.path):
                used = (folder / DATABASE).stat().st_mtime
                yield OrphanedState(folder, vault.path, (now - used) / DAY)


def orphan_problems(states: list[OrphanedState]) -> list[Problem]:
    """Return a notice for each state whose vault is gone."""
    return [
        Problem(
            str(each.folder),
            "orphaned-state",
            f"is the state of a vault at {each.vault}, which is gone (unused for "
            f"{max(0, int(each.unused_days))} days)",
            "a vault that was moved takes it over at its next pass; "
            f"`vault-sync doctor --clean` removes what is unused for {UNUSED_DAYS} days",
            level="notice",
        )
        for each in states
    ]


def second_states(root: Path, own: Path, parents: Iterable[Path]) -> list[Problem]:
    """Return a problem for each state below `parents` of the vault at `root` beside its own."""
    return [
        Problem(
            str(folder),
            "two-states",
            f"is another memory of this vault than {own}, so what one remembers the other does not",
            "VAULT_SYNC_STATE_DIR must be the same in each window and in the service; then remove "
            "the one that is not used (its folder saved has texts that were replaced)",
        )
        for parent in sorted(parents)
        for folder, connection in databases(parent)
        if _is_of(root, connection) and folder != own
    ]


def _is_of(root: Path, connection: sqlite3.Connection) -> bool:
    with closing(connection):
        try:
            vault = identity_in(connection)
        except sqlite3.Error:
            return False  # damaged: nobody's
        return vault is not None and same_folder(Path(vault.path), root)


def clean(states: list[OrphanedState], saved_days: float, now: float | None = None) -> list[str]:
    """Remove base, index and journal of states unused for long. Return their folders.

    Saved texts go only when they are older than `saved_days` (0: never).

    Raises:
        OSError: something could not be removed; the rest is as it was.
    """
    time_ = time.time() if now is None else now
    cleaned = []
    for state in states:
        if state.unused_days < UNUSED_DAYS:
            continue
        with suppress(Busy), locked(state.folder / "lock", 0.0):
            _remove(state.folder, saved_days, time_)
            cleaned.append(str(state.folder))
    return cleaned


def _remove(folder: Path, saved_days: float, now: float) -> None:
    for pattern in (f"{DATABASE}*", "index.sqlite*"):
        for file in folder.glob(pattern):
            file.unlink()
    for file in folder.glob("saved/?/*"):
        if saved_days and now - file.stat().st_mtime > saved_days * DAY:
            file.unlink()
    for below in (*folder.glob("saved/?"), folder / "saved"):
        with suppress(OSError):  # it is not there, or still holds a text
            below.rmdir()
    if not (folder / "saved").exists():
        for name in ("daemon.json", "daemon.lock", "lock"):
            (folder / name).unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()
