"""The files that a pass over some papers reads, and what the base has of these papers."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import compress
from operator import ne
from pathlib import Path
from stat import S_ISREG

from vault_sync.core.model.values import Key, Problem, RelPath, folder_of
from vault_sync.core.naming.copy_names import certain, possible
from vault_sync.core.naming.globs import is_digest
from vault_sync.core.naming.note_names import bare_name
from vault_sync.core.report import conflicts_page
from vault_sync.core.text.encodings import as_bytes
from vault_sync.edge.config import Config
from vault_sync.edge.fs.scan import Scan, Stat, stat_of
from vault_sync.edge.fs.vault_dir import VaultDir, read_texts
from vault_sync.edge.platform.spelling import SpellingTest
from vault_sync.edge.state.base_table import (
    digests_with_text,
    papers_in,
    papers_noted,
    read_some,
)
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.incremental.identity import called
from vault_sync.sync.incremental.memory import MANY, Memory, Overlay, TakesWholePass
from vault_sync.sync.observation.file_record import (
    NEW,
    UNKNOWN,
    File,
    believable,
    looks_delivered,
    mark_of,
    seconds_at_rest,
)


class PartReading:
    """The files read, beside the records of all others, and rows of the base.

    `changed` are the files that are not as they were or were left open by the last pass, `gone`
    those that went, `read` the records of all files read; of `same` only the stats have changed.
    `otherwise` are names that are taken (`Scan`), `names_changed`
    those of them that are new, or no more. `rows_of` gives the base's rows of a paper, `papers_in`
    the papers that it has in a digest, `noted_at` those whose notes it has at some paths.
    """

    def __init__(
        self,
        config: Config,
        state: StateStore,
        memory: Memory,
        stats: Mapping[RelPath, Stat | None],
        otherwise: tuple[RelPath, ...],
    ) -> None:
        self.config, self.state, self.memory = config, state, memory
        self.read_at = time.time_ns()
        self.stats = {path: stat for path, stat in stats.items() if stat is not None}
        self.otherwise = otherwise
        self.names_changed = sorted(set(otherwise) ^ set(memory.last.otherwise))
        self.gone = {path for path in stats if stats[path] is None and path in memory.stats}
        self.before, self.now = Overlay(memory), Overlay(memory)
        self.texts: dict[RelPath, str] = {}
        self.read: dict[RelPath, File] = {}
        self.same: dict[RelPath, File] = {}
        self.changed: set[RelPath] = set()
        select = state.select
        self.rows_of = cache(lambda key: read_some(select, [key], ()))
        self.papers_in = cache(lambda digest: papers_in(select, digest))
        self.noted_at = cache(lambda *paths: papers_noted(select, paths) if paths else set[Key]())
        self._is_digest = is_digest(config.rules)

    def start(self) -> None:
        """Read the files that may have changed.

        Of those that have not, no text is kept: after `rebuild` or a checkout that is every file.

        Raises:
            TakesWholePass: one cannot be read, many have changed, or another device is at work.
        """
        come = self.stats.keys() - self.memory.stats.keys()
        if len(come) + len(self.gone) > MANY:
            raise TakesWholePass("many files came or went")
        if copies := sorted(filter(self._may_be_copy, come)):
            # The file that it is a copy of may be another device's now.
            raise TakesWholePass(f"{copies[0]} may be the copy of another file")
        others = set(self.otherwise).intersection(self.names_changed)
        gone = self.gone.union(self.names_changed) - others
        self.now.move(sorted(gone), sorted(come | others))
        suspects = self.stats.keys() | self.memory.open.difference(self.gone)
        for path, text in read_texts(self.config.root, sorted(suspects)):
            was, now = self.before.get(path), self._record(path, _readable(text))
            if was is not None and now.mark == was.mark and not was.open and not self._is_put(path):
                self.same[path] = now
                continue
            if len(self.read) == MANY:
                raise TakesWholePass("many files changed")
            if self._was_brought(path, now):
                raise TakesWholePass(f"{path} was brought from another device")
            self.texts[path], self.read[path] = _readable(text), now
            self.changed.add(path)

    def _may_be_copy(self, path: RelPath) -> bool:
        name = certain(path)
        if name is not None:
            return name.certainty == "certain"
        # The other file may have come, or been renamed, just now too.
        return any(possible(path, paths) for paths in (self.memory.stats.keys(), self.stats.keys()))

    def _is_put(self, path: RelPath) -> bool:
        """Return True for a file about papers that looks as if it had been brought just now."""
        stat = self.stats.get(path)
        return stat is not None and looks_delivered(stat) and bool(self.before.keys_at(path))

    def _was_brought(self, path: RelPath, now: File) -> bool:
        """Return True if a text came from another device: what it lacks is for a whole pass."""
        stat, was = self.stats.get(path), self.before.get(path)
        moved = (self.before.get(gone) for gone in self.gone) if was is None else (was,)
        marks = {file.mark for file in moved if file is not None}
        return now.mark not in marks and stat is not None and looks_delivered(stat)

    def delivered(self) -> dict[RelPath, int]:
        """Return when each file read was put where it is that looks as if it had been brought."""
        stats = {path: self.stats.get(path, file.stat) for path, file in self.read.items()}
        return {path: stat.ctime_ns for path, stat in stats.items() if looks_delivered(stat)}

    def take(self, paths: Iterable[RelPath]) -> None:
        """Read more files.

        Raises:
            TakesWholePass: one cannot be read, or they are many.
        """
        new = sorted(set(paths) - self.texts.keys())
        if len(new) + len(self.texts) > 2 * MANY:
            raise TakesWholePass("what changed concerns many files")
        for path, text in read_texts(self.config.root, new):
            self.texts[path] = _readable(text)
            self.read[path] = self._record(path, self.texts[path])

    def _record(self, path: RelPath, text: str) -> File:
        was = self.before.get(path) or NEW
        mark = mark_of(as_bytes(text))
        # A file that was taken for unchanged and is not: its stat is of no use.
        stat = self.stats.get(path, was.stat if mark == was.mark else UNKNOWN)
        return was._replace(stat=believable(stat, self.read_at), mark=mark)

    def at_rest(self, paths: Iterable[RelPath]) -> dict[RelPath, float]:
        """Return the seconds since some files changed, as the reading began."""
        found = stats_of(self.config.root, paths).items()
        return {path: seconds_at_rest(stat, self.read_at) for path, stat in found if stat}

    def is_digest(self, path: RelPath) -> bool:
        """Return True for a digest."""
        file = self.now.get(path)
        return file is not None and file.kind == "digest"

    def may_be_digest(self, path: RelPath) -> bool:
        """Return True for a digest, and for a file that may prove to be one."""
        return self._is_digest(path) or self.is_digest(path)

    def newest(self) -> str:
        """Return the last path of a digest; "" for none."""
        newest = RelPath(self.memory.last.newest)
        if not self.is_digest(newest):
            digests = sorted(filter(self._is_digest, self.memory.stats), reverse=True)
            newest = next(filter(self.is_digest, digests), RelPath(""))
        return max((newest, *filter(self.is_digest, self.read)))

    def same_folder(self) -> bool:
        """Return True if a new digest goes to the folder to which it went before."""
        return folder_of(self.newest()) == folder_of(self.memory.last.newest)

    def conflicts_paths(self) -> list[RelPath]:
        """Return where files are that have a name of the conflicts note; if none, its first one."""
        paths = conflicts_page.paths(wanted := self.config.rules.conflicts_note)
        files, stats = self.memory.stats, self.stats
        named = (*self.memory.names.called(bare_name(wanted)), *stats)
        paths[:1] = {RelPath(wanted): 0} | dict.fromkeys(conflicts_page.spellings(wanted, named))
        return [path for path in paths if path in files or path in stats] or paths[:1]

    def conflicts_path(self) -> RelPath:
        """Return the path of the conflicts note, there or not."""
        there = {path: self.texts[path] for path in self.conflicts_paths() if path in self.texts}
        return conflicts_page.choose_path(self.config.rules.conflicts_note, there)

    def conflicts_text(self) -> str:
        """Return the conflicts note; "" where there is none."""
        return self.texts.get(self.conflicts_path(), "")

    def places_of(self, key: Key) -> set[RelPath]:
        """Return where the base has a paper's note, and the digests in which it has the paper.

        Raises:
            ValueError: a value in it is not what was written.
        """
        rows = self.rows_of(key)
        notes = {RelPath(str(value)) for row, value in rows.items() if row.field == "note"}
        return notes | {RelPath(row.digest) for row in rows if row.digest}

    def lost_digests(self) -> list[RelPath]:
        """Return the digests whose text the base has and that are not there."""
        return [path for path in digests_with_text(self.state.select) if not self.now.has(path)]

    def papers_at(self, path: RelPath) -> set[Key]:
        """Return all papers that a file is about, now and by the base.

        With them come those that name it and do not stand there.
        """
        naming = {key for each in self.now.naming(called(path)) for key in self.now.keys_at(each)}
        return {*self.now.keys_at(path), *self.noted_at(path), *self.papers_in(path), *naming}


def _readable(text: str | Problem) -> str:
    if isinstance(text, Problem):
        raise TakesWholePass(f"{text.path} cannot be read")
    return text


class TakesWalk(Exception):  # noqa: N818 - nothing fails, all stats are read
    """Change after which a file may be elsewhere, where no event has told of it yet."""


def stats_of(root: Path, paths: Iterable[RelPath]) -> dict[RelPath, Stat | None]:
    """Return the stats of some files, None for one that is gone.

    Raises:
        TakesWholePass: one is no plain file.
    """
    found: dict[RelPath, Stat | None] = {}
    spelling = SpellingTest(root)
    with VaultDir(root) as vault:
        for path in paths:
            try:
                seen = vault.stat(path)
                is_there = seen is not None and spelling.is_listed(path)
            except OSError as error:
                raise TakesWholePass(f"{path} cannot be looked at") from error
            if seen is None or not is_there:
                found[path] = None
                continue
            if not S_ISREG(seen.st_mode):
                raise TakesWholePass(f"{path} is no plain file")
            found[path] = stat_of(seen)
    return found


def suspects(memory: Memory, found: Scan) -> dict[RelPath, Stat | None]:
    """Return the files that are not as they were, None for one that is gone.

    Raises:
        TakesWholePass: that cannot be known, as a folder may hide files.
    """
    before, files = memory.stats, found.files
    others = compress(files, map(ne, files.values(), map(before.get, files)))
    changed: dict[RelPath, Stat | None] = {path: files[path] for path in others}
    gone = before.keys() - files.keys()
    if gone and any(each.level == "problem" for each in found.problems):
        raise TakesWholePass("a folder may hide files")
    return changed | dict.fromkeys(gone)
