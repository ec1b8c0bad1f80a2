"""Refused choices: what a person took back stays undone until a text changes there."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from vault_sync.core.model.plan import BaseKey, BaseUpdate, Value
from vault_sync.core.model.values import Key
from vault_sync.edge.state.schema import Select, bound, encode, fingerprint, unbound
from vault_sync.edge.state.store import StateStore

Hashes = tuple[str, str]
"""The hashes of the digest's and the note's value."""


def read_refused(select: Select, keys: Collection[Key] | None = None) -> dict[BaseKey, Hashes]:
    """Return the refused fields of some papers (None: all), and the refused links of all files."""
    query = "SELECT key, digest, field, digest_hash, note_hash FROM refused"
    return {
        BaseKey(Key(unbound(key)), unbound(digest), unbound(field)): (digest_hash, note_hash)
        for key, digest, field, digest_hash, note_hash in select(query)
        if keys is None or not key or unbound(key) in keys
    }


def papers_without_note(select: Select) -> set[Key]:
    """Return the papers whose new note a person has refused."""
    found = select("SELECT key FROM refused WHERE field = 'note'")
    return {Key(unbound(row[0])) for row in found}


def refuse(
    state: StateStore,
    refusals: Iterable[tuple[BaseKey, Hashes, Value | None]],
    forgotten: Iterable[tuple[BaseKey, Value]],
    pass_id: int,
) -> None:
    """Remember refused fields, each with the base value that it has from now on (None: none).

    `forgotten` are values that count as never agreed on, so that they are no older texts either.

    Raises:
        StateError: nothing is remembered.
    """
    rows = list(refusals)
    put = {base_key: was for base_key, _, was in rows if was is not None}
    state.keep([BaseUpdate(frozenset(), put)] if put else [])
    with state.writing() as connection:
        connection.executemany(
            "INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?, ?, ?)",
            [(*map(bound, base_key), *hashes, pass_id) for base_key, hashes, _ in rows],
        )
        connection.executemany(
            "DELETE FROM history WHERE key = ? AND digest = ? AND field = ? AND hash = ?",
            [
                (*map(bound, base_key), fingerprint(encode(value)))
                for base_key, value in forgotten
                if base_key.key
            ],
        )


def forget(state: StateStore, base_keys: Collection[BaseKey]) -> None:
    """Forget some refusals, whose texts are others by now.

    Raises:
        StateError: none is forgotten.
    """
    if base_keys:
        with state.writing() as connection:
            connection.executemany(
                "DELETE FROM refused WHERE key = ? AND digest = ? AND field = ?",
                [tuple(map(bound, base_key)) for base_key in base_keys],
            )


def lift(state: StateStore) -> int:
    """Forget all refusals; return how many there were.

    Raises:
        StateError: none is forgotten.
    """
    count = count_refused(state.select)
    if count:
        with state.writing() as connection:
            connection.execute("DELETE FROM refused")
    return count


def count_refused(select: Select) -> int:
    """Return the number of refused fields."""
    found = select("SELECT count(*) FROM refused")
    return found[0][0] if found else 0
