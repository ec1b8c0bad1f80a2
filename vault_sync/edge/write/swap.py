"""The swap of one file, with a look before and a look after it, so that no edit is lost.

Every step starts from what is on the disk, so the same steps finish a pass that was killed: a file
that already is as it should be is done.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from vault_sync.core.model.values import RelPath
from vault_sync.core.text.folding import casefold_nfc
from vault_sync.edge.fs.errors import Unsafe
from vault_sync.edge.fs.reading import read_at
from vault_sync.edge.fs.vault_dir import (
    TEMPORARY,
    VaultDir,
    same_file,
    trash_names,
    volume_of,
)
from vault_sync.edge.platform import current
from vault_sync.edge.platform.rename import Volume
from vault_sync.edge.platform.values import Changed
from vault_sync.edge.state import pass_log
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.journal import Pass, Task
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.write.staging import At, StagingArea

EDITED = "it was edited meanwhile; the edit is kept and the next pass takes it up"
PUT_BACKS = 100
"""The times that a text is put back while others save into its place."""

GONE = "it was moved or removed meanwhile; the next pass looks again"


class FileSwapper:
    """The creates, writes, renames and removals of one pass; `again`: after a crash.

    `brought_in` are the files that were synced and then exchanged.
    """

    def __init__(
        self,
        vault: VaultDir,
        state: StateStore,
        pass_: Pass,
        staging: StagingArea,
        at: At,
        *,
        again: bool,
    ) -> None:
        self._vault, self._state, self._pass, self._staging = vault, state, pass_, staging
        self._at, self._again = at, again
        self.brought_in: set[str] = set()

    def swap(self, task: Task) -> None:
        """Carry out one task whose temporary file, if it needs one, is staged.

        Raises:
            OSError: the file is as it was; the text says why (Unsafe: somebody edited it).
            StateError: the state could not be written.
        """
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
            self._staging.bring_in(Volume.move, task)
        except FileExistsError:
            if pass_log.name_of(self._vault.read(task.path)) != task.after:
                raise Unsafe("a file of that name was made meanwhile; it is kept") from None
        self._at("after-move", task.path)

    def _replace(self, task: Task) -> None:
        found = pass_log.name_of(self._vault.read(task.path))
        if found == task.after:
            return
        if found != task.before:
            raise Unsafe(EDITED)
        self._at("before-exchange", task.path)

        def is_before(text: bytes) -> bool:
            return pass_log.name_of(text) == task.before

        try:
            exchange = partial(Volume.exchange, expected=is_before)
            folder, name = self._staging.bring_in(exchange, task)
        except Changed:
            raise Unsafe(EDITED) from None
        self._at("after-exchange", task.path)
        displaced = read_at(folder, name)
        if pass_log.name_of(displaced) != task.before:
            self.put_back(task, folder, name, displaced)
            raise Unsafe(EDITED)
        self.brought_in.add(task.path)

    def put_back(self, task: Task, folder: int, name: str, displaced: bytes) -> None:
        """Restore a text that another program saved between our look and the exchange.

        Should yet another one be displaced by that, it is the newer and goes back in turn. Every
        one of them is saved first; `folder` and `name` are where the displaced file is now.

        Raises:
            Unsafe: the file was saved again and again; the error says where its last text is.
        """
        put = task.after
        for _ in range(PUT_BACKS):
            self._save(displaced, task.path)
            self._at("before-put-back", task.path)
            target_folder, target = self._vault.target(task.path)
            volume = volume_of(self._vault, folder)
            try:
                name = volume.exchange(folder, name, target_folder, target)
            except FileNotFoundError:
                # An editor that deletes and then renames is between the two.
                try:
                    volume.move(folder, name, target_folder, target)
                except FileExistsError:
                    continue
                return
            back = read_at(folder, name)
            if pass_log.name_of(back) == put:
                return
            put, displaced = pass_log.name_of(displaced), back
        self._save(displaced, task.path)
        raise Unsafe(f"{EDITED}, {PUT_BACKS} times on end; {self._whereabouts(displaced, name)}")

    def _whereabouts(self, displaced: bytes, name: str) -> str:
        """Return where a text is that could not be put back."""
        text = pass_log.name_of(displaced)
        if pass_log.is_saved(self._state, text):
            file = pass_log.file_of(self._state.saved, text)
            return f"the text that it had last is saved: {file}"
        return f"the text that it had last is in {TEMPORARY}/{name}"

    def _rename(self, task: Task) -> None:
        assert task.target is not None
        if self._moved_already(task, task.target):
            return
        target_folder, target = self._vault.target(task.target, make=True)
        folder, name = self._vault.target(task.path, trash=True)
        if casefold_nfc(target) != casefold_nfc(name) or target_folder != folder:
            self._staging.check_free(task.target)
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
        folder, name = self._vault.target(task.path)
        trash, _ = self._vault.target(task.target, make=True, trash=True)
        self._at("before-move", task.path)
        for target in trash_names(task.target):
            if self._move(folder, name, trash, target.rpartition("/")[2]):
                task.target = target
                break
        self._at("after-move", task.path)
        moved = self._vault.read(task.target)
        if pass_log.name_of(moved) != task.before:
            self._untrash(task, moved)
            raise Unsafe(EDITED)

    def _move(self, folder: int, name: str, target_folder: int, target: str) -> bool:
        """Move a file to a free name. Return False if another file has it."""
        try:
            volume_of(self._vault, folder).move(folder, name, target_folder, target)
        except FileExistsError:
            if not same_file(folder, name, target_folder, target):
                return False
            if current.files.status_at(folder, name).st_nlink > 1:
                # Killed between the two halves of a move by hard link.
                current.files.remove(folder, name)
            else:
                # One file under both names: the file system does not tell case apart.
                current.files.rename(folder, name, target_folder, target)
        return True

    def _trashed_already(self, task: Task) -> None:
        """Find a file that we moved to the trash before a crash. Raise Unsafe if we did not."""
        assert task.target is not None
        for target in trash_names(task.target):
            there = self._vault.holds(target)
            if there is None:
                raise Unsafe(GONE)
            if pass_log.name_of(there) == task.before:
                task.target = target
                return
            if self._again and target == task.target:
                # The name was free when the journal was written: killed before we looked at it.
                self._untrash(task, there)
                raise Unsafe(EDITED)

    def _untrash(self, task: Task, moved: bytes) -> None:
        """Move an edit back that went into the trash, unless its place has been taken since."""
        assert task.target is not None
        self._save(moved, task.path)
        trash, target = self._vault.target(task.target, trash=True)
        folder, name = self._vault.target(task.path)
        try:
            volume_of(self._vault, trash).move(trash, target, folder, name)
        except FileExistsError:
            return

    def _moved_already(self, task: Task, target: RelPath) -> bool:
        """Return True if the move was made before a crash. Raise Unsafe if nothing is to move."""
        found = self._vault.holds(task.path)
        if found is None:
            there = self._vault.holds(target)
            if there is not None and pass_log.name_of(there) == task.before:
                return True
            raise Unsafe(GONE)
        if pass_log.name_of(found) != task.before:
            raise Unsafe(EDITED)
        return False

    def _save(self, content: bytes, path: RelPath) -> None:
        """Save a displaced text. If that fails it is still in the vault, and not removed there."""
        with suppress(OSError, StateError):
            pass_log.save_text(self._state, content, path, self._pass.id, "displaced")
