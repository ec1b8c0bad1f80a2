"""Carrying out a plan so that no word is ever lost: only here do the files of a vault change.

In this order: room on the disk; the bytes that will be replaced saved; the intent and the final
bytes in the journal; temporary files, synced; a second look; exchange or move; a look at what was
displaced; folders synced; base and journal in one commit. Whatever was displaced stays in
`.vault-sync/tmp` for a minute and is looked at again, since an editor that had it open may write
into it late. A task that fails leaves its file as it was and says why.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from vault_sync.core.model.plan import (
    BaseUpdate,
    Operation,
    Outcome,
    Plan,
    Rename,
    Trash,
    Undone,
    Write,
)
from vault_sync.core.model.values import RelPath
from vault_sync.core.text.encodings import as_bytes
from vault_sync.edge.fs.errors import Unsafe, in_words
from vault_sync.edge.fs.vault_dir import VaultDir, refusal, trash_names
from vault_sync.edge.platform import current
from vault_sync.edge.platform.durability import BATCH, sync_at, sync_everything, sync_file
from vault_sync.edge.state import journal, pass_log
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.journal import Pass, Task, task_of
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.state.vault_id import agree_on_id
from vault_sync.edge.write.staging import At, StagingArea, attempt, check_volumes, no_point
from vault_sync.edge.write.swap import FileSwapper


def apply(
    root: Path,
    state: StateStore,
    plan: Plan,
    *,
    cause: str,
    started: datetime,
    sources: Collection[RelPath] = (),
    at: At = no_point,
) -> Outcome:
    """Carry out a plan, in its order. The caller has locked the state and called `recover`.

    `sources` are files that were read and not written and on whose words the base updates rest:
    they are synced before the base is, since the editor that wrote them may not have done so.
    `at` is called at named points, for tests.

    Raises:
        StateError: the files are written but the base could not be; the next pass finishes that.
    """
    if not plan.operations:
        return _agree(root, state, plan.base_updates, sources)
    with VaultDir(root) as vault:
        tasks = [task_of(number, one) for number, one in enumerate(plan.operations)]
        for task, operation in zip(tasks, plan.operations, strict=True):
            task.undone = _refused(operation)
        free_trash_names(vault, tasks)
        try:
            reason = _lack_of_room(vault, state, tasks)
            if reason is None:
                if not _writable(vault, tasks):
                    return _outcome(tasks, plan.operations)
                agree_on_id(vault, state)
                one = _journal(state, plan, tasks, cause, started)
        except (OSError, StateError) as error:
            reason = in_words(error)
        if reason is not None:
            return Outcome(undone=tuple(Undone(one, reason) for one in plan.operations))
        at("after-journal", RelPath(""))
        PlanWriter(vault, state, one, at).carry_out(sources)
    return _outcome(tasks, plan.operations)


def _outcome(tasks: Sequence[Task], operations: Sequence[Operation]) -> Outcome:
    both = list(zip(tasks, operations, strict=True))
    return Outcome(
        tuple(operation for task, operation in both if task.undone is None),
        tuple(Undone(operation, task.undone) for task, operation in both if task.undone),
    )


def _agree(
    root: Path, state: StateStore, base_updates: Sequence[BaseUpdate], sources: Collection[RelPath]
) -> Outcome:
    if base_updates and sources:
        try:
            with VaultDir(root) as vault:
                sync_sources(vault, sources)
        except OSError as error:
            raise StateError(UNSYNCED.format(in_words(error))) from error
    state.keep(base_updates)
    return Outcome()


def _refused(operation: Operation) -> str | None:
    # Out of the trash: the undoing of a removal.
    reason = refusal(operation.path, trash=isinstance(operation, Rename))
    target = getattr(operation, "to", None)
    if reason is None and target is not None:
        reason = refusal(target, trash=isinstance(operation, Trash))
    return reason


def _writable(vault: VaultDir, tasks: Sequence[Task]) -> bool:
    """Return False if no file of the plan lies where files can be replaced; tasks say why."""
    allowed = [task for task in tasks if task.undone is None]
    check_volumes(vault, allowed)
    return not allowed or any(task.undone is None for task in allowed)


def _lack_of_room(vault: VaultDir, state: StateStore, tasks: Sequence[Task]) -> str | None:
    """Return why the plan does not fit on the disks, before the first byte; None if it does."""
    new, old = [task.size for task in tasks], [task.old_size for task in tasks]
    for fd, sizes, where in (
        (vault.fd, new, "the vault's disk"),
        (state.directory, [*new, *old], "the disk of the state"),
    ):
        room = current.files.room_of(fd)
        need = sum(size // room.block + 1 for size in sizes if size) * room.block
        free = room.blocks * room.block
        if free < need:
            return (
                f"{where} is full ({need:,} bytes needed, {free:,} free): make room and run again"
            )
        if room.files is not None and room.files < len(tasks) + 4:
            return f"{where} has no room for more files: remove some and run again"
    return None


def _journal(
    state: StateStore, plan: Plan, tasks: list[Task], cause: str, started: datetime
) -> Pass:
    replaced = [
        (task, operation.before)
        for task, operation in zip(tasks, plan.operations, strict=True)
        if task.undone is None and isinstance(operation, Write | Trash)
    ]
    pass_log.save(state.saved, (as_bytes(before) for _, before in replaced), len(replaced))
    return journal.begin(
        state,
        tasks,
        plan.base_updates,
        cause=cause,
        started=started,
        texts=[(task.before, task.path) for task, _ in replaced],
    )


def free_trash_names(vault: VaultDir, tasks: Sequence[Task]) -> None:
    """Give every file that goes to the trash a name that is free there, as Obsidian does."""
    taken: set[str] = set()
    for task in tasks:
        if task.kind == "trash" and task.target is not None and task.undone is None:
            try:
                names = (name for name in trash_names(task.target) if name not in taken)
                task.target = next(name for name in names if vault.stat(name) is None)
            except OSError as error:
                task.undone = in_words(error)
            taken.add(task.target)


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
        if found is not None and pass_log.name_of(found) == task.after:
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
                others = set(base_update.paths) - {undone.path}
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
