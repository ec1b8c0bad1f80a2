"""Resolve one paper: what its note and each entry are to say, and which fields stay open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from vault_sync.core.digest.reader import Digest
from vault_sync.core.digest.styles import lens
from vault_sync.core.model.base import Base, apart_key, base_keys_of, parted_filled
from vault_sync.core.model.plan import Apart, BaseKey, value_words
from vault_sync.core.model.values import SHARED_FIELDS, Decisions, Facts, Fields, RelPath, Rules
from vault_sync.core.naming import people
from vault_sync.core.naming.keys import key_of
from vault_sync.core.note.note import Note, Section, commentary_of
from vault_sync.core.reconcile.pairing.paper import Pair, Paper
from vault_sync.core.reconcile.resolution import (
    arrivals,
    fields,
    old_copies,
    reread,
)
from vault_sync.core.reconcile.resolution.arrivals import Deferred
from vault_sync.core.reconcile.resolution.commentaries import resolve_commentary, resolve_tags
from vault_sync.core.reconcile.resolution.fields import SharedValue, Undecided
from vault_sync.core.reconcile.resolution.values import (
    LIVE,
    NOTE,
    Placeless,
    Resolution,
    add_conflict,
    base_digest,
    decided_side,
)


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
            pair.entry.fields if pair.entry else _entry_fields(note_fields, pair.section)
        )
    home = next((pair for pair in paper.pairs if pair.kind != "removed"), None)
    if home is not None and home.kind in LIVE:
        # While the first digest waits, no other gives the shared fields.
        value = None if note is None else note.properties.find("authors")
        as_text = value is not None and value.kind == "scalar"
        shared = _Shared(resolution, home, note_fields, facts, base, decisions, as_text)
        shared.resolve(rules)
    for pair in live:
        resolve_commentary(resolution, pair, base, decisions, digests)
    resolve_tags(resolution, note, base, rules, decisions)
    old_copies.record(resolution, note, base, digests)
    _rekey(resolution, base)
    return resolution


def _entry_fields(note_fields: Fields, section: Section | None) -> Fields:
    """Return the fields of an entry that is to be made from its note."""
    authors = people.plain(note_fields.authors)
    return note_fields._replace(authors=authors, tags=(), commentary=commentary_of(section))


class _Shared(NamedTuple):
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
        for name in SHARED_FIELDS:
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
        self.resolution.drop(self.base, base_key, apart_key(base_key))
        return getattr(entry, name) or getattr(self.facts, name)

    def _mark_filled_in(self, entry: Fields) -> None:
        """Put into the base which title and authors of an untitled entry's note arXiv gave.

        All others in such a note are the reader's own, though both sides agree on them.
        """
        base_key = self._base_key("filled")
        if entry.title:
            self.resolution.drop(self.base, base_key)
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
        if name == "authors" and not self._takes_authors(note_has):
            return self._apart_authors(digest_has, note_has)
        meaning: fields.Meaning[Any] = fields.MEANINGS[name]
        if name == "authors" and self.authors_as_text:
            meaning = fields.AUTHORS_AS_TEXT
        decided = self._decided(base_key, meaning, entry, digest_has, note_has)
        if isinstance(decided, Deferred):
            self.resolution.defer(self.home.digest, self.base)
            return None
        if isinstance(decided, Undecided):
            add_conflict(self.resolution, self.home, name, digest_has, note_has, decided.reason)
            return None
        if name == "title":
            self.resolution.old_title = self._old_title(base_key)
        differ = decided.digest and decided.note and decided.digest != decided.note
        if differ and not meaning.agree(*decided):
            self._add_apart(name, decided)
        self._propose(name, decided, note_has=note_has, digest_has=digest_has)
        return decided

    def _takes_authors(self, authors: tuple[str, ...]) -> bool:
        """Return True if the entry can be made to name these authors."""
        entry = self.home.entry
        if entry is None or not lens.takes(entry, "authors"):
            return entry is None
        return "authors" not in lens.unplaced(entry, entry.fields.saying(authors=authors))

    def _apart_authors(
        self, digest_has: tuple[str, ...], note_has: tuple[str, ...]
    ) -> SharedValue[tuple[str, ...]]:
        """Return the authors of both sides where the entry's cannot be written."""
        found = fields.apart_authors(self._base_key("authors"), digest_has, note_has, self.base)
        if found.note and (found.note[: len(digest_has)] != digest_has or not digest_has):
            self.resolution.placeless += (Placeless(self.home, "authors"),)
        self._propose("authors", found, note_has=note_has, digest_has=digest_has)
        return found

    def _decided(
        self,
        base_key: BaseKey,
        meaning: fields.Meaning[Any],
        entry: Fields,
        digest_has: Any,
        note_has: Any,
    ) -> SharedValue[Any] | Undecided | Deferred:
        """Decide one field; the title line that an untitled entry gets is no edit of its note's.

        A title of the reader's own stays in the note, apart from the digest's.
        """
        name, paper = base_key.field, self.resolution.paper
        side = decided_side(self.decisions, paper, self.home.digest, name)
        if side is None and digest_has == note_has:
            return SharedValue(digest_has, note_has)
        if side is None and name != "url":
            reread_now = self._has_new_title(entry)
            was_untitled = reread_now or self._base_key("filled") in self.base.rows
            readers = was_untitled and reread.is_the_readers(base_key, note_has, self.base)
            if readers and digest_has:
                return SharedValue(digest_has, note_has)
            side = "digest" if reread_now else None
        base = self.base
        if side is None and old_copies.sides_gone_back(base_key, digest_has, note_has, base):
            return Undecided("old-copy")
        ways = base.arrival(self.home.digest), base.arrival(paper.note)
        brought = not all(way.typed_here for way in ways)
        if not brought:
            meaning = meaning._replace(guard_older=False)
        else:
            agreed = base.rows.get(base_key), base.note_value(base_key)
            if side is None and arrivals.waits(name, agreed, (digest_has, note_has), ways):
                return Deferred()
        return fields.decide(
            meaning,
            base_key,
            digest_has,
            note_has,
            base,
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
        texts = map(value_words, value)
        note = self.resolution.paper.note or NOTE
        self.resolution.apart += (Apart(self.home.digest, note, name, *texts),)

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
            self.resolution.drop(self.base, apart_key(base_key))

    def _base_key(self, name: str) -> BaseKey:
        return BaseKey(self.resolution.paper.agreed_key, "", name)


def _rekey(resolution: Resolution, base: Base) -> None:
    """Move the base values to the new key where an address was changed to another paper's."""
    old = resolution.paper.agreed_key
    open_url = any(conflict.field == "url" for conflict in resolution.conflicts)
    if open_url or BaseKey(old, "", "url") in base.refused:
        return
    apart = next((each for each in resolution.apart if each.field == "url"), None)
    url = resolution.note.url if apart is None else apart.digest_text
    new = key_of(url) or resolution.paper.key
    if new != resolution.key:  # else the same text stays: a second one takes 65 bytes a paper
        resolution.key = new
    if new == old:
        return
    resolution.proposed = [
        proposed._replace(base_key=proposed.base_key._replace(key=new))
        for proposed in resolution.proposed
    ]
    digests: Sequence[str] = ("", *base.places.get(old, ()))
    resolution.drop(base, *(row for digest in digests for row in base_keys_of(old, digest)))
