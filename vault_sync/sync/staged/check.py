"""The pass over git's index: which papers a commit concerns, and whether they are in line.

Only what is concerned is read: the entries and notes that the index holds differently from HEAD,
their other halves, and the notes that name them or are named by them. HEAD itself is not judged
again, unless nothing is staged, nothing was ever committed, or the configuration changes: then the
whole index is. There is no base but for what digest and note keep in their own words (`_apart`),
and the texts of changed digests in HEAD, by which a slip is known (`_before`): two sides that
differ are out of line, whoever changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from vault_sync.core.digest.reader import Entry
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey, Create, Plan, Value
from vault_sync.core.model.values import Key, Problem, RelPath, Rules, is_markdown
from vault_sync.core.naming.globs import is_digest
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.reconcile.pairing.paper import Paper
from vault_sync.core.reconcile.pipeline import ReconcileOptions, reconcile
from vault_sync.core.snapshot import Snapshot
from vault_sync.edge import config as configuration
from vault_sync.edge.config import Config
from vault_sync.edge.git import repository as git
from vault_sync.edge.git.repository import Repository, VaultLocation
from vault_sync.edge.state.base_table import read_apart
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.store import open_state
from vault_sync.sync.observation.observation import snapshot_of
from vault_sync.sync.staged.relevant_files import RelevantFiles
from vault_sync.sync.staged.staged_texts import StagedTexts


class StagedVerdict(NamedTuple):
    """The verdict on git's index. `plan` holds what concerns this commit alone, without a base.

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
    index = _index_of(repository, place)
    announced = {place.in_vault(path) for path in git.announced(repository, index.empty)}
    config = _config(root, repository, index.settings)
    apart = {*announced, config.rules.conflicts_note}
    files = {path: oid for path, oid in index.files.items() if path not in apart}
    names = LinkResolver.from_paths([*files, *index.otherwise])
    relevant = None
    if _concern_all(changed, place):
        blobs = git.blobs(repository, files.values())
        texts = {path: blobs[oid] for path, oid in files.items()}
    else:
        read = StagedTexts(repository, place, config.rules, files)
        relevant = RelevantFiles(read, names)
        relevant.find(changed)
        texts = read.texts
    base = Base({**_apart(root), **_before(repository, changed, place, config.rules)})
    while True:
        keys = None if relevant is None else relevant.judged
        # What is a note in HEAD is none that a commit may damage.
        notes = Base(moved=relevant.notes if relevant is not None else {})
        found = snapshot_of(texts, names, config.rules, notes)
        # Some digests alone do not tell whether the globs take notes for digests.
        options = ReconcileOptions(only=_only(keys), sure=keys is not None)
        plan = reconcile(found, base, {}, config.rules, options)
        concerned = _concerned(plan.problems, found, keys, changed, place)
        plan = plan._replace(problems=(*dict.fromkeys(index.unmerged), *concerned))
        made = [each.path for each in plan.operations if isinstance(each, Create)]
        silent = not (plan.operations or plan.conflicts or plan.problems)
        if relevant is None or silent or not relevant.complete(made):
            break
    loose = tuple(path for path in announced if path is not None)
    return StagedVerdict(config, found, plan, place, loose)


class _Index(NamedTuple):
    """The vault's Markdown files in git's index, each with its object.

    `settings` is the object of the configuration, "" for none; `unmerged` has a problem for every
    file that is not merged yet; `empty` are the files, from git's top, that hold nothing.
    """

    files: dict[RelPath, str]
    settings: str
    unmerged: list[Problem]
    empty: list[str]
    otherwise: list[RelPath]


def _index_of(repository: Repository, place: VaultLocation) -> _Index:
    files: dict[RelPath, str] = {}
    settings = ""
    unmerged: list[Problem] = []
    otherwise: list[RelPath] = []
    empty: list[str] = []
    for path, oid, stage in git.index(repository):
        here = place.in_vault(path)
        if here == configuration.FILE:
            settings = oid
        if here is None or not is_markdown(here):
            continue
        if not here.endswith(".md"):
            otherwise.append(here)
            continue
        if stage:
            unmerged.append(_unmerged(here))
        else:
            files[here] = oid
            empty += [path] if oid in _EMPTY else []
    return _Index(files, settings, unmerged, empty, otherwise)


def _concern_all(changed: Collection[git.StagedChange], place: VaultLocation) -> bool:
    """Return True if the whole index is judged: nothing changed, or the configuration did."""
    paths = {place.in_vault(change.path) for change in changed}
    return not paths or configuration.FILE in paths


def _before(
    repository: Repository,
    changed: Iterable[git.StagedChange],
    place: VaultLocation,
    rules: Rules,
) -> Mapping[BaseKey, Value]:
    """Return the texts that changed digests have in HEAD: what a slip left of their entries."""
    is_one = is_digest(rules)
    was = {
        path: change.old
        for change in changed
        if change.old and (path := place.in_vault(change.path)) is not None and is_one(path)
    }
    blobs = git.blobs(repository, was.values())
    return {BaseKey(Key(""), path, "text"): blobs[oid] for path, oid in was.items()}


def _only(keys: frozenset[Key] | None) -> Callable[[Paper], bool] | None:
    return None if keys is None else lambda paper: bool(keys & {paper.key, paper.agreed_key})


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


_REFUSED = "would-not-read-back"
"""The problem of a text that would be written for papers judged, wherever it would read wrong."""


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
    """Return the problems of the papers judged, not of those that were only read beside them."""
    if keys is None:
        return list(problems)
    touched = {place.in_vault(change.path) for change in changed}
    concerned = []
    for problem in problems:
        path = RelPath(problem.path)
        lines = {entry.line: entry.key for entry in _entries(found, path)}
        key = lines.get(problem.line or 0) or found.about(path)
        here = path in touched if key is None else key in keys
        if here or problem.code == _REFUSED:
            concerned.append(problem)
    return concerned


def _entries(found: Snapshot, path: RelPath) -> Iterable[Entry]:
    return found.digests[path].entries if path in found.digests else ()


def vault_of(start: Path, repository: Repository, environ: Mapping[str, str]) -> Path:
    """Return the vault's folder.

    In a hook it may have no mark in this work tree: `.obsidian` is often not in git. Then the
    folder that the hook names is the vault.

    Raises:
        ConfigError: no hook calls, and there is no vault here.
    """
    try:
        # Git has judged whose the work tree is.
        return configuration.find_root(start, named=True)
    except configuration.ConfigError:
        if not git.in_hook(environ) or not start.is_dir():
            raise
        full = Path(os.path.abspath(start))  # noqa: PTH100 - resolve() would follow links
        return full if full.is_relative_to(repository.top) else repository.top
