"""The memory of a vault between two passes, in the index or in a daemon."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import partial

from vault_sync.core.model.plan import Plan
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.edge.config import Config
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.file_record import File
from vault_sync.sync.incremental import files as terms
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.files import Files
from vault_sync.sync.incremental.index import Came
from vault_sync.sync.incremental.lazy_mapping import Asked
from vault_sync.sync.incremental.unchanged import Walk, stamp_of

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
    others: MutableMapping[Key, RelPath] = field(default_factory=dict)
    names: LinkResolver = field(default_factory=lambda: LinkResolver.from_paths(()))

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
        for key, paths in self.notes.items():
            if (other := _single(self.files, paths)) is not None:
                self.others[key] = other

    def _ask(self, files: Files) -> None:
        """Find all of this on demand only: of most papers nothing is ever needed."""

        def about(key: Key, *, digest: bool) -> tuple[RelPath, ...] | None:
            paths = files.find(terms.about(key))
            return tuple(path for path in paths if (files[path].kind == "digest") == digest)

        self.names = LinkResolver(Asked(lambda name: files.find(terms.called(name)) or None))
        self.open = set(files.open)
        self.notes = Asked(partial(about, digest=False))
        self.digests = Asked(partial(about, digest=True))
        self.others = Asked(lambda key: _single(self.files, self.notes.get(key, ())))

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
        return naming_in(files, wanted, files)

    def about(self, path: RelPath) -> Key | None:
        """Return the paper of `others` that a file is the note of."""
        file = self.files.get(path)
        about = keys_in(file) if file is not None and file.kind in NOTES else ()
        key = next(iter(about), None)
        return key if key is not None and self.others.get(key) == path else None

    def is_note(self, path: RelPath) -> bool:
        return path in self.files and self.files[path].kind in {"note", "plain"}

    def is_digest(self, path: RelPath) -> bool:
        return path in self.files and self.files[path].kind == "digest"

    def drop(self, path: RelPath) -> None:
        """Forget a file that is gone, and is no digest."""
        for key in keys_in(self.files.pop(path)):
            self.notes[key] = tuple(other for other in self.notes[key] if other != path)
            if self.others.get(key) == path:
                del self.others[key]
        self.names = self.names.with_moved({path: None})

    def keep(self, path: RelPath, file: File) -> None:
        """Remember a file as it is now: a new one, or one that was known as the same kind."""
        was = self.files.get(path)
        self.files[path] = file
        if was is None:
            self.names = self.names.with_moved({}, [path])
        before = set(keys_in(was)) if was else set()
        now = set(keys_in(file))
        by_key = self.digests if file.kind == "digest" else self.notes
        for key in before - now:
            by_key[key] = tuple(other for other in by_key[key] if other != path)
        for key in now - before:
            by_key[key] = (*by_key.get(key, ()), path)
            if file.kind == "note":
                self.others[key] = path


@dataclass(slots=True)
class Mind:
    """A daemon's memory between its passes; `problems` are those of the last walk."""

    memory: Memory | None = None
    problems: tuple[Problem, ...] = ()


NOTES = ("note", "plain")


def _single(files: Mapping[RelPath, File], paths: Iterable[RelPath]) -> RelPath | None:
    """Return the one note among the files about a paper; if there is none, the one plain note."""
    for kind in NOTES:
        found = [path for path in paths if files[path].kind == kind]
        if len(found) == 1:
            return found[0]
    return None


def naming_in(
    files: Mapping[RelPath, File], wanted: Collection[str], paths: Iterable[RelPath]
) -> set[RelPath]:
    return {
        path
        for path in paths
        if (points := files[path].points) and not set(points.split("\n")).isdisjoint(wanted)
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


def plan_of(came: Came) -> Plan:
    """Return the plan of a pass that finds everything as it was, and nothing left to do."""
    return Plan(
        conflicts=came.conflicts,
        problems=came.problems,
        digests=came.digests,
        entries=came.entries,
        notes=came.notes,
        wanted=came.wanted,
        named=came.named,
        apart=came.apart,
    )
