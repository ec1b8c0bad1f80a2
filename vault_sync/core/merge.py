"""Three-way merges: of a value, of a text by line and then by sentence, of a set of tags.

`base` is what both sides last agreed on. Edits that do not overlap both survive; where they do, a
`Clash` comes back instead of a value, and no side is touched. Line by line the verdict and the
text are those of `git merge-file` (its diff3 style), which is the oracle in the tests.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T", bound=Hashable)
V = TypeVar("V", str, tuple[str, ...])


@dataclass(frozen=True, slots=True)
class Clash:
    """What both sides changed, differently, as a person reads it: the regions that overlap."""

    base: str
    digest: str
    note: str


class Chunk(NamedTuple, Generic[T]):
    """A stretch of three sequences that belongs together. Where nothing changed, all are equal."""

    base: Sequence[T]
    a: Sequence[T]
    b: Sequence[T]

    @property
    def merged(self) -> Sequence[T] | None:
        """What the stretch becomes; None if both sides changed it, differently."""
        if self.b in (self.a, self.base):
            return self.a
        return self.b if self.a == self.base else None


def value(base: V | None, digest: V, note: V) -> V | Clash:
    """A value that is one piece. Without a base, two different ones clash."""
    if note in (digest, base):
        return digest
    if digest == base:
        return note
    return Clash("" if base is None else _shown(base), _shown(digest), _shown(note))


def _shown(one: str | tuple[str, ...]) -> str:
    return one if isinstance(one, str) else ", ".join(one)


def paragraphs(base: str, digest: str, note: str) -> str | Clash:
    r"""A text of lines that end in "\n", merged by line, and where lines overlap, by sentence.

    A paragraph of a digest is often one long line: edits to two of its sentences both survive,
    edits to one sentence clash, and so does an edit against the removal of the paragraph.
    """
    whole = value(base, digest, note)
    if not isinstance(whole, Clash):
        return whole
    parts: list[str] = []
    clashes: list[Chunk[str]] = []
    for chunk in diff3(_lines(base), _lines(digest), _lines(note)):
        merged = chunk.merged
        if merged is None:
            merged = _sentences_merged(chunk)
        if merged is None:
            clashes.append(chunk)
        else:
            parts.extend(merged)
    if clashes:
        sides = zip(*clashes, strict=True)
        return Clash(*("".join(line for side in one for line in side)[:-1] for one in sides))
    return "".join(parts)[:-1]


def _lines(text: str) -> list[str]:
    """The lines, each with a newline, also the last, so that all of them compare alike."""
    return [f"{line}\n" for line in text.split("\n")] if text else []


# A sentence ends with a full stop, and at the end of its line. The blanks between two sentences
# are a token of their own, so that a sentence taken away does not change the one before it.
_SENTENCES = re.compile(r"((?<=[.!?。！？…])\s+|\n)")


def _sentences_merged(chunk: Chunk[str]) -> list[str] | None:
    base, a, b = ([token for token in _SENTENCES.split("".join(side)) if token] for side in chunk)
    merged: list[str] = []
    for piece in diff3(base, a, b, touching=True):
        if piece.merged is None:
            return None
        merged.extend(piece.merged)
    return merged


def tag_sets(
    base: Sequence[str] | None, digest: Sequence[str], note: Sequence[str]
) -> tuple[str, ...]:
    """Tags merged as a set, in the digest's order, then what the note adds. Never clashes.

    Tags are equal without regard to case and normalisation. A side that changed a tag's spelling
    wins, the digest if both did; a spelling changed on one side outlives a removal on the other.
    Without a base nothing is a removal: the union.
    """
    agreed, left, right = _by_fold(base or ()), _by_fold(digest), _by_fold(note)
    merged = []
    for tag in left | right:
        here, there, was = left.get(tag), right.get(tag), agreed.get(tag)
        if here is None or there is None:
            only = here or there
            # On one side alone: added there, or respelled, or else removed on the other.
            if only is not None and only != was:
                merged.append(only)
        else:
            merged.append(there if here == was else here)
    return tuple(merged)


def _by_fold(tags: Iterable[str]) -> dict[str, str]:
    """The first spelling of every tag, by the form in which tags compare."""
    found: dict[str, str] = {}
    for tag in tags:
        plain = unicodedata.normalize("NFC", unicodedata.normalize("NFC", tag).casefold())
        found.setdefault(plain, tag)
    return found


class _Hunk(NamedTuple):
    """`base[start:end]` was replaced by `size` items. `side` is 0 for a and 1 for b."""

    start: int
    end: int
    size: int
    side: int

    @property
    def inserts(self) -> bool:
        return self.start == self.end

    @property
    def grows(self) -> bool:
        return not self.inserts and self.size > self.end - self.start


def diff3(
    base: Sequence[T], a: Sequence[T], b: Sequence[T], *, touching: bool = False
) -> list[Chunk[T]]:
    """The chunks of a three-way comparison; each side's, joined, give that side back.

    Changes that touch are one chunk, as in git, for it is not known which of two insertions comes
    first. With `touching` they are two where that is known and neither is a replacement that
    grows (which may hold the very thing that the other side inserted beside it).
    """
    base, a, b = tuple(base), tuple(a), tuple(b)
    hunks = sorted([*_hunks(base, a, 0), *_hunks(base, b, 1)])
    chunks: list[Chunk[T]] = []
    at = [0, 0, 0]  # how far base, a and b are dealt with
    index = 0

    def take(until: tuple[int, int, int]) -> None:
        if until != tuple(at):
            (base_at, a_at, b_at), (base_to, a_to, b_to) = at, until
            chunks.append(Chunk(base[base_at:base_to], a[a_at:a_to], b[b_at:b_to]))
            at[:] = until

    while index < len(hunks):
        first = hunks[index]
        same = first.start - at[0]
        take((first.start, at[1] + same, at[2] + same))
        end = first.end
        group = [first]
        index += 1
        while index < len(hunks) and _belongs(hunks[index], group, end, touching=touching):
            end = max(end, hunks[index].end)
            group.append(hunks[index])
            index += 1
        size = end - first.start
        grown = [
            size + sum(hunk.size - hunk.end + hunk.start for hunk in group if hunk.side == side)
            for side in (0, 1)
        ]
        take((end, at[1] + grown[0], at[2] + grown[1]))
    take((len(base), len(a), len(b)))
    return chunks


def _belongs(hunk: _Hunk, group: Sequence[_Hunk], end: int, *, touching: bool) -> bool:
    if hunk.start != end or not touching:
        return hunk.start <= end
    last = [other for other in group if other.end == end]
    return any(other.grows or hunk.grows or (other.inserts and hunk.inserts) for other in last)


def _hunks(base: Sequence[T], side: Sequence[T], number: int) -> list[_Hunk]:
    found = []
    at = side_at = 0
    for start, side_start in [*_pairs(base, side), (len(base), len(side))]:
        if (start, side_start) != (at, side_at):
            found.append(_Hunk(at, start, side_start - side_at, number))
        at, side_at = start + 1, side_start + 1
    return found


_FEW = 2_000
"""Equal pairs up to which difflib alone is quick (its worst case is their number squared)."""


def _pairs(a: Sequence[T], b: Sequence[T]) -> list[tuple[int, int]]:
    """The indices of items that stand in both, unchanged and in the same order.

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
        if not left or not right:
            continue
        if _is_small(left, right):
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
    return sorted(found)


def _is_small(a: Sequence[T], b: Sequence[T]) -> bool:
    if len(a) * len(b) <= _FEW:
        return True
    count = Counter(b)
    return len(a) <= _FEW and sum(count[item] for item in a) <= _FEW


def _anchors(a: Sequence[T], b: Sequence[T]) -> list[tuple[int, int]]:
    """Items that stand exactly once on each side, as many as keep their order (patience diff)."""
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
