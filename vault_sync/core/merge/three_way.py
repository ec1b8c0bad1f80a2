"""Three-way merges: of a value, of a text by line and then by sentence, of a set of tags.

`base` is what both sides last agreed on. Edits that do not overlap both survive; where they do,
None comes back instead of a value, and no side is touched. Line by line the verdict and the
text are those of `git merge-file` (its diff3 style), which is the oracle in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from vault_sync.core.text.common_items import common
from vault_sync.core.text.folding import casefold_nfc
from vault_sync.core.text.regex import regex
from vault_sync.core.text.wrapping import rewrapped, same_words

T = TypeVar("T", bound=Hashable)
V = TypeVar("V", str, tuple[str, ...])


class Chunk(NamedTuple, Generic[T]):
    """A stretch of three sequences that belongs together. Where nothing changed, all are equal."""

    base: Sequence[T]
    a: Sequence[T]
    b: Sequence[T]

    @property
    def merged(self) -> Sequence[T] | None:
        """Return the merged stretch; None if both sides changed it, differently."""
        if self.b in (self.a, self.base):
            return self.a
        return self.b if self.a == self.base else None


def value(base: V | None, digest: V, note: V) -> V | None:
    """Merge a value that is one piece. Without a base, two different ones clash."""
    if note in (digest, base):
        return digest
    if digest == base:
        return note
    return None


def filled(base: V | None, digest: V, note: V) -> V | None:
    """Merge a value that is one piece; without a base an absent one is filled in."""
    if base is None and not (digest and note):
        return digest or note
    return value(base, digest, note)


def paragraphs(base: str, digest: str, note: str) -> str | None:
    r"""Merge a text of lines that end in "\n" by line, and where lines overlap, by sentence.

    A paragraph of a digest is often one long line: edits to two of its sentences both survive,
    edits to one sentence clash, and so does an edit against the removal of the paragraph.
    """
    whole = value(base, digest, note)
    return _merged_lines(base, digest, note) if whole is None else whole


def words(base: str, ours: str, theirs: str) -> str | None:
    """Merge two versions of a text in which lines may have been set anew.

    Who only wrapped it changed no word: the other's words stay, in that wrapping. None where both
    changed words, or neither set a line anew.
    """
    if same_words(ours, theirs):
        return ours
    if same_words(base, ours):
        return rewrapped(ours, theirs)
    if same_words(base, theirs):
        return rewrapped(theirs, ours)
    return None


def _merged_lines(base: str, digest: str, note: str) -> str | None:
    parts: list[str] = []
    for chunk in diff3(_lines(base), _lines(digest), _lines(note)):
        merged = chunk.merged
        if merged is None:
            merged = _sentences_merged(chunk)
        if merged is None:
            return None
        parts.extend(merged)
    return "".join(parts)[:-1]


def _lines(text: str) -> list[str]:
    """Return the lines, each with a newline, also the last, so that all of them compare alike."""
    return [f"{line}\n" for line in text.split("\n")] if text else []


# A sentence ends with a full stop, and at the end of its line. The blanks between two sentences
# are a token of their own, so that a sentence taken away does not change the one before it.
_SENTENCES = regex(r"((?<=[.!?。！？…])\s+|\n\s*)")


_LONG = 1_000_000
"""Characters, of three sides together, up to which sentences are looked at; beyond is no prose."""


def sentences(text: str) -> list[str]:
    """Return the sentences and what stands between them, in turn; joined, they are the text."""
    return [token for token in _SENTENCES.split(text) if token]


def _sentences_merged(chunk: Chunk[str]) -> list[str] | None:
    """Merge a stretch of lines that clash as lines by sentence; None if sentences clash too."""
    if sum(len(line) for side in chunk for line in side) > _LONG:
        return None
    base, a, b = (sentences("".join(side)) for side in chunk)

    def one_place(one: _Hunk, other: _Hunk) -> bool:
        """Return True where both add: nobody knows which is first, or if both are the same."""
        return one.adds and other.adds and "".join(base[one.end : other.start]).strip() == ""

    hunks = [
        *_hunks(_beside_words(base, a), base, a, 0),
        *_hunks(_beside_words(base, b), base, b, 1),
    ]
    merged: list[str] = []
    for piece in _chunks(base, a, b, hunks, one_place):
        if piece.merged is None:
            return None
        merged.extend(piece.merged)
    return merged if _reads_as(merged) else None


def _reads_as(tokens: Sequence[str]) -> bool:
    """Return True if these tokens, written one after another, are lines of the same sentences.

    One side may have taken away the line end behind which the other put a sentence.
    """
    text = "".join(tokens)
    return text.endswith("\n" if text else "") and _words(sentences(text)) == _words(tokens)


def _words(tokens: Iterable[str]) -> list[str]:
    return [word for token in tokens if (word := token.strip())]


def _beside_words(base: Sequence[str], side: Sequence[str]) -> list[tuple[int, int]]:
    """Return the sentences in common, and the blanks beside them.

    Blanks alone are no sign that two places are the same: between two sentences that one side
    wrote anew, there is no telling where a sentence belongs that the other side added.
    """
    pairs = common(base, side)
    words = {pair for pair in pairs if not base[pair[0]].isspace()}
    words.add((len(base), len(side)))
    return [
        (one, other)
        for one, other in pairs
        if not words.isdisjoint({(one - 1, other - 1), (one, other), (one + 1, other + 1)})
    ]


def tag_sets(
    base: Sequence[str] | None, digest: Sequence[str], note: Sequence[str]
) -> tuple[str, ...]:
    """Merge tags as a set, in the digest's order, then what the note adds. Never clashes.

    Tags are equal without regard to case and normalisation. A side that changed a tag's spelling
    wins, the digest if both did; a spelling changed on one side outlives a removal on the other.
    Without a base nothing is a removal: the union.
    """
    old, left, right = _spelled(base or ()), _spelled(digest), _spelled(note)
    merged = []
    for tag in left | right:
        here, there, was = left.get(tag), right.get(tag), old.get(tag)
        if here is None or there is None:
            only = here or there
            # On one side alone: added there, or respelled, or else removed on the other.
            if only is not None and only != was:
                merged.append(only)
        else:
            merged.append(there if here == was else here)
    return tuple(merged)


def _spelled(tags: Iterable[str]) -> dict[str, str]:
    """Return the first spelling of every tag, by the form in which tags compare."""
    found: dict[str, str] = {}
    for tag in tags:
        found.setdefault(casefold_nfc(tag), tag)
    return found


class _Hunk(NamedTuple):
    """`base[start:end]` was replaced by `size` items. `side` is 0 for a and 1 for b."""

    start: int
    end: int
    size: int
    side: int

    @property
    def adds(self) -> bool:
        return self.size > self.end - self.start


def diff3(base: Sequence[T], a: Sequence[T], b: Sequence[T]) -> list[Chunk[T]]:
    """Return the chunks of a three-way comparison; each side's, joined, give that side back.

    Changes that touch are one chunk, as in git: it is not known which of two insertions is first.
    """
    hunks = [*_hunks(common(base, a), base, a, 0), *_hunks(common(base, b), base, b, 1)]
    return _chunks(base, a, b, hunks, lambda one, other: one.end == other.start)


def places(base: Sequence[T], a: Sequence[T], b: Sequence[T]) -> list[Chunk[T]]:
    """Return the chunks of a three-way comparison in which only additions that touch are one.

    An item replaced beside one that was added is a chunk of its own, unlike in `diff3`.
    """
    hunks = [*_hunks(common(base, a), base, a, 0), *_hunks(common(base, b), base, b, 1)]
    return _chunks(
        base, a, b, hunks, lambda one, other: one.end == other.start and one.adds and other.adds
    )


def _chunks(
    base: Sequence[T],
    a: Sequence[T],
    b: Sequence[T],
    hunks: Iterable[_Hunk],
    one_place: Callable[[_Hunk, _Hunk], bool],
) -> list[Chunk[T]]:
    """Return the chunks that both sides' hunks make; `one_place` joins two that do not overlap."""
    base, a, b = tuple(base), tuple(a), tuple(b)
    chunks: list[Chunk[T]] = []
    base_at = a_at = b_at = 0  # how far each is dealt with

    def take(base_to: int, a_to: int, b_to: int) -> None:
        nonlocal base_at, a_at, b_at
        if (base_to, a_to, b_to) != (base_at, a_at, b_at):
            chunks.append(Chunk(base[base_at:base_to], a[a_at:a_to], b[b_at:b_to]))
            base_at, a_at, b_at = base_to, a_to, b_to

    for group in _groups(hunks, one_place):
        start, end = group[0].start, max(hunk.end for hunk in group)
        same = start - base_at
        take(start, a_at + same, b_at + same)
        grown = [
            sum(hunk.size - (hunk.end - hunk.start) for hunk in group if hunk.side == side)
            for side in (0, 1)
        ]
        take(end, a_at + end - start + grown[0], b_at + end - start + grown[1])
    take(len(base), len(a), len(b))
    return chunks


def _groups(
    hunks: Iterable[_Hunk], one_place: Callable[[_Hunk, _Hunk], bool]
) -> Iterator[list[_Hunk]]:
    """Yield the hunks, those together that overlap or are one place."""
    group: list[_Hunk] = []
    last: dict[int, _Hunk] = {}  # the group's last hunk of each side
    end = 0
    for hunk in sorted(hunks):
        other = last.get(1 - hunk.side)
        if group and hunk.start >= end and not (other and one_place(other, hunk)):
            yield group
            group, last = [], {}
        group.append(hunk)
        last[hunk.side] = hunk
        end = max(end, hunk.end)
    if group:
        yield group


def _hunks(
    pairs: Iterable[tuple[int, int]], base: Sequence[T], side: Sequence[T], number: int
) -> list[_Hunk]:
    found = []
    at = side_at = 0
    for start, side_start in [*pairs, (len(base), len(side))]:
        if (start, side_start) != (at, side_at):
            found.append(_Hunk(at, start, side_start - side_at, number))
        at, side_at = start + 1, side_start + 1
    return found
