"""Decisions of a person who names a note or a digest, and the side that is right about it."""

from __future__ import annotations

from vault_sync.core.model.base import Base
from vault_sync.core.model.values import SHARED_FIELDS, Decision, Decisions, Key, RelPath
from vault_sync.core.reconcile.pairing import old_files
from vault_sync.core.snapshot import Snapshot

FIELDS = (*SHARED_FIELDS, "commentary", "tags")


def decide(path: RelPath, side: Decision, snapshot: Snapshot, base: Base) -> Decisions:
    """Return every decision that a file can ask for, given to one side.

    A digest is accepted as a whole (`accepted_digests`); the rules of removals still say which of
    its entries are removed. Both sides can be right about a commentary alone.
    """
    fields = ("commentary",) if side == "both" else FIELDS
    whole = {old_files.decided_key(path): side} if _is_old(path, snapshot, base) else {}
    entry = () if side == "both" else ("entry",)
    if path in snapshot.digests or path in lost_digests(snapshot, base):
        decided: dict[tuple[Key, RelPath, str], Decision] = {
            (key, path, name): side
            for key in _papers_of(path, snapshot, base)
            for name in (fields if side == "digest" else (*fields, *entry))
        }
        accepted = {(Key(""), path, "text"): side} if side == "digest" else {}
        return {**decided, **accepted, **whole}
    key = snapshot.about(path)
    digests = () if key is None else _digests_of(path, key, snapshot, base)
    found = {(key, at, name): side for at in digests for name in (*fields, *entry) if key}
    return {**found, **whole} if found else {}


def _is_old(path: RelPath, snapshot: Snapshot, base: Base) -> bool:
    return any(path == old for old, _ in old_files.old_files(snapshot, base, {}))


def accepted_digests(decisions: Decisions) -> frozenset[RelPath]:
    """Return the digests that a person accepts as they are: cut short, or gone."""
    return frozenset(digest for key, digest, name in decisions if not key and name == "text")


def apply_decisions(snapshot: Snapshot, decisions: Decisions) -> Snapshot:
    """Return the snapshot without the locks of digests whose cut-off end a person accepts."""
    short = {
        path for path in accepted_digests(decisions) if snapshot.locked.get(path) == "cut-short"
    }
    if not short:
        return snapshot
    return snapshot._replace(
        locked={path: why for path, why in snapshot.locked.items() if path not in short},
        problems=tuple(
            each
            for each in snapshot.problems
            if each.code != "cut-short" or RelPath(each.path) not in short
        ),
    )


def lost_digests(snapshot: Snapshot, base: Base) -> frozenset[RelPath]:
    """Return the digests that the base knows and that are not there."""
    agreed = {digest for digests in base.places.values() for digest in digests}
    return frozenset(agreed - snapshot.digests.keys())


def _papers_of(digest: RelPath, snapshot: Snapshot, base: Base) -> set[Key]:
    found = snapshot.digests.get(digest)
    here = {entry.key for entry in found.entries} if found else set()
    return here | {key for key, digests in base.places.items() if digest in digests}


def _digests_of(note: RelPath, key: Key, snapshot: Snapshot, base: Base) -> set[RelPath]:
    found, names = snapshot.notes[note], snapshot.names
    targets = found.digest_targets
    digests = {path for target in targets if (path := names.resolve(target, note)) is not None}
    digests |= set(base.places.get(key, ()))
    return digests | {
        path
        for path, digest in snapshot.digests.items()
        if any(entry.key == key for entry in digest.entries)
    }
