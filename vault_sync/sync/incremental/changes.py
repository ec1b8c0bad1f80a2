"""The files that are not as they were, and those that came or went."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import compress
from operator import ne
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from vault_sync.core.model.base import Base
from vault_sync.core.model.paths import stem_of
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.naming.copy_names import certain, possible
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.snapshot import Snapshot
from vault_sync.edge.config import Config
from vault_sync.edge.fs.reader import read_all
from vault_sync.edge.fs.scan import Scan, Stat, stat_of
from vault_sync.edge.platform import current
from vault_sync.edge.state.schema import as_bytes, encode
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.file_record import File, believable, looks_delivered, mark_of
from vault_sync.sync.incremental.identity import OTHER, called
from vault_sync.sync.incremental.memory import MANY, Memory
from vault_sync.sync.observation import snapshot_of


def stats_of(root: Path, paths: Iterable[RelPath]) -> dict[RelPath, Stat | None] | None:
    """Return the stats of some files, None for one that is gone; None if one is no plain file."""
    found: dict[RelPath, Stat | None] = {}
    for path in paths:
        try:
            seen = current.files.status(root / path)
        except FileNotFoundError:
            found[path] = None
            continue
        except OSError:
            return None
        if not S_ISREG(seen.st_mode):
            return None
        found[path] = stat_of(seen)
    return found


def suspects(memory: Memory, found: Scan) -> dict[RelPath, Stat | None] | None:
    """Return the files that are not as they were, None for one that is gone.

    None if that cannot be known: a folder may hide files.
    """
    known, files = memory.stats(), found.files
    others = compress(files, map(ne, files.values(), map(known.get, files)))
    changed: dict[RelPath, Stat | None] = {path: files[path] for path in others}
    gone = known.keys() - files.keys()
    if gone and any(each.level == "problem" for each in found.problems):
        return None
    return changed | dict.fromkeys(gone)


def was_brought(was: File, now: File, stat: Stat | None) -> bool:
    """Return True if a text came from another device: what it lacks is for a whole pass."""
    return now.mark != was.mark and stat is not None and looks_delivered(stat)


class Moves(NamedTuple):
    """The names after files came and went, and what is known of these files.

    `new` are files about no paper, `renamed` the notes that are there under another path, each with
    the one that it had.
    """

    names: LinkResolver
    new: dict[RelPath, File]
    renamed: dict[RelPath, RelPath]


def moves(
    config: Config,
    state: StateStore,
    memory: Memory,
    come: Mapping[RelPath, Stat],
    gone: Collection[RelPath],
    read_at: int,
) -> Moves | None:
    """Return what the files are that came and went; None if one may matter to any paper.

    One matters to none that is about no paper, if no link leads to it by its name, before or after;
    and a note that was renamed to those whose links lead there, if none waited for its new name.
    """
    files = memory.files
    both = [*gone, *sorted(come)]
    if not memory.came.calm or len(both) > MANY or RelPath(config.rules.conflicts_note) in both:
        return None
    if any(certain(path) or possible(path, files.keys()) for path in come):
        return None  # the file that it is a copy of may be another device's now
    told = {RelPath(each.path) for each in memory.came.problems}
    if any(files[path].kind not in {"other", "note"} or path in told for path in gone):
        return None
    names = memory.names.with_moved(dict.fromkeys(gone))
    for path in sorted(come):
        if names.resolve(stem_of(path), path):
            return None
        names = names.with_moved({}, [path])
    found = _read(config, come, names, read_at)
    renamed = None if found is None else _renamed(memory, found[1], gone)
    if found is None or renamed is None:
        return None
    same = {new for new, old in renamed.items() if called(new) == called(old)}
    plain = [path for path in both if path not in same and path not in renamed.values()]
    if memory.naming({called(path) for path in plain}) or _were_notes(state, plain):
        return None
    new = {path: file for path, file in found[0].items() if path not in renamed}
    return Moves(names, new, renamed)


def _renamed(
    memory: Memory, found: Snapshot, gone: Collection[RelPath]
) -> dict[RelPath, RelPath] | None:
    """Return the notes that came, each with its old path; None if they are not those that went."""
    went = {path for path in gone if memory.files[path].kind == "note"}
    renamed: dict[RelPath, RelPath] = {}
    for key, paths in found.managed.items():
        old = memory.notes.get(key, ())
        if len(paths) != 1 or len(old) != 1:
            return None
        renamed[paths[0]] = old[0]
    return renamed if set(renamed.values()) == went else None


def _were_notes(state: StateStore, paths: Iterable[RelPath]) -> bool:
    """Return True if the base has one of these as a paper's note, whatever its text is."""
    known = "SELECT 1 FROM stands WHERE field = 'note' AND value = ? LIMIT 1"
    return any(state.select(known, encode(path)) for path in paths)


def _read(
    config: Config, come: Mapping[RelPath, Stat], names: LinkResolver, read_at: int
) -> tuple[dict[RelPath, File], Snapshot] | None:
    """Read files that came, if they are notes or about no paper."""
    texts: dict[RelPath, str] = {}
    files: dict[RelPath, File] = {}
    for path, text in read_all(config.root, sorted(come)):
        if isinstance(text, Problem):
            return None
        texts[path] = text
        mark = mark_of(as_bytes(text))
        files[path] = File(believable(come[path], read_at), mark, *OTHER, settled=True)
    found = snapshot_of(texts, names, config.rules, Base())
    concerned = (
        (found.digests or found.recognitions)
        or (found.locked or found.locked_keys)
        or found.problems
    )
    return None if concerned else (files, found)
