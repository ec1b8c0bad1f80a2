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
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Plan, Value, Write
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


def _files(snapshot: Snapshot, base: Base) -> Iterator[_StoodFile]:
    for path, digest in snapshot.digests.items():
        yield _StoodFile(path, Key(""), digest.text)
    for key, paths in snapshot.managed.items():
        noted = base.note(key)
        if noted is not None and noted in paths:
            yield _StoodFile(noted, key, snapshot.notes[noted].text)


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
        for each in _files(snapshot, base)
        if (stood := base.items(each.row)) and hash_of(each.text) in stood
        if decided_key(each.path) not in decisions and base.arrival(each.path).typed_here
    ]


def questions(
    old: Iterable[tuple[RelPath, Key]], snapshot: Snapshot, base: Base, plan: Plan
) -> list[tuple[RelPath, Key]]:
    """Return those of these files that the plan would follow, or of which it tells a problem."""
    moved = {row.key for one in plan.base_updates if one.paths for row in (*one.put, *one.drop)} | {
        each.key for each in plan.conflicts
    }
    reported = {each.path for each in plan.problems if each.level == "problem"}

    def is_one(path: RelPath, key: Key) -> bool:
        if key or path in reported:
            return key in moved or path in reported
        # A paper of which it says what it said is moved by its note.
        return not _papers_changed(path, snapshot.digests[path], base).isdisjoint(moved)

    return [each for each in old if is_one(*each)]


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
    """Return True if an entry is gone from a digest that is as it was before its link was written.

    So it is where we had put the whole entry there, with others or alone, and where others are
    without the links that they were given together with it. Nobody who had these before the eyes
    took it out.
    """
    stood = base.items(BaseKey(Key(""), path, STOOD)) or ()
    by_hand = f"+{hash_of(digest.text)}" in stood
    if base.files is None or by_hand or not base.arrival(path).typed_here:
        return False
    linked, here = _linked(digest), {entry.key for entry in digest.entries}
    groups = (group.split("\n") for group in base.items(_links_row(path)) or ())
    return any(
        key in group and linked.isdisjoint(group) and (not group[0] or not here.isdisjoint(group))
        for group in groups
    )


def _linked(digest: Digest) -> set[Key]:
    return {entry.key for entry in digest.entries if entry.link is not None}


def _links_row(path: RelPath) -> BaseKey:
    return BaseKey(Key(""), path, LINKED)


def updates(
    snapshot: Snapshot,
    base: Base,
    writes: Collection[Write],
    drafted: Mapping[RelPath, tuple[Key, ...]],
    bringing: Collection[RelPath],
    ended: Collection[Key],
    rekeyed: Mapping[Key, Key],
) -> list[BaseUpdate]:
    """Return what files were before; `bringing` get more than links, `ended` are forgotten."""
    if base.files is None:
        return []
    after = {each.path: hash_of(str(each.after)) for each in writes}
    found: list[BaseUpdate] = []
    for each in _files(snapshot, base):
        mark = base.files.get(each.key, {}).get(each.path)
        had = base.items(each.row) or ()
        at_rest = mark is not None and mark[:3] == snapshot.stats.get(each.path)
        is_same = at_rest and not (had and hash_of(each.text) in had)
        if (
            each.key in ended
            or each.path in snapshot.locked
            or (is_same and each.path not in after)
        ):
            continue
        before, now = None if mark is None else mark.hash[:16], hash_of(each.text)
        seen = _seen(had, before, now)
        if each.key not in rekeyed:
            found += _update((), each.row, had, seen)
        if each.path in after:
            brings = bool(each.key) or each.path in bringing
            then = _written(seen, now, after[each.path], brings=brings)
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


def _written(had: Iterable[str], before: str, after: str, *, brings: bool) -> tuple[str, ...]:
    """Return the texts that a file had once we have written there: all are old if that `brings`."""
    stood = dict.fromkeys((*had, f"+{before}"))
    if brings:
        stood = dict.fromkeys(each.lstrip("+") for each in stood)
    return tuple(each for each in stood if each.lstrip("+") != after)[-MOST:]


def _link_updates(
    snapshot: Snapshot, base: Base, path: RelPath, drafted: Iterable[Key], changed: bool
) -> list[BaseUpdate]:
    had, linked = base.items(_links_row(path)) or (), _linked(snapshot.digests[path])
    left = tuple(
        group for group in had if not changed or linked.isdisjoint(map(Key, group.split("\n")))
    )
    found = _update((), _links_row(path), had, left)
    here = {entry.key for entry in snapshot.digests[path].entries}
    new = [key for key in drafted if key not in linked and key in here]
    added = [key for key in drafted if key not in here]
    # The first line of a group is empty where we put whole entries there.
    groups = ["\n".join(new)] * bool(new) + ["\n".join(("", *added))] * bool(added)
    if groups:
        found += _update((path,), _links_row(path), had, (*left, *groups)[-MOST:])
    return found


def _update(
    paths: tuple[RelPath, ...], row: BaseKey, had: Value, value: tuple[str, ...]
) -> list[BaseUpdate]:
    if value == had:
        return []
    return [BaseUpdate(paths, {row: value} if value else {}, frozenset() if value else {row})]  # type: ignore[arg-type]
