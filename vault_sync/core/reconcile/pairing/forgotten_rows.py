"""What the base no longer needs to know: places and papers that neither side has any more."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, Place, RelPath
from vault_sync.core.reconcile.pairing.paper import Paper
from vault_sync.core.snapshot import Snapshot

REPORTED = frozenset({"missing", "unmet"})
"""Rows that say a person was told something: kept as long as it stands."""


def stale_keys(
    papers: Sequence[Paper], snapshot: Snapshot, base: Base, standing: Collection[BaseKey]
) -> frozenset[BaseKey]:
    """The rows to drop. Of what is not believed or not there, nothing is forgotten."""
    here = _places(papers) | {
        Place(entry.key, path)
        for path, digest in snapshot.digests.items()
        for entry in digest.entries
    }
    known = {key for key, _ in here} | set(snapshot.managed) | set(snapshot.locked_keys)
    heard = {key for paper in papers for key in (paper.key, paper.agreed_key)}
    unheard = known - heard
    known |= heard
    # A digest that is not there may come back with its entries.
    known |= {
        key
        for key, digests in base.places.items()
        if any(digest not in snapshot.digests for digest in digests)
    }
    left = {
        Place(paper.agreed_key, pair.origin)
        for paper in papers
        for pair in paper.pairs
        if pair.origin
    }
    waited_for = {
        digest
        for key, digests in base.places.items()
        for digest in digests
        if Place(key, digest) not in left
    }
    return frozenset(
        base_key
        for base_key in base.rows
        if (base_key.key not in unheard or base_key.field in REPORTED)
        and (
            _is_gone(base_key, here, known, snapshot, base, standing)
            if base_key.key
            else base_key.digest not in snapshot.digests and base_key.digest not in waited_for
        )
    )


def _places(papers: Sequence[Paper]) -> set[Place]:
    return {
        Place(key, digest)
        for paper in papers
        for pair in paper.pairs
        for digest in (pair.digest, pair.origin)
        if digest is not None
        for key in (paper.key, paper.agreed_key)
    }


def _is_gone(
    base_key: BaseKey,
    here: Collection[Place],
    known: Collection[Key],
    snapshot: Snapshot,
    base: Base,
    standing: Collection[BaseKey],
) -> bool:
    if base_key.key in snapshot.locked_keys or base_key.digest in snapshot.locked:
        return False
    if base_key.field in REPORTED:
        return base_key not in standing
    if not base_key.digest:
        return base_key.key not in known
    place = Place(base_key.key, RelPath(base_key.digest))
    # Where nothing was agreed on but tags, there is no entry to wait for.
    return place not in here and (base_key.digest in snapshot.digests or not base.knows(place))
