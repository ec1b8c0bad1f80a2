"""The pass over git's index: which papers a commit concerns, and whether they are in line.

Only what is concerned is read: the entries and notes that the index holds differently from HEAD,
their other halves, and the notes that name them or are named by them. HEAD itself is not judged
again, unless nothing is staged, nothing was ever committed, or the configuration changes: then the
whole index is. There is no base but for what digest and note keep in their own words (`_apart`):
two sides that differ are out of line, whoever changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from vault_sync.core.digest.reader import Entry
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey, Plan, Value
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.reconcile.pipeline import ReconcileOptions, reconcile
from vault_sync.core.snapshot import Snapshot
from vault_sync.edge import config as configuration
from vault_sync.edge.config import Config
from vault_sync.edge.git import repository as git
from vault_sync.edge.git.repository import Repository, VaultLocation
from vault_sync.edge.state.base_table import read_apart
from vault_sync.edge.state.store import StateError, open_state
from vault_sync.sync.observation import snapshot_of
from vault_sync.sync.staged.relevant_files import RelevantFiles


@dataclass(frozen=True, slots=True)
class StagedVerdict:
    """What came of it. `plan` holds what concerns this commit alone, and asks for no base.

    `announced` are notes that the index holds by name only.
    """

    config: Config
    snapshot: Snapshot
    plan: Plan
    place: VaultLocation
    announced: tuple[RelPath, ...]


def judge(root: Path, repository: Repository) -> StagedVerdict:
    """Judge what git's index holds of the vault at `root`.

    Raises:
        GitError, ConfigError.
    """
    place = git.place_of(root, repository)
    changed = git.changes(repository)
    files: dict[RelPath, str] = {}
    settings = ""
    problems: list[Problem] = []
    empty: list[str] = []
    for path, oid, stage in git.index(repository):
        here = place.in_vault(path)
        if here == configuration.FILE:
            settings = oid
        if here is None or not here.endswith(".md"):
            continue
        if stage:
            problems.append(_unmerged(here))
        else:
            files[here] = oid
            empty += [path] if oid in _EMPTY else []
    announced = {place.in_vault(path) for path in git.announced(repository, empty)}
    files = {path: oid for path, oid in files.items() if path not in announced}
    config = _config(root, repository, settings)
    files.pop(RelPath(config.rules.conflicts_note), None)
    whole = not changed or any(
        place.in_vault(change.path) == configuration.FILE for change in changed
    )
    names = LinkResolver.from_paths(files)
    if whole:
        texts = git.blobs(repository, files.values())
        seen = {path: texts[oid] for path, oid in files.items()}
        keys = None
    else:
        reach = RelevantFiles(repository, place, config, files, names)
        keys = reach.find(changed)
        seen = reach.texts
    found = snapshot_of(seen, names, config.rules, Base())
    plan = reconcile(
        found,
        Base(_apart(root)),
        {},
        config.rules,
        ReconcileOptions(
            only=None if keys is None else lambda paper: bool(keys & {paper.key, paper.agreed_key})
        ),
    )
    said = (*dict.fromkeys(problems), *_concerned(plan.problems, found, keys, changed, place))
    loose = tuple(path for path in announced if path is not None)
    return StagedVerdict(config, found, replace(plan, problems=said), place, loose)


def _apart(root: Path) -> Mapping[BaseKey, Value]:
    """Return in what digest and note keep their own words, so that it is no conflict here.

    Nothing else of this device's base counts: a commit is judged by what it holds.
    """
    state = open_state(root)
    try:
        return read_apart(state.select)
    except (StateError, ValueError):
        return {}  # what would have been apart is a conflict then, which a person sees
    finally:
        state.close()


_EMPTY = frozenset(
    (
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
        "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
    )
)
"""The object of an empty file, by SHA-1 and SHA-256."""


def _unmerged(path: RelPath) -> Problem:
    return Problem(
        path, "unmerged", "is not merged yet", "settle the merge, then `git add` the file", 1
    )


def _config(root: Path, repository: Repository, oid: str) -> Config:
    path = root / configuration.FILE
    if not oid:
        return configuration.load(root)
    text = git.blobs(repository, [oid])[oid]
    return configuration.parse(text.removeprefix("\ufeff"), root, path)


def _concerned(
    problems: Iterable[Problem],
    found: Snapshot,
    keys: frozenset[Key] | None,
    changed: Iterable[git.StagedChange],
    place: VaultLocation,
) -> list[Problem]:
    """The problems of what was judged; what was read beside it says nothing."""
    if keys is None:
        return list(problems)
    touched = {place.in_vault(change.path) for change in changed}
    said = []
    for problem in problems:
        path = RelPath(problem.path)
        lines = {entry.line: entry.key for entry in _entries(found, path)}
        key = lines.get(problem.line or 0) or found.about(path)
        if key in keys if key is not None else path in touched:
            said.append(problem)
    return said


def _entries(found: Snapshot, path: RelPath) -> Iterable[Entry]:
    return found.digests[path].entries if path in found.digests else ()


def vault_of(start: Path, repository: Repository, environ: Mapping[str, str]) -> Path:
    """The vault's folder.

    In a hook it may have no mark in this work tree: `.obsidian` is often not in git. Then the
    folder that the hook names is the vault.

    Raises:
        ConfigError: no hook calls, and there is no vault here.
    """
    try:
        return configuration.find_root(start)
    except configuration.ConfigError:
        if not git.in_hook(environ) or not start.is_dir():
            raise
        full = Path(os.path.abspath(start))  # noqa: PTH100 - resolve() would follow links
        return full if full.is_relative_to(repository.top) else repository.top
