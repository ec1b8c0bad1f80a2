"""The cached index: a record of every file, and what came of the pass that read it.

An SQLite database of its own beside the state. It is only ever a cache: whatever is wrong with it
(of another vault, configuration or version, damaged, older than the base) makes it count as not
being there, and the vault is read again. A pass looks at the stats of all files, and at the
records of few. The sum of the whole stands in a file beside it, so nothing of it is synced: what a
power cut leaves is either whole or refused.
"""

from __future__ import annotations

import json
import os
import sqlite3
import struct
import zlib
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from vault_sync.core.model.plan import Apart, Conflict, Plan
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.naming.keys import KEY_RULES
from vault_sync.core.naming.note_names import bare_name
from vault_sync.edge.config import Config
from vault_sync.edge.fs.scan import Stat
from vault_sync.edge.platform import current
from vault_sync.edge.platform.values import file_number
from vault_sync.edge.state.places import open_there
from vault_sync.edge.state.schema import bound, unbound
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.observation.file_record import File

FORMAT = 12

_TABLES = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE stat(path PRIMARY KEY, size INTEGER, mtime_ns INTEGER, ctime_ns INTEGER,
                  inode INTEGER) WITHOUT ROWID;
CREATE TABLE file(path PRIMARY KEY, mark BLOB, kind TEXT, keys TEXT, points TEXT)
  WITHOUT ROWID;
CREATE TABLE term(term, path, PRIMARY KEY (term, path)) WITHOUT ROWID;
"""
# `meta` has the stats of all files in one piece, for they are looked at all together; `stat` has
# those that are others since, NULL for a file that is gone.
MOST_STATS = 1_000
"""From this many rows of `stat` on the piece of all stats is written anew."""

WRONG = (sqlite3.Error, struct.error, ValueError, TypeError, KeyError, OverflowError)
"""The errors of an index that is damaged, or cannot hold what it is given."""


class LastPass(NamedTuple):
    """The outcome of the last pass, as the index stores it.

    `plan` is that of a pass that finds everything as it was, and nothing left to do. `based`: there
    is a base, so that papers may be looked at one by one. `final`: all it had to do is in files
    that are `open`. `newest` is the last path of a digest ("" for none). `lacking` are the papers
    without their facts, `facts` the mark of what was known of those, `namers` which papers name
    which. `otherwise` are those of `Scan`.
    """

    plan: Plan
    based: bool
    final: bool
    lacking: tuple[Key, ...]
    facts: str
    namers: Mapping[Key, tuple[Key, ...]]
    newest: str = ""
    otherwise: tuple[RelPath, ...] = ()


def path_of(state: StateStore) -> Path:
    return state.directory / "index.sqlite"


def stamp_of(config: Config, state: StateStore, version: str) -> str | None:
    """Return the stamp that an index must bear; None where none is to be trusted.

    It holds the versions of key rules and program, the configuration, the vault's folder, and the
    state as the pass left it: whatever changes the base changes this.
    """
    base = state.stamp()
    if base is None:
        return None
    try:
        root = current.files.status(config.root, follow=True)
    except OSError:
        return None
    rules = blake2b(repr((config.rules, config.arxiv)).encode("utf-8", "surrogateescape"))
    return json.dumps(
        [
            FORMAT,
            KEY_RULES,
            version,
            rules.hexdigest(),
            str(config.root),
            root.st_dev,
            file_number(root),
            base,
        ]
    )


# Reading


class FileStats(NamedTuple):
    """The stats of all files in an index, and those open, without a record of any.

    `stamp` and `version` tell it from the index of another pass.
    """

    stamp: str
    version: str
    last: LastPass
    open: frozenset[RelPath]
    stats: dict[RelPath, tuple[int, ...]]

    def rests(self, files: Mapping[RelPath, Stat]) -> bool:
        """Return True if every file is as it was when a pass had nothing left to do."""
        left = self.open or self.last.plan.again
        return self.last.final and not left and self.stats == files


NOTHING = FileStats("", "", LastPass(Plan(), False, True, (), "", {}), frozenset(), {})
"""The contents of an index of no file, which no pass has left."""


def glance(path: Path, stamp: str) -> FileStats | None:
    """Read what there is about all files together; None if it is not to be trusted."""
    try:
        with closing(open_there(path, "mode=ro")) as connection:
            connection.execute("BEGIN")  # no other process writes between two of these
            return file_stats(connection, stamp)
    except WRONG:
        return None


def file_stats(
    connection: sqlite3.Connection, stamp: str, before: FileStats | None = None
) -> FileStats:
    """Read what there is about all files together; `before` if that is of the same pass.

    Raises:
        ValueError: the index bears another stamp.
        sqlite3.Error: it is damaged.
    """
    if before is not None and (before.stamp, before.version) == (stamp, version_of(connection)):
        return before
    meta, rows = _about_all(connection)
    if meta["stamp"] != stamp or meta["sum"] != _sum(meta, rows):
        raise ValueError("it was made under another stamp, or is damaged")
    stats = _unpacked(meta["stats"])
    for path, *numbers in rows:
        stats.pop(at := RelPath(unbound(path)), None)
        if numbers[0] is not None:
            stats[at] = tuple(numbers)
    paths = frozenset(map(RelPath, json.loads(meta["open"])))
    return FileStats(stamp, meta["version"], _last_pass(meta["last"]), paths, stats)


def _about_all(connection: sqlite3.Connection) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    meta = dict(connection.execute("SELECT name, value FROM meta"))
    return meta, connection.execute("SELECT * FROM stat").fetchall()


def _sum(meta: Mapping[str, Any], rows: Iterable[tuple[Any, ...]]) -> int:
    """Return the sum of what there is about all files together."""
    texts = repr((meta["stamp"], meta["version"], meta["last"], meta["open"], rows))
    return zlib.crc32(texts.encode("utf-8", "surrogatepass"), zlib.crc32(meta["stats"]))


def is_whole(path: Path) -> bool:
    """Return True if a database is byte for byte as it was written (3 GB/s).

    Raises:
        OSError: it cannot be read.
    """
    return _sum_path(path).read_text() == _file_sum(path)


def write_sum(path: Path) -> None:
    """Write the sum of a database beside it.

    Raises:
        OSError: it cannot be written.
    """
    _sum_path(path).write_text(_file_sum(path))


def _sum_path(path: Path) -> Path:
    return path.with_name(f"{path.name}-sum")


def _file_sum(path: Path) -> str:
    sum_, buffer = 0, memoryview(bytearray(1 << 18))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            sum_ = zlib.crc32(buffer[:count], sum_)
        return f"{file.tell()} {sum_}"


def version_of(connection: sqlite3.Connection) -> str:
    """Return the version of an index, by which two passes over it are told apart."""
    ((version,),) = connection.execute("SELECT value FROM meta WHERE name = 'version'")
    return str(version)


def _packed(stats: Mapping[RelPath, tuple[int, ...]]) -> bytes:
    """Return stats as bytes: a tuple of four numbers takes 0.2 us to read so, as a row 1 us."""
    numbers = [number for stat in stats.values() for number in stat]
    packed = struct.pack(f"<I{len(numbers)}q", len(stats), *numbers)
    return packed + "\0".join(stats).encode("utf-8", "surrogatepass")


def _unpacked(content: bytes) -> dict[RelPath, tuple[int, ...]]:
    count = int.from_bytes(content[:4], "little")
    each = iter(struct.unpack_from(f"<{4 * count}q", content, 4))
    names = content[4 + 32 * count :].decode("utf-8", "surrogatepass").split("\0")
    paths: Any = names if count else ()
    return dict(zip(paths, zip(*[each] * 4, strict=True), strict=True))


def _last_pass(text: str) -> LastPass:
    read: dict[str, Any] = json.loads(text)
    plan: dict[str, Any] = {name: tuple(value) for name, value in read.pop("plan").items()}
    for name, kind in (("problems", Problem), ("conflicts", Conflict), ("named", Problem)):
        plan[name] = tuple(kind(**each) for each in plan[name])
    plan["apart"] = tuple(Apart(*each) for each in plan["apart"])
    digests, entries, notes = plan.pop("counts")
    read["plan"] = Plan(digests=digests, entries=entries, notes=notes, **plan)
    for name in ("lacking", "otherwise"):
        read[name] = tuple(read[name])
    read["namers"] = {key: tuple(named) for key, named in read["namers"].items()}
    return LastPass(**read)


def _text_of(last: LastPass) -> str:
    plan = last.plan
    stored: dict[str, Any] = {name: getattr(plan, name) for name in ("wanted", "apart", "again")}
    stored["counts"] = (plan.digests, plan.entries, plan.notes)
    for name in ("problems", "conflicts", "named"):
        stored[name] = [each._asdict() for each in getattr(plan, name)]
    return json.dumps(last._asdict() | {"plan": stored})


# Writing


def create(path: Path) -> sqlite3.Connection:
    """Make an index of no file, over any that is there.

    Raises:
        sqlite3.Error: it cannot be stored.
    """
    forget(path)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN IMMEDIATE")
    for statement in filter(str.strip, _TABLES.split(";")):
        connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES ('version', ?)", (NOTHING.version,))
    _put_stats(connection, NOTHING.stats)
    connection.execute("COMMIT")
    return connection


def put(connection: sqlite3.Connection, files: Mapping[RelPath, File]) -> None:
    """Add the records of files that are not there, in a transaction of the caller's."""
    connection.executemany(
        "INSERT INTO file VALUES (?, ?, ?, ?, ?)",
        ((bound(path), file.mark, *map(bound, file[2:5])) for path, file in sorted(files.items())),
    )
    found = sorted((term, path) for path, file in files.items() for term in terms(path, file))
    connection.executemany(
        "INSERT INTO term VALUES (?, ?)", (tuple(map(bound, row)) for row in found)
    )


def take(connection: sqlite3.Connection, files: Mapping[RelPath, File]) -> None:
    """Take the records of files away that are there, in a transaction of the caller's."""
    connection.executemany("DELETE FROM file WHERE path = ?", ((bound(path),) for path in files))
    connection.executemany(
        "DELETE FROM term WHERE term = ? AND path = ?",
        ((bound(term), bound(path)) for path in files for term in terms(path, files[path])),
    )


def change_stats(
    connection: sqlite3.Connection,
    files: Collection[RelPath],
    stats: Mapping[RelPath, tuple[int, ...]],
) -> None:
    """Store the stats of some files, of all of which `stats` has those of now."""
    if len(files) >= MOST_STATS:
        _put_stats(connection, stats)
        return
    gone = (None,) * 4
    connection.executemany(
        "REPLACE INTO stat VALUES (?, ?, ?, ?, ?)",
        ((bound(path), *stats.get(path, gone)) for path in files),
    )
    ((count,),) = connection.execute("SELECT count(*) FROM stat")
    if count >= MOST_STATS:
        _put_stats(connection, stats)


def _put_stats(connection: sqlite3.Connection, stats: Mapping[RelPath, tuple[int, ...]]) -> None:
    connection.execute("DELETE FROM stat")
    connection.execute("REPLACE INTO meta VALUES ('stats', ?)", (_packed(stats),))


def finish(
    connection: sqlite3.Connection, stamp: str, last: LastPass, open_files: Iterable[RelPath]
) -> str:
    """Store the outcome of a pass and end the transaction; return the version of the index."""
    version = os.urandom(8).hex()
    texts = {"stamp": stamp, "version": version, "last": _text_of(last)}
    texts["open"] = json.dumps(sorted(open_files))
    connection.executemany("REPLACE INTO meta VALUES (?, ?)", texts.items())
    sum_ = _sum(*_about_all(connection))
    connection.execute("REPLACE INTO meta VALUES ('sum', ?)", (sum_,))
    connection.execute("COMMIT")
    return version


def forget(path: Path) -> None:
    """Take the index away; the next pass reads everything."""
    for suffix in ("", "-journal", "-sum"):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink()


# Terms by which a file is found


def terms(path: RelPath, file: File) -> set[str]:
    """Return the terms a file is found by: its name, the papers it is about, what it names."""
    keys = {about(key) for key in file.keys.split("\n") if key}
    return keys | {naming(each) for each in file.points.split("\n") if each} | {called(path)}


def called(path: RelPath) -> str:
    """Return the term of all files of one bare name (`note_names.bare_name`)."""
    return f"/{bare_name(path)}"


def about(key: str) -> str:
    """Return the term of all files about one paper."""
    return f"={key}"


def naming(point: str) -> str:
    """Return the term of all files that name something that may come or go (`File.points`)."""
    return f"?{point}"
