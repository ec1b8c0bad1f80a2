"""Decide one field of a paper: both sides compared with the base (docs/architecture.md).

| digest | note | base | result |
|---|---|---|---|
| same | same | any | agreed |
| changed | as base | there | the note follows, in its form |
| as base | changed | there | the digest follows, in its form |
| changed | changed | there | commentary and tags are merged; else a conflict |
| has it | absent | none | the note is filled in; and the other way round |
| differ | differ | none | a conflict: neither is known to be the newer |

Url, title and authors are compared by what they mean, each side in its own form: changed to the
same meaning on both sides they agree, and what differs at adoption stays as it is (*apart*).
*As base* is a matter of the value as read: texts with the same words on other lines
(`text/wrapping`) are the same, each side keeps its own lines, and an edit takes those of the side
where it lands; names that differ in form alone (list or text, `Last,
First`, links) are the same, a corrected spelling is a change. The base has what the digest says,
and beside it what the note says where that is another text (`apart_key`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeVar

from vault_sync.core.model.base import Base, apart_key
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Side
from vault_sync.core.naming import people
from vault_sync.core.naming.keys import is_cut_address, key_of
from vault_sync.core.naming.note_names import fold
from vault_sync.core.naming.wikilinks import is_cut_title
from vault_sync.core.text.folding import fold_title
from vault_sync.core.text.module_door import door
from vault_sync.core.text.wrapping import rewrapped, same_words

if TYPE_CHECKING:
    from vault_sync.core.merge import sentence_merge, three_way
else:  # most fields changed on one side
    three_way = door("vault_sync.core.merge.three_way")
    sentence_merge = door("vault_sync.core.merge.sentence_merge")

T = TypeVar("T", str, tuple[str, ...])

Reason = Literal[
    "both changed",
    "never agreed",
    "older",
    "old-copy",
    "section gone",
    "property gone",
    "looks cut",
    "cannot be written",
]


class Decided(NamedTuple):
    """A commentary that both sides are to have; where one wraps it otherwise, each in its own way.

    `in_note` is None where the note sets it as the digest does.
    """

    value: str
    in_note: str | None = None

    @property
    def note(self) -> str:
        return self.value if self.in_note is None else self.in_note

    @classmethod
    def wrapped_as(cls, digest: str, note: str, value: str) -> Decided:
        """Return a text for both sides, each with the line breaks that stand there."""
        return cls(rewrapped(digest, value), rewrapped(note, value))


class Undecided(NamedTuple):
    """A field that stays as it is on both sides until a person decides."""

    reason: Reason


def decide_commentary(
    base_key: BaseKey, digest: str, note: str, base: Base, side: Side | None
) -> Decided | Undecided:
    """Decide a commentary, of which an empty one is an absent one.

    `side` is a person's decision.
    """
    if digest == note:
        return Decided(digest)
    if side is not None:
        return Decided(digest if side == "digest" else note)
    if same_words(digest, note):
        return Decided(digest, note)
    was = base.text(base_key)
    if was is None:
        if not digest or not note:
            return Decided(digest or note)
        return Undecided("never agreed")
    changed = note if same_words(digest, was) else digest if same_words(note, was) else None
    if changed is not None:
        return Decided.wrapped_as(digest, note, changed)
    both = _merged(was, digest, note)
    if both is None:
        # The same edits where all three are wrapped alike.
        both = _merged(rewrapped(digest, was), digest, rewrapped(digest, note))
    return Undecided("both changed") if both is None else Decided.wrapped_as(digest, note, both)


def _merged(was: str, digest: str, note: str) -> str | None:
    """Return a commentary merged by paragraph, then by sentence; None where edits overlap."""
    before, here, there = (sentence_merge.words_of(text) for text in (was, digest, note))
    if sentence_merge.has_edits_of(there, before, here):
        return note
    if sentence_merge.has_edits_of(here, before, there):
        return digest
    return three_way.paragraphs(was, digest, note)


class Tags(NamedTuple):
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


class Meaning(NamedTuple, Generic[T]):
    """Rules by which two values of a field mean the same.

    `agree` compares two sides, `unchanged` one side with what it was. `to_digest` and `to_note`
    write the other side's value in the form that stands there (first argument), knowing what the
    other side said before (last; None if nobody knows); None where that would lose something.
    `is_partial`: the value leaves something out, and is never spread.
    `spelled`: where the two sides are spelled differently, another spelling of one is no change.
    `guard_older`: an earlier value that was brought is left to a person. `looks_cut` tells of a
    value and that before it whether the new one is what a slip left of it.
    """

    agree: Callable[[T, T], bool]
    unchanged: Callable[[T, T], bool]
    to_digest: Callable[[T, T, Any], T | None]
    to_note: Callable[[T, T, Any], T | None]
    is_partial: Callable[[T], bool] = lambda _: False
    spelled: bool = False
    guard_older: bool = True
    looks_cut: Callable[[Any, T], bool] = lambda _was, _now: False


class SharedValue(NamedTuple, Generic[T]):
    """Value that each side is to have."""

    digest: T
    note: T


def decide(
    meaning: Meaning[T],
    base_key: BaseKey,
    digest: T,
    note: T,
    base: Base,
    *,
    side: Side | None = None,
    adopted: bool = False,
) -> SharedValue[T] | Undecided:
    """Decide one field, of which an empty value is an absent one.

    Where the other side's form cannot hold what a person decided (`side`), both stay. `adopted`:
    they meet for the first time.
    """
    as_they_are = SharedValue(digest, note)
    if digest == note or side is not None:
        return (side and _followed(meaning, digest, note, side)) or as_they_are
    was = base.rows.get(base_key)
    if was is None:
        if not digest or not note:
            return _filled(meaning, digest, note)
        return as_they_are if adopted or meaning.agree(digest, note) else Undecided("never agreed")
    note_was = base.note_value(base_key)
    changed = _changed_side(meaning, digest, note, was, note_was)
    if changed is None:
        return as_they_are
    same = bool(digest and note) and meaning.agree(digest, note)
    if changed == "both":
        return as_they_are if same else Undecided("both changed")
    if not digest or not note:
        return _filled(meaning, digest, note)
    before, now = (was, digest) if changed == "digest" else (note_was, note)
    if meaning.looks_cut(before, now):
        return Undecided("looks cut")
    if same and _stays_apart(meaning, digest, note, spelled_apart=was != note_was):
        return as_they_are
    if meaning.guard_older and _was_ever(base, base_key, now):
        return Undecided("older")
    return _followed(meaning, digest, note, changed, before) or Undecided("cannot be written")


def _stays_apart(meaning: Meaning[T], digest: T, note: T, *, spelled_apart: bool) -> bool:
    """Return True if each side keeps its own form of a value that is the same."""
    cut = meaning.is_partial(digest) or meaning.is_partial(note)
    return cut or (meaning.spelled and spelled_apart)


def apart_authors(
    base_key: BaseKey, digest: tuple[str, ...], note: tuple[str, ...], base: Base
) -> SharedValue[tuple[str, ...]]:
    """Return the authors of both sides where the digest's cannot be written: a list in part.

    The note takes them over while it has none, or those that the digest had; otherwise it keeps
    its own. A digest without a list takes none away.
    """
    was = base.rows.get(base_key)
    if was is None:
        return SharedValue(digest, note or digest)
    follows = bool(digest) and digest != was and note == was
    return SharedValue(digest, digest if follows else note)


def _was_ever(base: Base, base_key: BaseKey, value: str | tuple[str, ...]) -> bool:
    """Tell whether a value is an earlier one of either side."""
    return base.was_ever(base_key, value) or base.was_ever(apart_key(base_key), value)


def _changed_side(
    meaning: Meaning[T], digest: T, note: T, was: object, note_was: object
) -> Side | Literal["both"] | None:
    """Return the side that says something else than it did; None for neither."""
    digest_same = type(was) is type(digest) and meaning.unchanged(was, digest)
    note_same = type(note_was) is type(note) and meaning.unchanged(note_was, note)
    if digest_same:
        return None if note_same else "note"
    return "digest" if note_same else "both"


def _filled(meaning: Meaning[T], digest: T, note: T) -> SharedValue[T]:
    """Return both values, the empty one filled in from the other."""
    if not note:
        return SharedValue(digest, digest)
    written = meaning.to_digest(digest, note, None)
    return SharedValue(digest if written is None else written, note)


def _followed(
    meaning: Meaning[T], digest: T, note: T, side: Side, was: object = None
) -> SharedValue[T] | None:
    """Return both values, the one written as the other says; None where its form cannot hold it.

    `was` is what that other side said before.
    """
    if side == "digest":
        written = meaning.to_note(note, digest, was)
        return None if written is None else SharedValue(digest, written)
    written = meaning.to_digest(digest, note, was)
    return None if written is None else SharedValue(written, note)


def _same_address(one: str, other: str) -> bool:
    if one == other:
        return True
    key = key_of(one)
    return key is not None and key == key_of(other)


def _same_title(one: str, other: str) -> bool:
    return one == other or fold_title(one) == fold_title(other)


def _other_value(_: str, value: str, was: object) -> str:
    del was
    return value


def _other_words(here: str, value: str, was: object) -> str:
    del was
    return rewrapped(here, value)


def _authors_to_digest(
    digest: people.Authors, note: people.Authors, was: people.Authors | None
) -> people.Authors | None:
    names = people.plain(note, like=digest)
    return people.written_like(digest, names, was=was or (), as_list=True) if digest else names


def _authors_to_note(
    note: people.Authors, digest: people.Authors, was: people.Authors | None, *, as_list: bool
) -> people.Authors | None:
    names = people.plain(digest, like=note)
    return people.written_like(note, names, was=was or (), as_list=as_list) if note else digest


URL: Meaning[str] = Meaning(
    _same_address,
    str.__eq__,
    _other_value,
    _other_value,
    spelled=True,
    guard_older=False,
    looks_cut=is_cut_address,
)


TITLE: Meaning[str] = Meaning(
    _same_title, same_words, _other_words, _other_words, looks_cut=is_cut_title
)


AUTHORS: Meaning[people.Authors] = Meaning(
    people.agree,
    people.same_names,
    _authors_to_digest,
    partial(_authors_to_note, as_list=True),
    people.is_partial,
)


AUTHORS_AS_TEXT = AUTHORS._replace(to_note=partial(_authors_to_note, as_list=False))
"""Of a note whose property is a text, no list."""


MEANINGS: Mapping[str, Meaning[str] | Meaning[people.Authors]] = {
    "url": URL,
    "title": TITLE,
    "authors": AUTHORS,
}
"""The fields that a paper has once, whatever number of digests it stands in."""
