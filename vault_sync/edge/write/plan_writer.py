"""One pass on its way into the vault: what was done before, temporary files, swaps, the base."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from vault_sync.core.model.values import RelPath
from vault_sync.edge.fs.errors import Unsafe, in_words
from vault_sync.edge.fs.vault_dir import VaultDir
from vault_sync.edge.platform.durability import BATCH, sync_at, sync_everything, sync_file
from vault_sync.edge.state import journal, saved_texts
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.journal import Pass, Task
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.write.points import At, no_point
from vault_sync.edge.write.staging import StagingArea, attempt, check_volumes
from vault_sync.edge.write.swap import FileSwapper

UNSYNCED = "what was read could not be synced, so nothing is agreed: {}"


class PlanWriter:
    """One pass on its way from the journal into the vault; new or, `again`, after a crash."""

    def __init__(
        self,
        vault: VaultDir,
        state: StateStore,
        pass_: Pass,
        at: At = no_point,
        *,
        again: bool = False,
    ) -> None:
        self._vault, self._state, self._pass, self._at = vault, state, pass_, at
        self._again = again
        self._staging = StagingArea(vault, state, pass_, at)
        self.swapper = FileSwapper(vault, state, pass_, self._staging, at, again=again)
        self._done: set[int] = set()
        self._deferred: dict[str, str] = {}

    def carry_out(self, sources: Collection[RelPath] = ()) -> None:
        """Bring every task of the pass to its end, then the base.

        `sources`: files that others wrote, on whose words the base updates rest.

        Raises:
            StateError: the base could not be written, or `sources` could not be synced.
        """
        if self._again:
            for task in self._pass.tasks:
                if task.undone is None and task.has_content:
                    attempt(self._see_if_done, task)
        tasks = [task for task in self._pass.tasks if task.number not in self._done]
        check_volumes(self._vault, tasks)
        self._staging.stage([task for task in tasks if task.undone is None and task.has_content])
        for task in tasks:
            if task.undone is None:
                attempt(self._swap, task)
            if task.undone is not None:
                self._defer(task)
        self._staging.discard_unused()
        self._sync_folders()
        self._at("before-base", RelPath(""))
        self._finish(sources)

    def _finish(self, sources: Collection[RelPath]) -> None:
        failure = None
        try:
            sync_sources(self._vault, set(sources) - self.swapper.brought_in)
        except OSError as error:
            failure = in_words(error)
        journal.finish(self._state, self._pass, agree=failure is None)
        if failure is not None:
            raise StateError(UNSYNCED.format(failure))

    def _see_if_done(self, task: Task) -> None:
        """Note a task that was done before the crash; no second temporary file is made for it."""
        found = self._vault.holds(task.path)
        if found is not None and saved_texts.name_of(found) == task.after:
            sync_at(*self._vault.place(task.path))
            self._done.add(task.number)

    def _swap(self, task: Task) -> None:
        if task.path in self._deferred:
            raise Unsafe(f"it waits for {self._deferred[task.path]}, which could not be written")
        self.swapper.swap(task)

    def _defer(self, undone: Task) -> None:
        """Defer the files that must not be written because another one could not be.

        What is agreed on together with a file that is not there must not link to it yet, and a
        base update that changes nothing says just that: together, in this order, or not.
        """
        for _, base_update in self._pass.base_updates:
            together = undone.kind in {"create", "rename"} or not (
                base_update.put or base_update.drop
            )
            if together and undone.path in base_update.paths:
                others = base_update.paths - {undone.path}
                self._deferred.update(dict.fromkeys(others, undone.path))

    def _sync_folders(self) -> None:
        folders: dict[str, list[Task]] = {}
        for task in self._pass.tasks:
            if task.undone is None:
                for path in (task.path, task.target):
                    if path is not None:
                        folders.setdefault(path.rpartition("/")[0], []).append(task)
        for folder, tasks in folders.items():
            try:
                sync_file(self._vault.folder(folder))
            except OSError as error:
                for task in tasks:
                    task.undone = in_words(error)


def sync_sources(vault: VaultDir, sources: Collection[RelPath]) -> None:
    """Sync files that others wrote. One that is gone has no words for the base to be ahead of.

    Raises:
        OSError: their words may not be on the disk.
    """
    if len(sources) >= BATCH and sync_everything(vault.fd):
        return
    for path in sources:
        with suppress(FileNotFoundError):
            sync_at(*vault.place(path))
