"""Recognise that the last entry of a digest was taken out, where the file may also be cut short.

Somebody who types an entry and takes it out again leaves the file as a torn save would, but for one
thing: it ends exactly where that entry began, and stays so.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING

from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.style import styles_of
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, Problem, RelPath, Rules
from vault_sync.core.reconcile.pairing.paper import Pair, Paper
from vault_sync.core.reconcile.pairing.removals import is_edited
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.module_door import door

if TYPE_CHECKING:
    from vault_sync.core.digest import entry_format
else:  # few digests were cut short
    entry_format = door("vault_sync.core.digest.entry_format")

WAITS = "last-entry-gone"
"""The code of the problem of a digest that time alone will make one without its last entry."""

AT_REST = 60.0
"""Seconds for which a file must have stood unchanged before its missing last entry is believed."""


def believe_last_removals(
    snapshot: Snapshot, base: Base, rules: Rules, at_rest: Mapping[RelPath, float]
) -> Snapshot:
    """Return the snapshot without the locks of digests whose last entry was taken out.

    `at_rest` gives the seconds since a file's last change, 0 for one that it does not name. Of a
    digest that has not stood so for long enough the problem says for how long it still waits.
    """
    left = {
        path: AT_REST - max(0.0, at_rest.get(path, 0.0))
        for path, code in snapshot.locked.items()
        if code == "cut-short" and _lost_its_last_entry(path, snapshot, base, rules)
    }
    if not left:
        return snapshot
    return snapshot._replace(
        locked={
            path: code for path, code in snapshot.locked.items() if left.get(path, AT_REST) > 0
        },
        problems=tuple(
            _waits(problem, left[RelPath(problem.path)])
            if problem.code == "cut-short" and problem.path in left
            else problem
            for problem in snapshot.problems
            if problem.code != "cut-short" or left.get(RelPath(problem.path), AT_REST) > 0
        ),
    )


def _waits(problem: Problem, seconds: float) -> Problem:
    return problem._replace(
        code=WAITS,
        message=f"{problem.message}; or its last entry was taken out",
        hint=f"if it still ends here in {ceil(seconds)} s, a pass takes the entry for removed; "
        + problem.hint,
    )


def _lost_its_last_entry(path: RelPath, snapshot: Snapshot, base: Base, rules: Rules) -> bool:
    """Tell whether a digest ends where its last entry began, whose note has nothing newer."""
    before = base.text(BaseKey(Key(""), path, "text")) or ""
    text = snapshot.digests[path].text
    entries = styled_reader.read(before, styles_of(rules)(path)).entries
    last = entries[-1] if entries else None
    if last is None or last.span.start < len(text) or before[last.span.end :].strip():
        return False
    if entry_format.gap_between(before, len(text), last.span.start) is None:
        return False
    return not _has_something_newer(last.key, path, snapshot, base, rules)


def _has_something_newer(
    key: Key, digest: RelPath, snapshot: Snapshot, base: Base, rules: Rules
) -> bool:
    """Tell whether a note of the paper was edited since both sides agreed."""
    others = tuple(Pair(each, "both") for each in base.places.get(key, ()) if each != digest)
    for path in snapshot.managed.get(key, ()):
        note = snapshot.notes[path]
        resolve = snapshot.names.resolve
        section = next(
            (each for each in note.sections if resolve(each.target, path) == digest), None
        )
        pair = Pair(digest, "removed", None, section)
        if is_edited(Paper(key, path, "managed", (pair, *others), key), pair, note, base, rules):
            return True
    return False
