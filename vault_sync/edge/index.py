"""The cached index: what was read of every file, and what came of the pass that read it.

An SQLite file of its own beside the state. It is only ever a cache: whatever is wrong with it (of
another vault, configuration or version, damaged, older than the base) makes it count as not being
there, and the vault is read again. Every row stands by its checksum, so it is not synced: what a
power cut leaves of it is either whole or refused.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from vault_sync.core.model import Key, Problem, RelPath
from vault_sync.core.plan import Conflict
from vault_sync.edge.config import Config
from vault_sync.edge.state import State
from vault_sync.edge.tables import bound, unbound
from vault_sync.edge.walk import Stat

FORMAT = 3
GRAIN = 20_000_000
"""Nanoseconds that a file system's clock may stand still: a jiffy is at most 10 ms."""
COARSE = 2_000_000_000
"""The same where times are whole seconds (FAT counts in twos)."""

UNKNOWN = Stat(-1, 0, 0, 0)
"""Equal to no file's: the file is read again."""

_TABLES = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE file(path PRIMARY KEY, size INTEGER, mtime_ns INTEGER, ctime_ns INTEGER,
                  inode INTEGER, mark BLOB, kind TEXT, keys TEXT, ties TEXT, points TEXT,
                  settled INTEGER, sum INTEGER NOT NULL) WITHOUT ROWID;
"""


class File(NamedTuple):
    """One file as it was read.

    `mark` is the hash of its bytes. `kind` is "note" (managed), "plain", "digest" or "other",
    `keys` are the papers it is about and `ties` the links by which it is tied to others, both in
    its order, one a line: its identity, apart from all that its texts say. `points` is what it
    names that another file could come to be, or cease to be, one a line: keys that its commentaries
    name, and folded names after `[[` of what they and the lists of links link to, and of ties that
    do not lead from note to digest or from digest to note.
    `settled`: the last pass had nothing to do there.
    """

    stat: Stat
    mark: bytes
    kind: str
    keys: str
    ties: str
    points: str
    settled: bool


@dataclass(frozen=True, slots=True)
class Came:
    """What came of the pass.

    `calm`: nothing is held or open, so that papers may be looked at one by one. `final`: all it
    had to do is in files that are not `settled`. `lacking` are the papers without their facts,
    `facts` the mark of what was known of those, `namers` which papers name which.
    """

    digests: int
    entries: int
    notes: int
    problems: tuple[Problem, ...]
    conflicts: tuple[Conflict, ...]
    calm: bool
    final: bool
    lacking: tuple[Key, ...]
    facts: str
    wanted: tuple[Key, ...]
    namers: Mapping[Key, tuple[Key, ...]]


def mark_of(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()


def believable(stat: Stat, read_at: int) -> Stat:
    """A file's stat, UNKNOWN if it could change again under it after `read_at` (ns, Unix time)."""
    last = max(stat.mtime_ns, stat.ctime_ns)
    grain = COARSE if stat.mtime_ns % 1_000_000_000 == 0 else GRAIN
    return stat if last < read_at - grain else UNKNOWN


def path_of(state: State) -> Path:
    return state.directory / "index.sqlite"


def stamp_of(config: Config, state: State, version: str) -> str | None:
    """What an index must have been made under; None where nothing is to be believed.

    The program's version, configuration, the vault's folder, and the state as the pass left it:
    whatever changes the base changes this.
    """
    base = state.stamp()
    if base is None:
        return None
    try:
        root = config.root.stat()
    except OSError:
        return None
    rules = blake2b(repr((config.rules, config.arxiv)).encode("utf-8", "surrogateescape"))
    return json.dumps(
        [FORMAT, version, rules.hexdigest(), str(config.root), root.st_dev, root.st_ino, base]
    )


def facts_cache(state: State) -> Path:
    """Where the facts are that were asked for; shared by all vaults of this machine."""
    return state.directory.parent / "arxiv.sqlite"


def facts_stamp(config: Config, state: State) -> str:
    """What tells whether more may be known of a paper than before, with nobody asked."""
    cache = facts_cache(state)
    paths = [cache, cache.with_name(f"{cache.name}-wal")]
    if config.arxiv.snapshot:
        paths.append(config.root / config.arxiv.snapshot)
    stamps = []
    for path in paths:
        try:
            seen = path.stat()
            stamps.append((seen.st_size, seen.st_mtime_ns, seen.st_ino))
        except OSError:
            stamps.append((0, 0, 0))
    return json.dumps(stamps)


# Reading


def glance(path: Path, stamp: str, files: Mapping[RelPath, Stat]) -> Came | None:
    """What came of the last pass, if every file is as it was then and nothing was left to do."""
    try:
        with closing(_opened(path)) as connection:
            came = _came(connection, stamp)
            if came is None or not came.final:
                return None
            rows = connection.execute(
                "SELECT path, size, mtime_ns, ctime_ns, inode FROM file WHERE settled"
            )
            known = {unbound(row[0]): row[1:] for row in rows}
    except (sqlite3.Error, ValueError, TypeError, KeyError):
        return None
    return came if known == files else None


def load(path: Path, stamp: str) -> tuple[Came, dict[RelPath, File]] | None:
    """All that is known; None if it is not to be believed."""
    try:
        with closing(_opened(path)) as connection:
            came = _came(connection, stamp)
            if came is None:
                return None
            files = {}
            for row in connection.execute("SELECT * FROM file"):
                if _sum(row[:-1]) != row[-1]:
                    return None
                name, size, mtime, ctime, inode, mark, kind, keys, ties, points, settled, _ = row
                stat = Stat(size, mtime, ctime, inode)
                files[RelPath(unbound(name))] = File(
                    stat, mark, kind, keys, unbound(ties), unbound(points), bool(settled)
                )
            return came, files
    except (sqlite3.Error, ValueError, TypeError, KeyError):
        return None


def _opened(path: Path) -> sqlite3.Connection:
    name = quote(os.fsencode(path))
    return sqlite3.connect(f"file:{name}?mode=ro", uri=True, isolation_level=None)


def _came(connection: sqlite3.Connection, stamp: str) -> Came | None:
    meta = dict(connection.execute("SELECT name, value FROM meta"))
    said = meta.get("came", "")
    if meta.get("stamp") != stamp or meta.get("sum") != _mark(stamp, said):
        return None
    read: dict[str, Any] = json.loads(said)
    for name, kind in (("problems", Problem), ("conflicts", Conflict)):
        read[name] = tuple(kind(**each) for each in read[name])
    for name in ("lacking", "wanted"):
        read[name] = tuple(read[name])
    read["namers"] = {key: tuple(named) for key, named in read["namers"].items()}
    return Came(**read)


def _mark(*texts: str) -> str:
    return blake2b("\0".join(texts).encode("utf-8", "surrogateescape")).hexdigest()


def _sum(row: Iterable[object]) -> int:
    return zlib.crc32(repr(tuple(row)).encode("utf-8", "surrogateescape"))


# Writing


def save(
    path: Path, stamp: str, came: Came, files: Mapping[RelPath, File | None], *, beside: str = ""
) -> None:
    """Keep what is known of all files, or of these beside what is kept under another stamp.

    None: the file is gone.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("BEGIN IMMEDIATE")
            if beside:
                kept = connection.execute("SELECT value FROM meta WHERE name = 'stamp'").fetchone()
                if kept != (beside,):
                    raise sqlite3.DataError("that is not what these files were read beside")
            else:
                for table in ("meta", "file"):
                    connection.execute(f"DROP TABLE IF EXISTS {table}")
                for statement in filter(str.strip, _TABLES.split(";")):
                    connection.execute(statement)
            said = _said(came)
            connection.executemany(
                "REPLACE INTO meta VALUES (?, ?)",
                [("stamp", stamp), ("came", said), ("sum", _mark(stamp, said))],
            )
            connection.executemany(
                "REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_row(name, file) for name, file in sorted(files.items()) if file is not None],
            )
            connection.executemany(
                "DELETE FROM file WHERE path = ?",
                [(bound(name),) for name, file in files.items() if file is None],
            )
            connection.execute("COMMIT")
    except (sqlite3.Error, OSError):
        # A cache that cannot be kept costs time and nothing else.
        forget(path)


def _said(came: Came) -> str:
    flat = {each.name: getattr(came, each.name) for each in fields(came)}
    for name in ("problems", "conflicts"):
        flat[name] = [asdict(each) for each in flat[name]]
    return json.dumps(flat)


def forget(path: Path) -> None:
    """Take the index away; the next pass reads everything."""
    for suffix in ("", "-journal"):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink()


def _row(name: RelPath, file: File) -> tuple[object, ...]:
    said = (file.mark, file.kind, file.keys, bound(file.ties), bound(file.points))
    row = (bound(name), *file.stat, *said, int(file.settled))
    return (*row, _sum(row))
