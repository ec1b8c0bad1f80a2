"""Pair a note with a digest that has no entry of its paper: removed, unreadable, not there yet."""

from __future__ import annotations

from dataclasses import replace

from vault_sync.core.digest.reader import Digest
from vault_sync.core.digest.styles.style import FLAT
from vault_sync.core.model import problems
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.value_class import value_class
from vault_sync.core.model.values import Decisions, Key, Place, RelPath
from vault_sync.core.naming.keys import key_of
from vault_sync.core.naming.wikilinks import addresses
from vault_sync.core.reconcile.pairing.decisions import accepted_digests
from vault_sync.core.reconcile.pairing.named_digests import DigestNames, NamedDigest
from vault_sync.core.reconcile.pairing.paper import Kind, Notices, Pair, note_value
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.spans import Span, line_number


@value_class
class MissingEntries:
    """Finder of the kind of each pair that has no entry."""

    snapshot: Snapshot
    base: Base
    decisions: Decisions
    names: DigestNames
    notices: Notices

    def pair(self, key: Key, note: RelPath, digest: RelPath, named: NamedDigest) -> Pair:
        """Return the pair of a note that names a digest without an entry of its paper."""
        origin = self.names.renamed_from(key, digest)
        waiting = Pair(digest, "waiting", None, named.section, named.target, origin)
        return replace(waiting, kind=self._kind(key, note, waiting))

    def _kind(self, key: Key, note: RelPath, pair: Pair) -> Kind:
        digest = pair.digest
        if digest in self.snapshot.locked:
            return "waiting"
        side = self.decisions.get((key, digest, "entry"))
        if side is not None:
            return "append" if side == "note" else "removed"
        value = note_value(self.snapshot.notes[note].fields, pair.section)
        if self.base.refuses(BaseKey(key, digest, "entry"), "", value):
            return "waiting"
        if self.base.knows(Place(key, pair.origin or digest)):
            return self._was_agreed(key, note, digest)
        if self.base.arrival(note).delivered:
            # Its digest may be on the way behind it.
            self.notices.deferred.add(note)
            return "waiting"
        return self._never_agreed(key, note, digest)

    def _was_agreed(self, key: Key, note: RelPath, digest: RelPath) -> Kind:
        """Return `removed`, or `waiting` where the entry may only be out of sight."""
        if digest not in self.snapshot.digests:
            if digest in accepted_digests(self.decisions):
                return "removed"
            self.notices.add(problems.digest_missing(digest))
            return "waiting"
        if (line := self._still_named(key, digest)) is not None:
            flat = self.snapshot.digests[digest].styles == FLAT
            self.notices.add(problems.entry_unreadable(digest, note, line, flat=flat))
            return "waiting"
        return "removed"

    def _never_agreed(self, key: Key, note: RelPath, digest: RelPath) -> Kind:
        """Return `append`: the reader named the digest in the note; while joining, ask."""
        base_key = BaseKey(key, digest, "unmet")
        was_unmet = base_key in self.base.rows
        if self.base.exists and not self.base.joining and not was_unmet:
            return "waiting" if self.base.arriving else "append"
        self.notices.remember(base_key, first=not was_unmet)
        self.notices.add(problems.entry_missing(note, digest))
        return "waiting"

    def _still_named(self, key: Key, digest: RelPath) -> int | None:
        """Return the line on which a digest names this paper outside any entry of it.

        In flat an address stands alone; in other styles anywhere, but where another paper's words
        named this one at the last pass already.
        """
        found = self.snapshot.digests[digest]
        for span, url in addresses(found.text):
            if key_of(url) != key:
                continue
            start = found.text.rfind("\n", 0, span.start) + 1
            alone = not found.text[start : span.start].strip("< \t\ufeff")
            if alone or (found.styles != FLAT and not self._was_named(key, found, span)):
                return line_number(found.text, span.start)
        return None

    def _was_named(self, key: Key, digest: Digest, span: Span) -> bool:
        entries = (each for each in digest.entries if each.span.start <= span.start < each.span.end)
        rows = (self.base.items(BaseKey(each.key, "", "mentions")) for each in entries)
        return any(key in named for named in rows if named)
