"""One pass on its way into the vault: temporary files, a second look, the swap, a look after it.

Every step of a task starts from what is on the disk, so the same steps finish a pass that was
killed: a file that already is as it should be is done.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

from vault_sync.core.model.values import RelPath
from vault_sync.edge.fs.attributes import check_writable, copy_attributes
from vault_sync.edge.fs.durability import BATCH, sync_at, sync_everything, sync_file
from vault_sync.edge.fs.errors import Unsafe, in_words
from vault_sync.edge.fs.own_folder import TEMPORARY, own_folder, temporary_name, trash_names
from vault_sync.edge.fs.rename import exchange, move
from vault_sync.edge.fs.vault_dir import VaultDir, folded, folded_names, open_at, read_at, same_file
from vault_sync.edge.state import journal, pass_log, saved_texts
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.journal import Pass, Task
from vault_sync.edge.state.store import StateStore

EDITED = "it was edited meanwhile; the edit is kept and the next pass takes it up"
GONE = "it was moved or removed meanwhile; the next pass looks again"
UNSYNCED = "what was read could not be synced, so nothing is agreed: {}"
At = Callable[[str, RelPath], None]
"""Called with the name of a point and a path, for tests that edit, delete and rename there."""


def no_point(point: str, path: RelPath) -> None:
    """Stands for `at` outside tests."""


class PlanWriter:
    """One pass on its way from the journal into the vault; new or, after a crash, for good."""

    def __init__(
        self,
        vault: VaultDir,
        state: StateStore,
        one: Pass,
        at: At = no_point,
        *,
        again: bool = False,
    ) -> None:
        self._again = again
        self._vault = vault
        self._state = state
        self._pass = one
        self._at = at
        self._done: set[int] = set()
        self._staged: set[int] = set()
        self._brought_in: set[str] = set()  # synced, and then exchanged
        self._held: dict[str, str] = {}
        self._names: dict[str, set[str]] = {}

    def carry_out(self, sources: Collection[RelPath] = ()) -> None:
        """Brings every task of the pass to its end, then the base."""
        if self._again:
            for task in self._pass.tasks:
                if task.undone is None and task.has_content:
                    self._attempt(self._see_if_done, task)
        tasks = [task for task in self._pass.tasks if task.number not in self._done]
        self._stage([task for task in tasks if task.undone is None and task.has_content])
        for task in tasks:
            if task.undone is None:
                self._attempt(self._swap, task)
            if task.undone is not None:
                self._hold(task)
        self._discard_unused()
        self._sync_folders()
        self._at("before-base", RelPath(""))
        failure = None
        try:
            sync_sources(self._vault, set(sources) - self._brought_in)
        except OSError as error:
            failure = in_words(error)
        journal.finish(self._state, self._pass, agree=failure is None)
        if failure is not None:
            raise StateError(UNSYNCED.format(failure))

    # ---- before the swap

    def _see_if_done(self, task: Task) -> None:
        """Whether a task was done before the crash; no second temporary file is made for it."""
        found = self._vault.holds(task.path)
        if found is not None and saved_texts.name_of(found) == task.after:
            sync_at(*self._vault.place(task.path))
            self._done.add(task.number)

    def _stage(self, tasks: Sequence[Task]) -> None:
        """Writes and syncs the temporary files."""
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
            self._attempt(
                lambda task: self._write(task, folder, self._name(task), sync=not batch), task
            )
        staged = [task for task in tasks if task.undone is None]
        self._staged = {task.number for task in staged}
        if batch and not self._attempt_all(lambda: sync_everything(folder), staged):
            for task in staged:
                self._attempt(lambda task: sync_at(folder, self._name(task)), task)

    def _write(self, task: Task, folder: int, name: str, *, sync: bool) -> None:
        """One temporary file, with the mode and attributes of the file it will stand for."""
        self._at("before-stage", task.path)
        target_folder, target = self._vault.place(task.path, make=task.kind == "create")
        like = None
        if task.kind == "create":
            self._check_free(task.path)
        else:
            like = open_at(target_folder, target)
        mode = 0o666 if like is None else 0o600
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            if like is not None:
                check_writable(like, target_folder, target)
            file = os.open(name, flags, mode, dir_fd=folder)
            try:
                saved_texts.write_all(file, task.content)
                if like is not None:
                    copy_attributes(like, file)
                if sync:
                    sync_file(file)
            except OSError:
                # Never swapped, so these bytes are ours alone.
                os.unlink(name, dir_fd=folder)
                raise
            finally:
                os.close(file)
        finally:
            if like is not None:
                os.close(like)

    def _check_free(self, path: RelPath) -> None:
        """Raises Unsafe if a file of that name is there, in any case or normalisation."""
        above, _, name = path.rpartition("/")
        if above not in self._names:
            self._names[above] = folded_names(self._vault.folder(above, make=True))
        if folded(name) in self._names[above] and not self._is_there(path):
            raise Unsafe("a file is there whose name differs in case or normalisation only")

    def _is_there(self, path: RelPath) -> bool:
        return self._vault.stat(path) is not None

    # ---- the swap

    def _swap(self, task: Task) -> None:
        if task.path in self._held:
            raise Unsafe(f"it waits for {self._held[task.path]}, which could not be written")
        self._at("before-look", task.path)
        {
            "create": self._create,
            "write": self._replace,
            "rename": self._rename,
            "trash": self._trash,
        }[task.kind](task)

    def _create(self, task: Task) -> None:
        self._at("before-move", task.path)
        try:
            self._bring_in(move, task)
        except FileExistsError:
            if saved_texts.name_of(self._vault.read(task.path)) != task.after:
                raise Unsafe("a file of that name was made meanwhile; it is kept") from None
        self._at("after-move", task.path)

    def _replace(self, task: Task) -> None:
        found = saved_texts.name_of(self._vault.read(task.path))
        if found == task.after:
            return
        if found != task.before:
            raise Unsafe(EDITED)
        self._at("before-exchange", task.path)
        folder, name = self._bring_in(exchange, task)
        self._at("after-exchange", task.path)
        displaced = read_at(folder, name)
        if saved_texts.name_of(displaced) != task.before:
            self.put_back(task, folder, name, displaced)
            raise Unsafe(EDITED)
        self._brought_in.add(task.path)

    def put_back(self, task: Task, folder: int, name: str, displaced: bytes) -> None:
        """Somebody saved between our look and the exchange: his text goes back to its place.

        Should yet another one be displaced by that, it is the newer and goes back in turn. Every
        one of them is saved first; `folder` and `name` are where the displaced file is now.
        """
        put = task.after
        for _ in range(100):
            self._save(displaced, task.path)
            self._at("before-put-back", task.path)
            target_folder, target = self._vault.place(task.path)
            try:
                exchange(folder, name, target_folder, target)
            except FileNotFoundError:
                # An editor that deletes and then renames is between the two.
                try:
                    move(folder, name, target_folder, target)
                except FileExistsError:
                    continue
                return
            back = read_at(folder, name)
            if saved_texts.name_of(back) == put:
                return
            put, displaced = saved_texts.name_of(displaced), back

    def _rename(self, task: Task) -> None:
        assert task.target is not None
        if self._moved_already(task, task.target):
            return
        target_folder, target = self._vault.place(task.target, make=True)
        folder, name = self._vault.place(task.path)
        if folded(target) != folded(name) or target_folder != folder:
            self._check_free(task.target)
        self._at("before-move", task.path)
        if not self._move(folder, name, target_folder, target):
            raise Unsafe(f"{task.target} is there already; it is kept")
        self._at("after-move", task.path)

    def _trash(self, task: Task) -> None:
        assert task.target is not None
        if self._vault.holds(task.path) is None:
            self._trashed_already(task)
            return
        self._moved_already(task, task.target)
        folder, name = self._vault.place(task.path)
        trash, _ = self._vault.place(task.target, make=True)
        self._at("before-move", task.path)
        for target in trash_names(task.target):
            if self._move(folder, name, trash, target.rpartition("/")[2]):
                task.target = target
                break
        self._at("after-move", task.path)
        moved = self._vault.read(task.target)
        if saved_texts.name_of(moved) != task.before:
            self._untrash(task, moved)
            raise Unsafe(EDITED)

    def _move(self, folder: int, name: str, target_folder: int, target: str) -> bool:
        """Moves a file to a free name; False if another file has it."""
        try:
            move(folder, name, target_folder, target)
        except FileExistsError:
            if not same_file(folder, name, target_folder, target):
                return False
            if os.stat(name, dir_fd=folder).st_nlink > 1:
                # Killed between the two halves of a move by hard link.
                os.unlink(name, dir_fd=folder)
            else:
                # One file under both names: the file system does not tell case apart.
                os.rename(name, target, src_dir_fd=folder, dst_dir_fd=target_folder)
        return True

    def _trashed_already(self, task: Task) -> None:
        """The file is gone: by us before a crash, or by somebody else (Unsafe)."""
        assert task.target is not None
        for target in trash_names(task.target):
            there = self._vault.holds(target)
            if there is None:
                raise Unsafe(GONE)
            if saved_texts.name_of(there) == task.before:
                task.target = target
                return
            if self._again and target == task.target:
                # The name was free when the journal was written: killed before we looked at it.
                self._untrash(task, there)
                raise Unsafe(EDITED)

    def _untrash(self, task: Task, moved: bytes) -> None:
        """An edit went into the trash: it goes back, unless its place has been taken since."""
        assert task.target is not None
        self._save(moved, task.path)
        trash, target = self._vault.place(task.target)
        folder, name = self._vault.place(task.path)
        try:
            move(trash, target, folder, name)
        except FileExistsError:
            return

    def _moved_already(self, task: Task, target: RelPath) -> bool:
        """Whether the move was made before a crash. Raises Unsafe if there is nothing to move."""
        found = self._vault.holds(task.path)
        if found is None:
            there = self._vault.holds(target)
            if there is not None and saved_texts.name_of(there) == task.before:
                return True
            raise Unsafe(GONE)
        if saved_texts.name_of(found) != task.before:
            raise Unsafe(EDITED)
        return False

    # ---- small steps

    def _name(self, task: Task) -> str:
        return temporary_name(self._pass.token, task.number)

    def _bring_in(self, act: Callable[[int, str, int, str], None], task: Task) -> tuple[int, str]:
        """Exchanges or moves a temporary file in; says where what it displaced is now."""
        target_folder, target = self._vault.place(task.path)
        folder, name = self._vault.folder(TEMPORARY), self._name(task)
        try:
            act(folder, name, target_folder, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # Another file system is mounted at that folder: the temporary file must be on it too.
            folder, name = target_folder, f".vault-sync-{name}.{os.urandom(3).hex()}"
            above = task.path.rpartition("/")[0]
            pass_log.note_beside(self._state, f"{above}/{name}")
            self._write(task, folder, name, sync=True)
            act(folder, name, target_folder, target)
            return folder, name
        self._staged.discard(task.number)
        return folder, name

    def _attempt(self, step: Callable[[Task], None], task: Task) -> None:
        try:
            step(task)
        except (OSError, StateError) as error:
            task.undone = in_words(error)

    def _attempt_all(self, step: Callable[[], bool], tasks: Sequence[Task]) -> bool:
        try:
            return step()
        except OSError as error:
            for task in tasks:
                task.undone = in_words(error)
            return True

    def _hold(self, undone: Task) -> None:
        """What has to wait because a file could not be written.

        What is agreed on together with a file that is not there must not link to it yet, and an
        agreement that keeps nothing says just that: together, in this order, or not.
        """
        for _, base_update in self._pass.base_updates:
            together = undone.kind in {"create", "rename"} or not (
                base_update.put or base_update.drop
            )
            if together and undone.path in base_update.paths:
                others = base_update.paths - {undone.path}
                self._held.update(dict.fromkeys(others, undone.path))

    def _discard_unused(self) -> None:
        """Removes temporary files that were never swapped; they hold our bytes and no others."""
        for number in self._staged:
            # One that cannot be removed is looked at again by the next pass.
            with suppress(OSError):
                os.unlink(
                    temporary_name(self._pass.token, number),
                    dir_fd=self._vault.folder(TEMPORARY),
                )

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

    def _save(self, content: bytes, path: RelPath) -> None:
        """Saves a displaced text. If that fails it is still in the vault, and not removed there."""
        try:
            pass_log.save_text(self._state, content, path, self._pass.id, "displaced")
        except (OSError, StateError):
            return


def sync_sources(vault: VaultDir, sources: Collection[RelPath]) -> None:
    """Syncs files that others wrote. One that is gone has no words for the base to be ahead of.

    Raises:
        OSError: their words may not be on the disk.
    """
    if len(sources) >= BATCH and sync_everything(vault.fd):
        return
    for path in sources:
        try:
            sync_at(*vault.place(path))
        except FileNotFoundError:
            continue
