"""Carrying out a plan so that no word is ever lost: the one room in which files of a vault change.

In this order: room on the disk; the bytes that will be replaced saved; the intent and the final
bytes in the journal; temporary files, synced; a second look; exchange or move; a look at what was
displaced; folders synced; base and journal in one commit. Whatever was displaced stays in
`.vault-sync/tmp` for a minute and is looked at again, since an editor that had it open may write
into it late. A task that fails leaves its file as it was and says why.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from vault_sync.core.model import RelPath
from vault_sync.core.plan import Agreement, Operation, Outcome, Plan, Trash, Undone
from vault_sync.edge import journal, saved
from vault_sync.edge.attributes import check_writable, copy_attributes
from vault_sync.edge.beneath import (
    OWN_FOLDER,
    Beneath,
    folded,
    folded_names,
    open_at,
    read_at,
    refusal,
)
from vault_sync.edge.durable import BATCH, sync_at, sync_everything, sync_file
from vault_sync.edge.faults import Unsafe, in_words
from vault_sync.edge.journal import Pass, Task, as_bytes, task_of
from vault_sync.edge.rename import exchange, move
from vault_sync.edge.state import State, StateError

TEMPORARY = f"{OWN_FOLDER}/tmp"  # noqa: S108 - a folder of the vault, not of the system
EDITED = "it was edited meanwhile; the edit is kept and the next pass takes it up"
GONE = "it was moved or removed meanwhile; the next pass looks again"
At = Callable[[str, RelPath], None]


def _nowhere(point: str, path: RelPath) -> None:
    """Stands for `at` outside tests."""


def apply(
    root: Path,
    state: State,
    plan: Plan,
    *,
    cause: str,
    started: datetime,
    sources: Collection[RelPath] = (),
    at: At = _nowhere,
) -> Outcome:
    """Carries out a plan, in its order. The caller holds `state.lock` and has called `recover`.

    `sources` are files that were read and not written and on whose words the agreements rest: they
    are synced before the base says so, since the editor that wrote them may not have. `at` is
    called at named points, for tests that edit, delete and rename there.

    Raises:
        StateError: the files are written but the base could not be; the next pass finishes that.
    """
    if not plan.operations:
        return _agree(root, state, plan.agreements, sources)
    with Beneath(root) as vault:
        tasks = [task_of(number, one) for number, one in enumerate(plan.operations)]
        for task, operation in zip(tasks, plan.operations, strict=True):
            task.undone = _refused(operation)
        free_trash_names(vault, tasks)
        reason = _lack_of_room(vault, state, plan.operations)
        if reason is None:
            try:
                one = _journal(state, plan, tasks, cause, started)
            except (OSError, StateError) as error:
                reason = in_words(error)
        if reason is not None:
            return Outcome(undone=tuple(Undone(one, reason) for one in plan.operations))
        at("after-journal", RelPath(""))
        together = [agreement.paths for agreement in plan.agreements]
        Writing(vault, state, one, together, at).carry_out(sources)
    pairs = list(zip(tasks, plan.operations, strict=True))
    return Outcome(
        tuple(operation for task, operation in pairs if task.undone is None),
        tuple(Undone(operation, task.undone) for task, operation in pairs if task.undone),
    )


def _agree(
    root: Path, state: State, agreements: Sequence[Agreement], sources: Collection[RelPath]
) -> Outcome:
    if agreements and sources:
        with Beneath(root) as vault:
            sync_sources(vault, sources)
    state.keep(agreements)
    return Outcome()


def _refused(operation: Operation) -> str | None:
    reason = refusal(operation.path)
    target = getattr(operation, "to", None)
    if reason is None and target is not None:
        reason = refusal(target, trash=isinstance(operation, Trash))
    return reason


def _lack_of_room(vault: Beneath, state: State, operations: Sequence[Operation]) -> str | None:
    """Why the plan does not fit on the disks, asked before the first byte; None if it does."""
    new = [len(as_bytes(getattr(one, "after", ""))) for one in operations]
    old = [len(as_bytes(getattr(one, "before", ""))) for one in operations]
    for fd, sizes, where in (
        (vault.fd, new, "the vault's disk"),
        (state.directory, [*new, *old], "the disk of the state"),
    ):
        disk = os.statvfs(fd)
        need = sum(size // disk.f_frsize + 1 for size in sizes if size) * disk.f_frsize
        free = disk.f_bavail * disk.f_frsize
        if free < need:
            return (
                f"{where} is full ({need:,} bytes needed, {free:,} free): make room and run again"
            )
        # Some file systems make inodes as they go and report none.
        if disk.f_files and disk.f_favail < len(operations) + 4:
            return f"{where} has no room for more files: remove some and run again"
    return None


def _journal(state: State, plan: Plan, tasks: list[Task], cause: str, started: datetime) -> Pass:
    texts = {
        task.before: (task.path, as_bytes(operation.before))
        for task, operation in zip(tasks, plan.operations, strict=True)
        if task.undone is None and task.kind in {"write", "trash"} and hasattr(operation, "before")
    }
    saved.save(state.saved, [content for _, content in texts.values()])
    return journal.begin(
        state,
        tasks,
        plan.agreements,
        cause=cause,
        started=started,
        saved={name: path for name, (path, _) in texts.items()},
    )


class Writing:
    """One pass on its way from the journal into the vault; new or, after a crash, for good."""

    def __init__(
        self,
        vault: Beneath,
        state: State,
        one: Pass,
        together: Collection[frozenset[RelPath]],
        at: At = _nowhere,
        *,
        again: bool = False,
    ) -> None:
        self._again = again
        self._vault = vault
        self._state = state
        self._pass = one
        self._together = together
        self._at = at
        self._staged: set[int] = set()
        self._held: dict[str, str] = {}
        self._names: dict[str, set[str]] = {}

    def carry_out(self, sources: Collection[RelPath] = ()) -> None:
        """Brings every task of the pass to its end, then the base."""
        self._stage([task for task in self._pass.tasks if task.undone is None and task.has_content])
        for task in self._pass.tasks:
            if task.undone is None:
                self._attempt(self._swap, task)
            if task.undone is not None:
                self._hold(task)
        self._discard_unused()
        self._sync_folders()
        self._at("before-base", RelPath(""))
        failure = None
        try:
            sync_sources(self._vault, sources)
        except OSError as error:
            failure = in_words(error)
        journal.finish(self._state, self._pass, agree=failure is None)
        if failure is not None:
            raise StateError(f"what was read could not be synced, so nothing is agreed: {failure}")

    # ---- before the swap

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
                saved.write_all(file, task.content)
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
            if saved.name_of(self._vault.read(task.path)) != task.after:
                raise Unsafe("a file of that name was made meanwhile; it is kept") from None
        self._at("after-move", task.path)

    def _replace(self, task: Task) -> None:
        found = saved.name_of(self._vault.read(task.path))
        if found == task.after:
            return
        if found != task.before:
            raise Unsafe(EDITED)
        self._at("before-exchange", task.path)
        folder, name = self._bring_in(exchange, task)
        self._at("after-exchange", task.path)
        displaced = read_at(folder, name)
        if saved.name_of(displaced) != task.before:
            self.put_back(task, folder, name, displaced)
            raise Unsafe(EDITED)

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
            if saved.name_of(back) == put:
                return
            put, displaced = saved.name_of(displaced), back

    def _rename(self, task: Task) -> None:
        assert task.target is not None
        if self._moved_already(task, task.target):
            return
        target_folder, target = self._vault.place(task.target, make=True)
        folder, name = self._vault.place(task.path)
        if folded(target) != folded(name) or target_folder != folder:
            self._check_free(task.target)
        self._at("before-move", task.path)
        try:
            move(folder, name, target_folder, target)
        except FileExistsError:
            one = os.stat(name, dir_fd=folder, follow_symlinks=False)
            other = os.stat(target, dir_fd=target_folder, follow_symlinks=False)
            if not os.path.samestat(one, other):
                raise Unsafe(f"{task.target} is there already; it is kept") from None
            if one.st_nlink > 1:
                # Killed between the two halves of a move by hard link.
                os.unlink(name, dir_fd=folder)
            else:
                # The same file under both names: the file system does not tell case apart.
                os.rename(name, target, src_dir_fd=folder, dst_dir_fd=target_folder)
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
            try:
                move(folder, name, trash, target.rpartition("/")[2])
            except FileExistsError:
                continue
            task.target = target
            break
        self._at("after-move", task.path)
        moved = self._vault.read(task.target)
        if saved.name_of(moved) != task.before:
            self._untrash(task, moved)
            raise Unsafe(EDITED)

    def _trashed_already(self, task: Task) -> None:
        """The file is gone: by us before a crash, or by somebody else (Unsafe)."""
        assert task.target is not None
        for target in trash_names(task.target):
            there = self._vault.holds(target)
            if there is None:
                raise Unsafe(GONE)
            if saved.name_of(there) == task.before:
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
            if there is not None and saved.name_of(there) == task.before:
                return True
            raise Unsafe(GONE)
        if saved.name_of(found) != task.before:
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
            journal.note_beside(self._state, self._pass.token, f"{above}/{name}")
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
        """What is agreed on together with a file that is not there must not link to it yet."""
        if undone.kind in {"create", "rename"}:
            for paths in self._together:
                if undone.path in paths:
                    self._held.update(dict.fromkeys(paths - {undone.path}, undone.path))

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
            keep_text(self._state, content, path, self._pass.id, "displaced")
        except (OSError, StateError):
            return


def keep_text(state: State, content: bytes, path: RelPath, one: int | None, why: str) -> str:
    """Saves one text, durably, and returns its name.

    Raises:
        OSError, StateError: it is not saved.
    """
    name = saved.name_of(content)
    if content and not journal.is_saved(state, name):
        saved.save(state.saved, [content])
        now = datetime.now(UTC).isoformat(timespec="seconds")
        journal.note_saved(state, {name: path}, one, now, why)
    return name


def temporary_name(token: str, number: int) -> str:
    return f"{token}-{number}"


def own_folder(vault: Beneath) -> int:
    """`.vault-sync/tmp`, open; made if need be, with a `.gitignore` that hides it from git."""
    folder = vault.folder(TEMPORARY, make=True)
    own = vault.folder(OWN_FOLDER)
    try:
        file = os.open(
            ".gitignore", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666, dir_fd=own
        )
    except FileExistsError:
        return folder
    try:
        os.write(file, b"*\n")
    finally:
        os.close(file)
    return folder


def free_trash_names(vault: Beneath, tasks: Sequence[Task]) -> None:
    """Gives every file that goes to the trash a name that is free there, as Obsidian does."""
    taken: set[str] = set()
    for task in tasks:
        if task.kind == "trash" and task.target is not None and task.undone is None:
            for target in trash_names(task.target):
                if target not in taken and vault.stat(target) is None:
                    task.target = target
                    break
            taken.add(task.target)


def trash_names(target: RelPath) -> Iterator[RelPath]:
    """`.trash/a.md`, `.trash/a 2.md`, `.trash/a 3.md` and so on, as Obsidian counts."""
    yield target
    stem = target.removesuffix(".md")
    for number in count(2):
        yield RelPath(f"{stem} {number}.md")


def sync_sources(vault: Beneath, sources: Collection[RelPath]) -> None:
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
