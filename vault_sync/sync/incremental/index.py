"""The cached index: what was read of every file, and what came of the pass that read it.

An SQLite file of its own beside the state. It is only ever a cache: whatever is wrong with it (of
another vault, configuration or version, damaged, older than the base) makes it count as not being
there, and the vault is read again. Every leaf of it (`leaves`) stands by its sum, so it is not
synced: what a power cut leaves of it is either whole or refused. Who asks about a few files unpacks
what is kept of those (`Files`); only their stats are looked at all together.
"""

from __future__ import annotations

import json
import os
import sqlite3
import struct
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, fields
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from vault_sync.core.model.plan import Apart, Conflict, Plan
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.naming.keys import KEY_RULES
from vault_sync.edge.config import Config
from vault_sync.edge.fs.scan import Stat
from vault_sync.edge.platform import current
from vault_sync.edge.platform.values import file_number
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.incremental.files import Files, terms
from vault_sync.sync.incremental.leaves import NUMBERS, TEXTS, Leaves, sums_for
from vault_sync.sync.observation.file_record import File, file_of, texts_of

FORMAT = 6


_TABLES = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE leaf(kind TEXT, number INTEGER, content BLOB NOT NULL, PRIMARY KEY (kind, number));
"""
_KINDS = {"stat": NUMBERS, "file": TEXTS, "term": TEXTS}
"""What is kept in leaves: of each path its stat, and the rest; of each term the paths it is for."""
_WRONG = (sqlite3.Error, struct.error, ValueError, TypeError, KeyError)


@dataclass(frozen=True, slots=True)
class Came:
    """The outcome of the pass, as the index stores it.

    `based`: there is a base, so that papers may be looked at one by one. `final`: all it had to do
    is in files that are not `settled`. `newest` is the last path of a digest ("" for none).
    `lacking` are the papers without their facts, `facts` the mark of what was known of those,
    `namers` which papers name which. `again` are those of `Plan`.
    """

    digests: int
    entries: int
    notes: int
    problems: tuple[Problem, ...]
    conflicts: tuple[Conflict, ...]
    based: bool
    final: bool
    lacking: tuple[Key, ...]
    facts: str
    wanted: tuple[Key, ...]
    namers: Mapping[Key, tuple[Key, ...]]
    newest: str = ""
    again: tuple[Key, ...] = ()
    named: tuple[Problem, ...] = ()
    apart: tuple[Apart, ...] = ()

    def plan(self) -> Plan:
        """Return the plan of a pass that finds everything as it was, and nothing left to do."""
        return Plan(
            conflicts=self.conflicts,
            problems=self.problems,
            digests=self.digests,
            entries=self.entries,
            notes=self.notes,
            wanted=self.wanted,
            named=self.named,
            apart=self.apart,
            again=self.again,
        )


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


@dataclass(frozen=True, slots=True)
class FileStats:
    """The stats of all files in an index, and those not done, without unpacking any.

    `sum` tells it from the index at another time.
    """

    sum: str
    came: Came
    open: frozenset[RelPath]
    stats: dict[RelPath, tuple[int, ...]]

    def rests(self, files: Mapping[RelPath, Stat]) -> bool:
        """Return True if every file is as it was when a pass had nothing left to do."""
        return self.came.final and not self.open and self.stats == files


def glance(path: Path, stamp: str) -> FileStats | None:
    """Read what is known of all files together; None if it is not to be trusted."""
    found = _read(path, stamp)
    return None if found is None else found[0]


def known(path: Path, stamp: str, kept: FileStats | None = None) -> tuple[Came, Files] | None:
    """Read all that is known, unpacked on demand; None if it is not to be trusted.

    `kept` is what a glance just before had found: it is not read twice.
    """
    found = _read(path, stamp, "file", "term", kept=kept)
    if found is None:
        return None
    kept, leaves = found
    try:
        for each in leaves.values():
            each.check()
    except _WRONG:
        return None
    return kept.came, Files(kept.stats, kept.open, leaves["file"], leaves["term"])


def load(path: Path, stamp: str) -> tuple[Came, dict[RelPath, File]] | None:
    """Read all that is known, unpacked; None if it is not to be trusted."""
    found = _read(path, stamp, "file")
    if found is None:
        return None
    kept, leaves = found
    try:
        files: dict[RelPath, File] = {}
        for each, said in leaves["file"].each():
            at = RelPath(each)
            files[at] = file_of(kept.stats.pop(at), said, settled=at not in kept.open)
        return kept.came, files
    except _WRONG:
        return None


def _read(
    path: Path, stamp: str, *kinds: str, kept: FileStats | None = None
) -> tuple[FileStats, dict[str, Leaves[Any]]] | None:
    try:
        with closing(_opened(path)) as connection:
            connection.execute("BEGIN")  # no other process writes between two of these
            meta = _meta(connection, stamp)
            if kept is None or kept.sum != meta.sum:
                stats: dict[Any, tuple[int, ...]] = _leaves(connection, meta, "stat").all()
                kept = FileStats(meta.sum, _came(meta.said), meta.open, stats)
            return kept, {kind: _leaves(connection, meta, kind) for kind in kinds}
    except _WRONG:
        return None


def _leaves(connection: sqlite3.Connection, meta: _Meta, kind: str) -> Leaves[Any]:
    query = "SELECT number, content FROM leaf WHERE kind = ?"
    rows: dict[int, bytes] = dict(connection.execute(query, (kind,)))
    return Leaves(_KINDS[kind], meta.sums[kind], lambda number: rows.get(number, b""))


def _opened(path: Path) -> sqlite3.Connection:
    name = quote(os.fsencode(path))
    return sqlite3.connect(f"file:{name}?mode=ro", uri=True, isolation_level=None)


class _Meta(NamedTuple):
    """`said` is a `Came` as it is kept; `open` the files that are not settled; sums by kind."""

    sum: str
    said: str
    open: frozenset[RelPath]
    sums: dict[str, list[int]]


def _meta(connection: sqlite3.Connection, stamp: str) -> _Meta:
    meta = dict(connection.execute("SELECT name, value FROM meta"))
    said, of_leaves = meta["came"], meta["leaves"]
    if meta["stamp"] != stamp or meta["sum"] != _mark(stamp, said, of_leaves):
        raise ValueError("it was made under another stamp, or is damaged")
    open_, sums = json.loads(of_leaves)
    return _Meta(meta["sum"], said, frozenset(map(RelPath, open_)), sums)


def _came(said: str) -> Came:
    read: dict[str, Any] = json.loads(said)
    for name, kind in (("problems", Problem), ("conflicts", Conflict), ("named", Problem)):
        read[name] = tuple(kind(**each) for each in read[name])
    read["apart"] = tuple(Apart(*each) for each in read["apart"])
    for name in ("lacking", "wanted", "again"):
        read[name] = tuple(read[name])
    read["namers"] = {key: tuple(named) for key, named in read["namers"].items()}
    return Came(**read)


def _mark(*texts: str) -> str:
    return blake2b("\0".join(texts).encode("utf-8", "surrogateescape")).hexdigest()


# Writing


def save(
    path: Path,
    stamp: str,
    came: Came,
    files: Mapping[RelPath, File | None],
    *,
    beside: str = "",
) -> None:
    """Store what is known of all files, or of these beside what is kept under another stamp.

    None stands for a file that is gone.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("BEGIN IMMEDIATE")
            if beside:
                meta = _meta(connection, beside)
            else:
                for table in ("meta", "leaf"):
                    connection.execute(f"DROP TABLE IF EXISTS {table}")
                for statement in filter(str.strip, _TABLES.split(";")):
                    connection.execute(statement)
                meta = _Meta("", "", frozenset(), {kind: sums_for(len(files)) for kind in _KINDS})
            open_ = _put(connection, meta, files)
            said, of_leaves = _said(came), json.dumps([sorted(open_), meta.sums])
            connection.executemany(
                "REPLACE INTO meta VALUES (?, ?)",
                [
                    ("stamp", stamp),
                    ("came", said),
                    ("leaves", of_leaves),
                    ("sum", _mark(stamp, said, of_leaves)),
                ],
            )
            connection.execute("COMMIT")
    except (*_WRONG, OSError):
        # A cache that cannot be kept costs time and nothing else.
        forget(path)


def _put(
    connection: sqlite3.Connection, meta: _Meta, files: Mapping[RelPath, File | None]
) -> set[RelPath]:
    """Change the leaves of some files, and the sums in `meta`; return the files open now."""

    def fetch(kind: str, number: int) -> bytes:
        query = "SELECT content FROM leaf WHERE kind = ? AND number = ?"
        row = connection.execute(query, (kind, number)).fetchone()
        return row[0] if row else b""

    leaves = {
        kind: Leaves[Any](codec, meta.sums[kind], partial(fetch, kind))
        for kind, codec in _KINDS.items()
    }
    if meta.sum:
        _change(leaves, files)
    else:
        _fill(leaves, {path: file for path, file in files.items() if file is not None})
    connection.executemany(
        "REPLACE INTO leaf VALUES (?, ?, ?)",
        ((kind, *leaf) for kind, each in leaves.items() for leaf in each.written()),
    )
    now_open = {path for path, file in files.items() if file is not None and not file.settled}
    return now_open | (meta.open - files.keys())


def _fill(leaves: Mapping[str, Leaves[Any]], files: Mapping[RelPath, File]) -> None:
    by_term: dict[str, list[RelPath]] = {}
    for path in sorted(files):
        for term in terms(path, files[path]):
            by_term.setdefault(term, []).append(path)
    leaves["stat"].fill((path, file.stat) for path, file in files.items())
    leaves["file"].fill((path, texts_of(file)) for path, file in files.items())
    leaves["term"].fill(by_term.items())


def _change(leaves: Mapping[str, Leaves[Any]], files: Mapping[RelPath, File | None]) -> None:
    for path, file in files.items():
        said, stat = leaves["file"].get(path), leaves["stat"].get(path)
        before = terms(path, file_of(stat, said, settled=True)) if stat and said else ()
        now = terms(path, file) if file else ()
        for term in {*before} ^ {*now}:
            known = {*(leaves["term"].get(term) or ())} ^ {path}
            leaves["term"].put(term, sorted(known) or None)
        leaves["stat"].put(path, file.stat if file else None)
        leaves["file"].put(path, texts_of(file) if file else None)


def _said(came: Came) -> str:
    flat = {each.name: getattr(came, each.name) for each in fields(came)}
    for name in ("problems", "conflicts", "named"):
        flat[name] = [asdict(each) for each in flat[name]]
    return json.dumps(flat)


def forget(path: Path) -> None:
    """Take the index away; the next pass reads everything."""
    for suffix in ("", "-journal"):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink()
