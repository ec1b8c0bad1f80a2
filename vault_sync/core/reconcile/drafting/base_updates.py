"""The agreements of a plan: what the base will say once its operations are done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from vault_sync.core.model.base import base_keys_of
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


def build_updates(builder: PlanBuilder, context: DraftContext, named: Named) -> list[BaseUpdate]:
    """What the base will say: each value as soon as the files that it waits for are written."""
    base_updates: list[BaseUpdate] = []
    trashed = {each.path for each in builder.trash}
    for resolution in context.resolutions:
        base_updates += _of_paper(builder, context, resolution, named, trashed)
    for path, text in _digest_texts(builder, context).items():
        base_key = BaseKey(Key(""), path, "text")
        if context.base.rows.get(base_key) != text:
            needs = frozenset({path} if path in builder.touched else ())
            base_updates.append(BaseUpdate(needs, {base_key: text}))
    return base_updates + _links_to_new_notes(builder)


def texts(snapshot: Snapshot, digests: Iterable[RelPath]) -> list[BaseUpdate]:
    """What some digests read is remembered as it is."""
    return [
        BaseUpdate(frozenset(), {BaseKey(Key(""), path, "text"): snapshot.digests[path].text})
        for path in sorted(digests)
    ]


def _links_to_new_notes(builder: PlanBuilder) -> list[BaseUpdate]:
    """A digest is linked to a note that is made or renamed only once that is done.

    They keep nothing and say what waits for what: a link to a note that could not be made would be
    taken for a note that somebody deleted.
    """
    new = {each.path: each.path for each in builder.creates}
    new |= {each.path: each.to for each in builder.renames}
    linking: dict[Key, list[RelPath]] = {}
    for write in builder.digest_writes:
        for key in builder.touched.get(write.path, ()):
            linking.setdefault(key, []).append(write.path)
    return [
        BaseUpdate(frozenset({path, digest}), {})
        for path, there in new.items()
        for digest in dict.fromkeys(
            digest
            for key in sorted(builder.touched.get(there, ()))
            for digest in linking.get(key, ())
        )
    ]


def _digest_texts(builder: PlanBuilder, context: DraftContext) -> dict[RelPath, str]:
    """Every digest that is believed, as it will read."""
    texts = {
        path: digest.text
        for path, digest in context.snapshot.digests.items()
        if path not in context.snapshot.locked and path not in context.guarded
    }
    return texts | builder.digest_after


def _of_paper(
    builder: PlanBuilder,
    context: DraftContext,
    resolution: Resolution,
    named: Named,
    trashed: Collection[RelPath],
) -> list[BaseUpdate]:
    base_updates = []
    key = resolution.key
    note = resolution.paper.note or context.note_paths.notes[key]
    groups: dict[frozenset[RelPath], dict[BaseKey, Value]] = {}
    for needs, rows in _by_needs(context, resolution, named).items():
        if any((key, need) in builder.refused for need in needs):
            continue
        paths = frozenset(
            path
            for need in needs
            if key in builder.touched.get(path := note if need == NOTE else need, ())
        )
        groups[paths] = groups[paths] | rows if paths in groups else rows
    drop = resolution.dropped
    for pair in resolution.paper.pairs:
        if pair.kind == "removed":
            drop |= base_keys_of(resolution.paper.agreed_key, pair.origin or pair.digest)
    if note in context.note_paths.renames:
        # It was dated, once; a name given back by the reader is his.
        drop |= {BaseKey(key, "", "undated")}
    if note in trashed:
        drop |= base_keys_of(resolution.paper.agreed_key)
        groups = {}
    put = {base_key for rows in groups.values() for base_key in rows}
    drop = frozenset(
        base_key for base_key in drop if base_key in context.base.rows and base_key not in put
    )
    if drop:
        needs = frozenset(path for path, keys in builder.touched.items() if key in keys)
        groups.setdefault(needs, {})
        base_updates.append(BaseUpdate(needs, groups.pop(needs), drop))
    return base_updates + [BaseUpdate(paths, rows) for paths, rows in groups.items()]


def _by_needs(
    context: DraftContext, resolution: Resolution, named: Named
) -> dict[frozenset[RelPath], dict[BaseKey, Value]]:
    """What the base does not say yet of a paper, by the files that it waits for."""
    base = context.base.rows
    found: dict[frozenset[RelPath], dict[BaseKey, Value]] = {}
    for base_key, value, needs in (*resolution.proposed, *_own_rows(context, resolution, named)):
        if base.get(base_key) != value:
            found.setdefault(needs, {})[base_key] = value
    return found


def _own_rows(context: DraftContext, resolution: Resolution, named: Named) -> list[ProposedValue]:
    key = resolution.key
    values: dict[str, Value] = {"note": context.note_paths.notes[key]}
    if context.rules.mentions:
        values["mentions"] = tuple(named[key])
    if key in context.note_paths.undated:
        values["undated"] = stem_of(context.note_paths.notes[key])
    abstract = plan_builder.abstract_for(context, resolution).base_value
    if abstract is not None:
        values["abstract"] = abstract
    return [
        ProposedValue(BaseKey(key, "", name), value, FOR_NOTE) for name, value in values.items()
    ]
