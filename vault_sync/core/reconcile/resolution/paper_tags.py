"""The tags of one paper: merged as sets, but for those of an adopted note that stay in it."""

from __future__ import annotations

from collections.abc import Sequence

from vault_sync.core.digest.styles import lens
from vault_sync.core.model.base import Base, apart_key
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Fields, Rules
from vault_sync.core.naming.note_names import fold
from vault_sync.core.naming.tags import private
from vault_sync.core.reconcile.pairing.paper import Pair, Paper
from vault_sync.core.reconcile.resolution import arrivals, fields
from vault_sync.core.reconcile.resolution.fields import TagPlace
from vault_sync.core.reconcile.resolution.values import (
    LIVE,
    NOTE,
    Placeless,
    Resolution,
    base_digest,
)


def resolve_tags(resolution: Resolution, note_fields: Fields, base: Base, rules: Rules) -> None:
    paper = resolution.paper
    pairs = [pair for pair in paper.pairs if pair.kind in LIVE]
    if rules.properties.is_off("tags"):
        keys = {BaseKey(paper.agreed_key, pair.digest, "tags") for pair in pairs}
        resolution.drop(base, *keys, apart_key(BaseKey(paper.agreed_key, "", "tags")))
        for pair in pairs if paper.note is not None else ():
            had = pair.entry.fields.tags if pair.entry else ()
            resolution.entries[pair.digest] = resolution.entries[pair.digest].saying(tags=had)
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

    views = () if base.is_typed_here else fields.note_tags_by_place(places, note_fields.tags, stays)
    for at, (pair, view) in enumerate(zip(pairs, views, strict=False)):
        if _wait(paper, pair, places[at], view, base):
            resolution.defer(pair.digest, base)
            return
        if _are_joined(paper, pair, places[at], view, base):
            places[at] = places[at]._replace(was=None)
    merged = fields.merge_tags(places, note_fields.tags, stays, travel=travel)
    note_changes = set(merged.note) != set(note_fields.tags)
    for pair, tags in zip(pairs, merged.digests, strict=False):
        had = pair.entry.fields.tags if pair.entry else ()
        resolution.entries[pair.digest] = resolution.entries[pair.digest].saying(tags=tags)
        changes = {NOTE: note_changes, pair.digest: pair.entry is None or tags != had}
        resolution.propose(BaseKey(paper.agreed_key, pair.digest, "tags"), tags, changes)
    resolution.note = resolution.note.saying(tags=merged.note)
    if in_table and any(fold(tag) not in anywhere and not stays(tag) for tag in note_fields.tags):
        resolution.placeless += (Placeless(pairs[0], "tags"),)
    own_key = apart_key(BaseKey(paper.agreed_key, "", "tags"))
    if own:
        resolution.propose(own_key, tuple(own.values()), {NOTE: note_changes})
    else:
        resolution.drop(base, own_key)


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
