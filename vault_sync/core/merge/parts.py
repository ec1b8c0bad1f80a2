"""A document as a row of named parts, and three such rows merged into one.

Merging digests (`digests`) and notes (`notes`) have this in common. A part that one
side added is added, one that a side removed and the other left alone is removed, an edit outlives a
removal. What stands between parts (blank lines, breaks) goes with the part below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from vault_sync.core.merge import three_way
from vault_sync.core.text import common_items

Name = tuple[str, ...]
"""A part's identity in all three texts: `("entry", key)`, `("line", its words, "0")`."""


class Merged(NamedTuple):
    """A merged text and how many places of it are left to a person, between git's markers."""

    text: str
    conflicts: int = 0


class Parts(NamedTuple):
    """A text taken apart: `before` + `text` + a newline for each part, and `foot` after the last.

    `text` is without its final newline; `foot` is all that follows the words of the last part.
    """

    names: tuple[Name, ...]
    text: Mapping[Name, str]
    before: Mapping[Name, str]
    foot: str

    @classmethod
    def build(cls, parts: Sequence[tuple[Name, str, str]], foot: str) -> Parts:
        """Build the parts from (name, before, text); names are all different."""
        return cls(
            tuple(name for name, _, _ in parts),
            {name: text for name, _, text in parts},
            {name: before for name, before, _ in parts},
            foot,
        )


Combine = Callable[[Name], Merged]
"""Merges the part of a name that both sides have, each with another text."""


def merged(
    base: Parts,
    ours: Parts,
    theirs: Parts,
    combine: Combine,
    usual_before: Callable[[Name], str],
) -> tuple[Merged, tuple[Name, ...]]:
    """Return the merged text, and its parts in their order.

    `usual_before` is what stands above a part that was the first of its text and is not any more.
    """
    names = _names(base, ours, theirs)
    if not names:
        return Merged(either(base.foot, ours.foot, theirs.foot)), ()
    texts: list[str] = []
    conflicts = 0
    clashing = _clashing_lines(base, ours, theirs)
    written: set[int] = set()
    for at, name in enumerate(names):
        if name in clashing:
            clash = clashing[name]
            if id(clash) in written:
                continue
            written.add(id(clash))
            piece = Merged(marked(clash[0], clash[1]), 1)
        else:
            piece = _text(base, ours, theirs, name, combine)
        above = _first_before(base, ours, theirs) if at == 0 else None
        if above is None:
            above = _before(base, ours, theirs, name, usual_before)
        conflicts += piece.conflicts
        texts.append(above + piece.text)
    foot = either(base.foot, ours.foot, theirs.foot)
    return Merged("\n".join(texts) + foot, conflicts), names


def _text(base: Parts, ours: Parts, theirs: Parts, name: Name, combine: Combine) -> Merged:
    here, there = ours.text.get(name), theirs.text.get(name)
    was = base.text.get(name)
    if here is None or there is None:
        only = there if here is None else here
        assert only is not None
        return Merged(only)
    if there in (here, was):
        return Merged(here)
    return Merged(there) if here == was else combine(name)


def either(base: str, ours: str, theirs: str) -> str:
    """Return the layout (blanks, breaks) of the side that changed it, ours if both did."""
    both = three_way.value(base, ours, theirs)
    return ours if both is None else both


def _first_before(base: Parts, ours: Parts, theirs: Parts) -> str:
    sides = [side.before[side.names[0]] if side.names else "" for side in (base, ours, theirs)]
    return either(sides[0], sides[1], sides[2])


def _before(
    base: Parts, ours: Parts, theirs: Parts, name: Name, usual: Callable[[Name], str]
) -> str:
    def before_in(side: Parts) -> str | None:
        stands = name in side.before and side.names[0] != name
        return side.before[name] if stands else None

    was, here, there = before_in(base), before_in(ours), before_in(theirs)
    if here is None or there is None:
        found = there if here is None else here
        return usual(name) if found is None else found
    return either(here if was is None else was, here, there)


def _names(base: Parts, ours: Parts, theirs: Parts) -> tuple[Name, ...]:
    """Return the parts of the merged text, as the side has them that moved any, ours first."""

    def stays(name: Name, side: Parts, other: Parts) -> bool:
        return name in other.text or side.text[name] != base.text.get(name)

    left = [name for name in ours.names if stays(name, ours, theirs)]
    right = [name for name in theirs.names if stays(name, theirs, ours)]
    shared = base.text.keys() & set(left) & set(right)
    at_base = [name for name in base.names if name in shared]
    if [name for name in left if name in shared] == at_base:
        return tuple(_woven(right, left, new_first=True))
    return tuple(_woven(left, right, new_first=False))


def _woven(row: Sequence[Name], added: Sequence[Name], *, new_first: bool) -> list[Name]:
    """Return `row` as it is, with what only `added` has, each behind the part it follows there.

    Where both added at one place, `new_first` says whether those of `added` come first.
    """
    there, stays = set(added), set(row)
    below: dict[Name | None, Name | None] = dict(zip((None, *row), (*row, None), strict=True))
    above: Name | None = None
    for name in added:
        if name in stays:
            above = name
            continue
        if not new_first:
            while (other := below[above]) and other not in there and other[0] != "line":
                above = other
        below[name], below[above] = below[above], name
        above = name
    found = []
    at = below[None]
    while at is not None:
        found.append(at)
        at = below[at]
    return found


def _clashing_lines(
    base: Parts, ours: Parts, theirs: Parts
) -> dict[Name, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return lines that both sides put, differently, in the place of the same line of the base."""
    both = ours.text.keys() & theirs.text.keys()

    def fresh(side: Parts) -> dict[Name | None, list[Name]]:
        """Return the lines that only this side has, by the common part above them."""
        found: dict[Name | None, list[Name]] = {}
        above: Name | None = None
        for name in side.names:
            if name in both:
                above = name
            elif name[0] == "line" and name not in base.text:
                found.setdefault(above, []).append(name)
        return found

    here, there = fresh(ours), fresh(theirs)
    found: dict[Name, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    above: Name | None = None
    for name in base.names:
        if name in both:
            above = name
        gone = name not in ours.text and name not in theirs.text
        if gone and name[0] == "line" and above in here and above in there:
            one, other = here[above], there[above]
            clash = (
                tuple(map(ours.text.__getitem__, one)),
                tuple(map(theirs.text.__getitem__, other)),
            )
            found |= dict.fromkeys((*one, *other), clash)
    return found


def marked(ours: Sequence[str], theirs: Sequence[str]) -> str:
    """Return two versions of some lines between git's markers."""
    return "\n".join(("<<<<<<< ours", *ours, "=======", *theirs, ">>>>>>> theirs"))


def lines(base: str | None, ours: str, theirs: str, *, sentences: bool = False) -> Merged:
    """Merge a text by line, and with `sentences` by sentence where lines overlap.

    Without a base, what both have alike is taken for it.
    """
    if sentences and base is not None and base not in (ours, theirs):
        set_anew = three_way.words(base, ours, theirs)
        if set_anew is not None:
            return Merged(set_anew)
    a, b = _lines(ours), _lines(theirs)
    was = [a[one] for one, _ in common_items.common(a, b)] if base is None else _lines(base)
    found: list[str] = []
    conflicts = 0
    for chunk in three_way.diff3(was, a, b):
        whole = chunk.merged
        if whole is None and sentences and base is not None:
            joined = three_way.paragraphs(*("\n".join(side) for side in chunk))
            whole = None if joined is None else _lines(joined)
        if whole is not None:
            found += whole
            continue
        conflicts += 1
        head, tail = common_items.common_ends(chunk.a, chunk.b)
        end, stop = len(chunk.a) - tail, len(chunk.b) - tail
        clash = marked(chunk.a[head:end], chunk.b[head:stop])
        found += [*chunk.a[:head], clash, *chunk.a[end:]]
    return Merged("\n".join(found), conflicts)


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def numbered(kind: str, words: str, seen: Counter[str]) -> Name:
    """Return the name of a line of words: its number among the lines that read so."""
    seen[words] += 1
    return (kind, words, str(seen[words]))
