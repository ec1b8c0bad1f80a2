"""The records of all files, as the cached index stores them: found by path, and by term."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping

from vault_sync.core.model.values import RelPath
from vault_sync.core.naming.note_names import bare_name
from vault_sync.sync.incremental.leaves import Leaves
from vault_sync.sync.observation.file_record import File, file_of


class Files(MutableMapping[RelPath, File]):
    """All files that are known, each unpacked when it is asked for.

    `stats` has all of their stats, `open` those with which the last pass was not done, `changed`
    those that were put here since and of which the terms say what they were.
    """

    def __init__(
        self,
        stats: dict[RelPath, tuple[int, ...]],
        open_: frozenset[RelPath],
        said: Leaves[list[str]],
        by_term: Leaves[list[str]],
    ) -> None:
        self.stats, self.open = stats, open_
        self._said, self._by_term = said, by_term
        self._read: dict[RelPath, File] = {}
        self.changed: set[RelPath] = set()

    def find(self, term: str) -> tuple[RelPath, ...]:
        """Return the files that were stored under a term (`terms`)."""
        paths = map(RelPath, self._by_term.get(term) or ())
        return tuple(path for path in paths if path in self.stats)

    def __getitem__(self, path: RelPath) -> File:
        found = self._read.get(path)
        if found is None:
            said = self._said.get(path) if path in self.stats else None
            if said is None:
                raise KeyError(path)
            settled = path not in self.open
            found = self._read[path] = file_of(self.stats[path], said, settled=settled)
        return found

    def __setitem__(self, path: RelPath, file: File) -> None:
        self._read[path], self.stats[path] = file, file.stat
        self.changed.add(path)

    def __delitem__(self, path: RelPath) -> None:
        del self.stats[path]
        self._read.pop(path, None)
        self.changed.discard(path)

    def __contains__(self, path: object) -> bool:
        return path in self.stats

    def __iter__(self) -> Iterator[RelPath]:
        return iter(self.stats)

    def __len__(self) -> int:
        return len(self.stats)


def terms(path: RelPath, file: File) -> list[str]:
    """Return the terms a file is found by: its name, the papers it is about, what it names."""
    found = [called(bare_name(path))]
    found += [about(key) for key in file.keys.split("\n") if key]
    found += [naming(point) for point in file.points.split("\n") if point]
    return list(dict.fromkeys(found))


def called(name: str) -> str:
    """Return the term of all files of one bare name (`note_names.bare_name`)."""
    return f"/{name}"


def about(key: str) -> str:
    """Return the term of all files about one paper."""
    return f"={key}"


def naming(point: str) -> str:
    """Return the term of all files that name something that may come or go (`File.points`)."""
    return f"?{point}"
