"""The memory of a vault between two passes, in the index or in a daemon."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import partial

from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.edge.config import Config
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.incremental import files as terms
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.files import Files
from vault_sync.sync.incremental.index import Came
from vault_sync.sync.incremental.lazy_mapping import Asked
from vault_sync.sync.incremental.unchanged import Walk, stamp_of
from vault_sync.sync.observation.file_record import File

MANY = 200
"""From this many changed files on the whole vault is looked at: it costs no more."""


@dataclass(slots=True)
class Memory:
    """The memory of a vault between two passes, in the index or in a daemon."""

    stamp: str
    came: Came
    files: MutableMapping[RelPath, File]
    open: set[RelPath] = field(default_factory=set)
    notes: MutableMapping[Key, tuple[RelPath, ...]] = field(default_factory=dict)
    digests: MutableMapping[Key, tuple[RelPath, ...]] = field(default_factory=dict)
    names: LinkResolver = field(default_factory=lambda: LinkResolver.from_paths(()))
    points: dict[str, set[RelPath]] | None = None
    """The files that named something once, where all of them are in memory."""

    def __post_init__(self) -> None:
        if isinstance(self.files, Files):
            self._ask(self.files)
            return
        self.names = LinkResolver.from_paths(self.files)
        self.open = {path for path, file in self.files.items() if not file.settled}
        for path, file in self.files.items():
            if file.kind == "other":
                continue
            by_key = self.digests if file.kind == "digest" else self.notes
            for key in keys_in(file):
                by_key[key] = (*by_key.get(key, ()), path)

    def _ask(self, files: Files) -> None:
        """Find all of this on demand only: of most papers nothing is ever needed."""

        def about(key: Key, *, digest: bool) -> tuple[RelPath, ...] | None:
            paths = files.find(terms.about(key))
            return tuple(path for path in paths if (files[path].kind == "digest") == digest)

        self.names = LinkResolver(Asked(lambda name: files.find(terms.called(name)) or None))
        self.open = set(files.open)
        self.notes = Asked(partial(about, digest=False))
        self.digests = Asked(partial(about, digest=True))

    def stats(self) -> Mapping[RelPath, tuple[int, ...]]:
        """Return the stat that every file had (`Stat`)."""
        if isinstance(self.files, Files):
            return self.files.stats
        return {path: file.stat for path, file in self.files.items()}

    def naming(self, points: Iterable[str]) -> set[RelPath]:
        """Return the files that name one of these (`File.points`)."""
        wanted, files = frozenset(points), self.files
        if isinstance(files, Files):
            asked = {path for point in wanted for path in files.find(terms.naming(point))}
            return naming_in(files, wanted, asked | files.changed)
        if self.points is None:
            self.points = {}
            for path, file in files.items():
                self._point(path, file)
        paths = {path for point in wanted for path in self.points.get(point, ())}
        return naming_in(files, wanted, paths)

    def _point(self, path: RelPath, file: File) -> None:
        if self.points is not None and file.points:
            for point in file.points.split("\n"):
                self.points.setdefault(point, set()).add(path)

    def drop(self, path: RelPath) -> None:
        """Forget a file that is gone."""
        file = self.files.pop(path)
        self._about_no_more(path, file.kind, keys_in(file))
        self.names = self.names.with_moved({path: None})

    def keep(self, path: RelPath, file: File) -> None:
        """Remember a file as it is now."""
        was = self.files.get(path)
        if was is None:
            self.names = self.names.with_moved({}, [path])
        elif was[2:4] != file[2:4]:
            self._about_no_more(path, was.kind, keys_in(was))
        self.files[path] = file
        self._point(path, file)
        by_key = self.digests if file.kind == "digest" else self.notes
        for key in keys_in(file):
            if path not in by_key.get(key, ()):
                by_key[key] = (*by_key.get(key, ()), path)

    def _about_no_more(self, path: RelPath, kind: str, keys: Iterable[Key]) -> None:
        by_key = self.digests if kind == "digest" else self.notes
        for key in keys:
            by_key[key] = tuple(other for other in by_key.get(key, ()) if other != path)


@dataclass(slots=True)
class Mind:
    """A daemon's memory between its passes; `problems` are those of the last walk."""

    memory: Memory | None = None
    problems: tuple[Problem, ...] = ()


NOTES = ("note", "plain")


def naming_in(
    files: Mapping[RelPath, File], wanted: Collection[str], paths: Iterable[RelPath]
) -> set[RelPath]:
    return {
        path
        for path in paths
        if path in files
        and (points := files[path].points)
        and not set(points.split("\n")).isdisjoint(wanted)
    }


def keys_in(file: File) -> list[Key]:
    return [Key(key) for key in file.keys.split("\n")] if file.keys else []


def recall(
    config: Config, state: StateStore, *, whole: bool = True, walk: Walk | None = None
) -> Memory | None:
    """Read the memory that the index stores; None if it is not to be trusted.

    Not `whole`: it is unpacked on demand, for one pass that needs little of it. `walk` was made
    just before.
    """
    stamp = stamp_of(config, state)
    if stamp is None:
        return None
    path, kept = index.path_of(state), walk.kept if walk is not None else None
    found = index.load(path, stamp) if whole else index.known(path, stamp, kept)
    return None if found is None else Memory(stamp, *found)
