"""The temporary files of a pass: written and synced, and then moved or exchanged into place."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress

from vault_sync.core.model.values import RelPath
from vault_sync.core.text.folding import casefold_nfc
from vault_sync.edge.fs.errors import NO_SAFE_REPLACE, Unsafe, in_words
from vault_sync.edge.fs.vault_dir import (
    BESIDE,
    TEMPORARY,
    VaultDir,
    folded_names,
    own_folder,
    temporary_name,
    volume_of,
)
from vault_sync.edge.platform import current
from vault_sync.edge.platform.durability import BATCH, sync_at, sync_everything, sync_file
from vault_sync.edge.platform.mounts import file_system
from vault_sync.edge.platform.rename import Volume
from vault_sync.edge.state import pass_log
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.journal import Pass, Task
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.write.rights import Rights


class StagingArea:
    """The temporary files of one pass, in `.vault-sync/tmp` or, on another file system, beside."""

    def __init__(self, vault: VaultDir, state: StateStore, pass_: Pass, at: At) -> None:
        self._vault, self._state, self._pass, self._at = vault, state, pass_, at
        self._staged: set[int] = set()
        self._names: dict[str, set[str]] = {}
        self._rights = Rights(vault, state, pass_)

    def stage(self, tasks: Sequence[Task]) -> None:
        """Write and sync the temporary files of tasks; one that fails is marked as undone."""
        if not tasks:
            return
        try:
            folder = own_folder(self._vault)
        except OSError as error:
            for task in tasks:
                task.undone = in_words(error)
            return
        batch = len(tasks) >= BATCH
        for task in tasks:
            attempt(lambda task: self._write(task, folder, self._name(task), sync=not batch), task)
        staged = [task for task in tasks if task.undone is None]
        self._staged = {task.number for task in staged}
        if batch:
            self._sync(staged, folder)

    def bring_in(
        self, act: Callable[[Volume, int, str, int, str], str], task: Task
    ) -> tuple[int, str]:
        """Exchange or move a temporary file in. Return where the file that it displaced is now."""
        target_folder, target = self._vault.target(task.path)
        folder, name = self._vault.folder(TEMPORARY), self._name(task)
        try:
            left = act(volume_of(self._vault, folder), folder, name, target_folder, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # Another file system is mounted at that folder: the temporary file must be on it too.
            folder, name = target_folder, f"{BESIDE}{name}.{os.urandom(3).hex()}"
            above = task.path.rpartition("/")[0]
            pass_log.note_beside(self._state, f"{above}/{name}")
            self._write(task, folder, name, sync=True)
            left = act(volume_of(self._vault, folder), folder, name, target_folder, target)
            return folder, left
        self._staged.discard(task.number)
        return folder, left

    def check_free(self, path: RelPath) -> None:
        """Raise Unsafe if another file has that name but for case or normalisation."""
        above, _, name = path.rpartition("/")
        if above not in self._names:
            self._names[above] = folded_names(self._vault.folder(above, make=True))
        if casefold_nfc(name) in self._names[above] and name not in current.files.names(
            self._vault.folder(above)
        ):
            raise Unsafe("a file is there whose name differs in case or normalisation only")

    def discard_unused(self) -> None:
        """Remove temporary files that were never swapped; they hold our bytes and no others."""
        for number in self._staged:
            # One that cannot be removed is looked at again by the next pass.
            with suppress(OSError):
                name = temporary_name(self._pass.token, number)
                current.files.remove(self._vault.folder(TEMPORARY), name)

    def _write(self, task: Task, folder: int, name: str, *, sync: bool) -> None:
        """Write one temporary file, with the mode and attributes of the file it will stand for."""
        self._at("before-stage", task.path)
        target_folder, target = self._vault.target(task.path, make=task.kind == "create")
        if task.kind == "create":
            self.check_free(task.path)
            _fill(
                folder,
                name,
                task.content,
                like=None,
                sync=sync,
                mode=self._rights.mode_of(task.path),
            )
            return
        like = current.files.open_to_read(target, target_folder)
        try:
            check_writable(like, target_folder, target)
            _fill(folder, name, task.content, like=like, sync=sync)
        finally:
            os.close(like)

    def _sync(self, tasks: Sequence[Task], folder: int) -> None:
        """Sync many temporary files at once, or one by one where the system has no such call."""
        try:
            if not sync_everything(folder):
                for task in tasks:
                    attempt(lambda task: sync_at(folder, self._name(task)), task)
        except OSError as error:
            for task in tasks:
                task.undone = in_words(error)

    def _name(self, task: Task) -> str:
        return temporary_name(self._pass.token, task.number)


def check_volumes(vault: VaultDir, tasks: Sequence[Task]) -> None:
    """Mark the tasks as undone whose file system has no safe way to make or replace a file."""
    for task in tasks:
        if task.undone is None:
            attempt(lambda task: _check_volume(vault, task.path), task)


def _check_volume(vault: VaultDir, path: str) -> None:
    above = path.rpartition("/")[0]
    while above and vault.stat(above) is None:
        above = above.rpartition("/")[0]
    if not volume_of(vault, vault.folder(above)).safe:
        raise Unsafe(NO_SAFE_REPLACE.format(file_system(vault.root / above) or "its file system"))


def attempt(step: Callable[[Task], None], task: Task) -> None:
    """Take a step of a task; if it fails, mark the task as undone, with the reason."""
    try:
        step(task)
    except (OSError, StateError) as error:
        task.undone = in_words(error)


def _fill(
    folder: int, name: str, content: bytes, *, like: int | None, sync: bool, mode: int = 0o600
) -> None:
    """Make a file; `like` is an open file whose mode and attributes it gets."""
    file = current.files.open_to_write(name, folder, mode=mode)
    try:
        pass_log.write_all(file, content)
        if like is not None:
            copy_attributes(like, file)
        if sync:
            sync_file(file)
    except OSError:
        # Never swapped, so these bytes are ours alone.
        current.files.remove(folder, name)
        raise
    finally:
        os.close(file)


def check_writable(file: int, folder: int, name: str) -> None:
    """Raise Unsafe if putting another file in this one's place is not what its owner expects."""
    seen = current.files.status_of(file)
    if not stat.S_ISREG(seen.st_mode):
        raise Unsafe("it is not a regular file")
    if seen.st_nlink > 1:
        raise Unsafe(
            f"it has {seen.st_nlink} names (hard links), and the others would keep the old text:"
            " replace the links by copies"
        )
    # Asked of the mode as well, for the superuser may do anything.
    if not seen.st_mode & 0o222 or not current.files.may_write(folder, name):
        raise Unsafe("it is read-only: allow writing to it and run again")


def copy_attributes(like: int, file: int) -> None:
    """Give an open file the owner, mode, ACL and extended attributes of another.

    Raises:
        OSError: they cannot be carried over.
    """
    current.files.copy_owner_and_mode(like, file)
    current.system.copy_attributes(like, file)


At = Callable[[str, RelPath], None]
"""Called with the name of a point and a path, for tests that edit, delete and rename there."""


def no_point(point: str, path: RelPath) -> None:
    """Do nothing, as everywhere outside tests."""
