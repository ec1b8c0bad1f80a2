"""Recognise a field that went back behind a write of ours which its file had not taken in.

A write is *taken in* once its file comes back from somebody's hand with the written words in it.
From then on whatever is done to these words is that person's will. A write that was not, and of
which nothing is left in the changed file, tells of an *old copy*: an editor with a stale buffer, a
late delivery, a backup. Nobody wanted the write undone, so the field is asked about.

| the field on the side that changed                          | the write          |
|-------------------------------------------------------------|--------------------|
| all that it brought is gone, and all that it took is back   | an old copy: asked |
| anything else, in a file that was changed                   | taken in: followed |

Words typed elsewhere change neither: what was brought counts by its neighbouring words, so that one
new word seldom is one of them; of what was taken half is enough, so that one word changed in it
hides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from vault_sync.core.digest.reader import Digest
from vault_sync.core.model.base import Base, untaken_key, value_hash
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import FIELD_NAMES, FieldName, RelPath, Side
from vault_sync.core.naming.note_names import fold
from vault_sync.core.note.note import Note
from vault_sync.core.reconcile.pairing.paper import Pair, Paper
from vault_sync.core.reconcile.resolution.values import LIVE, NOTE, Resolution

SIDES: tuple[Side, Side] = ("digest", "note")

PLACE_NAMES: tuple[FieldName, ...] = ("tags", "commentary")
"""The fields that a paper has once for each digest."""

MOST = 20
"""Values of one field before writes that are not taken in; the oldest is forgotten first."""


def is_same(field: str, one: Value, other: Value) -> bool:
    """Return True for two values that say the same; the sequence of tags says nothing."""
    if field == "tags":
        return set(map(fold, one)) == set(map(fold, other))
    return one == other


def went_back(was: Value, written: Value, now: Value) -> bool:
    """Return True if nothing of a write (`was` -> `written`) is left in what stands there now."""
    if now in {was, written}:
        return now != written
    before, ours, here = _units(was), _units(written), _units(now)
    took, brought = _more(before, ours), _more(ours, before)
    if not (took or brought):
        return False
    lacking = _more(before, here) & took
    if 2 * lacking.total() > took.total() or (took and lacking == took):
        return False
    left = _more(here, before) & brought
    if isinstance(was, tuple):
        return not left
    return (not brought or left != brought) and not (_pairs(here, before) & _pairs(ours, before))


def _units(value: Value) -> Sequence[str]:
    return value.split() if isinstance(value, str) else [fold(item) for item in value]


def _more(one: Sequence[str], other: Sequence[str]) -> Counter[str]:
    """Return the words that the first has more often than the other."""
    return Counter(one) - Counter(other)


def _pairs(one: Sequence[str], other: Sequence[str]) -> Counter[tuple[str, str]]:
    """Return the neighbouring words that the first has more often than the other."""
    first, second = (Counter(pairwise(words)) for words in (one, other))
    return first - second


def sides_gone_back(base_key: BaseKey, digest: Value, note: Value, base: Base) -> tuple[Side, ...]:
    """Return the sides on which a field is an old copy's."""
    if is_same(base_key.field, digest, note):
        return ()
    return tuple(
        side
        for side, now in zip(SIDES, (digest, note), strict=True)
        if _went_back(base_key, side, now, base)
    )


def _went_back(base_key: BaseKey, side: Side, now: Value, base: Base) -> bool:
    values = base.items(untaken_key(base_key, side))
    written = _written(base_key, side, base) if values else None
    if not values or written is None or is_same(base_key.field, now, written):
        return False
    return any(went_back(was, written, now) for was in _decoded(values, written))


def _written(base_key: BaseKey, side: Side, base: Base) -> Value | None:
    """Return what both sides last agreed on, as that side says it."""
    return base.note_value(base_key) if side == "note" else base.rows.get(base_key)


def _decoded(values: Sequence[str], like: Value) -> list[Value]:
    if isinstance(like, str):
        return list(values)
    return [tuple(value.split("\n")) if value else () for value in values]


def _encoded(value: Value) -> str:
    return value if isinstance(value, str) else "\n".join(value)


class _Field(NamedTuple):
    """One field of a pair: what each side says now, None where there is none, and will say."""

    base_key: BaseKey
    now: tuple[Value | None, Value | None]
    then: tuple[Value, Value]


def record(
    resolution: Resolution, note: Note | None, base: Base, digests: Mapping[RelPath, Digest]
) -> None:
    """Propose what the base is to know of the writes to each field of a paper, on both sides.

    A field in question, or that waits, keeps what is known of it.
    """
    paper = resolution.paper
    if note is None or paper.note is None or resolution.deferred:
        return
    open_ = {(each.digest, each.field) for each in resolution.conflicts}
    pairs = [pair for pair in paper.pairs if pair.kind in LIVE]
    for pair in pairs:
        names = FIELD_NAMES if pair is pairs[0] else PLACE_NAMES
        for name in names:
            found = _field(resolution, pair, note, name, base)
            if (pair.digest, name) not in open_ and found.base_key not in base.refused:
                _record_field(resolution, pair, found, base, _PairFiles(note, digests))


def _field(resolution: Resolution, pair: Pair, note: Note, name: FieldName, base: Base) -> _Field:
    at = pair.digest if name in PLACE_NAMES else ""
    base_key = BaseKey(resolution.paper.agreed_key, at, name)
    entry, then = pair.entry, resolution.entries[pair.digest]
    sides: tuple[Value | None, Value]
    in_digest = None if entry is None else getattr(entry.fields, name)
    if name == "commentary":
        section = None if pair.section is None else pair.section.commentary
        sides = section, resolution.commentaries.get(pair.digest, section or "")
    elif name == "tags":
        # Of the note's tags those that are, or are to be, this digest's.
        here = set(map(fold, (*(in_digest or ()), *then.tags, *(base.items(base_key) or ()))))
        sides = tuple(tag for tag in note.fields.tags if fold(tag) in here), then.tags
    else:
        sides = getattr(note.fields, name), getattr(resolution.note, name)
    return _Field(base_key, (in_digest, sides[0]), (getattr(then, name), sides[1]))


class _PairFiles(NamedTuple):
    """The two files of a pair, as they are now."""

    note: Note
    digests: Mapping[RelPath, Digest]

    def is_changed(self, side: Side, pair: Pair, paper: Paper, base: Base) -> bool:
        """Return True if a file is another than at the end of the last pass, as far as is known."""
        if side == "note":
            mark = base.mark_of(paper.note or NOTE, paper.agreed_key)
            return mark is not None and mark != value_hash(self.note.text)
        mark = base.mark_of(pair.digest)
        return mark is not None and mark != value_hash(self.digests[pair.digest].text)


def _record_field(
    resolution: Resolution, pair: Pair, found: _Field, base: Base, files: _PairFiles
) -> None:
    field = found.base_key.field
    paths = (pair.digest, NOTE)
    written = {
        # What was merged stands on both sides or on neither (`deferral`).
        path: now is not None and not is_same(field, now, then)
        for path, now, then in zip(paths, found.now, found.then, strict=True)
    }
    for side, path, now, then in zip(SIDES, paths, found.now, found.then, strict=True):
        row = untaken_key(found.base_key, side)
        if now is None:
            resolution.drop(base, row)
            continue
        had = base.items(row) or ()
        if had and (
            _is_taken_in(found.base_key, side, now, base)
            or files.is_changed(side, pair, resolution.paper, base)
        ):
            had = ()
        if written[path]:
            untaken = dict.fromkeys((*had, _encoded(now)))
            had = tuple(value for value in untaken if value != _encoded(then))[-MOST:]
            resolution.propose(row, had, written)
        elif not had:
            resolution.drop(base, row)


def _is_taken_in(base_key: BaseKey, side: Side, now: Value, base: Base) -> bool:
    """Return True if somebody changed the field itself, and not back."""
    written = _written(base_key, side, base)
    return written is not None and not is_same(base_key.field, now, written)
