"""Compare two sequences: which items stand in both, and what turns one into the other.

The steps are in proportion to the length, whatever the items are: where a fine comparison would
take more, a coarser one says the same edit in larger pieces.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Literal, NamedTuple, TypeVar

T = TypeVar("T", bound=Hashable)

_FEW = 2_000
"""Equal pairs up to which difflib alone is quick (its worst case is their number squared)."""


def common(a: Sequence[T], b: Sequence[T]) -> list[tuple[int, int]]:
    """Return the indices of items that stand in both, unchanged and in the same order.

    Common ends come off first, for an edit changes little. What is left goes to difflib; where
    that would take too long, the items that stand once on each side split it into smaller parts,
    and a part without any counts as wholly changed: a coarser comparison, never a wrong one.
    """
    found: list[tuple[int, int]] = []
    parts = [(0, len(a), 0, len(b))]
    while parts:
        low, high, other_low, other_high = parts.pop()
        while low < high and other_low < other_high and a[low] == b[other_low]:
            found.append((low, other_low))
            low, other_low = low + 1, other_low + 1
        while low < high and other_low < other_high and a[high - 1] == b[other_high - 1]:
            high, other_high = high - 1, other_high - 1
            found.append((high, other_high))
        left, right = a[low:high], b[other_low:other_high]
        if not left or not right or len(left) == len(right) == 1:
            continue
        if _is_small(left, right):
            from difflib import SequenceMatcher  # an edit of one item needs none

            blocks = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
            found += [
                (low + block.a + step, other_low + block.b + step)
                for block in blocks
                for step in range(block.size)
            ]
            continue
        at, other_at = low, other_low
        for anchor, other in _anchors(left, right):
            parts.append((at, low + anchor, other_at, other_low + other))
            found.append((low + anchor, other_low + other))
            at, other_at = low + anchor + 1, other_low + other + 1
        if (at, other_at) != (low, other_low):
            parts.append((at, high, other_at, other_high))
    return _sunk(sorted(found), a, b)


def common_ends(a: Sequence[T], b: Sequence[T]) -> tuple[int, int]:
    """Return the numbers of items that both begin with, and that both then end with."""
    left = _beginning(a, b)
    return left, _beginning(a[left:][::-1], b[left:][::-1])


def _beginning(a: Sequence[T], b: Sequence[T]) -> int:
    """Return the number of items that both begin with, by bisection over fast slices."""
    ends = range(1, min(len(a), len(b)) + 1)
    return bisect_left(ends, True, key=lambda end: a[:end] != b[:end])


def _sunk(pairs: list[tuple[int, int]], a: Sequence[T], b: Sequence[T]) -> list[tuple[int, int]]:
    """Move every insertion and removal as far down as it can be, as git does; return the pairs.

    Of three blank lines one was removed: nobody can say which, but both sides must say the same.
    """
    next_a = next_b = 0
    for number, (one, other) in enumerate(pairs):
        if other == next_b and a[next_a] == a[one]:
            one = next_a
        elif one == next_a and b[next_b] == b[other]:
            other = next_b
        pairs[number] = one, other
        next_a, next_b = one + 1, other + 1
    return pairs


def _is_small(a: Sequence[T], b: Sequence[T]) -> bool:
    count = Counter(b)
    return len(a) <= _FEW and sum(count[item] for item in a) <= _FEW


def _anchors(a: Sequence[T], b: Sequence[T]) -> list[tuple[int, int]]:
    """Find items that stand once on each side, as many as keep their order (patience diff)."""
    in_a, in_b = Counter(a), Counter(b)
    where = {item: index for index, item in enumerate(b) if in_b[item] == 1}
    pairs = [
        (index, where[item]) for index, item in enumerate(a) if in_a[item] == 1 and item in where
    ]
    tops: list[int] = []
    piles: list[int] = []
    before: list[int | None] = []
    for number, (_, other) in enumerate(pairs):
        pile = bisect_left(tops, other)
        before.append(piles[pile - 1] if pile else None)
        tops[pile : pile + 1] = [other]
        piles[pile : pile + 1] = [number]
    chain: list[tuple[int, int]] = []
    last = piles[-1] if piles else None
    while last is not None:
        chain.append(pairs[last])
        last = before[last]
    return chain[::-1]


class Change(NamedTuple):
    """One step from `a` to `b`: `a[start:end]` becomes `b[other_start:other_end]`."""

    kind: Literal["equal", "replace", "delete", "insert"]
    start: int
    end: int
    other_start: int
    other_end: int


def changes(a: Sequence[T], b: Sequence[T]) -> list[Change]:
    """Return the steps that turn `a` into `b`, equal stretches included, in their order."""
    found: list[Change] = []
    at = other_at = 0
    for one, other in [*common(a, b), (len(a), len(b))]:
        if one > at and other > other_at:
            found.append(Change("replace", at, one, other_at, other))
        elif one > at:
            found.append(Change("delete", at, one, other_at, other))
        elif other > other_at:
            found.append(Change("insert", at, one, other_at, other))
        if one == len(a) and other == len(b):
            break
        if found and found[-1].kind == "equal":
            found[-1] = found[-1]._replace(end=one + 1, other_end=other + 1)
        else:
            found.append(Change("equal", one, one + 1, other, other + 1))
        at, other_at = one + 1, other + 1
    return found
