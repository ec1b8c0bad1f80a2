"""The records of all files as they are now, over the memory that they are from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vault_sync.core.model.plan import BaseUpdate
from vault_sync.core.model.values import Key, RelPath
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.memory import NOTES, Memory, keys_in
from vault_sync.sync.observation.file_record import File


class Overlay:
    """Records of files, changed without changing the memory that they are from.

    `changed` are the records that are others, None of a file that is gone.
    """

    def __init__(
        self, memory: Memory, changed: Mapping[RelPath, File | None] | None = None
    ) -> None:
        self.memory = memory
        self.names = memory.names.with_moved({}, memory.last.otherwise)
        self.changed: dict[RelPath, File | None] = dict(changed or {})

    def move(self, gone: Iterable[RelPath], come: Iterable[RelPath]) -> None:
        """Change the names: of files that are no more, and of new ones."""
        self.names = self.names.with_moved(dict.fromkeys(gone), come)

    def get(self, path: RelPath) -> File | None:
        """Return the record of a file; None if it is not there."""
        return self.changed[path] if path in self.changed else self.memory.get(path)

    def has(self, path: RelPath) -> bool:
        """Return True for a file that is there."""
        if path in self.changed:
            return self.changed[path] is not None
        return path in self.memory.stats

    def keys_at(self, path: RelPath) -> list[Key]:
        """Return the papers that a file is about."""
        file = self.get(path)
        return keys_in(file) if file is not None else []

    def files_about(self, key: Key) -> set[RelPath]:
        """Return the files about a paper."""
        paths = set(self.memory.find(index.about(key))) - self.changed.keys()
        return paths | {path for path in self.changed if key in self.keys_at(path)}

    def naming(self, point: str) -> set[RelPath]:
        """Return the files that name something that may come or go (`File.points`)."""
        paths = set(self.memory.find(index.naming(point))) - self.changed.keys()
        return paths | {
            path
            for path, file in self.changed.items()
            if file is not None and point in file.points.split("\n")
        }

    def notes_of(self, key: Key) -> list[RelPath]:
        """Return the files that are notes of a paper, or of a title (`identity.TITLE`)."""
        files = sorted(self.files_about(key))
        return [path for path in files if (file := self.get(path)) and file.kind != "digest"]

    def note_of(self, key: Key) -> RelPath | None:
        """Return the one note of a paper; if there is none, its one plain note."""
        files = {path: file for path in self.files_about(key) if (file := self.get(path))}
        for kind in NOTES:
            paths = [path for path, file in files.items() if file.kind == kind]
            if len(paths) == 1:
                return paths[0]
        return None

    def has_notes(self, key: Key) -> bool:
        """Return True for a paper with several notes, of which its entries may choose one."""
        kinds = [file.kind for path in self.files_about(key) if (file := self.get(path))]
        return kinds.count("note") > 1


def namers_after(
    namers: Mapping[Key, tuple[Key, ...]], base_updates: Iterable[BaseUpdate]
) -> dict[Key, tuple[Key, ...]]:
    """Return the papers that each paper names, as the base has it after some updates."""
    after = dict(namers)
    for base_update in base_updates:
        for row in base_update.drop:
            if row.field == "mentions":
                after.pop(row.key, None)
        for row, value in base_update.put.items():
            if row.field == "mentions":
                after[row.key] = tuple(map(Key, value))
    return {key: named for key, named in after.items() if named}
