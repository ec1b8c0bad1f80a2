"""The statements of each file about papers, read by itself: entries of digests, and notes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from vault_sync.core.digest.reader import Digest
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.style import styles_of
from vault_sync.core.model.base import Base
from vault_sync.core.model.values import Key, RelPath, Rules
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.note import recognition
from vault_sync.core.note.note import Note
from vault_sync.core.note.property_table import LINK_LISTS
from vault_sync.sync.incremental.identity import TITLE, identities, points_of
from vault_sync.sync.observation.observation import snapshot_of


class Statement(NamedTuple):
    """Words of a file about a paper: an entry of a digest, or a note.

    `targets` are its links to the other side, `points` all that it names (`File.points`); `title`
    is that of an entry.
    """

    key: Key
    words: str
    targets: tuple[str, ...] = ()
    points: frozenset[str] = frozenset()
    title: str = ""


class FileStatements(NamedTuple):
    """One file. Its `kind` is that of `File`, "" if it is not there; `locked` says why it waits.

    `also` are the entries of a digest, read as if a bare link under an address were never its own:
    what is an entry at all may hang on it.
    """

    kind: str = ""
    locked: str = ""
    statements: tuple[Statement, ...] = ()
    also: tuple[Statement, ...] = ()

    @property
    def role(self) -> tuple[str, str, frozenset[Key]]:
        """All that the file is to those that name it."""
        return self.kind, self.locked, self.noted

    @property
    def noted(self) -> frozenset[Key]:
        """The papers whose note it may be."""
        return frozenset(each.key for each in self.statements if self.kind != "digest")

    @property
    def words(self) -> dict[Key, str]:
        """All that it says and whether it waits, by paper: one may stand in a digest twice."""
        found: dict[Key, str] = {}
        for each in (*self.statements, *self.also):
            found[each.key] = found.get(each.key, self.locked) + each.words
        return found


MISSING = FileStatements()

OTHER = FileStatements("other")
"""One that says nothing of papers; its name is taken."""


def read(path: RelPath, text: str, rules: Rules) -> FileStatements:
    """Read one file. Each link under an address counts as its own: other files would tell."""
    found = snapshot_of({path: text}, LinkResolver.from_paths([path]), rules, Base())
    locked = found.locked.get(path, "")
    if path in found.digests:
        styles = styles_of(rules)(path)
        entries = _entries(text, styled_reader.read(text, styles))
        also: tuple[Statement, ...] = ()
        if any(each.targets and not each.title for each in entries):
            also = _entries(
                text, styled_reader.read(text, styles, lambda _key, _to, titled: titled)
            )
        return FileStatements("digest", locked, entries, also)
    note = found.notes.get(path)
    if note is None:
        waiting = [Statement(key, text) for key in found.locked_keys]
        return FileStatements("locked" if locked else "other", locked, tuple(waiting))
    kind, own, *_ = identities(found, Base())[path]
    keys = dict.fromkeys(Key(key) for key in own.split("\n") if not key.startswith(TITLE))
    keys |= dict.fromkeys(recognition.keys_of_note(note.properties))
    named = points(_namings(note))
    found_here = [Statement(key, text, note.digest_targets, named) for key in keys if key]
    return FileStatements(kind, locked, tuple(found_here))


def _entries(text: str, digest: Digest) -> tuple[Statement, ...]:
    return tuple(
        Statement(
            entry.key,
            (words := entry.span.slice(text)),
            (entry.link.target,) if entry.link is not None else (),
            points([words]),
            entry.fields.title,
        )
        for entry in digest.entries
    )


def _namings(note: Note) -> Iterable[str]:
    """Yield the texts of a note by which papers and digests are named."""
    yield from (f"[[{target}]]" for target in note.digest_targets)
    yield from (section.commentary for section in note.sections)
    for name in LINK_LISTS:
        yield from note.properties.items(name)


def points(texts: Iterable[str]) -> frozenset[str]:
    """Return what texts name: papers, and after `[[` the folded names of files."""
    return frozenset(filter(None, points_of((), texts).split("\n")))
