"""Names with a value each, in leaves: rows of a database that hold some sixteen of them.

A name lies in the leaf that its hash tells, so that who asks for a few of 10,000 unpacks a few
leaves, and who changes one writes one. Every leaf is checked against a sum that is kept apart from
it: one that is damaged, missing, or an older version of itself is refused.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

V = TypeVar("V")
FILL = 16
"""Names in a leaf, about. Unpacking it takes 30 us; a sum of it takes 10 bytes."""

_NUMBERS = 4
"""In a tuple that `packed` takes: all of them fit into 64 bits."""


class DamagedError(ValueError):
    """A leaf is not what it was when it was written."""


class Codec(NamedTuple):
    """The writing and reading of a leaf's values. An empty leaf is no bytes."""

    encode: Callable[[Mapping[str, Any]], bytes]
    decode: Callable[[Sequence[bytes]], dict[str, Any]]


class Leaves(Generic[V]):
    """Leaves of one kind; `fetch` gives the bytes of one, unchecked, and `sums` what they must be.

    Whatever is asked raises DamagedError where a leaf is not what was written.
    """

    def __init__(self, codec: Codec, sums: list[int], fetch: Callable[[int], bytes]) -> None:
        self.sums = sums
        self._codec, self._fetch = codec, fetch
        self._read: dict[int, dict[str, V]] = {}
        self._changed: set[int] = set()

    def get(self, name: str) -> V | None:
        return self._leaf(self._number(name)).get(name)

    def put(self, name: str, value: V | None) -> None:
        """Changes one value; None takes it away."""
        number = self._number(name)
        leaf = self._leaf(number)
        if value is None:
            leaf.pop(name, None)
        else:
            leaf[name] = value
        self._changed.add(number)

    def fill(self, values: Iterable[tuple[str, V]]) -> None:
        """Changes all of the leaves, which were empty."""
        leaves: list[dict[str, V]] = [{} for _ in self.sums]
        for name, value in values:
            leaves[self._number(name)][name] = value
        self._read = dict(enumerate(leaves))
        self._changed.update(self._read)

    def check(self) -> None:
        """Looks at every leaf: from then on none is found to be damaged."""
        for number in range(len(self.sums)):
            self._checked(number)

    def each(self) -> Iterator[tuple[str, V]]:
        """Every name and its value, leaf by leaf: what is made of one is gone before the next."""
        for number in range(len(self.sums)):
            yield from self._codec.decode([self._checked(number)]).items()

    def all(self) -> dict[str, V]:
        """Every value, as it was written: quicker, where they are kept as they are."""
        return self._codec.decode([self._checked(number) for number in range(len(self.sums))])

    def written(self) -> Iterator[tuple[int, bytes]]:
        """The leaves that were changed, to be written; `sums` are then those of now."""
        for number in sorted(self._changed):
            leaf = self._read[number]
            content = self._codec.encode(leaf) if leaf else b""
            self.sums[number] = zlib.crc32(content)
            yield number, content

    def _number(self, name: str) -> int:
        return zlib.crc32(name.encode("utf-8", "surrogatepass")) % len(self.sums)

    def _leaf(self, number: int) -> dict[str, V]:
        leaf = self._read.get(number)
        if leaf is None:
            leaf = self._read[number] = self._codec.decode([self._checked(number)])
        return leaf

    def _checked(self, number: int) -> bytes:
        content = self._fetch(number)
        if zlib.crc32(content) != self.sums[number]:
            raise DamagedError(f"leaf {number} is not what was written")
        return content


def sums_for(names: int) -> list[int]:
    """The sums of empty leaves that so many names will lie in."""
    return [0] * max(1, names // FILL)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _encode_texts(leaf: Mapping[str, Any]) -> bytes:
    return _bytes(_encode(leaf))


def _decode_texts(contents: Sequence[bytes]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for content in filter(None, contents):
        found |= json.loads(content.decode("utf-8", "surrogatepass"))
    return found


def _encode_numbers(leaf: Mapping[str, tuple[int, ...]]) -> bytes:
    count = len(leaf)
    numbers = [number for value in leaf.values() for number in value]
    return struct.pack(f"<I{_NUMBERS * count}q", count, *numbers) + _bytes("\0".join(leaf))


def _decode_numbers(contents: Sequence[bytes]) -> dict[str, tuple[int, ...]]:
    """All of them at once: a tuple of four numbers takes 0.2 us so, as JSON 1 us."""
    numbers, names = [], []
    for content in filter(None, contents):
        end = 4 + 8 * _NUMBERS * int.from_bytes(content[:4], "little")
        numbers.append(content[4:end])
        names.append(content[end:])
    packed = b"".join(numbers)
    each = iter(struct.unpack(f"<{len(packed) // 8}q", packed))
    texts = b"\0".join(names).decode("utf-8", "surrogatepass").split("\0") if names else []
    return dict(zip(texts, zip(*[each] * _NUMBERS, strict=True), strict=True))


TEXTS = Codec(_encode_texts, _decode_texts)
"""Values are what JSON has."""
NUMBERS = Codec(_encode_numbers, _decode_numbers)
"""Values are four numbers of 64 bits; names hold no NUL, as those of files cannot."""
