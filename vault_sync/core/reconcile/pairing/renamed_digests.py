"""Find digests under a new name by their entries, as a note is found by its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vault_sync.core.digest.reader import Entry
from vault_sync.core.model.base import Base
from vault_sync.core.model.values import Key, Place, RelPath
from vault_sync.core.snapshot import Snapshot


def find_renames(
    entries: Mapping[Key, Sequence[tuple[RelPath, Entry]]], snapshot: Snapshot, base: Base
) -> dict[RelPath, RelPath]:
    """Return old path -> new path of each digest that is gone into one new file.

    A file is new if the base has no paper in it. An entry that is in no digest now is left out: it
    does not show where the others went.
    """
    to: dict[RelPath, set[RelPath]] = {}
    agreed = {digest for found in base.places.values() for digest in found}
    for key, was in base.places.items():
        for digest in was:
            if digest in snapshot.digests or digest in snapshot.locked:
                continue
            now = {path for path, _ in entries.get(key, ()) if not base.knows(Place(key, path))}
            to.setdefault(digest, set()).update(now)
    found = {was: min(now) for was, now in to.items() if len(now) == 1 and not now & agreed}
    # Two that are gone into one are no rename of either.
    return {was: now for was, now in found.items() if list(found.values()).count(now) == 1}
