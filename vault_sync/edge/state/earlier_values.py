"""Earlier values of the base: which texts are old, and since when they count as old.

A text equal to an earlier value is deferred, not spread (docs/architecture.md, "Rules"). But
whoever types a sentence, and takes it back when a pass has seen it, means just that. So a value
that was replaced is `pending` while any file of its paper is under somebody's hands, and counts as
old only from the first pass in which they are all at rest. One that stands in the base is not old.

The values themselves are written down of a field that has changed: a copy is merged against one of
them (`core/model/base`). What nobody changed has the base's alone, which was there when this
device first saw the vault. A value of the base that no row has came by a pass that was killed:
nobody is known to have typed it.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from vault_sync.core.model.base import History, Origin, PastValue
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Key
from vault_sync.edge.state.schema import Select, bound, decode, encode, fingerprint, unbound

MOST_VALUES = 100
"""Values of one field that are written down."""


def is_old(select: Select, row: BaseKey, value: Value, typing: Collection[str]) -> bool:
    """Return True if the paper had `value` in this field earlier, in whatever digest then."""
    found = select(
        "SELECT digest, pending FROM history WHERE key = ? AND field = ? AND hash = ?",
        bound(row.key),
        bound(row.field),
        fingerprint(encode(value)),
    )
    return any(
        not recent or not _in_hand(select, bound(row.key), digest, typing)
        for digest, recent in found
    )


def hashes_by_row(select: Select) -> dict[BaseKey, set[str]]:
    """Return the sha256 of every earlier value of each row, in hex."""
    found: dict[BaseKey, set[str]] = {}
    for *row, hash_ in select("SELECT key, digest, field, hash FROM history"):
        found.setdefault(BaseKey(*map(unbound, row)), set()).add(hash_.hex())  # type: ignore[arg-type]
    return found


def forget(connection: sqlite3.Connection, put: Iterable[tuple[BaseKey, Value]]) -> None:
    """Forget that values are old which now stand, inside a transaction of the caller's."""
    if connection.execute("SELECT 1 FROM history LIMIT 1").fetchone() is None:
        return
    connection.executemany(
        "DELETE FROM history WHERE key = ? AND field = ? AND hash = ?",
        ((bound(row.key), bound(row.field), fingerprint(encode(value))) for row, value in put),
    )


def come_to_rest(select: Select, typing: Collection[str]) -> list[tuple[Any, Any]]:
    """Return key and digest of every pending value whose files nobody is typing in."""
    return [
        (key, digest)
        for key, digest in select("SELECT DISTINCT key, digest FROM history WHERE pending")
        if not _in_hand(select, key, digest, typing)
    ]


def outdate(connection: sqlite3.Connection, typing: Collection[str]) -> None:
    """Make old what has come to rest, inside a transaction of the caller's."""

    def select(query: str, *values: object) -> list[Any]:
        return connection.execute(query, values).fetchall()

    connection.executemany(
        "UPDATE history SET pending = 0 WHERE key = ? AND digest = ? AND pending",
        come_to_rest(select, typing),
    )


def _in_hand(select: Select, key: Any, digest: Any, typing: Collection[str]) -> bool:
    """Return True if somebody is typing in a file of this paper: its note, or a digest."""
    if not typing:
        return False
    if unbound(digest) in typing:
        return True
    if not key:
        return False  # the text of a digest, which no paper's note says
    return any(
        (decode(value) if field == "note" else unbound(other)) in typing
        for other, field, value in select(
            "SELECT digest, field, value FROM stands"
            " WHERE key = ? AND (field = 'note' OR digest <> '')",
            key,
        )
    )


# Values as texts.


def read_histories(
    select: Select, keys: Collection[Key], rows: Mapping[BaseKey, Value]
) -> dict[BaseKey, History]:
    """Return the histories of all fields of some papers; `rows` is the base.

    Where the base is an earlier value, by an undo, what came behind that was taken back: it is
    newer than the base, and no text that has it is an older one.
    """
    removed = {unbound(key) for (key,) in select("SELECT key FROM removed_here")}
    found: dict[BaseKey, list[PastValue]] = {}
    shortened: set[BaseKey] = set()
    for key in keys:
        for digest, field, number, origin, value in select(
            "SELECT digest, field, number, origin, value FROM past_value WHERE key = ?"
            " ORDER BY number",
            bound(key),
        ):
            row = BaseKey(key, unbound(digest), unbound(field))
            if row not in found and number > 0:
                shortened.add(row)
            found.setdefault(row, []).append(PastValue(decode(value), origin))
    wanted = set(keys)
    for row, value in rows.items():
        if row.key in wanted:
            values = found.setdefault(row, [])
            had = [past.value for past in values]
            if value in had:
                del values[had.index(value) + 1 :]
            else:
                values.append(PastValue(value, "delivered"))
    return {
        row: History(tuple(values), removed_here=row.key in removed or row in shortened)
        for row, values in found.items()
        if row in rows
    }


def learn(
    connection: sqlite3.Connection, row: BaseKey, was: Value | None, now: Value, origin: Origin
) -> None:
    """Remember that a field has another value, inside a transaction of the caller's.

    `was`: the base's until now, None where there was none.
    """
    place = tuple(map(bound, row))
    here = "key = ? AND digest = ? AND field = ?"
    if was is not None:  # what an undo took back
        connection.execute(
            f"DELETE FROM past_value WHERE {here} AND number >"  # noqa: S608
            f" (SELECT number FROM past_value WHERE {here} AND value = ?)",
            (*place, *place, encode(was)),
        )
    newest = connection.execute(
        f"SELECT number, value FROM past_value WHERE {here} ORDER BY number DESC LIMIT 1",  # noqa: S608
        place,
    ).fetchone()
    number = -1 if newest is None else newest[0]
    values: list[tuple[Value, Origin]] = [(now, origin)]
    if was is not None and (newest is None or decode(newest[1]) != was):
        values.insert(0, (was, "delivered"))
    elif was is None and newest is None and origin == "delivered":
        return
    for value, way in values:
        number += 1
        content = encode(value)
        connection.execute(
            f"DELETE FROM past_value WHERE {here} AND value = ?",  # noqa: S608
            (*place, content),
        )
        connection.execute(
            "INSERT INTO past_value VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*place, number, way, content, zlib.crc32(content)),
        )
    connection.execute(
        f"DELETE FROM past_value WHERE {here} AND number <= ?",  # noqa: S608
        (*place, number - MOST_VALUES),
    )


def note_removed(connection: sqlite3.Connection, keys: Iterable[Key]) -> None:
    """Remember papers that were taken out of the vault here, inside a transaction of the caller."""
    connection.executemany(
        "INSERT OR IGNORE INTO removed_here VALUES (?)", [(bound(key),) for key in keys]
    )
