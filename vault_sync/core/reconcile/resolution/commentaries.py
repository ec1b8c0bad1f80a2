"""Resolve what each place of a paper has of its own: commentary and tags, in digest and note.

Tags are merged as sets, but for those of an adopted note that stay in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vault_sync.core.digest.reader import Digest
from vault_sync.core.digest.styles import lens
from vault_sync.core.model.base import Base, apart_key, base_keys_of, question_key
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Decision, Decisions, Fields, RelPath, Rules
from vault_sync.core.naming.note_names import fold
from vault_sync.core.naming.tags import private
from vault_sync.core.note.note import Note, commentary_of
from vault_sync.core.reconcile.pairing.old_files import decided_key
from vault_sync.core.reconcile.pairing.paper import Pair, Paper
from vault_sync.core.reconcile.resolution import arrivals, fields, old_copies, reread
from vault_sync.core.reconcile.resolution.arrivals import Deferred
from vault_sync.core.reconcile.resolution.fields import Decided, TagPlace, Tags, Undecided
from vault_sync.core.reconcile.resolution.values import (
    FOR_NOTE,
    LIVE,
    NOTE,
    Placeless,
    ProposedValue,
    Resolution,
    add_conflict,
    base_digest,
    decided_side,
    decision,
)
from vault_sync.core.text.wrapping import same_words


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
        resolution.drop(base, *base_keys_of(paper.agreed_key, pair.origin))
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
    if all(each.base_key != question_key(base_key) for each in resolution.proposed):
        resolution.drop(base, question_key(was))
    if isinstance(decided, Undecided | Deferred):
        _leave_open(resolution, pair, decided, base, was)
    elif "commentary" in lens.unplaced(pair.entry, entry.saying(commentary=decided.value)):
        _leave_in_note(resolution, pair, decided.note, base_key)
    else:
        _take_over(resolution, pair, decided, base_key, base.text(was))


def _decided_commentary(
    resolution: Resolution,
    pair: Pair,
    was: BaseKey,
    base: Base,
    side: Decision | None,
    digests: Mapping[RelPath, Digest],
) -> Decided | Undecided | Deferred:
    """Decide a commentary; what only is read otherwise than at the last pass is no edit."""
    agreed, section = base.text(was), commentary_of(pair.section)
    entry = resolution.entries[pair.digest]
    if pair.section is None and side is None:
        return Undecided("section gone")
    if side == "both":
        return Decided(_one_below_the_other(entry.commentary, section))
    brought = not base.is_typed_here or question_key(was) in base.rows
    found = arrivals.decide(resolution, pair, base, was) if side is None and brought else None
    if found is not None:
        return found
    if side is None and old_copies.sides_gone_back(was, entry.commentary, section, base):
        return Undecided("old-copy")
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
    """Leave a commentary as it is on both sides; its base value goes with the entry or paper."""
    section = commentary_of(pair.section)
    if pair.section is not None:
        resolution.commentaries[pair.digest] = section
    if was in base.rows:
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


def _take_over(
    resolution: Resolution, pair: Pair, decided: Decided, base_key: BaseKey, was: str | None
) -> None:
    """Give both sides a commentary; the base value `was` stays where no word of it changes."""
    entry = resolution.entries[pair.digest]
    resolution.commentaries[pair.digest] = decided.note
    resolution.entries[pair.digest] = entry.saying(commentary=decided.value)
    note_changes = pair.section is None or decided.note != commentary_of(pair.section)
    changes = {NOTE: note_changes, pair.digest: decided.value != entry.commentary}
    stays = was is not None and same_words(was, decided.value)
    resolution.propose(base_key, was if stays and was is not None else decided.value, changes)


def _was_taken_out(pair: Pair, entry: Fields, base_key: BaseKey, base: Base) -> bool:
    """Tell whether a missing section once was there: it may have been removed or only emptied."""
    return pair.kind in {"both", "moved"} and bool(entry.commentary) and bool(base.text(base_key))


def resolve_tags(
    resolution: Resolution, note: Note | None, base: Base, rules: Rules, decisions: Decisions
) -> None:
    """Merge the tags of a paper, unless a file went back behind those that were written there."""
    paper = resolution.paper
    note_fields = note.fields if note is not None else Fields(url="")
    pairs = [pair for pair in paper.pairs if pair.kind in LIVE]
    if rules.properties.is_off("tags"):
        _leave_tags_in_digests(resolution, pairs, base)
        return
    if any(_refuses(paper, pair, note_fields, base) for pair in pairs):
        return
    others = [pair for pair in paper.pairs if pair.kind not in LIVE]
    places = [_tag_place(paper, pair, base) for pair in (*pairs, *others)]
    # A tag goes to the paper's first digest, which may be a table.
    in_table = bool(pairs) and not lens.takes(pairs[0].entry, "tags")
    travel = (
        bool(pairs)
        and not in_table
        and all(place.was is not None for place in places[len(pairs) :])
    )
    own = _own_tags(paper, note_fields, places, base)
    anywhere = {fold(tag) for place in places for tag in place.has}

    def stays(tag: str) -> bool:
        return private(rules, tag) or fold(tag) in own

    views = fields.note_tags_by_place(places, note_fields.tags, stays)
    for at, (pair, view) in enumerate(zip(pairs, views, strict=False)):
        place = _to_merge(resolution, pair, places[at], view, base, decisions)
        if place is None:
            return
        places[at] = place
    if _lost_tags(paper, note, base) and not _are_decided(resolution, pairs, places, decisions):
        return
    merged = fields.merge_tags(places, note_fields.tags, stays, travel=travel)
    if in_table and any(fold(tag) not in anywhere and not stays(tag) for tag in note_fields.tags):
        resolution.placeless += (Placeless(pairs[0], "tags"),)
    _take_over_tags(resolution, pairs, merged, note_fields, base, tuple(own.values()))


def _take_over_tags(
    resolution: Resolution,
    pairs: Sequence[Pair],
    merged: Tags,
    note_fields: Fields,
    base: Base,
    own: tuple[str, ...],
) -> None:
    """Give both sides the merged tags; `own` are those of the note that stay in it."""
    key, note_changes = resolution.paper.agreed_key, set(merged.note) != set(note_fields.tags)
    for pair, tags in zip(pairs, merged.digests, strict=False):
        had = pair.entry.fields.tags if pair.entry else ()
        resolution.entries[pair.digest] = resolution.entries[pair.digest].saying(tags=tags)
        changes = {NOTE: note_changes, pair.digest: pair.entry is None or tags != had}
        resolution.propose(BaseKey(key, pair.digest, "tags"), tags, changes)
    resolution.note = resolution.note.saying(tags=merged.note)
    own_key = apart_key(BaseKey(key, "", "tags"))
    if own:
        resolution.propose(own_key, own, {NOTE: note_changes})
    else:
        resolution.drop(base, own_key)


def _leave_tags_in_digests(resolution: Resolution, pairs: Sequence[Pair], base: Base) -> None:
    """Leave tags to the digests, for notes have no property for them."""
    paper = resolution.paper
    keys = {BaseKey(paper.agreed_key, pair.digest, "tags") for pair in pairs}
    resolution.drop(base, *keys, apart_key(BaseKey(paper.agreed_key, "", "tags")))
    for pair in pairs if paper.note is not None else ():
        had = pair.entry.fields.tags if pair.entry else ()
        resolution.entries[pair.digest] = resolution.entries[pair.digest].saying(tags=had)


def _to_merge(
    resolution: Resolution,
    pair: Pair,
    place: TagPlace,
    view: tuple[str, ...],
    base: Base,
    decisions: Decisions,
) -> TagPlace | None:
    """Return a place as its tags are merged; None where they stay as they are on both sides."""
    paper = resolution.paper
    files = (pair.digest, paper.note or NOTE)
    is_old = _have_gone_back(paper, pair, place, view, base) or (
        pair.kind == "both" and any(decided_key(path) in decisions for path in files)
    )
    side = decided_side(decisions, paper, pair.digest, "tags")
    if is_old and side is not None:
        return place._replace(was=view if side == "digest" else place.has)
    if is_old:
        add_conflict(resolution, pair, "tags", place.has, view, "old-copy")
        return None
    if base.is_typed_here:
        return place
    if _wait(paper, pair, place, view, base):
        resolution.defer(pair.digest, base)
        return None
    return place._replace(was=None) if _are_joined(paper, pair, place, view, base) else place


def _have_gone_back(
    paper: Paper, pair: Pair, place: TagPlace, view: tuple[str, ...], base: Base
) -> bool:
    if pair.kind != "both" or place.was is None:
        return False
    if not all(base.arrival(path).typed_here for path in (pair.digest, paper.note)):
        return False
    base_key = BaseKey(paper.agreed_key, pair.digest, "tags")
    return bool(old_copies.sides_gone_back(base_key, place.has, view, base))


def _lost_tags(paper: Paper, note: Note | None, base: Base) -> bool:
    """Return True if a note has no `tags`, and has not its text of before they were typed."""
    if note is None or note.properties.find("tags") is not None:
        return False
    return not base.is_taken_back(paper.agreed_key, "", note.text)


def _are_decided(
    resolution: Resolution,
    pairs: Sequence[Pair],
    places: list[TagPlace],
    decisions: Decisions,
) -> bool:
    """Put what a person decided about a note without `tags` into places; False if it is open.

    An empty list is an edit, but a property that is gone may be a slip.
    """
    paper, is_open = resolution.paper, False
    for at, pair in enumerate(pairs):
        place = places[at]
        side = decided_side(decisions, paper, pair.digest, "tags")
        if side == "digest":
            places[at] = place._replace(was=None)
        elif side is None and place.was and place.has:
            is_open = True
            add_conflict(resolution, pair, "tags", place.has, (), "property gone")
    for pair, place in zip(pairs, places, strict=False) if is_open else ():
        if pair.origin is not None and place.was is not None:
            # The question goes with the entry.
            row = BaseKey(paper.agreed_key, pair.digest, "tags")
            resolution.proposed.append(ProposedValue(row, place.was, FOR_NOTE))
    return not is_open


def _wait(paper: Paper, pair: Pair, place: TagPlace, view: tuple[str, ...], base: Base) -> bool:
    ways = base.arrival(pair.digest), base.arrival(paper.note)
    return pair.kind == "both" and arrivals.waits(
        "tags", (place.was, place.was), (place.has, view), ways
    )


def _are_joined(
    paper: Paper, pair: Pair, place: TagPlace, view: tuple[str, ...], base: Base
) -> bool:
    """Return True if the tags of a place went back otherwise than by typing: all of both stay."""
    if pair.kind not in {"both", "moved"} or place.was is None:
        return False
    base_key = BaseKey(paper.agreed_key, base_digest(paper, pair, base), "tags")
    history = arrivals.history_of(base, base_key, place.has, view)
    ways = base.arrival(pair.digest), base.arrival(paper.note)
    return arrivals.are_joined(history, place.has, view, ways)


def _refuses(paper: Paper, pair: Pair, note_fields: Fields, base: Base) -> bool:
    base_key = BaseKey(paper.agreed_key, pair.digest, "tags")
    return pair.entry is not None and base.refuses(
        base_key, pair.entry.fields.tags, note_fields.tags
    )


def _own_tags(
    paper: Paper, note_fields: Fields, places: Sequence[TagPlace], base: Base
) -> dict[str, str]:
    """Return the tags of an adopted note that stay in it: those that it had and no digest has."""
    anywhere = {fold(tag) for place in places for tag in place.has}
    had = base.items(apart_key(BaseKey(paper.agreed_key, "", "tags"))) or ()
    folded = {fold(tag) for tag in had}
    return {
        fold(tag): tag
        for tag in note_fields.tags
        if fold(tag) not in anywhere and (paper.role == "adopted" or fold(tag) in folded)
    }


def _tag_place(paper: Paper, pair: Pair, base: Base) -> TagPlace:
    was = base.items(BaseKey(paper.agreed_key, base_digest(paper, pair, base), "tags"))
    has = pair.entry.fields.tags if pair.entry else ()
    if pair.kind == "append" or paper.note is None:
        # One of the two is still to be made: that it has no tags yet removes none.
        return TagPlace(None, has)
    if pair.kind == "waiting" and was is not None:
        return TagPlace(was, was)
    return TagPlace(was, has)
