"""A vault as it is now: its texts read, from the work tree or the git index, beside the base."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from vault_sync.core import snapshot
from vault_sync.core.digest import editor
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, Problem, RelPath, Rules
from vault_sync.core.naming import globs
from vault_sync.core.naming.copy_names import brings_markdown, certain
from vault_sync.core.naming.keys import arxiv_id
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.reconcile.resolution import abstracts
from vault_sync.core.snapshot import Snapshot
from vault_sync.edge.config import Config
from vault_sync.edge.fs.reader import as_text, contents
from vault_sync.edge.fs.scan import Stat, scan
from vault_sync.edge.state import joining
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.file_record import File, file_read, looks_delivered
from vault_sync.sync.request import Progress, silent


@dataclass(frozen=True, slots=True)
class Observation:
    """A snapshot, the base, and the problems met; `files` are the paths of all texts.

    `conflicts_text` is the conflicts note, "" where there is none. `marks` are those of `Scan`:
    what is on its way to this device; `delivered` are the files that look as if they had been
    brought, each with the time of that (Unix ns). `read` are the files that were
    read, as the index stores them; `gone` those that the index has and that are there no more.
    """

    snapshot: Snapshot
    base: Base
    problems: tuple[Problem, ...]
    conflicts_text: str
    files: frozenset[RelPath]
    marks: Mapping[RelPath, int] = field(default_factory=dict)
    delivered: Mapping[RelPath, int] = field(default_factory=dict)
    read: Mapping[RelPath, File] = field(default_factory=dict)
    gone: frozenset[RelPath] = frozenset()


def base_of(state: StateStore) -> Base:
    """Return the base that this device keeps."""
    rows, exists = state.rows(), state.has_base
    return Base(
        rows,
        exists,
        state.was_before,
        joining=not joining.is_joined(state),
        was_ever=state.was_ever,
    )


def observe(config: Config, base: Base, progress: Progress = silent) -> Observation:
    """Read the whole vault.

    Raises:
        OSError: the vault's folder itself cannot be listed.
    """
    read_at = time.time_ns()
    found = scan(config.root)
    texts: dict[RelPath, str] = {}
    read: dict[RelPath, File] = {}
    problems = list(found.problems)
    reported = {each.path for each in problems}
    for number, (path, content) in enumerate(contents(config.root, found.files)):
        if isinstance(content, Problem):
            problems += [content] if path not in reported else []
        else:
            texts[path] = as_text(content)
            read[path] = file_read(found.files[path], content, read_at)
        progress("reading", number + 1, len(found.files))
    seen = observe_texts(texts, config.rules, base, tuple(problems))
    base = replace(_joined_at_once(seen, found.marks), arriving=arriving(found.marks, read_at))
    delivered = _delivered(found.files)
    return replace(seen, base=base, read=read, marks=found.marks, delivered=delivered)


def _delivered(files: Mapping[RelPath, Stat]) -> dict[RelPath, int]:
    """Return when each file was brought that looks so, or beside which a service put a copy."""
    found = {path: stat.ctime_ns for path, stat in files.items() if looks_delivered(stat)}
    for path, stat in files.items():
        copy = certain(path)
        if copy is not None and copy.certainty == "certain" and copy.original in files:
            found[copy.original] = max(found.get(copy.original, 0), stat.ctime_ns)
    return found


ARRIVAL = 120
"""Seconds for which a file that is being brought is waited for."""


def arriving(marks: Mapping[RelPath, int], now: int) -> bool:
    """Return True if Markdown files are on their way to this device at `now` (Unix ns)."""
    return any(
        now - changed < ARRIVAL * 1_000_000_000 and brings_markdown(path)
        for path, changed in marks.items()
    )


def _joined_at_once(seen: Observation, marks: Collection[RelPath]) -> Base:
    """Return the base; the device is no longer joining where no other one was here before it.

    So it is where there are entries, and neither a note of the tool's, nor a link to one.
    """
    digests = seen.snapshot.digests.values()
    entries = [entry for digest in digests for entry in digest.entries]
    strange = marks or seen.snapshot.managed or any(entry.link for entry in entries)
    return replace(seen.base, joining=seen.base.joining and (bool(strange) or not entries))


def observe_texts(
    texts: Mapping[RelPath, str], rules: Rules, base: Base, problems: tuple[Problem, ...] = ()
) -> Observation:
    """Return what texts say, wherever they were read; `problems` are of those that were not."""
    conflicts_path = RelPath(rules.conflicts_note)
    unread = _unread(texts, base, problems)
    names = LinkResolver.from_paths([*texts, *unread])
    found = snapshot.build(
        {path: text for path, text in texts.items() if path != conflicts_path},
        names=names,
        is_digest=is_digest(rules),
        base=base,
        unread=unread,
    )
    return Observation(found, base, problems, texts.get(conflicts_path, ""), frozenset(texts))


def _unread(
    texts: Mapping[RelPath, str], base: Base, problems: Iterable[Problem]
) -> frozenset[RelPath]:
    """Return the files of the base that may not be read, or whose folder may not be listed."""
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
    """Return the test for paths that `[digests] paths` finds."""
    return globs.matcher(rules.digest_paths)


def exported(observation: Observation, path: RelPath) -> str:
    """Return a digest as it reads without the tool's links."""
    digest = observation.snapshot.digests[path]
    own = {entry.key: entry.link.target for entry in digest.entries if entry.link is not None}
    return editor.export(digest.text, lambda key, target, _: own.get(key) == target)


def lacking(observation: Observation, rules: Rules) -> list[Key]:
    """Return the papers on arXiv that have no note, or whose note lacks one of the facts."""
    wanted = []
    entries = (
        entry for digest in observation.snapshot.digests.values() for entry in digest.entries
    )
    for key in dict.fromkeys(entry.key for entry in entries):
        if not arxiv_id(key):
            continue
        paths = observation.snapshot.managed.get(key, ())
        if not paths or any(_lacks(observation, rules, key, path) for path in paths):
            wanted.append(key)
    return wanted


def _lacks(observation: Observation, rules: Rules, key: Key, path: RelPath) -> bool:
    note = observation.snapshot.notes[path]
    has = note.properties.items
    undated = BaseKey(key, "", "undated") in observation.base.rows and not has("published")
    if undated or not note.fields.title:
        return True
    return any(
        abstracts.missing(note, key, observation.base) if name == "abstract" else not has(name)
        for name in rules.facts
    )
