"""Earlier values of the base: which texts are old, and since when they count as old.

A text equal to an earlier value is deferred, not spread (docs/architecture.md, "Rules"). But
whoever types a sentence, and takes it back when a pass has seen it, means just that. So a value
that was replaced is `pending` while any file of its paper is under somebody's hands, and counts as
old only from the first pass in which they are all at rest. One that stands in the base is not old.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable
from typing import Any

from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.edge.state.schema import bound, decode, encode, fingerprint, unbound

Select = Callable[..., list[Any]]
"""`StateStore.select`: the rows of a query."""


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
