"""Resolve one paper: what its note and each entry are to say, and which fields stay open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from vault_sync.core.model.base import PLACE_FIELDS, Base
from vault_sync.core.model.copies import History, PastValue
from vault_sync.core.model.plan import BaseKey, Conflict, Value
from vault_sync.core.model.values import Decisions, Facts, Fields, Key, Place, RelPath, Rules, Side
from vault_sync.core.naming.keys import key_of
from vault_sync.core.naming.tags import private
from vault_sync.core.note.note import Note
from vault_sync.core.reconcile.pairing.paper import Kind, Pair, Paper
from vault_sync.core.reconcile.resolution import arrivals, fields
from vault_sync.core.reconcile.resolution.arrivals import Arrivals, Deferred
from vault_sync.core.reconcile.resolution.fields import Decided, TagPlace, Undecided

NOTE = RelPath("")
"""Stands for the paper's note among the files that a base value waits for."""

LIVE: frozenset[Kind] = frozenset({"both", "new", "moved", "append"})
"""Kinds of the pairs that have, or are to have, an entry and a section."""

FOR_NOTE = frozenset({NOTE})


class ProposedValue(NamedTuple):
    """A value for the base, and the files to be written before it is put there (NOTE: the note)."""

    base_key: BaseKey
    value: Value
    needs: frozenset[RelPath]


@dataclass(slots=True)
class Resolution:
    """Fields that the note and the entries of a paper are to have, and the conflicts.

    `entries` and `commentaries` go by digest; `note` are the note's fields. `key` is the key once
    this is done: another one than before if the paper's address was changed.
    `deferred` are those of `Plan`: what they lack is not followed yet.
    """

    paper: Paper
    key: Key
    note: Fields
    entries: dict[RelPath, Fields] = field(default_factory=dict)
    commentaries: dict[RelPath, str] = field(default_factory=dict)
    proposed: list[ProposedValue] = field(default_factory=list)
    dropped: frozenset[BaseKey] = frozenset()
    conflicts: list[Conflict] = field(default_factory=list)
    deferred: set[RelPath] = field(default_factory=set)
    old_title: str = ""
    """The title that is replaced; an alias that equals it is replaced too."""

    def arrivals(self, digest: RelPath, base: Base) -> Arrivals:
        """Return how a digest and the note came to be as they are."""
        return base.arrival(digest), base.arrival(self.paper.note)

    def defer(self, digest: RelPath, base: Base) -> None:
        """Leave a field as it is, for one of its files was just delivered."""
        files = (digest, self.paper.note)
        self.deferred |= {path for path in files if path and base.arrival(path).delivered}

    def propose(self, base_key: BaseKey, value: Value, needs: Mapping[RelPath, bool]) -> None:
        """Put a value into the base once the files that change have been written."""
        waits = frozenset([path for path, changes in needs.items() if changes])
        # Nearly all wait for nothing or for their note; a set for each would take 1 KB a paper.
        self.proposed.append(
            ProposedValue(base_key, value, FOR_NOTE if waits == FOR_NOTE else waits)
        )


def resolve(
    paper: Paper, note: Note | None, facts: Facts, base: Base, rules: Rules, decisions: Decisions
) -> Resolution:
    """Resolve every field of one paper. `note` is None for a note that is still to be made."""
    live = [pair for pair in paper.pairs if pair.kind in LIVE]
    note_fields = note.fields if note is not None else Fields(url="")
    resolution = Resolution(paper, paper.key, note_fields)
    for pair in live:
        resolution.entries[pair.digest] = (
            pair.entry.fields
            if pair.entry
            else note_fields._replace(tags=(), commentary=_section(pair))
        )
    home = next((pair for pair in paper.pairs if pair.kind != "removed"), None)
    if home is not None and home.kind in LIVE:
        # While the first digest waits, no other gives the shared fields.
        _Shared(resolution, home, note_fields, facts, base, decisions).resolve()
    for pair in live:
        _commentary(resolution, pair, base, decisions)
    _tags(resolution, note_fields, base, rules)
    _rekey(resolution, base)
    return resolution


def _section(pair: Pair) -> str:
    return pair.section.commentary if pair.section else ""


@dataclass(frozen=True, slots=True)
class _Shared:
    """The fields url, title and authors: one value a paper, which its first digest gives."""

    resolution: Resolution
    home: Pair
    note_fields: Fields
    facts: Facts
    base: Base
    decisions: Decisions

    def resolve(self) -> None:
        entry = self.resolution.entries[self.home.digest]
        to_note: dict[str, Any] = {}
        to_entry: dict[str, Any] = {}
        for name in ("url", "title", "authors"):
            if name != "url" and not entry.title:
                # An entry without a title line stays as its author wrote it.
                to_note[name] = self._without_title(name)
                continue
            value = self._value(name, entry)
            if value is not None:
                to_note[name] = to_entry[name] = value
        self.resolution.note = self.resolution.note.saying(**to_note)
        self.resolution.entries[self.home.digest] = entry.saying(**to_entry)

    def _without_title(self, name: str) -> Any:
        has = getattr(self.note_fields, name)
        value = has or getattr(self.facts, name)
        self._propose(name, value, note_changes=value != has, entry_changes=False)
        return value

    def _value(self, name: str, entry: Fields) -> Any:
        """Return the value that both sides are to have; None if that is undecided or deferred."""
        digest_has, note_has = getattr(entry, name), getattr(self.note_fields, name)
        base_key = self._base_key(name)
        side = _decided_side(self.decisions, self.resolution.paper, self.home.digest, name)
        came = self.resolution.arrivals(self.home.digest, self.base)
        history = arrivals.history_of(self.base, base_key, digest_has, note_has)
        if side is None and arrivals.waits(name, history, digest_has, note_has, came):
            self.resolution.defer(self.home.digest, self.base)
            return None
        decided = fields.decide_field(
            base_key,
            digest_has,
            note_has,
            arrivals.distrusting(self.base, came),
            side=side,
            guard_older=name != "url",
        )
        if isinstance(decided, Undecided):
            _add_conflict(self.resolution, self.home, name, digest_has, note_has, decided)
            return None
        value = decided.value or digest_has or note_has
        if name == "title":
            self.resolution.old_title = self.base.text(base_key) or self.note_fields.title
        changes = {"note_changes": value != note_has, "entry_changes": value != digest_has}
        self._propose(name, value, **changes)
        return value

    def _propose(self, name: str, value: Any, *, note_changes: bool, entry_changes: bool) -> None:
        # An entry that is still to be written changes, whatever it is to say.
        changes = {NOTE: note_changes, self.home.digest: entry_changes or self.home.entry is None}
        self.resolution.propose(self._base_key(name), value, changes)

    def _base_key(self, name: str) -> BaseKey:
        return BaseKey(self.resolution.paper.agreed_key, "", name)


def _decided_side(decisions: Decisions, paper: Paper, digest: RelPath, name: str) -> Side | None:
    """Return the side that a person chose for a field; the digest if there is no note yet."""
    if paper.note is None:
        return "digest"
    return decisions.get((paper.key, digest, name)) or decisions.get(
        (paper.agreed_key, digest, name)
    )


def _add_conflict(
    resolution: Resolution,
    pair: Pair,
    name: str,
    digest_has: str | tuple[str, ...],
    note_has: str | tuple[str, ...],
    undecided: Undecided,
) -> None:
    def shown(value: str | tuple[str, ...]) -> str:
        return value if isinstance(value, str) else ", ".join(value)

    line = None
    if pair.entry is not None:
        line = pair.entry.commentary_line if name == "commentary" else pair.entry.line
    resolution.conflicts.append(
        Conflict(
            key=resolution.paper.key,
            digest=pair.digest,
            note=resolution.paper.note or NOTE,
            field=name,
            digest_text=shown(digest_has),
            note_text=shown(note_has),
            line=line,
            reason=undecided.reason,
        )
    )


def _commentary(resolution: Resolution, pair: Pair, base: Base, decisions: Decisions) -> None:
    """Resolve the commentary of one place.

    | the pair                                | commentary                                       |
    |-----------------------------------------|--------------------------------------------------|
    | the entry is to be made                 | the section's                                    |
    | the section is to be made               | the entry's                                      |
    | the section was taken out               | undecided, until a person chooses a side         |
    | both are there                          | `fields.decide_commentary`                       |
    """
    entry = resolution.entries[pair.digest]
    paper = resolution.paper
    was = BaseKey(paper.agreed_key, _base_digest(paper, pair, base), "commentary")
    base_key = was._replace(digest=pair.digest)
    side = _decided_side(decisions, paper, pair.digest, "commentary")
    if pair.origin is not None:
        resolution.dropped |= {
            BaseKey(paper.agreed_key, pair.origin, name) for name in PLACE_FIELDS
        }
    if pair.kind == "append":
        resolution.commentaries[pair.digest] = entry.commentary
        changes = {pair.digest: True, NOTE: pair.section is None}
        resolution.propose(base_key, entry.commentary, changes)
        return
    taken_out = pair.section is None and _was_taken_out(pair, entry, was, base)
    if pair.section is None and (not taken_out or side == "digest"):
        resolution.commentaries[pair.digest] = entry.commentary
        resolution.propose(base_key, entry.commentary, {NOTE: True})
        return
    decided = _decided(resolution, pair, base, was, side)
    if isinstance(decided, Deferred):
        resolution.commentaries[pair.digest] = _section(pair)
        resolution.defer(pair.digest, base)
    elif isinstance(decided, Undecided):
        _leave_open(resolution, pair, decided, base, was)
    else:
        _take_over(resolution, pair, decided.value, base_key)


def _decided(
    resolution: Resolution, pair: Pair, base: Base, was: BaseKey, side: Side | None
) -> Decided[str] | Undecided | Deferred:
    if pair.section is None and side is None:
        return Undecided("section gone")
    digest, note = resolution.entries[pair.digest].commentary, _section(pair)
    if side is None:
        history = arrivals.history_of(base, was, digest, note)
        came = resolution.arrivals(pair.digest, base)
        copied = [path in base.with_copies for path in (pair.digest, resolution.paper.note)]
        found = arrivals.commentary(history, digest, note, came)
        if found is not None:
            return found
        if arrivals.lost_to_a_copy(history, (digest, note), came, copied):
            return Undecided("older")
    return fields.decide_commentary(was, digest, note, base, side)


def _leave_open(
    resolution: Resolution, pair: Pair, undecided: Undecided, base: Base, was: BaseKey
) -> None:
    """Leave a commentary as it is on both sides; its base value follows a moved entry."""
    section = _section(pair)
    if pair.section is not None:
        resolution.commentaries[pair.digest] = section
    if pair.origin is not None and was in base.rows:
        base_key = was._replace(digest=pair.digest)
        resolution.proposed.append(ProposedValue(base_key, base.rows[was], frozenset({NOTE})))
    digest_has = resolution.entries[pair.digest].commentary
    _add_conflict(resolution, pair, "commentary", digest_has, section, undecided)


def _take_over(resolution: Resolution, pair: Pair, value: str, base_key: BaseKey) -> None:
    entry = resolution.entries[pair.digest]
    resolution.commentaries[pair.digest] = value
    resolution.entries[pair.digest] = entry.saying(commentary=value)
    note_changes = pair.section is None or value != _section(pair)
    changes = {NOTE: note_changes, pair.digest: value != entry.commentary}
    resolution.propose(base_key, value, changes)


def _base_digest(paper: Paper, pair: Pair, base: Base) -> RelPath:
    """Return the digest under which the base has a pair: the old one where the entry has moved.

    The base may have another device's move already while the note still names the old digest.
    """
    if pair.origin is not None and base.knows(Place(paper.agreed_key, pair.origin)):
        return pair.origin
    return pair.digest


def _was_taken_out(pair: Pair, entry: Fields, base_key: BaseKey, base: Base) -> bool:
    """Tell whether a missing section once was there: it may have been removed or only emptied."""
    return pair.kind in {"both", "moved"} and bool(entry.commentary) and bool(base.text(base_key))


def _tags(resolution: Resolution, note_fields: Fields, base: Base, rules: Rules) -> None:
    paper = resolution.paper
    pairs = [pair for pair in paper.pairs if pair.kind in LIVE]
    others = [pair for pair in paper.pairs if pair.kind not in LIVE]
    places = [_tag_place(paper, pair, base) for pair in (*pairs, *others)]
    views = fields.note_tags_by_place(places, note_fields.tags, partial(private, rules))
    for at, pair in enumerate(pairs):
        if _tags_wait(resolution, pair, places[at], views[at], base):
            resolution.defer(pair.digest, base)
            return
        if _tags_are_joined(resolution, pair, places[at], views[at], base):
            places[at] = places[at]._replace(was=None)
    travel = bool(pairs) and all(place.was is not None for place in places[len(pairs) :])
    merged = fields.merge_tags(places, note_fields.tags, partial(private, rules), travel=travel)
    note_changes = set(merged.note) != set(note_fields.tags)
    for pair, tags in zip(pairs, merged.digests, strict=False):
        had = pair.entry.fields.tags if pair.entry else ()
        resolution.entries[pair.digest] = resolution.entries[pair.digest].saying(tags=tags)
        changes = {NOTE: note_changes, pair.digest: pair.entry is None or tags != had}
        resolution.propose(BaseKey(paper.agreed_key, pair.digest, "tags"), tags, changes)
    resolution.note = resolution.note.saying(tags=merged.note)


def _tags_wait(
    resolution: Resolution, pair: Pair, place: TagPlace, view: tuple[str, ...], base: Base
) -> bool:
    if pair.kind != "both" or place.was is None:
        return False
    came = resolution.arrivals(pair.digest, base)
    history = History((PastValue(place.was, "delivered"),))
    return arrivals.waits("tags", history, place.has, view, came)


def _tags_are_joined(
    resolution: Resolution, pair: Pair, place: TagPlace, view: tuple[str, ...], base: Base
) -> bool:
    """Return True if the tags of a place went back otherwise than by typing: all of both stay."""
    if pair.kind != "both" or place.was is None:
        return False
    base_key = BaseKey(resolution.paper.agreed_key, pair.digest, "tags")
    history = arrivals.history_of(base, base_key, place.has, view)
    return arrivals.are_joined(history, place.has, view, resolution.arrivals(pair.digest, base))


def _tag_place(paper: Paper, pair: Pair, base: Base) -> TagPlace:
    was = base.items(BaseKey(paper.agreed_key, _base_digest(paper, pair, base), "tags"))
    has = pair.entry.fields.tags if pair.entry else ()
    if pair.kind == "append" or paper.note is None:
        # One of the two is still to be made: that it has no tags yet removes none.
        return TagPlace(None, has)
    if pair.kind == "waiting" and was is not None:
        return TagPlace(was, was)
    return TagPlace(was, has)


def _rekey(resolution: Resolution, base: Base) -> None:
    """Move the base values to the new key where an address was changed to another paper's."""
    old = resolution.paper.agreed_key
    if any(conflict.field == "url" for conflict in resolution.conflicts):
        return
    new = resolution.key = key_of(resolution.note.url) or resolution.paper.key
    if new == old:
        return
    resolution.proposed = [
        proposed._replace(base_key=proposed.base_key._replace(key=new))
        for proposed in resolution.proposed
    ]
    digests: Sequence[str] = ("", *base.places.get(old, ()))
    resolution.dropped |= {
        base_key
        for digest in digests
        for name in ("url", "title", "authors", "note", "mentions", "tags", "commentary")
        if (base_key := BaseKey(old, digest, name)) in base.rows
    }
