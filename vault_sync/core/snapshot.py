"""All documents of a vault by key: which file is what, and which must be left alone.

A file is a note when it has a `digests` property, a digest when the globs of `[digests] paths`
find it, and a plain note when it is about a paper in some other way (docs/format.md, "Adoption").
All other files only lend their names to the resolving of links.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, TypeVar

from vault_sync.core.digest import tag_slips
from vault_sync.core.digest.damage import cut_short, damage_of, is_empty
from vault_sync.core.digest.reader import Digest
from vault_sync.core.digest.styles import advice, styled_reader
from vault_sync.core.digest.styles.style import StyleChoice, always_flat
from vault_sync.core.model import problems
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.problems import no_link_to
from vault_sync.core.model.values import (
    NOTHING,
    STANDARD_NAMES,
    Key,
    Problem,
    PropertyNames,
    RelPath,
    stem_of,
)
from vault_sync.core.naming.copy_names import is_copy
from vault_sync.core.naming.note_names import UNLINKABLE, fold
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.note import note as note_lens
from vault_sync.core.note import recognition
from vault_sync.core.note.link_owners import LinkOwners
from vault_sync.core.note.note import Note
from vault_sync.core.note.property_names import misnamed
from vault_sync.core.note.recognition import Recognition

T = TypeVar("T", bound=str)


class Snapshot(NamedTuple):
    """All documents of a vault at one time.

    `locked` gives for each file that is neither read from nor written the reason, a problem code;
    `locked_keys` the papers that wait for one of these files. `managed` and `plain` give the files
    about each paper, `managed_also` those of which a further property names it (a DOI beside a
    publisher's page). `named` are the files that only name a paper, `titled` those without any id
    by folded title; `recognitions` has what all of these say. `others` are the notes of papers
    that were not read, `other_about` tells of which of those papers a file is the note, and
    `newest` is the last path of a digest that was not read ("" for none). `locked_notes` gives the
    paper that each file which cannot be read as its note seems to be about.
    `stats` are inode, size and modification time (ns) of the files that were read from a disk.
    """

    digests: Mapping[RelPath, Digest]
    notes: Mapping[RelPath, Note]
    managed: Mapping[Key, tuple[RelPath, ...]]
    plain: Mapping[Key, tuple[RelPath, ...]]
    names: LinkResolver
    locked: Mapping[RelPath, str]
    locked_keys: Mapping[Key, RelPath]
    problems: tuple[Problem, ...]
    managed_also: Mapping[Key, tuple[RelPath, ...]] = NOTHING
    named: Mapping[Key, tuple[RelPath, ...]] = NOTHING
    titled: Mapping[str, tuple[RelPath, ...]] = NOTHING
    recognitions: Mapping[RelPath, Recognition] = NOTHING
    others: Mapping[Key, RelPath] = NOTHING
    other_about: Callable[[RelPath], Key | None] = lambda _: None
    newest: str = ""
    locked_notes: Mapping[RelPath, Key] = NOTHING
    stats: Mapping[RelPath, tuple[int, int, int]] = NOTHING

    def tags_of(self, key: Key) -> tuple[str, ...]:
        """Return the tags of a paper's note."""
        return _tags_of(self.managed.get(key, ()), self.notes)

    def about(self, path: RelPath) -> Key | None:
        """Return the paper that a file is about."""
        found = self.notes.get(path)
        if found is None:
            return None
        recognised = self.recognitions.get(path)
        if recognised is not None:
            return recognised.certain[0] if recognised.certain else recognised.named
        return found.key


NO_STAT = (0, 0, 0)
"""Equal to no file's inode, size and time."""

EMPTY = Snapshot({}, {}, {}, {}, LinkResolver.from_paths(()), {}, {}, ())
"""The snapshot of no file."""


def build(
    texts: Mapping[RelPath, str],
    *,
    names: LinkResolver,
    is_digest: Callable[[RelPath], bool],
    base: Base,
    unread: Collection[RelPath] = (),
    styles: StyleChoice = always_flat,
    properties: PropertyNames = STANDARD_NAMES,
) -> Snapshot:
    """Read every text. Never fails: a file that cannot be read for what it is becomes a Problem.

    `unread` are files that are there and have no text, as permission to read them is missing.
    `styles` tells in which styles a digest is read; `properties` are the vault's own names.
    """
    builder = _SnapshotBuilder(base, names, styles, properties)
    for path in unread:
        builder.unread(path)
    digests: list[RelPath] = []
    for path, text in sorted(texts.items()):
        if is_digest(path) and not _says_managed(text, properties):
            digests.append(path)
        else:
            builder.note(path, text)
            if is_copy(path):
                builder.copy(path, text)
    builder.let_moved_go()
    for path in digests:
        builder.digest(path, texts[path])
    return builder.done()


def _says_managed(text: str, names: PropertyNames) -> bool:
    return text.lstrip("\ufeff").startswith("---") and note_lens.read(text, names).managed


class _SnapshotBuilder:
    """Snapshot while it is being put together."""

    def __init__(
        self,
        base: Base,
        names: LinkResolver,
        styles: StyleChoice,
        properties: PropertyNames,
    ) -> None:
        self.base = base
        self.styles = styles
        self.properties = properties
        self.names = names
        self.digests: dict[RelPath, Digest] = {}
        self.notes: dict[RelPath, Note] = {}
        self.managed: dict[Key, list[RelPath]] = {}
        self.plain: dict[Key, list[RelPath]] = {}
        self.managed_also: dict[Key, list[RelPath]] = {}
        self.named: dict[Key, list[RelPath]] = {}
        self.titled: dict[str, list[RelPath]] = {}
        self.recognitions: dict[RelPath, Recognition] = {}
        self.locked: dict[RelPath, str] = {}
        self.locked_keys: dict[Key, RelPath] = {}
        self.locked_notes: dict[RelPath, Key] = {}
        self.problems: list[Problem] = []
        self.unusable: list[tuple[Problem, tuple[Key, ...]]] = []
        self.lost: dict[RelPath, tuple[Key, Note]] = {}
        self._links = LinkOwners(
            base, names, self.notes, self.managed, self.plain, self.named, self.locked
        )

    def done(self) -> Snapshot:
        for path in _let_go(self.lost, self.digests, self.locked, self.base):
            self._unlock(path)
        in_digests = {entry.key for digest in self.digests.values() for entry in digest.entries}
        self._unlinkable(in_digests)
        for problem, keys in self.unusable:
            needed = not in_digests.isdisjoint(keys)
            self.problems.append(problem if needed else problems.unneeded(problem))
        return Snapshot(
            digests=self.digests,
            notes=self.notes,
            managed=_as_tuples(self.managed),
            plain=_as_tuples(self.plain),
            names=self.names,
            locked=self.locked,
            locked_keys={key: path for path, key in self.locked_notes.items()} | self.locked_keys,
            problems=tuple(self.problems),
            managed_also=_as_tuples(self.managed_also),
            named=_as_tuples(self.named),
            titled=_as_tuples(self.titled),
            recognitions=self.recognitions,
            locked_notes=self.locked_notes,
        )

    def lock(self, problem: Problem) -> None:
        self.locked[RelPath(problem.path)] = problem.code
        self.problems.append(problem)

    def copy(self, path: RelPath, text: str) -> None:
        """Report a digest's copy: it is no digest, and may have words that the digest has not."""
        if path not in self.notes and styled_reader.read(text, self.styles(path)).entries:
            self.problems.append(problems.copy_of_digest(path))

    def unread(self, path: RelPath) -> None:
        self.locked[path] = "unreadable"
        if key := self.base.noted_at(path):
            self.locked_notes[path] = key

    def note(self, path: RelPath, text: str) -> None:
        was = self.base.noted_at(path)
        problem = damage_of(path, text, had_words=was is not None)
        if problem is not None:
            # It may well be the note of a paper: a second one beside it would be its twin.
            self._lock_papers(path, text, problem)
            return
        if was is None and not _may_be_note(text, self.properties):
            return
        read = note_lens.read(text, self.properties)
        if read.properties.broken is not None:
            if was is not None and self._is_lost(path, read, was):
                return
            line, message = read.properties.broken
            self._lock_papers(path, text, problems.broken_properties(path, message, line))
            return
        wrong = _misnamed(path, read, self.base)
        if wrong is not None and (read.managed or wrong.code == problems.RENAMED):
            self.lock(wrong)
            if key := was or read.key:
                self.locked_keys[key] = path
            return
        if was is not None and self._is_lost(path, read, was):
            return
        if not read.managed:
            self._recognise(path, text, read)
            return
        if read.key is None:
            value = read.properties.find("digests")
            assert value is not None  # it is what makes a note a managed one
            self.lock(problems.no_address(path, value.line))
            return
        self.notes[path] = read
        self.managed.setdefault(read.key, []).append(path)
        for key in recognition.keys_of_note(read.properties):
            if key != read.key:
                self.managed_also.setdefault(key, []).append(path)

    def _is_lost(self, path: RelPath, read: Note, key: Key) -> bool:
        """Lock a paper's note if it does not read as one any more; return True if so."""
        if note_lens.stands(read) or _has_all_tags(read, key, self.base):
            return False
        from vault_sync.core.note.lost_block import lost_block

        if path not in self.base.note_paths and key.partition(":")[2] not in read.text:
            return False  # another file, to which the system gave the number of the one that went
        found = lost_block(read)
        if found is None:
            return False
        self.lock(problems.block_lost(path, *found))
        self.locked_notes[path], self.lost[path] = key, (key, read)
        return True

    def let_moved_go(self) -> None:
        for path in [path for path, (key, _) in self.lost.items() if self._links.has_moved(key)]:
            self._unlock(path)

    def _unlock(self, path: RelPath) -> None:
        """Read a locked file as one that was never a note of a paper."""
        _, read = self.lost.pop(path)
        del self.locked[path], self.locked_notes[path]
        self.problems[:] = (one for one in self.problems if one[:2] != (path, problems.BLOCK_LOST))
        if not read.managed:
            self._recognise(path, read.text, read)

    def _recognise(self, path: RelPath, text: str, read: Note) -> None:
        """Put a file that no digest made where its strength says (`recognition`)."""
        found = recognition.recognise(path, text, read.properties)
        if found == recognition.NOTHING:
            return
        self.notes[path], self.recognitions[path] = read, found
        for key in found.certain:
            self.plain.setdefault(key, []).append(path)
        if found.named is not None:
            self.named.setdefault(found.named, []).append(path)
        elif found.authors:
            for title in found.titles:
                self.titled.setdefault(title, []).append(path)

    def _unlinkable(self, in_digests: Collection[Key]) -> None:
        """Lock papers whose note no wikilink can lead to; Obsidian only warns of such names."""
        for notes, needed in ((self.managed, None), (self.plain, in_digests)):
            for key, paths in notes.items():
                for path in paths if needed is None or key in needed else ():
                    found = UNLINKABLE.search(stem_of(path))
                    wrong = no_link_to(path, found[0]) if found is not None else None
                    if wrong is None and needed is not None:
                        wrong = _misnamed(path, self.notes[path], self.base)
                    if wrong is not None:
                        self.locked_keys[key] = path
                        self.problems.append(wrong)

    def _lock_papers(self, path: RelPath, text: str, problem: Problem) -> None:
        """Lock a file that cannot be read, and its papers, if it is about any."""
        was = self.base.noted_at(path)
        keys = (was,) if was else recognition.guessed_keys(path, text, self.properties)
        if keys:
            self.locked[path] = problem.code
            if was or _seems_managed(text, self.properties):
                self.problems.append(problem)
            else:
                self.unusable.append((problem, keys))
            self.locked_notes[path] = keys[0]
            self.locked_keys |= dict.fromkeys(keys[1:], path)

    def digest(self, path: RelPath, text: str) -> None:
        agreed = tag_slips.agreed_on(
            self.base, path, lambda key: _tags_of(self.managed.get(key, ()), self.notes)
        )
        read = tag_slips.read(text, self.styles(path), self._links.own_link(path, text), agreed)
        problem = _digest_problem(path, read, self.base)
        if problem is not None:
            self.lock(problem)
        self.digests[path] = read
        self._doubles(path, read)
        nothing = advice.nothing_read(read)
        for line, code, message in (*read.notices, *([nothing] if nothing else ())):
            if path not in self.locked:
                self.problems.append(Problem(path, code, message, "", line, "notice"))

    def _doubles(self, path: RelPath, read: Digest) -> None:
        """Lock the papers that stand in a digest twice."""
        seen: dict[Key, int] = {}
        for entry in read.entries:
            if entry.key in seen:
                self.locked_keys[entry.key] = path
                self.problems.append(problems.double_entry(path, entry.line, seen[entry.key]))
            seen.setdefault(entry.key, entry.line)


def _has_all_tags(read: Note, key: Key, base: Base) -> bool:
    """Return True for a note that reads as one above a second block, and lost no tag by it."""
    rows = (BaseKey(key, at, "tags") for at in base.places.get(key, ()))
    tags = {fold(tag) for row in rows for tag in base.items(row) or ()}
    return read.managed and read.key == key and tags <= {fold(tag) for tag in read.fields.tags}


def _let_go(
    lost: Mapping[RelPath, tuple[Key, Note]],
    digests: Mapping[RelPath, Digest],
    locked: Collection[RelPath],
    base: Base,
) -> list[RelPath]:
    """Return the notes whose papers were taken out of all their digests."""

    def is_let_go(path: RelPath, key: Key) -> bool:
        had = base.places.get(key, ())
        if not (had or path in base.moved) or any(at not in digests or at in locked for at in had):
            return False
        return not any(digest.names(key, stem_of(path)) for digest in digests.values())

    return [path for path, (key, _) in lost.items() if is_let_go(path, key)]


def _may_be_note(text: str, names: PropertyNames) -> bool:
    return _seems_managed(text, names) or recognition.may_be_note(text, names)


def _seems_managed(text: str, names: PropertyNames) -> bool:
    start = text.lstrip("\ufeff")
    block = start[: max(0, start.find("\n---", 3))] if start.startswith("---") else ""
    return any(name in block for name in names.spellings("digests"))


def _tags_of(paths: Sequence[RelPath], notes: Mapping[RelPath, Note]) -> tuple[str, ...]:
    return notes[paths[0]].fields.tags if paths else ()


def _as_tuples(found: Mapping[T, list[RelPath]]) -> dict[T, tuple[RelPath, ...]]:
    return {key: tuple(paths) for key, paths in found.items()}


def _digest_problem(path: RelPath, digest: Digest, base: Base) -> Problem | None:
    """Return the reason for which a digest is neither read from nor written."""
    text = digest.text
    before = base.text(BaseKey(Key(""), path, "text")) or ""
    problem = (
        damage_of(path, text, had_words=not is_empty(before))
        or cut_short(path, text, base)
        or (advice.titles_first(path, text) if "flat" in digest.styles else None)
    )
    found = UNLINKABLE.search(stem_of(path)) if problem is None else None
    if found is None:
        return problem
    unlinkable = no_link_to(path, found[0])
    return unlinkable if digest.entries else problems.unneeded(unlinkable)


def _misnamed(path: RelPath, read: Note, base: Base) -> Problem | None:
    former = base.former_names
    return misnamed(path, read, former) if former or read.properties.names.own else None
