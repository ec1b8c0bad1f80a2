"""Files that may be the note of a paper and that no digest made: the surest of them is adopted.

| strength | file                                                                      |
|----------|---------------------------------------------------------------------------|
| linked   | a link of the entry leads to it, and it names this paper                  |
| certain  | it says so (`recognition`)                                                |
| likely   | it names this paper and has the entry's title                             |
| likely   | it names no paper, has title and first author of the entry, and is alone  |
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from vault_sync.core.digest.reader import Entry
from vault_sync.core.model import problems
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.naming.people import first_agrees
from vault_sync.core.reconcile.pairing.paper import Paper
from vault_sync.core.reconcile.pairing.paper_builder import FoundEntry
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.folding import fold_title


def to_adopt(
    snapshot: Snapshot, key: Key, found: Sequence[FoundEntry], leads_to: Collection[RelPath]
) -> tuple[RelPath, ...]:
    """Return the surest files about a paper: one is adopted, several are a problem."""
    certain, named = snapshot.plain.get(key, ()), snapshot.named.get(key, ())
    if linked := [path for path in (*certain, *named) if path in leads_to]:
        return tuple(linked)
    if certain:
        return certain
    entries = [entry for _, entry in found if entry.fields.title]
    titles = [entry.fields.title for entry in entries]
    likely = [path for path in named if any(map(snapshot.recognitions[path].has_title, titles))]
    return tuple(likely) or _by_author(snapshot, entries)


def _by_author(snapshot: Snapshot, entries: Sequence[Entry]) -> tuple[RelPath, ...]:
    paths = {
        path
        for entry in entries
        for path in snapshot.titled.get(fold_title(entry.fields.title), ())
        if entry.fields.authors
        and first_agrees(snapshot.recognitions[path].authors, entry.fields.authors)
    }
    return tuple(paths) if len(paths) == 1 else ()


def only_named(
    snapshot: Snapshot, entries: Mapping[Key, Sequence[FoundEntry]], papers: Sequence[Paper | None]
) -> Iterator[Problem]:
    """Yield a notice for each file that names the paper of an entry and is not its note."""
    notes = {paper.key: paper.note for paper in papers if paper is not None}
    taken = set(notes.values())
    for key in entries:
        # Several files that are equally sure are a problem already.
        certain = snapshot.plain.get(key, ()) if notes.get(key) is not None else ()
        for path in (*certain, *snapshot.named.get(key, ())):
            if path not in taken:
                yield problems.only_named(key, path, notes.get(key))
