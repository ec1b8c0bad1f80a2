"""The files of git's index that judging some changes takes, found without reading all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from vault_sync.core.digest import plain_entry
from vault_sync.core.digest.reader import Digest
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.style import styles_of
from vault_sync.core.model.values import Key, RelPath, stem_of
from vault_sync.core.naming.globs import is_digest
from vault_sync.core.naming.keys import key_of, word_of
from vault_sync.core.naming.note_names import fold
from vault_sync.core.naming.wikilinks import LinkResolver, addresses, find
from vault_sync.core.note.note import Note, linked
from vault_sync.core.note.note import read as read_note
from vault_sync.core.note.property_table import LINK_LISTS
from vault_sync.edge.config import Config
from vault_sync.edge.git import repository as git
from vault_sync.edge.git.repository import Repository, VaultLocation

_MANY = 100
"""Texts that are still quicker looked for by git than by reading every file."""


class RelevantFiles:
    """The files that judging some changes takes: a worklist over links, read in batches."""

    def __init__(
        self,
        repository: Repository,
        place: VaultLocation,
        config: Config,
        files: Mapping[RelPath, str],
        names: LinkResolver,
    ) -> None:
        self.repository = repository
        self.place = place
        self.rules = config.rules
        self.is_digest = is_digest(config.rules)
        self.styles = styles_of(config.rules)
        self.files = files
        self.names = names
        self.texts: dict[RelPath, str] = {}
        self.digests: dict[RelPath, Digest] = {}
        self.notes: dict[RelPath, Note] = {}

    def find(self, changed: Iterable[git.StagedChange]) -> frozenset[Key]:
        """Return the papers to judge; `texts` are then what they need."""
        touched = [
            (path, change)
            for change in changed
            if (path := self.place.in_vault(change.path)) is not None and path.endswith(".md")
        ]
        old = git.blobs(self.repository, (change.old for _, change in touched if change.old))
        self._load(path for path, change in touched if change.new)
        keys: set[Key] = set()
        at_head: set[Key] = set()
        listed: list[RelPath | None] = []
        for path, change in touched:
            before = self._papers(path, old.get(change.old, ""))
            now = self._papers(path, self.texts.get(path, ""))
            keys |= {key for key, _ in before.items() ^ now.items()}
            at_head |= before.keys()
            self._load(self._other_halves(path, old.get(change.old, "")))
            listed += self._listed(path, old.get(change.old, ""))
        keys |= self._called_alike(
            path for path, change in touched if not (change.old and change.new)
        )
        self._close(keys)
        arrived = {path for path, change in touched if not change.old}
        self._find(keys - at_head | self._unlinked(keys), arrived, keys)
        return frozenset(keys | self._named(keys, listed))

    def _load(self, paths: Iterable[RelPath | None]) -> bool:
        """Read some files of the index; True if any of them was new."""
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
        note = read_note(text, self.rules.properties)
        if self.is_digest(path) and not note.managed:
            return styled_reader.read(text, self.styles(path)), None
        return None, note

    def _papers(self, path: RelPath, text: str) -> dict[Key, str]:
        """Return the papers that a text is about, each with the words that say so."""
        digest, note = self._read(path, text)
        if digest is not None:
            # The same paper twice in one digest counts as changed if any of the two was.
            found: dict[Key, str] = {}
            for entry in digest.entries:
                found[entry.key] = found.get(entry.key, "") + entry.span.slice(text)
            return found
        key = _about(note) if note is not None else None
        return {} if key is None else {key: text}

    def _other_halves(self, path: RelPath, text: str) -> list[RelPath | None]:
        """Return the files that a text's links to its other side lead to."""
        digest, note = self._read(path, text)
        if digest is not None:
            targets = [entry.link.target for entry in digest.entries if entry.link]
        else:
            targets = [] if note is None else list(note.digest_targets)
        return [self.names.resolve(target, path) for target in targets]

    def _called_alike(self, paths: Iterable[RelPath]) -> set[Key]:
        """Return the papers of notes that share the name of a file that came or went."""
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
                    wanted += [self.names.resolve(at, path) for at in note.digest_targets]
            if not self._load(wanted):
                return

    def _unlinked(self, keys: set[Key]) -> set[Key]:
        """Return those of these papers that an entry has and no link leads to."""
        return {
            entry.key
            for digest in self.digests.values()
            for entry in digest.entries
            if entry.link is None and entry.key in keys
        }

    def _find(self, new: set[Key], arrived: set[RelPath], keys: set[Key]) -> None:
        """Look through all of the index for what names papers and files that are new in it."""
        words = {word_of(key) for key in new}
        words |= {before + stem_of(path) for path in arrived for before in ("[[", "/")}

        def named(commentary: str, source: RelPath) -> bool:
            return any(key_of(url) in new for _, url in addresses(commentary)) or any(
                self.names.resolve(link.target, source) in arrived for link in find(commentary)
            )

        for path in self._holding(words):
            if path is not None and self.rules.mentions:
                keys |= {key for key, text in self._commentaries(path) if named(text, path)}
        self._close(keys)

    def _holding(self, words: set[str]) -> list[RelPath | None]:
        """Read the files in which one of these texts stands; with many of them, all files."""
        if len(words) > _MANY:
            found: list[RelPath | None] = [*self.files]
        else:
            paths = git.holding(self.repository, sorted(words))
            found = [self.place.in_vault(path) for path in paths]
        self._load(found)
        return found

    def _commentaries(self, path: RelPath) -> list[tuple[Key, str]]:
        """Return the commentaries of one file, each with its paper."""
        if path in self.digests:
            return [(entry.key, entry.fields.commentary) for entry in self.digests[path].entries]
        note = self.notes.get(path)
        key = _about(note)
        if note is None or key is None:
            return []
        return [(key, section.commentary) for section in note.sections]

    def _listed(self, path: RelPath, text: str) -> list[RelPath | None]:
        """Return the notes in a note's lists: one that a commit takes out may still name it."""
        digest, note = self._read(path, text)
        if digest is not None or note is None:
            return []
        items = [item for name in LINK_LISTS for item in note.properties.items(name)]
        return [self.names.resolve(target, path) for item in items if (target := linked(item))]

    def _named(self, keys: set[Key], listed: Sequence[RelPath | None]) -> set[Key]:
        """Return the papers that these name, and those of `listed`, their files read."""
        if not self.rules.mentions:
            return set()
        wanted = [*listed]
        keys_named: set[Key] = set()
        for path in [*self.digests, *self.notes]:
            commentaries = [words for key, words in self._commentaries(path) if key in keys]
            for words in commentaries:
                wanted += [self.names.resolve(each.target, path) for each in find(words)]
                keys_named |= {key for _, url in addresses(words) if (key := key_of(url))}
        self._load(wanted)
        here = {_about(note) for note in self.notes.values()}
        unknown = {word_of(key) for key in keys_named - here}
        self._holding(unknown)
        reached = keys_named | {_about(self.notes.get(path)) for path in wanted if path is not None}
        named = {key for key in reached if key is not None} - keys
        self._close(keys | named)
        return named


def _about(note: Note | None) -> Key | None:
    if note is None:
        return None
    if note.key is not None:
        return note.key
    entry = plain_entry.read(note.text, note.properties.body)
    return entry.key if entry else None
