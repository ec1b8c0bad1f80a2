"""Resolve the commentary of each place of a paper: in its digest, and in its note's section."""

from __future__ import annotations

from collections.abc import Mapping

from vault_sync.core.digest.reader import Digest
from vault_sync.core.digest.styles import lens
from vault_sync.core.model.base import PLACE_FIELDS, Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Decision, Decisions, Fields, RelPath
from vault_sync.core.note.note import commentary_of
from vault_sync.core.reconcile.pairing.paper import Pair
from vault_sync.core.reconcile.resolution import arrivals, fields, reread
from vault_sync.core.reconcile.resolution.arrivals import Deferred
from vault_sync.core.reconcile.resolution.fields import Decided, Undecided
from vault_sync.core.reconcile.resolution.values import (
    NOTE,
    Placeless,
    ProposedValue,
    Resolution,
    add_conflict,
    base_digest,
    decision,
)


def resolve_commentary(
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
    entry, section = resolution.entries[pair.digest], commentary_of(pair.section)
    paper = resolution.paper
    was = BaseKey(paper.agreed_key, base_digest(paper, pair, base), "commentary")
    base_key = was._replace(digest=pair.digest)
    choice = decision(decisions, paper, pair.digest, "commentary")
    side = "digest" if choice == "both" and pair.section is None else choice
    if pair.origin is not None:
        origin = was._replace(digest=pair.origin)
        resolution.drop(base, *(origin._replace(field=name) for name in PLACE_FIELDS))
    if pair.kind == "append":
        resolution.commentaries[pair.digest] = entry.commentary
        changes = {pair.digest: True, NOTE: pair.section is None}
        resolution.propose(base_key, entry.commentary, changes)
        return
    if pair.section is not None and not lens.takes(pair.entry, "commentary"):
        _leave_in_note(resolution, pair, section, base_key)
        return
    if paper.note is not None and base.refuses(base_key, entry.commentary, section):
        resolution.commentaries[pair.digest] = section
        return
    taken_out = pair.section is None and _was_taken_out(pair, entry, was, base)
    if pair.section is None and (not taken_out or side == "digest"):
        resolution.commentaries[pair.digest] = entry.commentary
        resolution.propose(base_key, entry.commentary, {NOTE: True})
        return
    decided = _decided_commentary(resolution, pair, was, base, side, digests)
    if isinstance(decided, Undecided | Deferred):
        _leave_open(resolution, pair, decided, base, was)
    elif "commentary" in lens.unplaced(pair.entry, entry.saying(commentary=decided.value)):
        _leave_in_note(resolution, pair, decided.value, base_key)
    else:
        _take_over(resolution, pair, decided.value, base_key)


def _decided_commentary(
    resolution: Resolution,
    pair: Pair,
    was: BaseKey,
    base: Base,
    side: Decision | None,
    digests: Mapping[RelPath, Digest],
) -> Decided[str] | Undecided | Deferred:
    """Decide a commentary; what only is read otherwise than at the last pass is no edit."""
    agreed, section = base.text(was), commentary_of(pair.section)
    entry = resolution.entries[pair.digest]
    if pair.section is None and side is None:
        return Undecided("section gone")
    if side == "both":
        return Decided(_one_below_the_other(entry.commentary, section))
    brought = side is None and not base.is_typed_here
    if brought and (found := arrivals.decide(resolution, pair, base, was)) is not None:
        return found
    if side is None and pair.entry is not None and agreed not in {None, entry.commentary}:
        if agreed == section and reread.has_swallowed(agreed, entry, digests[pair.digest]):
            return Decided(entry.commentary)
        anew = reread.commentary(agreed, entry, section)
        if anew is not None:
            return Decided(anew)
    return fields.decide_commentary(was, entry.commentary, section, base, side)


def _one_below_the_other(digest: str, note: str) -> str:
    """Return both texts; a blank line parts them if one parts the paragraphs of either."""
    return ("\n\n" if "\n\n" in digest + note else "\n").join(filter(None, (digest, note)))


def _leave_open(
    resolution: Resolution, pair: Pair, undecided: Undecided | Deferred, base: Base, was: BaseKey
) -> None:
    """Leave a commentary as it is on both sides; its base value follows a moved entry."""
    section = commentary_of(pair.section)
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
    resolution.propose(base_key, entry.commentary, {NOTE: value != commentary_of(pair.section)})
    if value != entry.commentary:
        resolution.placeless += (Placeless(pair, "commentary"),)


def _take_over(resolution: Resolution, pair: Pair, value: str, base_key: BaseKey) -> None:
    entry = resolution.entries[pair.digest]
    resolution.commentaries[pair.digest] = value
    resolution.entries[pair.digest] = entry.saying(commentary=value)
    note_changes = pair.section is None or value != commentary_of(pair.section)
    changes = {NOTE: note_changes, pair.digest: value != entry.commentary}
    resolution.propose(base_key, value, changes)


def _was_taken_out(pair: Pair, entry: Fields, base_key: BaseKey, base: Base) -> bool:
    """Tell whether a missing section once was there: it may have been removed or only emptied."""
    return pair.kind in {"both", "moved"} and bool(entry.commentary) and bool(base.text(base_key))
