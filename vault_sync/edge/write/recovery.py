"""After a crash, and a minute after every pass: unfinished passes, leftover and displaced files.

Nothing is merged again: an interrupted pass is carried on with the bytes in its journal. No file of
ours is removed whose bytes are not known or saved. All of it can be killed at any point and run
again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from vault_sync.core.model.values import Problem, RelPath
from vault_sync.edge.fs.errors import in_words
from vault_sync.edge.fs.reading import read_at
from vault_sync.edge.fs.vault_dir import (
    BESIDE,
    TEMPORARY,
    VaultDir,
    is_beside,
    same_file,
    temporary_name,
    volume_of,
)
from vault_sync.edge.platform import current
from vault_sync.edge.platform.rename import PROBE
from vault_sync.edge.platform.values import SPARE, changed_ns
from vault_sync.edge.state import journal, pass_log
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.journal import Pass, Task
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.write.apply import PlanWriter

WATCHED = 60.0
"""Seconds for which a displaced file is watched: an editor may write into it late."""


def recover(root: Path, state: StateStore, now: float | None = None) -> list[Problem]:
    """Bring every interrupted pass to its end, then look at what was displaced.

    To be called at the start of every pass that writes, with the lock held. `now`: seconds since
    the epoch, the clock's by default.

    Raises:
        StateError: the state cannot be written; everything is as it was for the next call.
    """
    problems: list[Problem] = []
    for one in journal.interrupted(state):
        with VaultDir(root) as vault:
            writer = PlanWriter(vault, state, one, again=True)
            for task in one.tasks:
                if task.undone is None and task.has_content:
                    try:
                        _clear(vault, one, task, writer)
                    except OSError as error:
                        task.undone = in_words(error)
            writer.carry_out()
            problems += _recovered(one)
    return problems + sweep_displaced(root, state, time.time() if now is None else now)


def _clear(vault: VaultDir, one: Pass, task: Task, writer: PlanWriter) -> None:
    """Take away the temporary file of a task, which may hold an edit that was just displaced."""
    try:
        folder = vault.folder(TEMPORARY)
    except FileNotFoundError:
        return
    name = temporary_name(one.token, task.number)
    for leftover in (name + SPARE, f"{name}.old", name):
        # The first two are there if the pinned way or the hard-link way was cut short.
        try:
            content = read_at(folder, leftover)
        except FileNotFoundError:
            continue
        place = vault.target(task.path)
        target = vault.holds(task.path)
        if target is None and leftover == name + SPARE:
            _restore(vault, task, folder, leftover)
            continue
        if target is not None and same_file(folder, leftover, *place):
            # A second name of the note, which the hard-link way had not taken away yet.
            current.files.remove(folder, leftover)
            continue
        swapped = target is not None and pass_log.name_of(target) == task.after
        # The start of our own text may be a temporary file that was not written to its end (zeros
        # after a power cut). It is never put in the place of the whole; the sweep saves it.
        torn = task.content.startswith(content.rstrip(b"\0"))
        if swapped and not torn and pass_log.name_of(content) != task.before:
            writer.swapper.put_back(task, folder, leftover, content)
        with suppress(FileNotFoundError):
            if torn and not swapped:
                # Never seen by anybody.
                current.files.remove(folder, leftover)
            else:
                # It was the note a moment ago: the sweep looks at it, now and in a minute.
                aside = f"{leftover}.{os.urandom(3).hex()}"
                volume_of(vault, folder).move(folder, leftover, folder, aside)


def _restore(vault: VaultDir, task: Task, folder: int, spare: str) -> None:
    """Put the text back that was moved aside, and in whose place none has come yet."""
    target_folder, target = vault.target(task.path)
    with suppress(FileExistsError):  # saved there just now
        volume_of(vault, folder).move(folder, spare, target_folder, target)


def sweep_displaced(root: Path, state: StateStore, now: float) -> list[Problem]:
    """Look at every file that was displaced, and remove those that have been quiet for a minute.

    A text that was written into one of them late is saved and reported; what another device has
    displaced, and a sync service has carried here, is saved in silence. The caller holds the lock.
    """
    problems = []
    with VaultDir(root) as vault:
        for path, folder, name in _leftovers(vault, state):
            try:
                problems += _look_again(state, folder, name, now)
            except FileNotFoundError:
                pass
            except (OSError, StateError) as error:
                problems.append(
                    Problem(path, "displaced", f"cannot be looked at: {in_words(error)}")
                )
                continue
            if path != f"{TEMPORARY}/{name}" and vault.stat(path) is None:
                pass_log.forget_beside(state, path)
    return problems


def _leftovers(vault: VaultDir, state: StateStore) -> Iterator[tuple[str, int, str]]:
    with suppress(FileNotFoundError):
        folder = vault.folder(TEMPORARY)
        for name in sorted(current.files.names(folder)):
            if name.startswith(PROBE):
                # Killed while it tried the file system.
                current.files.remove(folder, name)
                continue
            yield f"{TEMPORARY}/{name}", folder, name
    for path in pass_log.all_beside(state):
        if not is_beside(path):  # of no use, and maybe a file of the reader's
            pass_log.forget_beside(state, path)
            continue
        with suppress(FileNotFoundError):
            yield path, *vault.place(path)


def _look_again(state: StateStore, folder: int, name: str, now: float) -> list[Problem]:
    stat = current.files.status_at(folder, name)
    content = read_at(folder, name)
    digest = pass_log.name_of(content)
    owner = _owner(state, name)
    path = RelPath(f"{TEMPORARY}/{name}") if owner is None else owner[1].path
    expected = owner is not None and digest in {owner[1].before, owner[1].after}
    problems = []
    if content and not expected and not pass_log.is_saved(state, digest):
        pass_log.save_text(state, content, path, owner and owner[0], "late")
        if owner is not None:
            problems.append(
                Problem(
                    path,
                    "late-edit",
                    "was written into just after it had been replaced; that text is saved",
                    hint=f"compare it with {pass_log.file_of(state.saved, digest)}",
                )
            )
    if now - _displaced_at(state, name, stat, now) > WATCHED:
        current.files.remove(folder, name)
    return problems


def _displaced_at(state: StateStore, name: str, stat: os.stat_result, now: float) -> float:
    """Return when a file was displaced, or written into since: by the journal, if that knows it.

    An exchange need not set the change time: exFAT and FAT do not, and Windows has none. A time to
    come is no writing since, but that of a clock which was wrong.
    """
    task = _task_of(name)
    at = None if task is None else journal.displaced_at(state, *task)
    if at is None:
        return max(stat.st_mtime, changed_ns(stat) / 1e9)
    return max(at, stat.st_mtime) if stat.st_mtime <= now else at


def _owner(state: StateStore, name: str) -> tuple[int, pass_log.FileChange] | None:
    task = _task_of(name)
    return None if task is None else pass_log.change_of(state, *task)


def _task_of(name: str) -> tuple[str, int] | None:
    """Return the token and the number of the task that a temporary file belongs to."""
    token, _, number = name.removeprefix(BESIDE).partition("-")
    number = number.partition(".")[0]
    return (token, int(number)) if number.isdecimal() else None


def _recovered(one: Pass) -> list[Problem]:
    undone = [task for task in one.tasks if task.undone is not None]
    done = len(one.tasks) - len(undone)
    problems = [
        Problem(
            "",
            "recovered",
            f"the pass of {one.started} had been interrupted; {done} of its files are finished now",
            level="notice",
        )
    ]
    return problems + [
        Problem(task.path, "not-recovered", f"was not finished: {task.undone}", level="notice")
        for task in undone
    ]
