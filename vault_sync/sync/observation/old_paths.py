"""Files under an old path, which a device brought back: renamed on one, edited on another."""

from __future__ import annotations

from collections.abc import Collection
from itertools import permutations

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.naming.copy_names import about_the_same
from vault_sync.core.snapshot import Snapshot


def notes_back(
    snapshot: Snapshot, base: Base, delivered: Collection[RelPath]
) -> dict[RelPath, RelPath]:
    """Return the notes under an old path, each with the one that a digest links."""
    names = snapshot.names
    twins = {key: set(paths) for key, paths in snapshot.managed.items() if len(paths) == 2}
    links: dict[Key, set[RelPath | None]] = {}
    for path, digest in snapshot.digests.items() if twins else ():
        for entry in digest.entries:
            if entry.key in twins and entry.link is not None:
                links.setdefault(entry.key, set()).add(names.resolve(entry.link.target, path))
    found = {}
    for key, paths in twins.items():
        (linked,) = to if len(to := links.get(key, set()) & paths) == 1 else (None,)
        if linked is None or paths.isdisjoint(delivered):
            continue
        (other,) = paths - {linked}
        if other == base.note(key) or base.was_ever(BaseKey(key, "", "note"), other):
            found[other] = linked
    return found


def digests_back(snapshot: Snapshot) -> dict[RelPath, RelPath]:
    """Return the digests that notes may have named once, each with the one that they name now.

    Both have the same papers (`about_the_same`), and half of the notes of those that they share
    name the one alone. So it is with a new digest too, of which no pass knows yet: whoever asks
    must know that the path is an old one.
    """
    keys = {path: {entry.key for entry in each.entries} for path, each in snapshot.digests.items()}
    digests_of: dict[Key, list[RelPath]] = {}
    for path, of_path in keys.items():
        for key in of_path:
            digests_of.setdefault(key, []).append(path)
    pairs = {pair for paths in digests_of.values() for pair in permutations(paths, 2)}
    found = {}
    for old, now in sorted(pairs):
        if about_the_same(keys[old], keys[now]):
            shared = keys[old] & keys[now]
            named = sum(_named(snapshot, key) & {old, now} == {now} for key in shared)
            if 2 * named >= len(shared):
                found[old] = now
    return found


def _named(snapshot: Snapshot, key: Key) -> set[RelPath | None]:
    """Return the digests that the notes of a paper name."""
    return {
        snapshot.names.resolve(target, note)
        for note in snapshot.managed.get(key, ())
        for target in snapshot.notes[note].digests
    }
