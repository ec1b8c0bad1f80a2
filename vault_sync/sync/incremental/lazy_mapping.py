"""A mapping of which each value is found out when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import NoReturn, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Asked(MutableMapping[K, V]):
    """`find` gives the value of a key, None for none; it is asked once for each.

    Nobody knows all of its keys: it is for who asks by key, and a bug to go through it.
    """

    def __init__(self, find: Callable[[K], V | None]) -> None:
        self._find = find
        self._found: dict[K, V | None] = {}

    def __getitem__(self, key: K) -> V:
        if key not in self._found:
            self._found[key] = self._find(key)
        value = self._found[key]
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: K, value: V) -> None:
        self._found[key] = value

    def __delitem__(self, key: K) -> None:
        self._found[key] = None

    def __iter__(self) -> Iterator[K]:
        return self._unknown()

    def __len__(self) -> int:
        return self._unknown()

    def _unknown(self) -> NoReturn:
        raise TypeError("it is known by key only")
