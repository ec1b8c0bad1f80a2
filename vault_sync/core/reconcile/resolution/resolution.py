"""One paper settled: what its note and each of its entries are to say, and what stays open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from vault_sync.core.model.base import PLACE_FIELDS, Base
from vault_sync.core.model.plan import BaseKey, Conflict, Value
from vault_sync.core.model.values import Decisions, Facts, Fields, Key, Place, RelPath, Rules, Side
from vault_sync.core.naming.keys import key_of
from vault_sync.core.naming.tags import private
from vault_sync.core.note.note import Note
from vault_sync.core.reconcile.pairing.paper import Pair, Paper
from vault_sync.core.reconcile.resolution import fields
from vault_sync.core.reconcile.resolution.fields import TagPlace, Undecided

NOTE = RelPath("")
"""Stands for the paper's note among the files that an agreement waits for."""

LIVE = frozenset({"both", "new", "moved", "append"})

FOR_NOTE = frozenset({NOTE})


class ProposedValue(NamedTuple):
    """A base value, and the files that must say it before it is kept (NOTE: the note)."""

    base_key: BaseKey
    value: Value
    needs: frozenset[RelPath]


@dataclass(slots=True)
class Resolution:
    """What is to be said where. `entries` and `commentaries` go by digest.

    `key` is the paper's key once this is done: another one than before if its address was changed.
    """

    paper: Paper
    key: Key
    note: Fields
    entries: dict[RelPath, Fields] = field(default_factory=dict)
    commentaries: dict[RelPath, str] = field(default_factory=dict)
    proposed: list[ProposedValue] = field(default_factory=list)
    dropped: frozenset[BaseKey] = frozenset()
    conflicts: list[Conflict] = field(default_factory=list)
    old_title: str = ""
    """The title that the one settled on takes the place of; an alias follows it."""

    def keep(self, base_key: BaseKey, value: Value, needs: Mapping[RelPath, bool]) -> None:
        waits = frozenset([path for path, changes in needs.items() if changes])
        # Nearly all wait for nothing or for their note; a set for each would take 1 KB a paper.
        self.proposed.append(
            ProposedValue(base_key, value, FOR_NOTE if waits == FOR_NOTE else waits)
        )


def resolve(
    paper: Paper, note: Note | None, facts: Facts, base: Base, rules: Rules, decisions: Decisions
) -> Resolution:
    """Settle every field of one paper. `note` is None for a note that is still to be made."""
    live = [pair for pair in paper.pairs if pair.kind in LIVE]
    said = note.fields if note is not None else Fields(url="")
    result = Resolution(paper, paper.key, said)
    for pair in live:
        result.entries[pair.digest] = (
            pair.entry.fields if pair.entry else said._replace(tags=(), commentary=_section(pair))
        )
    speaks = next((pair for pair in paper.pairs if pair.kind != "removed"), None)
    if speaks is not None and speaks.kind in LIVE:
        # While the first digest waits nobody else speaks for the paper as a whole.
        _shared(result, speaks, said, facts, base, decisions)
    for pair in live:
        _commentary(result, pair, base, decisions)
    _tags(result, said, base, rules)
    _rekey(result, base)
    return result


def _section(pair: Pair) -> str:
    return pair.section.commentary if pair.section else ""


def _shared(
    result: Resolution, speaker: Pair, said: Fields, facts: Facts, base: Base, decisions: Decisions
) -> None:
    """url, title and authors: of the paper as a whole, spoken for by its first digest."""
    entry = result.entries[speaker.digest]
    # An entry that is still to be written says nothing yet, whatever it is to say.
    unwritten = speaker.entry is None
    to_note: dict[str, Any] = {}
    to_entry: dict[str, Any] = {}
    for name in ("url", "title", "authors"):
        digest_has, note_has = getattr(entry, name), getattr(said, name)
        base_key = BaseKey(result.paper.agreed_key, "", name)
        if name != "url" and not entry.title:
            # An entry without a title line stays as its author wrote it.
            value = note_has or getattr(facts, name)
            to_note[name] = value
            result.keep(base_key, value, {NOTE: value != note_has, speaker.digest: unwritten})
            continue
        decided = fields.decide_field(
            base_key,
            digest_has,
            note_has,
            base,
            side=_choice(decisions, result.paper, speaker.digest, name),
            hold_older=name != "url",
        )
        if isinstance(decided, Undecided):
            _open(result, speaker, name, digest_has, note_has, decided)
            continue
        value = decided.value or digest_has or note_has
        if name == "title":
            result.old_title = base.text(base_key) or said.title
        to_note[name] = to_entry[name] = value
        differs = unwritten or value != digest_has
        result.keep(base_key, value, {NOTE: value != note_has, speaker.digest: differs})
    result.note = result.note.saying(**to_note)
    result.entries[speaker.digest] = entry.saying(**to_entry)


def _choice(decisions: Decisions, paper: Paper, digest: RelPath, name: str) -> Side | None:
    if paper.note is None:
        return "digest"  # a note that is still to be made says nothing yet
    return decisions.get((paper.key, digest, name)) or decisions.get(
        (paper.agreed_key, digest, name)
    )


def _open(
    result: Resolution,
    pair: Pair,
    name: str,
    digest_has: str | tuple[str, ...],
    note_has: str | tuple[str, ...],
    why: Undecided,
) -> None:
    def shown(value: str | tuple[str, ...]) -> str:
        return value if isinstance(value, str) else ", ".join(value)

    line = None
    if pair.entry is not None:
        line = pair.entry.commentary_line if name == "commentary" else pair.entry.line
    result.conflicts.append(
        Conflict(
            key=result.paper.key,
            digest=pair.digest,
            note=result.paper.note or NOTE,
            field=name,
            digest_text=shown(digest_has),
            note_text=shown(note_has),
            line=line,
            reason=why.reason,
        )
    )


def _commentary(result: Resolution, pair: Pair, base: Base, decisions: Decisions) -> None:
    entry = result.entries[pair.digest]
    paper = result.paper
    base_key = BaseKey(paper.agreed_key, _base_digest(paper, pair, base), "commentary")
    new_base_key = BaseKey(paper.agreed_key, pair.digest, "commentary")
    side = _choice(decisions, paper, pair.digest, "commentary")
    if pair.origin is not None:
        result.dropped |= {BaseKey(paper.agreed_key, pair.origin, name) for name in PLACE_FIELDS}
    if pair.kind == "append":
        result.commentaries[pair.digest] = entry.commentary
        result.keep(new_base_key, entry.commentary, {pair.digest: True, NOTE: pair.section is None})
        return
    if pair.section is None and not (
        _was_taken_out(pair, entry, base_key, base) and side != "digest"
    ):
        # A section that is still to be made says what the entry says.
        result.commentaries[pair.digest] = entry.commentary
        result.keep(new_base_key, entry.commentary, {NOTE: True})
        return
    said = _section(pair)
    decided = (
        Undecided("section gone")
        if pair.section is None and side is None
        else fields.decide_commentary(base_key, entry.commentary, said, base, side)
    )
    if isinstance(decided, Undecided):
        if pair.section is not None:
            result.commentaries[pair.digest] = said
        if pair.origin is not None and base_key in base.rows:
            result.proposed.append(
                ProposedValue(new_base_key, base.rows[base_key], frozenset({NOTE}))
            )
        _open(result, pair, "commentary", entry.commentary, said, decided)
        return
    value = decided.value
    result.commentaries[pair.digest] = value
    result.entries[pair.digest] = entry.saying(commentary=value)
    note_changes = pair.section is None or value != said
    result.keep(new_base_key, value, {NOTE: note_changes, pair.digest: value != entry.commentary})


def _base_digest(paper: Paper, pair: Pair, base: Base) -> RelPath:
    """The digest under which the base knows a place: its old one where the entry has moved.

    Another device's move may be known already while the note still names the old digest.
    """
    if pair.origin is not None and base.knows(Place(paper.agreed_key, pair.origin)):
        return pair.origin
    return pair.digest


def _was_taken_out(pair: Pair, entry: Fields, base_key: BaseKey, base: Base) -> bool:
    """Whether a section that is not there once was: nobody knows what its reader meant."""
    return pair.kind in {"both", "moved"} and bool(entry.commentary) and bool(base.text(base_key))


def _tags(result: Resolution, said: Fields, base: Base, rules: Rules) -> None:
    pairs = [pair for pair in result.paper.pairs if pair.kind in LIVE]
    others = [pair for pair in result.paper.pairs if pair.kind not in LIVE]
    places = [_tag_place(result.paper, pair, base) for pair in (*pairs, *others)]
    travel = bool(pairs) and all(place.was is not None for place in places[len(pairs) :])
    wanted = fields.merge_tags(places, said.tags, partial(private, rules), travel=travel)
    for pair, tags in zip(pairs, wanted.digests, strict=False):
        had = pair.entry.fields.tags if pair.entry else ()
        result.entries[pair.digest] = result.entries[pair.digest].saying(tags=tags)
        base_key = BaseKey(result.paper.agreed_key, pair.digest, "tags")
        differs = pair.entry is None or tags != had
        result.keep(
            base_key, tags, {NOTE: set(wanted.note) != set(said.tags), pair.digest: differs}
        )
    result.note = result.note.saying(tags=wanted.note)


def _tag_place(paper: Paper, pair: Pair, base: Base) -> TagPlace:
    was = base.items(BaseKey(paper.agreed_key, _base_digest(paper, pair, base), "tags"))
    has = pair.entry.fields.tags if pair.entry else ()
    if pair.kind == "append" or paper.note is None:
        # One of the two is still to be made: that it has no tags is nobody's wish.
        return TagPlace(None, has)
    if pair.kind == "waiting" and was is not None:
        return TagPlace(was, was)
    return TagPlace(was, has)


def _rekey(result: Resolution, base: Base) -> None:
    """Where an address was changed to that of another paper, the base follows to its new key."""
    new = key_of(result.note.url) or result.paper.key
    old = result.paper.agreed_key
    result.key = new
    if any(conflict.field == "url" for conflict in result.conflicts):
        result.key = result.paper.key
        return
    if new == old:
        return
    result.proposed = [
        kept._replace(base_key=kept.base_key._replace(key=new)) for kept in result.proposed
    ]
    digests: Sequence[str] = ("", *base.places.get(old, ()))
    result.dropped |= {
        base_key
        for digest in digests
        for name in ("url", "title", "authors", "note", "mentions", "tags", "commentary")
        if (base_key := BaseKey(old, digest, name)) in base.rows
    }
