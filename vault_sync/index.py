"""The pass over git's index: which papers a commit concerns, and whether they are in line.

Only what is concerned is read: the entries and notes that the index holds differently from HEAD,
their other halves, and the notes that name them or are named by them. HEAD itself is not judged
again, unless nothing is staged, nothing was ever committed, or the configuration changes: then the
whole index is. There is no base: two sides that differ are out of line, whoever changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from vault_sync import sync
from vault_sync.core import digest as digest_lens
from vault_sync.core import note as note_lens
from vault_sync.core import plain, snapshot
from vault_sync.core.base import Base
from vault_sync.core.digest import Digest
from vault_sync.core.keys import key_of
from vault_sync.core.links import Names, addresses, find
from vault_sync.core.model import Key, Problem, RelPath
from vault_sync.core.names import fold
from vault_sync.core.note import Note, linked
from vault_sync.core.paths import stem_of
from vault_sync.core.plan import Plan
from vault_sync.core.reconcile import reconcile
from vault_sync.core.snapshot import Snapshot
from vault_sync.edge import config as configuration
from vault_sync.edge import git
from vault_sync.edge.config import Config
from vault_sync.edge.git import Repository


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of it. `plan` holds what concerns this commit alone, and asks for no base."""

    config: Config
    snapshot: Snapshot
    plan: Plan
    place: Place


@dataclass(frozen=True, slots=True)
class Place:
    """Where the vault lies: `below` the top of the work tree, or `above` it (one of them is "")."""

    below: str
    above: str

    def in_vault(self, path: str) -> RelPath | None:
        """A path of the work tree as the vault calls it; None outside it and in dot folders."""
        if not path.startswith(self.below):
            return None
        path = self.above + path[len(self.below) :]
        return None if path.startswith(".") or "/." in path else RelPath(path)

    def in_tree(self, path: RelPath) -> str | None:
        """The other way; None for a file of the vault that lies outside the work tree."""
        if not path.startswith(self.above):
            return None
        return self.below + path[len(self.above) :]


def place_of(root: Path, repository: Repository) -> Place:
    """Where a vault lies in a work tree.

    Raises:
        GitError: neither lies in the other.
    """
    vault, top = root.resolve(), repository.top.resolve()
    if vault.is_relative_to(top):
        return Place(_folder(vault.relative_to(top)), "")
    if top.is_relative_to(vault):
        return Place("", _folder(top.relative_to(vault)))
    raise git.GitError(f"the vault {root} is not in the work tree {repository.top}")


def _folder(path: Path) -> str:
    return "" if path == Path() else f"{path.as_posix()}/"


def judge(root: Path, repository: Repository) -> Judged:
    """Judge what git's index holds of the vault at `root`.

    Raises:
        GitError, ConfigError.
    """
    place = place_of(root, repository)
    changed = git.changes(repository)
    fresh = {change.path for change in changed if change.new}
    files: dict[RelPath, str] = {}
    settings = ""
    problems: list[Problem] = []
    for path, oid, stage in git.index(repository):
        here = place.in_vault(path)
        if here == configuration.FILE:
            settings = oid
        if here is None or not here.endswith(".md"):
            continue
        if stage:
            problems.append(_unmerged(here))
        elif oid not in _EMPTY or path in fresh:  # else only announced: `git add -N`
            files[here] = oid
    config = _config(root, repository, settings)
    files.pop(RelPath(config.rules.conflicts_note), None)
    whole = not changed or any(
        place.in_vault(change.path) == configuration.FILE for change in changed
    )
    names = Names.of(files)
    if whole:
        texts = git.blobs(repository, files.values())
        seen = {path: texts[oid] for path, oid in files.items()}
        keys = None
    else:
        reach = _Reach(repository, place, config, files, names)
        keys = reach.of(changed)
        seen = reach.texts
    found = snapshot.of(seen, names=names, is_digest=sync.is_digest(config.rules), base=Base())
    plan = reconcile(
        found,
        Base(),
        {},
        config.rules,
        only=None if keys is None else lambda paper: bool(keys & {paper.key, paper.base_key}),
    )
    said = (*dict.fromkeys(problems), *_concerned(plan.problems, found, keys, changed, place))
    return Judged(config, found, replace(plan, problems=said), place)


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
    changed: Iterable[git.Change],
    place: Place,
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


def _entries(found: Snapshot, path: RelPath) -> Iterable[digest_lens.Entry]:
    return found.digests[path].entries if path in found.digests else ()


class _Reach:
    """What must be read to judge some changes: a worklist over links, blob by blob in batches."""

    def __init__(
        self,
        repository: Repository,
        place: Place,
        config: Config,
        files: Mapping[RelPath, str],
        names: Names,
    ) -> None:
        self.repository = repository
        self.place = place
        self.rules = config.rules
        self.is_digest = sync.is_digest(config.rules)
        self.files = files
        self.names = names
        self.texts: dict[RelPath, str] = {}
        self.digests: dict[RelPath, Digest] = {}
        self.notes: dict[RelPath, Note] = {}

    def of(self, changed: Iterable[git.Change]) -> frozenset[Key]:
        """The papers to judge; `texts` are then what they need."""
        touched = [
            (path, change)
            for change in changed
            if (path := self.place.in_vault(change.path)) is not None and path.endswith(".md")
        ]
        old = git.blobs(self.repository, (change.old for _, change in touched if change.old))
        self._load(path for path, change in touched if change.new)
        keys: set[Key] = set()
        known: set[Key] = set()
        for path, change in touched:
            before = self._papers(path, old.get(change.old, ""))
            now = self._papers(path, self.texts.get(path, ""))
            keys |= {key for key, _ in before.items() ^ now.items()}
            known |= before.keys()
            self._load(self._other_halves(path, old.get(change.old, "")))
        keys |= self._called_alike(
            path for path, change in touched if not (change.old and change.new)
        )
        self._close(keys)
        self._find(keys - known | self._unlinked(keys), keys)
        return frozenset(keys | self._named(keys))

    def _load(self, paths: Iterable[RelPath | None]) -> bool:
        """Read some files of the index; whether any of them was new."""
        wanted = {path for path in paths if path and path in self.files} - self.texts.keys()
        texts = git.blobs(self.repository, (self.files[path] for path in sorted(wanted)))
        for path in sorted(wanted):
            text = self.texts[path] = texts[self.files[path]]
            digest, note = self._read(path, text)
            if digest is not None:
                self.digests[path] = digest
            if note is not None:
                self.notes[path] = note
        return bool(wanted)

    def _read(self, path: RelPath, text: str) -> tuple[Digest | None, Note | None]:
        note = note_lens.read(text)
        if self.is_digest(path) and not note.managed:
            return digest_lens.read(text), None
        return None, note

    def _papers(self, path: RelPath, text: str) -> dict[Key, str]:
        """The papers that a text is about, each with the words that say so."""
        digest, note = self._read(path, text)
        if digest is not None:
            # The same paper twice in one digest counts as changed if any of the two was.
            found: dict[Key, str] = {}
            for entry in digest.entries:
                found[entry.key] = found.get(entry.key, "") + entry.span.of(text)
            return found
        key = _about(note) if note is not None else None
        return {} if key is None else {key: text}

    def _other_halves(self, path: RelPath, text: str) -> list[RelPath | None]:
        """Where a text's links to its other side lead."""
        digest, note = self._read(path, text)
        if digest is not None:
            targets = [entry.link.target for entry in digest.entries if entry.link]
        else:
            targets = [] if note is None else _digest_targets(note)
        return [self.names.resolve(target, path) for target in targets]

    def _called_alike(self, paths: Iterable[RelPath]) -> set[Key]:
        """The papers of notes that share the name of a file that came or went: links may turn."""
        stems = {fold(stem_of(path)) for path in paths}
        alike = [path for path in self.files if stems and fold(stem_of(path)) in stems]
        self._load(alike)
        return {key for path in alike if (key := _about(self.notes.get(path))) is not None}

    def _close(self, keys: set[Key]) -> None:
        """Read the other halves of these papers, until there is nothing more to read."""
        while True:
            wanted: list[RelPath | None] = []
            for path, digest in self.digests.items():
                # Whether a bare link is an untitled entry's own, only its note can say.
                wanted += [
                    self.names.resolve(entry.link.target, path)
                    for entry in digest.entries
                    if entry.link and (entry.key in keys or not entry.fields.title)
                ]
            for path, note in self.notes.items():
                if _about(note) in keys:
                    wanted += [self.names.resolve(at, path) for at in _digest_targets(note)]
            if not self._load(wanted):
                return

    def _unlinked(self, keys: set[Key]) -> set[Key]:
        """Those of these papers that an entry has and no link leads to."""
        return {
            entry.key
            for digest in self.digests.values()
            for entry in digest.entries
            if entry.link is None and entry.key in keys
        }

    def _find(self, new: set[Key], keys: set[Key]) -> None:
        """Look through all of the index for papers that no link leads to: who has them already?"""
        words = {_word(key) for key in new}
        paths = git.holding(self.repository, sorted(words)) if words else []
        found = [self.place.in_vault(path) for path in paths]
        self._load(found)
        for path in found:
            if path is not None and self.rules.mentions:
                keys |= {key for key, said in self._said(path) if _names_any(said, new)}
        self._close(keys)

    def _said(self, path: RelPath) -> list[tuple[Key, str]]:
        """The commentaries of one file, each with its paper."""
        if path in self.digests:
            return [(entry.key, entry.fields.commentary) for entry in self.digests[path].entries]
        note = self.notes.get(path)
        key = _about(note)
        if note is None or key is None:
            return []
        return [(key, section.commentary) for section in note.sections]

    def _named(self, keys: set[Key]) -> set[Key]:
        """The papers that these name or are named by, read."""
        if not self.rules.mentions:
            return set()
        wanted: list[RelPath | None] = []
        asked: set[Key] = set()
        for path in [*self.digests, *self.notes]:
            said = [words for key, words in self._said(path) if key in keys]
            for words in said:
                wanted += [self.names.resolve(each.target, path) for each in find(words)]
                asked |= {key for _, url in addresses(words) if (key := key_of(url))}
            note = self.notes.get(path)
            if note is not None and _about(note) in keys:
                items = (*note.properties.items("mentions"), *note.properties.items("mentioned_by"))
                wanted += [self.names.resolve(linked(item), path) for item in items if linked(item)]
        self._load(wanted)
        here = {_about(note) for note in self.notes.values()}
        unknown = {_word(key) for key in asked - here}
        if unknown:
            paths = git.holding(self.repository, sorted(unknown))
            self._load(self.place.in_vault(path) for path in paths)
        reached = asked | {_about(self.notes.get(path)) for path in wanted if path is not None}
        named = {key for key in reached if key is not None} - keys
        self._close(keys | named)
        return named


def _about(note: Note | None) -> Key | None:
    if note is None:
        return None
    if note.key is not None:
        return note.key
    entry = plain.read(note.text, note.properties.body)
    return entry.key if entry else None


def _digest_targets(note: Note) -> list[str]:
    return [*note.digests, *(section.target for section in note.sections)]


def _names_any(said: str, keys: set[Key]) -> bool:
    return any(key_of(url) in keys for _, url in addresses(said))


def _word(key: Key) -> str:
    """A text that stands in every spelling of a paper's address, but for case."""
    kind, _, name = key.partition(":")
    if kind == "arxiv":
        return name.rpartition("/")[2]
    if kind == "openreview":
        return name
    # Escapes can be spelled in more than one way: the longest stretch without them will do.
    name = name.partition("?")[0] if kind == "url" else name
    return max(_pieces(name), key=len)


def _pieces(name: str) -> list[str]:
    plain_ones = "".join(c if c.isascii() and (c.isalnum() or c in "-._") else " " for c in name)
    return plain_ones.split() or [name]


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
