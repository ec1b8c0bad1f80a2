"""All documents of a vault by key: which file is what, and which must be left alone.

A file is a note when it has a `digests` property, a digest when the globs of `[digests] paths`
find it, and a plain note when it is about a paper in some other way (docs/format.md, "Adoption").
All other files only lend their names to the resolving of links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from vault_sync.core.digest import plain_entry, reader
from vault_sync.core.digest.reader import Digest, OwnLink
from vault_sync.core.model import problems
from vault_sync.core.model.base import Base
from vault_sync.core.model.paths import stem_of
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.naming.keys import key_of
from vault_sync.core.naming.note_names import UNLINKABLE, fold
from vault_sync.core.naming.sync_copies import is_copy
from vault_sync.core.naming.wikilinks import LinkResolver, addresses
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.note import Note
from vault_sync.core.note.property_table import ADDRESS_PROPERTIES
from vault_sync.core.text.spans import line_number

_CONFLICT_MARKER = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
_ADDRESS_LINE = re.compile(
    rf"^(?:{'|'.join(ADDRESS_PROPERTIES)}):[ \t]*[\"']?(\S+?)[\"']?[ \t]*\r?$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All documents of a vault at one time.

    `locked` gives for each file that is neither read from nor written the reason, a problem code;
    `locked_keys` the papers that wait for one of these files. `managed` and `plain` give the files
    about each paper. `others` are the notes of papers that were not read (scope), and `other_about`
    tells of which of those papers a file is the note. `stats` are inode, size and modification time
    (ns) of the files, where they were read from a disk.
    """

    digests: Mapping[RelPath, Digest]
    notes: Mapping[RelPath, Note]
    managed: Mapping[Key, tuple[RelPath, ...]]
    plain: Mapping[Key, tuple[RelPath, ...]]
    names: LinkResolver
    locked: Mapping[RelPath, str]
    locked_keys: Mapping[Key, RelPath]
    problems: tuple[Problem, ...]
    others: Mapping[Key, RelPath] = field(default_factory=dict)
    other_about: Callable[[RelPath], Key | None] = lambda _: None
    stats: Mapping[RelPath, tuple[int, int, int]] = field(default_factory=dict)

    def about(self, path: RelPath) -> Key | None:
        """Return the paper that a file is about."""
        found = self.notes.get(path)
        if found is None:
            return None
        if found.key is not None:
            return found.key
        entry = plain_entry.read(found.text, found.properties.body)
        return entry.key if entry else None


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
) -> Snapshot:
    """Read every text. Never fails: a file that cannot be read for what it is becomes a Problem.

    `unread` are files that are there and have no text, as permission to read them is missing.
    """
    builder = _SnapshotBuilder(base=base, names=names)
    for path in unread:
        builder.unread(path)
    digests: list[RelPath] = []
    for path, text in sorted(texts.items()):
        if is_digest(path) and not _says_managed(text):
            digests.append(path)
        else:
            builder.note(path, text)
            if is_copy(path):
                builder.copy(path, text)
    for path in digests:
        builder.digest(path, texts[path])
    return builder.done()


def _says_managed(text: str) -> bool:
    return text.lstrip("\ufeff").startswith("---") and note_lens.read(text).managed


class _SnapshotBuilder:
    """Snapshot while it is being put together."""

    def __init__(self, *, base: Base, names: LinkResolver) -> None:
        self.base = base
        self.names = names
        self.digests: dict[RelPath, Digest] = {}
        self.notes: dict[RelPath, Note] = {}
        self.managed: dict[Key, list[RelPath]] = {}
        self.plain: dict[Key, list[RelPath]] = {}
        self.locked: dict[RelPath, str] = {}
        self.locked_keys: dict[Key, RelPath] = {}
        self.problems: list[Problem] = []

    def done(self) -> Snapshot:
        self._unlinkable()
        return Snapshot(
            digests=self.digests,
            notes=self.notes,
            managed={key: tuple(paths) for key, paths in self.managed.items()},
            plain={key: tuple(paths) for key, paths in self.plain.items()},
            names=self.names,
            locked=self.locked,
            locked_keys=self.locked_keys,
            problems=tuple(self.problems),
        )

    def lock(self, problem: Problem) -> None:
        self.locked[RelPath(problem.path)] = problem.code
        self.problems.append(problem)

    def copy(self, path: RelPath, text: str) -> None:
        """Report a digest's copy: it is no digest, and may have words that the digest has not."""
        if path not in self.notes and reader.read(text).entries:
            self.problems.append(
                Problem(
                    path,
                    "copy-of-digest",
                    "this is a copy of a digest, by its name, and is not read as one",
                    "take what you want to keep from it, then delete it",
                    level="notice",
                )
            )

    def unread(self, path: RelPath) -> None:
        self.locked[path] = "unreadable"
        if key := self.base.note_paths.get(path):
            self.locked_keys[key] = path

    def note(self, path: RelPath, text: str) -> None:
        was = self.base.note_paths.get(path)
        problem = _damage(path, text, was_ours=was is not None)
        if problem is not None:
            if was is not None or _guessed_key(text) is not None:
                self.lock(problem)
                key = was or _guessed_key(text)
                assert key is not None
                self.locked_keys[key] = path
            return
        if not text.lstrip("\ufeff \t\r\n")[:6].lower().startswith(("---", "http", "<http")):
            return
        read = note_lens.read(text)
        if read.properties.broken is not None:
            self._broken(path, text, read)
            return
        if read.managed and read.key is None and was is None:
            self._keyless(path, read)
            return
        entry = None if read.key else plain_entry.read(text, read.properties.body)
        key = read.key or (entry.key if entry else None)
        if key is None and was is not None and read.managed:
            self._keyless(path, read)
            self.locked_keys[was] = path
            return
        if key is not None:
            self.notes[path] = read
            kind = self.managed if read.managed else self.plain
            kind.setdefault(key, []).append(path)

    def _unlinkable(self) -> None:
        """Lock papers whose note no wikilink can lead to; Obsidian only warns of such names."""
        in_digests = {entry.key for digest in self.digests.values() for entry in digest.entries}
        for notes, needed in ((self.managed, None), (self.plain, in_digests)):
            for key, paths in notes.items():
                for path in paths:
                    found = UNLINKABLE.search(stem_of(path))
                    if found is not None and (needed is None or key in needed):
                        self.locked_keys[key] = path
                        self.problems.append(_no_link_to(path, found[0]))

    def _keyless(self, path: RelPath, read: Note) -> None:
        line = read.properties.values["digests"].line
        self.lock(
            Problem(
                path,
                "no-address",
                "the note has a `digests` property but no address says which paper it is about",
                "give it a `url` property, or take `digests` out",
                line,
            )
        )

    def _broken(self, path: RelPath, text: str, read: Note) -> None:
        assert read.properties.broken is not None
        line, message = read.properties.broken
        key = self.base.note_paths.get(path) or _guessed_key(text)
        if key is None:
            return
        self.locked_keys[key] = path
        self.lock(
            Problem(
                path,
                "broken-properties",
                f"the properties cannot be read: {message.removeprefix('the properties are ')}",
                "mend the block between the two `---` lines (a value that holds `: ` or begins "
                "with a quote or a bracket needs quotes around it); nothing is written until then",
                line,
            )
        )

    def digest(self, path: RelPath, text: str) -> None:
        ours = BaseKey(Key(""), path, "text") in self.base.rows
        problem = _damage(path, text, was_ours=ours) or self._cut_short(path, text)
        unlinkable = UNLINKABLE.search(stem_of(path))
        if problem is None and unlinkable is not None:
            problem = _no_link_to(path, unlinkable[0])
        if problem is not None:
            self.lock(problem)
        read = reader.read(text, self._own_link(path, text))
        self.digests[path] = read
        seen: dict[Key, int] = {}
        for entry in read.entries:
            if entry.key in seen:
                self.locked_keys[entry.key] = path
                self.problems.append(
                    Problem(
                        path,
                        "double-entry",
                        f"the paper of line {seen[entry.key]} stands here a second time",
                        "keep one of the two entries; neither is touched until then",
                        entry.line,
                    )
                )
            seen.setdefault(entry.key, entry.line)
        for line, code, message in read.notices:
            if path not in self.locked:
                self.problems.append(Problem(path, code, message, "", line, "notice"))

    def _cut_short(self, path: RelPath, text: str) -> Problem | None:
        before = self.base.text(BaseKey(Key(""), path, "text"))
        if before is None or not before.startswith(text) or not before[len(text) :].strip():
            return None
        return Problem(
            path,
            "cut-short",
            "the file now ends earlier than it did and is otherwise the same: "
            "it may have been cut short while it was being saved",
            "nothing is taken from it; bring its end back, or if you removed the end yourself, "
            f"{problems.resolve_hint(path, 'digest')}",
            text.count("\n") + 1,
        )

    def _own_link(self, source: RelPath, text: str) -> OwnLink:
        def own(key: Key, target: str, titled: bool) -> bool:
            path = self.names.resolve(target, source)
            if titled:
                return self._is_home(key, target, path) or self._was_home(path, source, text)
            if path is None:
                return True
            found = self.notes.get(path)
            if found is None:
                return path in self.locked
            return found.managed or found.key == key or path in self.plain.get(key, ())

        return own

    def _is_home(self, key: Key, target: str, path: RelPath | None) -> bool:
        """Tell whether a link leads to the note of this very paper, or to its former path."""
        was = self.base.note(key)
        if path is None:
            return was is not None and fold(stem_of(was)) == fold(stem_of(target))
        return path == was or path in {*self.managed.get(key, ()), *self.plain.get(key, ())}

    def _was_home(self, path: RelPath | None, digest: RelPath, text: str) -> bool:
        """Tell whether a link leads to a note that names this digest, which lost its address.

        So it is where the entry's address was changed to that of another paper.
        """
        found = None if path is None else self.notes.get(path)
        if path is None or found is None:
            return False
        named = {self.names.resolve(target, path) for target in found.digests}
        return digest in named and all(key_of(url) != found.key for _, url in addresses(text))


def _no_link_to(path: RelPath, character: str) -> Problem:
    return Problem(
        path,
        "unlinkable-name",
        f"no wikilink can lead to a file whose name holds {character!r}",
        "rename it; nothing is done about it or for it until then",
    )


def _damage(path: RelPath, text: str, *, was_ours: bool) -> Problem | None:
    """Return the problem of a file in a state that no edit could have left behind."""
    line = 1
    if "\0" in text:
        line = line_number(text, text.index("\0"))
        code, message = "nul", "the file holds NUL characters: it was damaged while being written"
        hint = "bring it back with `vault-sync restore`, or from a backup"
    elif was_ours and not text.strip("\ufeff \t\r\n"):
        code, message = "emptied", "the file is empty: that is damage, never an edit"
        hint = "bring it back with `vault-sync restore`, or delete it"
    elif _CONFLICT_MARKER.search(text):
        found = _CONFLICT_MARKER.search(text)
        assert found is not None
        line = line_number(text, found.start())
        code, message = "conflict-markers", "git has left conflict markers in the file"
        hint = "settle the merge first; nothing is written until the markers are gone"
    elif (at := _undecodable(text)) is not None:
        line = line_number(text, at)
        code, message = "not-utf-8", "the file is not valid UTF-8"
        hint = "save it as UTF-8; nothing is written until then"
    else:
        return None
    return Problem(path, code, message, hint, line)


def _undecodable(text: str) -> int | None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        return error.start
    return None


def _guessed_key(text: str) -> Key | None:
    """Return the paper that a file which cannot be read seems to be about."""
    head = text[:4000]
    for found in _ADDRESS_LINE.finditer(head):
        if key := key_of(found[1]) or key_of("arxiv:" + found[1]):
            return key
    return None
