"""Resolve one paper: what its note and each entry are to say, and which fields stay open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vault_sync.core.digest.reader import Digest
from vault_sync.core.model.base import APART, PLACE_FIELDS, Base, apart_key, parted_filled
from vault_sync.core.model.plan import Apart, BaseKey
from vault_sync.core.model.values import Decisions, Facts, Fields, RelPath, Rules, Side
from vault_sync.core.naming import people
from vault_sync.core.naming.keys import key_of
from vault_sync.core.note.note import Note
from vault_sync.core.reconcile.pairing.paper import Pair, Paper
from vault_sync.core.reconcile.resolution import (
    arrivals,
    fields,
    placeless,
    reread,
    shared_fields,
)
from vault_sync.core.reconcile.resolution.arrivals import Deferred
from vault_sync.core.reconcile.resolution.fields import Decided, Undecided
from vault_sync.core.reconcile.resolution.paper_tags import resolve_tags
from vault_sync.core.reconcile.resolution.shared_fields import SharedValue
from vault_sync.core.reconcile.resolution.values import (
    LIVE,
    NOTE,
    Placeless,
    ProposedValue,
    Resolution,
    add_conflict,
    base_digest,
)

SHARED_ROWS = ("url", "title", "authors", "filled", "note", "mentions")
"""Fields of the base that go with a paper to its new key."""


def resolve(
    paper: Paper,
    note: Note | None,
    facts: Facts,
    base: Base,
    rules: Rules,
    decisions: Decisions,
    digests: Mapping[RelPath, Digest],
) -> Resolution:
    """Resolve every field of one paper. `note` is None for a note that is still to be made."""
    live = [pair for pair in paper.pairs if pair.kind in LIVE]
    note_fields = note.fields if note is not None else Fields(url="")
    resolution = Resolution(paper, paper.key, note_fields)
    for pair in live:
        resolution.entries[pair.digest] = (
            pair.entry.fields if pair.entry else _entry_fields(note_fields, _section(pair))
        )
    home = next((pair for pair in paper.pairs if pair.kind != "removed"), None)
    if home is not None and home.kind in LIVE:
        # While the first digest waits, no other gives the shared fields.
        value = None if note is None else note.properties.find("authors")
        as_text = value is not None and value.kind == "scalar"
        shared = _Shared(resolution, home, note_fields, facts, base, decisions, as_text)
        shared.resolve(rules)
    for pair in live:
        _commentary(resolution, pair, base, decisions, digests)
    resolve_tags(resolution, note_fields, base, rules)
    _rekey(resolution, base)
    return resolution


def _entry_fields(note_fields: Fields, commentary: str) -> Fields:
    """Return the fields of an entry that is to be made from its note."""
    authors = people.plain(note_fields.authors)
    return note_fields._replace(authors=authors, tags=(), commentary=commentary)


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
    authors_as_text: bool

    def resolve(self, rules: Rules) -> None:
        entry = self.resolution.entries[self.home.digest]
        to_note: dict[str, Any] = {}
        to_entry: dict[str, Any] = {}
        for name in ("url", "title", "authors"):
            if rules.properties.is_off(name):
                to_note[name] = self._in_digest_alone(name, entry)
                continue
            if name != "url" and not entry.title:
                # An entry without a title line stays as its author wrote it.
                to_note[name] = self._without_title(name)
                continue
            value = self._value(name, entry)
            if value is not None:
                to_entry[name], to_note[name] = value
        self._mark_filled_in(entry)
        self.resolution.note = self.resolution.note.saying(**to_note)
        self.resolution.entries[self.home.digest] = entry.saying(**to_entry)

    def _in_digest_alone(self, name: str, entry: Fields) -> Any:
        """Return the digest's value of a property that is switched off; the base forgets it.

        So its absence from the note is no edit, nor is the first one when it is switched on again.
        """
        base_key = self._base_key(name)
        self.resolution.dropped |= {base_key, apart_key(base_key)}
        return getattr(entry, name) or getattr(self.facts, name)

    def _mark_filled_in(self, entry: Fields) -> None:
        """Put into the base which title and authors of an untitled entry's note arXiv gave.

        All others in such a note are the reader's own, though both sides agree on them.
        """
        base_key = self._base_key("filled")
        if entry.title:
            self.resolution.dropped |= {base_key}
            return
        has, facts = self.note_fields, self.facts
        title, authors = parted_filled(self.base.items(base_key))
        value = (
            (title if has.title == title else "") if has.title else facts.title,
            *((authors if has.authors == authors else ()) if has.authors else facts.authors),
        )
        changes = (not has.title and bool(facts.title)) or (not has.authors and bool(facts.authors))
        self.resolution.propose(base_key, value, {NOTE: changes})

    def _without_title(self, name: str) -> Any:
        has = getattr(self.note_fields, name)
        value = has or getattr(self.facts, name)
        self._propose(name, SharedValue(value, value), note_has=has, digest_has=value)
        return value

    def _value(self, name: str, entry: Fields) -> SharedValue[Any] | None:
        """Return what both sides are to have; None if that is undecided or deferred."""
        digest_has, note_has = getattr(entry, name), getattr(self.note_fields, name)
        base_key = self._base_key(name)
        if self.base.refuses(base_key, digest_has, note_has):
            return None
        if name == "authors" and placeless.is_apart(self.home, note_has):
            return self._apart_authors(digest_has, note_has)
        meaning: shared_fields.Meaning[Any] = shared_fields.MEANINGS[name]
        if name == "authors" and self.authors_as_text:
            meaning = shared_fields.AUTHORS_AS_TEXT
        decided = self._decided(base_key, meaning, entry, digest_has, note_has)
        if isinstance(decided, Deferred):
            self.resolution.defer(self.home.digest, self.base)
            return None
        if isinstance(decided, Undecided):
            add_conflict(self.resolution, self.home, name, digest_has, note_has, decided.reason)
            return None
        if name == "title":
            self.resolution.old_title = self._old_title(base_key)
        if decided.digest and decided.note and not meaning.agree(*decided):
            self._add_apart(name, decided)
        self._propose(name, decided, note_has=note_has, digest_has=digest_has)
        return decided

    def _apart_authors(
        self, digest_has: tuple[str, ...], note_has: tuple[str, ...]
    ) -> SharedValue[tuple[str, ...]]:
        """Return the authors of both sides where the entry's cannot be written."""
        found = placeless.authors(self._base_key("authors"), digest_has, note_has, self.base)
        if found.note and (found.note[: len(digest_has)] != digest_has or not digest_has):
            self.resolution.placeless.append(Placeless(self.home, "authors"))
        self._propose("authors", found, note_has=note_has, digest_has=digest_has)
        return found

    def _decided(
        self,
        base_key: BaseKey,
        meaning: shared_fields.Meaning[Any],
        entry: Fields,
        digest_has: Any,
        note_has: Any,
    ) -> SharedValue[Any] | Undecided | Deferred:
        """Decide one field; a title line that is read as one since this pass is no edit."""
        name, paper = base_key.field, self.resolution.paper
        side = _decided_side(self.decisions, paper, self.home.digest, name)
        if side is None and name != "url" and digest_has != note_has and self._has_new_title(entry):
            if not reread.is_the_readers(base_key, note_has, self.base):
                side = "digest"
            elif meaning.agree(digest_has, note_has):
                return SharedValue(digest_has, note_has)
            else:
                # From here on it counts as never agreed on, until a person decides.
                self.resolution.dropped |= {base_key, apart_key(base_key)}
                return Undecided("never agreed")
        ways = self.base.arrival(self.home.digest), self.base.arrival(paper.note)
        agreed = self.base.rows.get(base_key), self.base.note_value(base_key)
        if side is None and arrivals.waits(name, agreed, (digest_has, note_has), ways):
            return Deferred()
        return shared_fields.decide(
            meaning,
            base_key,
            digest_has,
            note_has,
            arrivals.distrusting(self.base, ways),
            side=side,
            adopted=paper.role == "adopted",
        )

    def _has_new_title(self, entry: Fields) -> bool:
        paper, home = self.resolution.paper, self.home
        was = BaseKey(paper.agreed_key, base_digest(paper, home, self.base), "commentary")
        return reread.has_new_title(self.base.text(was), entry)

    def _old_title(self, base_key: BaseKey) -> str:
        was = self.base.text(apart_key(base_key)) or self.base.text(base_key)
        return was or self.note_fields.title

    def _add_apart(self, name: str, value: SharedValue[Any]) -> None:
        texts = [text if isinstance(text, str) else ", ".join(text) for text in value]
        note = self.resolution.paper.note or NOTE
        self.resolution.apart.append(Apart(self.home.digest, note, name, *texts))

    def _propose(
        self, name: str, value: SharedValue[Any], *, note_has: object, digest_has: object
    ) -> None:
        # An entry that is still to be written changes, whatever it is to say.
        entry_changes = value.digest != digest_has or self.home.entry is None
        changes = {NOTE: value.note != note_has, self.home.digest: entry_changes}
        base_key = self._base_key(name)
        self.resolution.propose(base_key, value.digest, changes)
        if value.note != value.digest:
            self.resolution.propose(apart_key(base_key), value.note, changes)
        else:
            self.resolution.dropped |= {apart_key(base_key)}

    def _base_key(self, name: str) -> BaseKey:
        return BaseKey(self.resolution.paper.agreed_key, "", name)


def _decided_side(decisions: Decisions, paper: Paper, digest: RelPath, name: str) -> Side | None:
    """Return the side that a person chose for a field; the digest if there is no note yet."""
    if paper.note is None:
        return "digest"
    return decisions.get((paper.key, digest, name)) or decisions.get(
        (paper.agreed_key, digest, name)
    )


def _commentary(
    resolution: Resolution,
    pair: Pair,
    base: Base,
    decisions: Decisions,
    digests: Mapping[RelPath, Digest],
) -> None:
    """Resolve the commentary of one place.

    | the pair                                | commentary                                       |
    |-----------------------------------------|--------------------------------------------------|
    | the entry is to be made                 | the section's                                    |
    | the section is to be made               | the entry's                                      |
    | the section was taken out               | undecided, until a person chooses a side         |
    | the entry is read otherwise than before | the entry's, with the edits of the section       |
    | both are there                          | `fields.decide_commentary`                       |
    """
    entry = resolution.entries[pair.digest]
    paper = resolution.paper
    was = BaseKey(paper.agreed_key, base_digest(paper, pair, base), "commentary")
    base_key = was._replace(digest=pair.digest)
    side = _decided_side(decisions, paper, pair.digest, "commentary")
    if pair.origin is not None:
        origin = was._replace(digest=pair.origin)
        resolution.dropped |= {origin._replace(field=name) for name in PLACE_FIELDS}
    if pair.kind == "append":
        resolution.commentaries[pair.digest] = entry.commentary
        changes = {pair.digest: True, NOTE: pair.section is None}
        resolution.propose(base_key, entry.commentary, changes)
        return
    if pair.section is not None and placeless.takes_none(pair, "commentary"):
        _leave_in_note(resolution, pair, pair.section.commentary, base_key)
        return
    if paper.note is not None and base.refuses(base_key, entry.commentary, _section(pair)):
        resolution.commentaries[pair.digest] = _section(pair)
        return
    taken_out = pair.section is None and _was_taken_out(pair, entry, was, base)
    if pair.section is None and (not taken_out or side == "digest"):
        resolution.commentaries[pair.digest] = entry.commentary
        resolution.propose(base_key, entry.commentary, {NOTE: True})
        return
    decided = _decided_commentary(resolution, pair, was, base, side, digests)
    if isinstance(decided, Undecided | Deferred):
        _leave_open(resolution, pair, decided, base, was)
    elif placeless.has_no_place(pair, "commentary", decided.value):
        _leave_in_note(resolution, pair, decided.value, base_key)
    else:
        _take_over(resolution, pair, decided.value, base_key)


def _decided_commentary(
    resolution: Resolution,
    pair: Pair,
    was: BaseKey,
    base: Base,
    side: Side | None,
    digests: Mapping[RelPath, Digest],
) -> Decided[str] | Undecided | Deferred:
    """Decide a commentary; what only is read otherwise than at the last pass is no edit."""
    agreed, section, entry = base.text(was), _section(pair), resolution.entries[pair.digest]
    if pair.section is None and side is None:
        return Undecided("section gone")
    if side is None and (found := arrivals.decide(resolution, pair, base, was)) is not None:
        return found
    if side is None and agreed is not None and pair.entry is not None:
        if agreed == section and reread.has_swallowed(agreed, entry, digests[pair.digest]):
            return Decided(entry.commentary)
        anew = reread.commentary(agreed, entry, section)
        if anew is not None:
            return Decided(anew)
    return fields.decide_commentary(was, entry.commentary, section, base, side)


def _leave_open(
    resolution: Resolution, pair: Pair, undecided: Undecided | Deferred, base: Base, was: BaseKey
) -> None:
    """Leave a commentary as it is on both sides; its base value follows a moved entry."""
    section = _section(pair)
    if pair.section is not None:
        resolution.commentaries[pair.digest] = section
    if pair.origin is not None and was in base.rows:
        base_key = was._replace(digest=pair.digest)
        resolution.proposed.append(ProposedValue(base_key, base.rows[was], frozenset({NOTE})))
    if isinstance(undecided, Deferred):
        resolution.defer(pair.digest, base)
        return
    digest_has = resolution.entries[pair.digest].commentary
    add_conflict(resolution, pair, "commentary", digest_has, section, undecided.reason)


def _leave_in_note(resolution: Resolution, pair: Pair, value: str, base_key: BaseKey) -> None:
    """Give the note a commentary that its entry has no place for; the digest's is agreed on."""
    entry = resolution.entries[pair.digest]
    resolution.commentaries[pair.digest] = value
    resolution.propose(base_key, entry.commentary, {NOTE: value != _section(pair)})
    if value != entry.commentary:
        resolution.placeless.append(Placeless(pair, "commentary"))


def _take_over(resolution: Resolution, pair: Pair, value: str, base_key: BaseKey) -> None:
    entry = resolution.entries[pair.digest]
    resolution.commentaries[pair.digest] = value
    resolution.entries[pair.digest] = entry.saying(commentary=value)
    note_changes = pair.section is None or value != _section(pair)
    changes = {NOTE: note_changes, pair.digest: value != entry.commentary}
    resolution.propose(base_key, value, changes)


def _was_taken_out(pair: Pair, entry: Fields, base_key: BaseKey, base: Base) -> bool:
    """Tell whether a missing section once was there: it may have been removed or only emptied."""
    return pair.kind in {"both", "moved"} and bool(entry.commentary) and bool(base.text(base_key))


def _rekey(resolution: Resolution, base: Base) -> None:
    """Move the base values to the new key where an address was changed to another paper's."""
    old = resolution.paper.agreed_key
    open_url = any(conflict.field == "url" for conflict in resolution.conflicts)
    if open_url or BaseKey(old, "", "url") in base.refused:
        return
    apart = next((each for each in resolution.apart if each.field == "url"), None)
    url = resolution.note.url if apart is None else apart.digest_text
    new = resolution.key = key_of(url) or resolution.paper.key
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
        for name in (*SHARED_ROWS, "tags", "commentary", *APART)
        if (base_key := BaseKey(old, digest, name)) in base.rows
    }
