"""Recognise files that are old copies as a whole, and remember what files were before our writes.

A file that is byte for byte a text of its own from before a write of ours was put there by somebody
who had not read that write: a checkout, a backup, an editor that was open all the time. Nothing of
it is followed until a person says so. Where only changes by hand lie between, it is that person's
own text, taken back.

The base has for each file the hashes of the texts that it had (`STOOD`), those behind which we
wrote since bare, the others after a `+`; and for each digest the entries whose link lines were
written there together and are not taken in yet (`LINKED`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from vault_sync.core.digest.reader import Digest
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.model import problems
from vault_sync.core.model.base import LINKED, STOOD, Base, value_hash
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Value, Write
from vault_sync.core.model.values import Decisions, Key, Problem, RelPath
from vault_sync.core.snapshot import Snapshot

MOST = 50
"""Texts of one file that are remembered; the oldest is forgotten first."""

CODE = problems.OLD_FILE


class _StoodFile(NamedTuple):
    """A digest ("" for its key) or a note, as it is now."""

    path: RelPath
    key: Key
    text: str

    @property
    def row(self) -> BaseKey:
        """The base key of the texts that it had."""
        return BaseKey(self.key, "" if self.key else self.path, STOOD)


def _files(snapshot: Snapshot) -> Iterator[_StoodFile]:
    for path, digest in snapshot.digests.items():
        yield _StoodFile(path, Key(""), digest.text)
    for key, paths in snapshot.managed.items():
        for path in paths:
            yield _StoodFile(path, key, snapshot.notes[path].text)


def hash_of(text: str) -> str:
    """Return the hash by which a text that stood somewhere is remembered."""
    return value_hash(text)[:16]


def decided_key(path: RelPath) -> tuple[Key, RelPath, str]:
    """Return the key under which a person's decision about an old copy stands."""
    return Key(""), path, "old file"


def old_files(snapshot: Snapshot, base: Base, decisions: Decisions) -> list[tuple[RelPath, Key]]:
    """Return the files that are old copies, each with its paper ("" for a digest).

    One that was brought or restored has rules of its own (`resolution.arrivals`).
    """
    return [
        (each.path, each.key)
        for each in _files(snapshot)
        if (stood := base.items(each.row)) and hash_of(each.text) in stood
        if decided_key(each.path) not in decisions and base.arrival(each.path).typed_here
    ]


def hold(snapshot: Snapshot, base: Base, old: Iterable[tuple[RelPath, Key]]) -> Snapshot:
    """Return the snapshot in which these files are neither read from nor written."""
    locked, keys = dict(snapshot.locked), dict(snapshot.locked_keys)
    found: list[Problem] = []
    for path, key in old:
        locked[path] = CODE
        if key:
            keys[key] = path
            found.append(problems.old_file(path, 1, "note"))
        else:
            count = len(_papers_changed(path, snapshot.digests[path], base))
            found.append(problems.old_file(path, count, "digest"))
    paths = {each.path for each in found}
    others = (
        each for each in snapshot.problems if each.path not in paths or each.code != "cut-short"
    )
    return snapshot._replace(locked=locked, locked_keys=keys, problems=(*others, *found))


def _papers_changed(path: RelPath, digest: Digest, base: Base) -> set[Key]:
    """Return the papers of which a digest says something else than when it was last agreed on."""
    before = base.text(BaseKey(Key(""), path, "text")) or ""
    was = {each.key: each.fields for each in styled_reader.read(before, digest.styles).entries}
    now = {each.key: each.fields for each in digest.entries}
    return {key for key in was.keys() | now.keys() if was.get(key) != now.get(key)}


def entry_is_old_copys(key: Key, path: RelPath, digest: Digest, base: Base) -> bool:
    """Return True if an entry is gone with all links that were written there together with its own.

    Nobody who had them before the eyes took it out.
    """
    if base.files is None:
        return False
    linked = _linked(digest)
    groups = (group.split("\n") for group in base.items(_links_row(path)) or ())
    return any(key in group and linked.isdisjoint(group) for group in groups)


def _linked(digest: Digest) -> set[Key]:
    return {entry.key for entry in digest.entries if entry.link is not None}


def _links_row(path: RelPath) -> BaseKey:
    return BaseKey(Key(""), path, LINKED)


def updates(
    snapshot: Snapshot,
    base: Base,
    writes: Collection[Write],
    drafted: Mapping[RelPath, tuple[Key, ...]],
    rekeyed: Mapping[Key, Key],
) -> list[BaseUpdate]:
    """Return the updates by which the base knows what files were before they are written.

    `rekeyed` gives the new key of each paper whose address this pass changes.
    """
    if base.files is None:
        return []
    after = {each.path: hash_of(str(each.after)) for each in writes}
    found: list[BaseUpdate] = []
    for each in _files(snapshot):
        mark = base.files.get(each.key, {}).get(each.path)
        had = base.items(each.row) or ()
        at_rest = mark is not None and mark[:3] == snapshot.stats.get(each.path)
        is_same = at_rest and not (had and hash_of(each.text) in had)
        if each.path in snapshot.locked or (is_same and each.path not in after):
            continue
        before, now = None if mark is None else mark.hash[:16], hash_of(each.text)
        seen = _seen(had, before, now)
        found += _update((), each.row, had, seen)
        if each.path in after:
            then = _written(seen, now, after[each.path])
            row = each.row._replace(key=rekeyed.get(each.key, each.key))
            found += _update((each.path,), row, had if row == each.row else (), then)
        if not each.key:
            changed = before is not None and before != now
            found += _link_updates(snapshot, base, each.path, drafted.get(each.path, ()), changed)
    return found


def _seen(had: Iterable[str], before: str | None, now: str) -> tuple[str, ...]:
    """Return the texts that a file had once it was seen with another, or the same, by hand."""
    stood = [each for each in had if each.lstrip("+") != now]
    if before not in {None, now} and before not in stood and f"+{before}" not in stood:
        stood.append(f"+{before}")
    return tuple(stood[-MOST:])


def _written(had: Iterable[str], before: str, after: str) -> tuple[str, ...]:
    """Return the texts that a file had once we have written there: all count as old."""
    stood = dict.fromkeys([*(each.lstrip("+") for each in had), before])
    return tuple(each for each in stood if each != after)[-MOST:]


def _link_updates(
    snapshot: Snapshot, base: Base, path: RelPath, drafted: Iterable[Key], changed: bool
) -> list[BaseUpdate]:
    had, linked = base.items(_links_row(path)) or (), _linked(snapshot.digests[path])
    left = tuple(
        group for group in had if not changed or linked.isdisjoint(map(Key, group.split("\n")))
    )
    found = _update((), _links_row(path), had, left)
    new = [key for key in drafted if key not in linked]
    if new:
        found += _update((path,), _links_row(path), had, (*left, "\n".join(new))[-MOST:])
    return found


def _update(
    paths: tuple[RelPath, ...], row: BaseKey, had: Value, value: tuple[str, ...]
) -> list[BaseUpdate]:
    if value == had:
        return []
    return [BaseUpdate(paths, {row: value} if value else {}, frozenset() if value else {row})]  # type: ignore[arg-type]
