"""Find base values that are stale: of places and papers that neither side has any more."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, Place, RelPath
from vault_sync.core.reconcile.pairing.paper import Paper
from vault_sync.core.snapshot import Snapshot

REPORTED = frozenset({"missing", "unmet"})
"""Fields that remember a report to a person; they stay as long as it is still so."""


def stale_keys(
    papers: Sequence[Paper], snapshot: Snapshot, base: Base, standing: Collection[BaseKey]
) -> frozenset[BaseKey]:
    """Return the base keys to drop, none of a paper or digest that is locked or not there.

    `standing` are the keys of reports that are still so.
    """
    here = _places(papers) | {
        Place(entry.key, path)
        for path, digest in snapshot.digests.items()
        for entry in digest.entries
    }
    paired = {key for paper in papers for key in (paper.key, paper.agreed_key)}
    found = {key for key, _ in here} | set(snapshot.managed) | set(snapshot.locked_keys)
    unpaired = found - paired
    alive = found | paired | _in_missing_digests(snapshot, base)
    awaited = _awaited_digests(papers, base)

    def is_stale(base_key: BaseKey) -> bool:
        if not base_key.key:
            return base_key.digest not in snapshot.digests and base_key.digest not in awaited
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
        return place not in here and (place.digest in snapshot.digests or not base.knows(place))

    return frozenset(filter(is_stale, base.rows))


def _places(papers: Sequence[Paper]) -> set[Place]:
    return {
        Place(key, digest)
        for paper in papers
        for pair in paper.pairs
        for digest in (pair.digest, pair.origin)
        if digest is not None
        for key in (paper.key, paper.agreed_key)
    }


def _in_missing_digests(snapshot: Snapshot, base: Base) -> set[Key]:
    """Return the papers of digests that are not there: these may come back with their entries."""
    return {
        key
        for key, digests in base.places.items()
        if any(digest not in snapshot.digests for digest in digests)
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
