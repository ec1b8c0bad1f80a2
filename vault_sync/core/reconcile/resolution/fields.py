"""Decide one field of a paper: both sides compared with the base (docs/architecture.md).

| digest | note | base | result |
|---|---|---|---|
| same | same | any | agreed |
| changed | as base | there | the note follows |
| as base | changed | there | the digest follows |
| changed | changed | there | commentary and tags are merged; else a conflict |
| has it | absent | none | the note is filled in; and the other way round |
| differ | differ | none | a conflict: neither is known to be the newer |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, Literal, NamedTuple, TypeVar

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.value_class import value_class
from vault_sync.core.model.values import Side
from vault_sync.core.naming.note_names import fold
from vault_sync.core.text.module_door import door

if TYPE_CHECKING:
    from vault_sync.core.merge import sentence_merge, three_way
else:  # most fields changed on one side
    three_way = door("vault_sync.core.merge.three_way")
    sentence_merge = door("vault_sync.core.merge.sentence_merge")

T = TypeVar("T", str, tuple[str, ...])

Reason = Literal["both changed", "never agreed", "older", "section gone", "cannot be written"]


class Decided(NamedTuple, Generic[T]):
    """A value that both sides are to have."""

    value: T


class Undecided(NamedTuple):
    """A field that stays as it is on both sides until a person decides."""

    reason: Reason


def decide_field(
    base_key: BaseKey,
    digest: T,
    note: T,
    base: Base,
    *,
    side: Side | None = None,
    merged: Callable[[T, T, T], T | None] | None = None,
) -> Decided[T] | Undecided:
    """Decide one field. An empty value is an absent one.

    A change back to an earlier text is left to a person, as a checkout or a restored
    backup looks just like that (docs/architecture.md). `side` is a person's decision. `merged`
    joins two changes to one base, or gives None where they overlap.
    """
    if digest == note:
        return Decided(digest)
    if side is not None:
        return Decided(digest if side == "digest" else note)
    was = base.rows.get(base_key)
    if was is None:
        if not digest or not note:
            return Decided(digest or note)
        return Undecided("never agreed")
    changed = note if digest == was else digest if note == was else None
    if changed is not None:
        older = base.was_before(base_key, changed)
        return Undecided("older") if older else Decided(changed)
    both = merged(was, digest, note) if merged is not None and type(was) is type(digest) else None
    return Undecided("both changed") if both is None else Decided(both)


def decide_commentary(
    base_key: BaseKey, digest: str, note: str, base: Base, side: Side | None
) -> Decided[str] | Undecided:
    """Decide a commentary: merged by paragraph, then by sentence."""

    def merged(was: str, ours: str, theirs: str) -> str | None:
        before, here, there = (sentence_merge.words_of(text) for text in (was, ours, theirs))
        if sentence_merge.has_edits_of(there, before, here):
            return theirs
        if sentence_merge.has_edits_of(here, before, there):
            return ours
        both = three_way.paragraphs(was, ours, theirs)
        return both if isinstance(both, str) else None

    return decide_field(base_key, digest, note, base, side=side, merged=merged)


@value_class
class Tags:
    """Tags that a paper is to have: in its note, and in each of its digests."""

    note: tuple[str, ...]
    digests: tuple[tuple[str, ...], ...]


class TagPlace(NamedTuple):
    """Tags of one place: in the base (None: never agreed on), and in its digest now."""

    was: tuple[str, ...] | None
    has: tuple[str, ...]


def merge_tags(
    places: Sequence[TagPlace],
    note: Sequence[str],
    private: Callable[[str], bool],
    *,
    travel: bool = True,
) -> Tags:
    """Merge the tags of a paper as sets. Sets never conflict.

    `places` are its digests, the first of which is the paper's home: a tag added in the note goes
    there (unless `travel` is False). A tag taken out of the note goes from all of them. A private
    tag of the note (`[notes] private_tags`) does not travel.
    """
    theirs = _tags_of(places)
    anywhere: set[str] = set().union(*theirs)
    public = [tag for tag in note if fold(tag) in anywhere or (travel and not private(tag))]
    views = _views(theirs, public)
    wanted = [
        view if view == place.has == place.was else three_way.tag_sets(place.was, place.has, view)
        for place, view in zip(places, views, strict=True)
    ]
    spelled = {fold(tag): tag for has in reversed(wanted) for tag in has}
    stays = {fold(tag) for tag in note} - {fold(tag) for tag in public} | set(spelled)
    listed = {fold(tag): spelled.get(fold(tag), tag) for tag in note if fold(tag) in stays}
    return Tags(tuple((listed | _unlisted(listed, wanted)).values()), tuple(wanted))


def note_tags_by_place(
    places: Sequence[TagPlace], note: Sequence[str], private: Callable[[str], bool]
) -> list[tuple[str, ...]]:
    """Return what a note's tags are to each place: those that it has or had; new ones, the first's.

    They are as `merge_tags` compares them with the tags of the places.
    """
    theirs = _tags_of(places)
    anywhere: set[str] = set().union(*theirs)
    return _views(theirs, [tag for tag in note if fold(tag) in anywhere or not private(tag)])


def _tags_of(places: Sequence[TagPlace]) -> list[set[str]]:
    return [{fold(tag) for tag in (*place.has, *(place.was or ()))} for place in places]


def _views(theirs: Sequence[set[str]], note: Sequence[str]) -> list[tuple[str, ...]]:
    anywhere: set[str] = set().union(*theirs)
    return [
        tuple(tag for tag in note if fold(tag) in has or (at == 0 and fold(tag) not in anywhere))
        for at, has in enumerate(theirs)
    ]


def _unlisted(listed: dict[str, str], wanted: Sequence[tuple[str, ...]]) -> dict[str, str]:
    """Return the tags that the note does not have yet, in the order of its digests."""
    return {fold(tag): tag for has in wanted for tag in has if fold(tag) not in listed}
