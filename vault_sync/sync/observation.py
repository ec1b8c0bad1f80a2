"""What the texts of a vault say, wherever they were read: the work tree, or the git index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from vault_sync.core import snapshot
from vault_sync.core.digest import editor as digest_lens
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, Problem, RelPath, Rules
from vault_sync.core.naming import globs
from vault_sync.core.naming.keys import arxiv_id
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.reconcile.resolution import abstracts
from vault_sync.core.report import conflicts_page
from vault_sync.core.snapshot import Snapshot
from vault_sync.sync.file_record import File


@dataclass(frozen=True, slots=True)
class Observation:
    """What one look found. `conflicts_text` is the conflicts note, "" where there is none.

    `read` are the files that were read, as the index keeps them; `gone` those that were known and
    are there no more. `at_rest` gives the seconds since each file changed, where that was
    looked at. `conflicts_path` is the path of the conflicts note, there or not.
    """

    snapshot: Snapshot
    base: Base
    problems: tuple[Problem, ...]
    conflicts_text: str
    files: frozenset[RelPath]
    read: Mapping[RelPath, File] = field(default_factory=dict)
    gone: frozenset[RelPath] = frozenset()
    at_rest: Mapping[RelPath, float] = field(default_factory=dict)
    conflicts_path: RelPath | None = None


def seen_of(
    texts: Mapping[RelPath, str], rules: Rules, base: Base, problems: tuple[Problem, ...] = ()
) -> Observation:
    """What texts say, wherever they were read: the work tree, or the git index."""
    conflicts_path = conflicts_page.choose_path(rules.conflicts_note, texts)
    unread = _unread(texts, base, problems)
    names = LinkResolver.from_paths([*texts, *unread])
    read = snapshot.build(
        {path: text for path, text in texts.items() if path != conflicts_path},
        names=names,
        is_digest=is_digest(rules),
        base=base,
        unread=unread,
    )
    return Observation(
        read,
        base,
        problems,
        texts.get(conflicts_path, ""),
        frozenset(texts),
        conflicts_path=conflicts_path,
    )


def _unread(
    texts: Mapping[RelPath, str], base: Base, problems: Iterable[Problem]
) -> frozenset[RelPath]:
    """Files of the base that may not be read, or that stand in a folder that may not be listed."""
    shut = {one.path for one in problems if one.code in {"unreadable", "unlisted"}}
    if not shut:
        return frozenset()
    digests = {digest for places in base.places.values() for digest in places}
    return frozenset(
        path
        for path in {*base.note_paths, *digests} - texts.keys()
        if not shut.isdisjoint((path, *map(str, PurePosixPath(path).parents)))
    )


def is_digest(rules: Rules) -> Callable[[RelPath], bool]:
    """Return the test whether `[digests] paths` finds a path; never that of the conflicts note."""
    takes = globs.matcher(rules.digest_paths)
    return lambda path: path != rules.conflicts_note and takes(path)


def exported(seen: Observation, path: RelPath) -> str:
    """A digest as it reads without the tool's links."""
    digest = seen.snapshot.digests[path]
    own = {entry.key: entry.link.target for entry in digest.entries if entry.link is not None}
    return digest_lens.export(digest.text, lambda key, target, _: own.get(key) == target)


def lacking(seen: Observation, rules: Rules) -> list[Key]:
    """The papers on arXiv whose notes lack what arXiv may know: a note, or one of its facts."""
    wanted = []
    entries = (entry for digest in seen.snapshot.digests.values() for entry in digest.entries)
    for key in dict.fromkeys(entry.key for entry in entries):
        if not arxiv_id(key):
            continue
        paths = seen.snapshot.managed.get(key, ())
        if not paths or any(_lacks(seen, rules, key, path) for path in paths):
            wanted.append(key)
    return wanted


def _lacks(seen: Observation, rules: Rules, key: Key, path: RelPath) -> bool:
    note = seen.snapshot.notes[path]
    has = note.properties.items
    undated = BaseKey(key, "", "undated") in seen.base.rows and not has("published")
    if undated or not note.fields.title:
        return True
    return any(
        abstracts.missing(note, key, seen.base) if name == "abstract" else not has(name)
        for name in rules.facts
    )
