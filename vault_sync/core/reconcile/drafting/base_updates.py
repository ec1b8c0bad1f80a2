"""Make the base updates of a plan: what the base learns once operations are done, and forgets.

Values of places and papers that neither side has any more are stale.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from vault_sync.core.model.base import Base, base_keys_of
from vault_sync.core.model.plan import AnyText, BaseKey, BaseUpdate, StoredValue, Value
from vault_sync.core.model.values import Key, Place, RelPath, stem_of
from vault_sync.core.reconcile.drafting import plan_builder
from vault_sync.core.reconcile.drafting.cross_links import NamedKeys
from vault_sync.core.reconcile.drafting.plan_builder import DraftContext, PlanBuilder
from vault_sync.core.reconcile.pairing.paper import Paper
from vault_sync.core.reconcile.resolution.values import FOR_NOTE, NOTE, ProposedValue, Resolution
from vault_sync.core.snapshot import Snapshot


def build_updates(
    builder: PlanBuilder, context: DraftContext, named_keys: NamedKeys
) -> list[BaseUpdate]:
    """Return the base updates, each of which waits for the files that must be written first."""
    base_updates: list[BaseUpdate] = []
    trashed = {each.path for each in builder.trash}
    for resolution in context.resolutions:
        base_updates += _of_paper(builder, context, resolution, named_keys, trashed)
        resolution.release()
    after = _digest_texts(builder, context)
    for path in after:
        base_key = BaseKey(Key(""), path, "text")
        if context.base.rows.get(base_key) != after[path]:
            needs = (path,) if path in builder.touched else ()
            put: Mapping[BaseKey, Value] = (
                {base_key: str(after[path])}
                if isinstance(after[path], str)
                else StoredValue(base_key, after[path])
            )
            base_updates.append(BaseUpdate(needs, put))
    return base_updates + _links_to_new_notes(builder)


def texts(snapshot: Snapshot, digests: Iterable[RelPath]) -> list[BaseUpdate]:
    """Return the updates that remember the texts of some digests as they are."""
    return [
        BaseUpdate(frozenset(), {BaseKey(Key(""), path, "text"): snapshot.digests[path].text})
        for path in sorted(digests)
    ]


def _links_to_new_notes(builder: PlanBuilder) -> list[BaseUpdate]:
    """Return empty updates that join a new or renamed note with the digests that link to it.

    They change nothing in the base and say what waits for what: a link to a note that could not be
    made would be taken for one to a note that was deleted.
    """
    new = {each.path: each.path for each in builder.creates}
    new |= {each.path: each.to for each in builder.renames}
    linking: dict[Key, list[RelPath]] = {}
    for write in builder.digest_writes:
        for key in builder.touched.get(write.path, ()):
            linking.setdefault(key, []).append(write.path)
    nothing: dict[BaseKey, Value] = {}
    return [
        BaseUpdate((path, digest), nothing)
        for path, there in new.items()
        for digest in dict.fromkeys(
            digest
            for key in sorted(builder.touched.get(there, ()))
            for digest in linking.get(key, ())
        )
    ]


def _digest_texts(builder: PlanBuilder, context: DraftContext) -> dict[RelPath, AnyText]:
    """Return the text that each digest will have; not of locked or guarded ones, or of remains.

    Nor of one with a title or address that looks cut: its entries are told by the text before.
    """
    cut = {
        each.digest
        for resolution in context.resolutions
        for each in resolution.conflicts
        if each.reason == "looks cut"
    }
    texts: dict[RelPath, AnyText] = {
        path: digest.text
        for path, digest in context.snapshot.digests.items()
        if path not in context.snapshot.locked and path not in context.guarded
    }
    texts |= builder.digest_after
    return {path: text for path, text in texts.items() if path not in context.with_remains | cut}


def _of_paper(
    builder: PlanBuilder,
    context: DraftContext,
    resolution: Resolution,
    named_keys: NamedKeys,
    trashed: Collection[RelPath],
) -> list[BaseUpdate]:
    note = resolution.paper.note or context.note_paths.notes[resolution.key]
    groups: dict[frozenset[RelPath], dict[BaseKey, Value]] = {}
    if note not in trashed:
        templated = builder.templated.get(resolution.key, ())
        values = [ProposedValue(*each, FOR_NOTE) for each in templated]
        values += [*resolution.proposed, *_own_values(context, resolution, named_keys)]
        groups = _by_paths(builder, note, resolution.key, _by_needs(context, values))
    put = {base_key for values in groups.values() for base_key in values}
    drop = frozenset(
        base_key
        for base_key in _dropped(context, resolution, note, trashed)
        if base_key in context.base.rows and base_key not in put
    )
    base_updates = []
    if drop:
        paths = frozenset(
            path
            for path in (note, *resolution.entries)
            if resolution.key in builder.touched.get(path, ())
        )
        base_updates.append(BaseUpdate(paths, groups.pop(paths, {}), drop))
    return base_updates + [BaseUpdate(tuple(sorted(paths)), put) for paths, put in groups.items()]


def _by_paths(
    builder: PlanBuilder,
    note: RelPath,
    key: Key,
    by_needs: Mapping[frozenset[RelPath], Mapping[BaseKey, Value]],
) -> dict[frozenset[RelPath], dict[BaseKey, Value]]:
    """Group values by the files that are changed for them; leave out those of refused files."""
    groups: dict[frozenset[RelPath], dict[BaseKey, Value]] = {}
    for needs, values in by_needs.items():
        if any((key, need) in builder.refused for need in needs):
            continue
        paths = frozenset(
            path
            for need in needs
            if key in builder.touched.get(path := note if need == NOTE else need, ())
        )
        groups.setdefault(paths, {}).update(values)
    return groups


def _dropped(
    context: DraftContext, resolution: Resolution, note: RelPath, trashed: Collection[RelPath]
) -> frozenset[BaseKey]:
    """Return the base keys of what this plan ends: places removed, a name dated, a note trashed."""
    agreed_key = resolution.paper.agreed_key
    drop = resolution.dropped
    for pair in resolution.paper.pairs:
        if pair.kind == "removed":
            drop |= base_keys_of(agreed_key, pair.origin or pair.digest)
    if note in context.note_paths.renames:
        # It was dated, once; if the reader gives the old name back, it stays.
        drop |= {BaseKey(resolution.key, "", "undated")}
    return drop | base_keys_of(agreed_key) if note in trashed else drop


def _by_needs(
    context: DraftContext, values: Iterable[ProposedValue]
) -> dict[frozenset[RelPath], dict[BaseKey, Value]]:
    """Return the values of a paper that the base does not have, by the files that they wait for."""
    base = context.base.rows
    found: dict[frozenset[RelPath], dict[BaseKey, Value]] = {}
    for base_key, value, needs in values:
        if base.get(base_key) != value:
            found.setdefault(needs, {})[base_key] = value
    return found


def _own_values(
    context: DraftContext, resolution: Resolution, named_keys: NamedKeys
) -> list[ProposedValue]:
    key = resolution.key
    values: dict[str, Value] = {"note": context.note_paths.notes[key]}
    if context.rules.mentions:
        values["mentions"] = tuple(named_keys[key])
    if key in context.note_paths.undated:
        values["undated"] = stem_of(context.note_paths.notes[key])
    abstract = plan_builder.abstract_for(context, resolution).base_value
    if abstract is not None:
        values["abstract"] = abstract
    return [
        ProposedValue(BaseKey(key, "", name), value, FOR_NOTE) for name, value in values.items()
    ]


REPORTED = frozenset({"missing", "unmet"})
"""Fields that remember a report to a person; they stay as long as it is still so."""


def stale_with(
    made: Collection[RelPath], stale: Collection[BaseKey], base: Base
) -> list[BaseUpdate]:
    """Return the updates that forget what is stale once these digests are made.

    While a digest is not there it may come back with its entries; one that is made lacks them.
    """
    rows_by_paths: dict[tuple[RelPath, ...], set[BaseKey]] = {}
    for row in stale:
        digests = (row.digest,) if row.digest else base.places[row.key]
        paths = tuple(sorted(path for path in made if path in digests))
        rows_by_paths.setdefault(paths, set()).add(row)
    return [BaseUpdate(paths, {}, frozenset(rows)) for paths, rows in rows_by_paths.items()]


def stale_keys(
    papers: Sequence[Paper],
    snapshot: Snapshot,
    base: Base,
    standing: Collection[BaseKey],
    made: Collection[RelPath] = (),
) -> frozenset[BaseKey]:
    """Return the base keys to drop, none of a paper or digest that is locked or not there.

    `standing` are the keys of reports that are still so. `made` are digests that the plan makes:
    they count as there.
    """
    if not base.rows:
        return frozenset()
    here = _places(papers, snapshot)
    paired = {key for paper in papers for key in (paper.key, paper.agreed_key)}
    found = {key for key, _ in here} | set(snapshot.managed) | set(snapshot.locked_keys)
    unpaired = found - paired
    there = {*snapshot.digests, *made}
    alive = found | _in_missing_digests(there, base)
    awaited = _awaited_digests(papers, base)

    def is_stale(base_key: BaseKey) -> bool:
        if not base_key.key:
            return base_key.digest not in there and base_key.digest not in awaited
        if base_key.key in snapshot.locked_keys or base_key.digest in snapshot.locked:
            return False
        if base_key.field in REPORTED:
            return base_key not in standing
        if base_key.key in unpaired:
            return False
        if not base_key.digest:
            return base_key.key not in alive
        place = Place(base_key.key, RelPath(base_key.digest))
        # Where nothing was agreed on but tags, there is no entry to wait for.
        return place not in here and (place.digest in there or not base.knows(place))

    return frozenset(filter(is_stale, base.rows))


def _places(papers: Sequence[Paper], snapshot: Snapshot) -> set[Place]:
    entries = {
        Place(entry.key, path)
        for path, digest in snapshot.digests.items()
        for entry in digest.entries
    }
    return entries | {
        Place(key, digest)
        for paper in papers
        for pair in paper.pairs
        for digest in (pair.digest, pair.origin)
        if digest is not None
        for key in (paper.key, paper.agreed_key)
    }


def _in_missing_digests(there: Collection[RelPath], base: Base) -> set[Key]:
    """Return the papers of digests that are not there: these may come back with their entries."""
    return {
        key
        for key, digests in base.places.items()
        if any(digest not in there for digest in digests)
    }


def _awaited_digests(papers: Sequence[Paper], base: Base) -> set[RelPath]:
    """Return the digests in which the base has papers that have not moved elsewhere."""
    left = {
        Place(paper.agreed_key, pair.origin)
        for paper in papers
        for pair in paper.pairs
        if pair.origin
    }
    return {
        digest
        for key, digests in base.places.items()
        for digest in digests
        if Place(key, digest) not in left
    }
