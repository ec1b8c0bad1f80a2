"""The agreements of a plan: what the base will say once its operations are done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from vault_sync.core.model.base import rows_of
from vault_sync.core.model.paths import stem_of
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Value
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.reconcile.drafting import plan_builder
from vault_sync.core.reconcile.drafting.plan_builder import DraftContext, PlanBuilder
from vault_sync.core.reconcile.resolution.resolution import (
    FOR_NOTE,
    NOTE,
    ProposedValue,
    Resolution,
)
from vault_sync.core.snapshot import Snapshot

Named = Mapping[Key, Sequence[Key]]
"""For every paper the papers that its commentary names."""


def of(pending: PlanBuilder, scene: DraftContext, named: Named) -> list[BaseUpdate]:
    """What the base will say: each value as soon as the files that it waits for are written."""
    agreements: list[BaseUpdate] = []
    trashed = {each.path for each in pending.trash}
    for settlement in scene.settlements:
        agreements += _of_paper(pending, scene, settlement, named, trashed)
    for path, text in _digest_texts(pending, scene).items():
        row = BaseKey(Key(""), path, "text")
        if scene.base.rows.get(row) != text:
            needs = frozenset({path} if path in pending.touched else ())
            agreements.append(BaseUpdate(needs, {row: text}))
    return agreements + _links_to_new_notes(pending)


def texts(snapshot: Snapshot, digests: Iterable[RelPath]) -> list[BaseUpdate]:
    """What some digests read is remembered as it is."""
    return [
        BaseUpdate(frozenset(), {BaseKey(Key(""), path, "text"): snapshot.digests[path].text})
        for path in sorted(digests)
    ]


def _links_to_new_notes(pending: PlanBuilder) -> list[BaseUpdate]:
    """A digest is linked to a note that is made or renamed only once that is done.

    They keep nothing and say what waits for what: a link to a note that could not be made would be
    taken for a note that somebody deleted.
    """
    new = {each.path: each.path for each in pending.creates}
    new |= {each.path: each.to for each in pending.renames}
    linking: dict[Key, list[RelPath]] = {}
    for write in pending.digest_writes:
        for key in pending.touched.get(write.path, ()):
            linking.setdefault(key, []).append(write.path)
    return [
        BaseUpdate(frozenset({path, digest}), {})
        for path, there in new.items()
        for digest in dict.fromkeys(
            digest
            for key in sorted(pending.touched.get(there, ()))
            for digest in linking.get(key, ())
        )
    ]


def _digest_texts(pending: PlanBuilder, scene: DraftContext) -> dict[RelPath, str]:
    """Every digest that is believed, as it will read."""
    texts = {
        path: digest.text
        for path, digest in scene.snapshot.digests.items()
        if path not in scene.snapshot.held and path not in scene.asked_about
    }
    return texts | pending.digest_after


def _of_paper(
    pending: PlanBuilder,
    scene: DraftContext,
    settlement: Resolution,
    named: Named,
    trashed: Collection[RelPath],
) -> list[BaseUpdate]:
    agreements = []
    key = settlement.key
    note = settlement.paper.note or scene.layout.notes[key]
    groups: dict[frozenset[RelPath], dict[BaseKey, Value]] = {}
    for needs, rows in _by_needs(scene, settlement, named).items():
        if any((key, need) in pending.refused for need in needs):
            continue
        paths = frozenset(
            path
            for need in needs
            if key in pending.touched.get(path := note if need == NOTE else need, ())
        )
        groups[paths] = groups[paths] | rows if paths in groups else rows
    drop = settlement.dropped
    for tie in settlement.paper.ties:
        if tie.kind == "removed":
            drop |= rows_of(settlement.paper.base_key, tie.origin or tie.digest)
    if note in scene.layout.renames:
        # It was dated, once; a name given back by the reader is his.
        drop |= {BaseKey(key, "", "undated")}
    if note in trashed:
        drop |= rows_of(settlement.paper.base_key)
        groups = {}
    put = {row for rows in groups.values() for row in rows}
    drop = frozenset(row for row in drop if row in scene.base.rows and row not in put)
    if drop:
        needs = frozenset(path for path, keys in pending.touched.items() if key in keys)
        groups.setdefault(needs, {})
        agreements.append(BaseUpdate(needs, groups.pop(needs), drop))
    return agreements + [BaseUpdate(paths, rows) for paths, rows in groups.items()]


def _by_needs(
    scene: DraftContext, settlement: Resolution, named: Named
) -> dict[frozenset[RelPath], dict[BaseKey, Value]]:
    """What the base does not say yet of a paper, by the files that it waits for."""
    base = scene.base.rows
    found: dict[frozenset[RelPath], dict[BaseKey, Value]] = {}
    for row, value, needs in (*settlement.kept, *_own_rows(scene, settlement, named)):
        if base.get(row) != value:
            found.setdefault(needs, {})[row] = value
    return found


def _own_rows(scene: DraftContext, settlement: Resolution, named: Named) -> list[ProposedValue]:
    key = settlement.key
    values: dict[str, Value] = {"note": scene.layout.notes[key]}
    if scene.rules.mentions:
        values["mentions"] = tuple(named[key])
    if key in scene.layout.undated:
        values["undated"] = stem_of(scene.layout.notes[key])
    abstract = plan_builder.abstract_for(scene, settlement).row
    if abstract is not None:
        values["abstract"] = abstract
    return [
        ProposedValue(BaseKey(key, "", name), value, FOR_NOTE) for name, value in values.items()
    ]
