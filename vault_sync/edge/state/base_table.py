"""The base in tables: values are written with the journal and stand from the commit of the pass.

A value is written once, when its base update is promised. The base only points to it, from the
commit on in which the pass ends; a value whose promise is withdrawn goes, and so does the one that
stood before. Rows without a base update were put into the base at once.

In the tables a base update is an `agreement`, and its values are `said`. Beside them stand the
files that the values are about, as the last pass saw them (`file`).
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from struct import Struct
from typing import Any

from vault_sync.core.model.base import FileMark
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Value
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.text.encodings import as_bytes
from vault_sync.edge.state.schema import Select, bound, decode, encode, unbound


def promise(
    connection: sqlite3.Connection, base_updates: Iterable[tuple[int | None, BaseUpdate]]
) -> range:
    """Write the values of numbered base updates; none of them stands yet. Return their ids."""
    first = _next(connection)
    connection.executemany(
        "INSERT INTO said(agreement, key, digest, field, value, sum) VALUES (?, ?, ?, ?, ?, ?)",
        _stored(base_updates),
    )
    return range(first, _next(connection))


def _next(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM said").fetchone()[0]
    return found


def _stored(base_updates: Iterable[tuple[int | None, BaseUpdate]]) -> Iterator[tuple[object, ...]]:
    """Yield rows as they are given to SQLite, encoded and summed once.

    Values as bytes: beside a text its module keeps the UTF-8 for as long as the text lives.
    """
    for number, base_update in base_updates:
        for (key, digest, field), value in base_update.put.items():
            content = encode(value)
            sum_ = value_sum(number, (key, digest, field), content)
            yield number, bound(key), bound(digest), bound(field), content, sum_


def value_sum(number: int | None, row: tuple[str, str, str], content: bytes) -> int:
    """Return the sum of an encoded value, of its row (key, digest, field) and its number."""
    return zlib.crc32(content, zlib.crc32(as_bytes("\0".join((str(number), *row, "")))))


def stand(connection: sqlite3.Connection, base_updates: Sequence[BaseUpdate], ids: range) -> None:
    """Turn the base to the values of these ids, less what the base updates drop."""
    connection.executemany(
        "DELETE FROM base WHERE key = ? AND digest = ? AND field = ?",
        [tuple(map(bound, row)) for base_update in base_updates for row in base_update.drop],
    )
    connection.execute(
        "INSERT INTO base SELECT key, digest, field, id FROM said WHERE id >= ? AND id < ?"
        " ORDER BY id ON CONFLICT DO UPDATE SET said = excluded.said",
        (ids.start, ids.stop),
    )


def forget(connection: sqlite3.Connection, numbers: Iterable[int], ids: range) -> None:
    """Forget base updates of these numbers, and those values of `ids` that they put."""
    connection.executemany("DELETE FROM agreement WHERE id = ?", [(each,) for each in numbers])
    connection.execute(
        "DELETE FROM said WHERE id >= ? AND id < ? AND agreement NOT IN (SELECT id FROM agreement)",
        (ids.start, ids.stop),
    )


def promised(select: Select, numbers: range) -> tuple[dict[int, dict[BaseKey, Value]], range]:
    """Return the values that each of these base updates put, and the ids of all values.

    A value that is not what was written is left out.
    """
    found: dict[int, dict[BaseKey, Value]] = {number: {} for number in numbers}
    ids = []
    for id_, *columns in select(
        "SELECT id, key, digest, field, value, sum, agreement FROM said"
        " WHERE agreement BETWEEN ? AND ? ORDER BY id",
        numbers.start,
        numbers.stop - 1,
    ):
        ids.append(id_)
        with suppress(ValueError):
            row, value = _checked(columns)
            found[columns[-1]][row] = value
    return found, range(ids[0], ids[-1] + 1) if ids else range(0)


def read_base(connection: sqlite3.Connection) -> dict[BaseKey, Value]:
    """Return the whole base.

    Raises:
        ValueError: a value in it is not what was written.
    """
    return _all_checked(connection.execute(_BASE))


def read_some(
    select: Select, keys: Collection[str], texts_of: Collection[str]
) -> dict[BaseKey, Value]:
    """Return the rows of some papers, and the texts of some digests.

    Raises:
        ValueError: as `read_base`.
    """
    rows: dict[BaseKey, Value] = {}
    for key in keys:
        rows |= _all_checked(select(f"{_BASE} WHERE key = ?", bound(key)))
    for path in texts_of:
        rows |= _all_checked(select(f"{_BASE} WHERE key = '' AND digest = ?", bound(path)))
    return rows


def read_one(select: Select, base_key: BaseKey) -> Value | None:
    """Return one value, None where there is none.

    Raises:
        ValueError: as `read_base`.
    """
    query = f"{_BASE} WHERE key = ? AND digest = ? AND field = ?"
    return _all_checked(select(query, *map(bound, base_key))).get(base_key)


def read_about(
    select: Select,
    base_updates: Sequence[BaseUpdate],
    read_all: Callable[[], Mapping[BaseKey, Value]],
) -> Mapping[BaseKey, Value]:
    """Return the base as far as updates are about it; of a damaged one what `read_all` gives."""
    rows = {row for one in base_updates for row in (*one.put, *one.drop)}
    keys = {row.key for row in rows if row.key}
    texts_of = {row.digest for row in rows if not row.key}
    try:
        return read_some(select, keys, texts_of)
    except ValueError:
        return read_all()


def read_apart(select: Select) -> dict[BaseKey, Value]:
    """Return the values in which digest and note keep their own words, of both sides.

    Raises:
        ValueError: as `read_base`.
    """
    rows = _all_checked(select(f"{_BASE} WHERE field LIKE 'apart:%'"))
    for key in {base_key.key for base_key in rows}:
        shared = f"{_BASE} WHERE key = ? AND digest = '' AND field IN ('url', 'title', 'authors')"
        rows |= _all_checked(select(shared, bound(key)))
    return rows


def papers_in(select: Select, digest: str) -> set[Key]:
    """Return the papers that the base has in a digest."""
    query = "SELECT DISTINCT key FROM base WHERE digest = ? AND key <> ''"
    return {Key(unbound(key)) for (key,) in select(query, bound(digest))}


def papers_noted(select: Select, paths: Collection[str]) -> set[Key]:
    """Return the papers whose notes the base has at one of these paths."""
    marks = ", ".join("?" * len(paths))
    query = f"SELECT key FROM stands WHERE field = 'note' AND value IN ({marks})"  # noqa: S608 - marks alone
    return {Key(unbound(key)) for (key,) in select(query, *map(encode, paths))}


def digests_with_text(select: Select) -> list[RelPath]:
    """Return the digests whose text the base has."""
    query = "SELECT digest FROM base WHERE key = '' AND field = 'text'"
    return [RelPath(unbound(row[0])) for row in select(query)]


def count_places(select: Select) -> dict[str, int]:
    """Count the places that the base has in each digest (`Base.counted`)."""
    places = "SELECT digest, count(*) FROM base WHERE field = 'commentary' AND key <> '' GROUP BY 1"
    return {unbound(digest): count for digest, count in select(places) if digest}


_BASE = "SELECT key, digest, field, value, sum, agreement FROM stands"


def _all_checked(found: Iterable[tuple[Any, ...]]) -> dict[BaseKey, Value]:
    rows = {}
    for columns in found:
        key, digest, field, value, sum_, number = columns
        # As `value_sum`, without calls: a whole pass reads 70,000 rows for 10,000 papers. Names
        # that are no text do not come to the same sum.
        head = zlib.crc32(f"{number}\0{key}\0{digest}\0{field}\0".encode())
        if isinstance(value, bytes) and zlib.crc32(value, head) == sum_:
            rows[BaseKey(key, digest, field)] = decode(value)
        else:
            row, value = _checked(columns)
            rows[row] = value
    return rows


def _checked(columns: Sequence[Any]) -> tuple[BaseKey, Value]:
    key, digest, field, value, sum_, number = columns
    try:
        row = BaseKey(unbound(key), unbound(digest), unbound(field))  # type: ignore[arg-type]
        if value_sum(number, row, value) == sum_:
            return row, decode(value)
    except (AttributeError, TypeError):
        pass  # a number or NULL, and no text: what the base points to is not there, or not its own
    raise ValueError("a value in it is not what was written")


_NUMBERS = Struct("<Qqq")
"""Inode, size in bytes, modification time in ns."""


def read_files(
    select: Select, keys: Collection[Key] | None = None
) -> dict[Key, dict[RelPath, FileMark]]:
    """Return the files about some papers (None: all), by paper; digests stand under no key."""
    query = "SELECT key, path, mark, hash FROM file"
    if keys is None:
        rows = select(query)
    else:
        rows = [row for key in keys for row in select(f"{query} WHERE key = ?", bound(key))]
    found: dict[Key, dict[RelPath, FileMark]] = {}
    for key, path, mark, hash_ in rows:
        inode, size, mtime_ns = _NUMBERS.unpack(mark)
        by_path = found.setdefault(Key(unbound(key)), {})
        by_path[RelPath(unbound(path))] = FileMark(inode, size, mtime_ns, hash_)
    return found


def change_files(
    connection: sqlite3.Connection,
    put: Mapping[RelPath, tuple[Key, FileMark]],
    gone: Iterable[RelPath],
) -> None:
    """Put files and forget others, inside a `writing` of the caller's."""
    connection.executemany("DELETE FROM file WHERE path = ?", [(bound(path),) for path in gone])
    connection.executemany(
        "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)",
        [
            (bound(path), _NUMBERS.pack(*mark[:3]), mark.hash, bound(key))
            for path, (key, mark) in put.items()
        ],
    )
