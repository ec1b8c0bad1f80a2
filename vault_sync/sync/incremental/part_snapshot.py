"""The snapshot and the base that a plan for some papers is made from."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.naming.wikilinks import find
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.folding import fold_title
from vault_sync.edge.state.base_table import count_places, read_files, read_one, read_some
from vault_sync.edge.state.earlier_values import is_old
from vault_sync.edge.state.vault_id import former_names
from vault_sync.sync.incremental import questions
from vault_sync.sync.incremental.identity import HELD, OTHER, TITLE, identities
from vault_sync.sync.incremental.memory import LazyMapping
from vault_sync.sync.incremental.questions import TracedQuestion
from vault_sync.sync.incremental.selection import PaperSelection
from vault_sync.sync.observation.file_record import File
from vault_sync.sync.observation.observation import snapshot_of


class PartSnapshot:
    """The files and rows that have a say in the papers concerned."""

    def __init__(self, selection: PaperSelection) -> None:
        self.selection, self.reading = selection, selection.reading
        self.now, self.reasons = selection.now, selection.reasons

    def needed(self) -> set[RelPath]:
        """Return every file that has a say in the papers concerned."""
        reading, names = self.reading, self.now.names
        paths = {*reading.conflicts_paths(), RelPath(reading.config.rules.template)}
        for key in self.reasons:
            paths |= self.now.files_about(key) | reading.places_of(key)
        paths |= set(filter(reading.may_be_digest, self.selection.naming))
        for path in list(paths):
            file = self.now.get(path)
            points = file.points.split("\n") if file is not None and file.kind != "digest" else ()
            for point in points:
                paths |= set(filter(reading.may_be_digest, names.called(point.removeprefix("[["))))
        for path in filter(reading.may_be_digest, reading.texts):
            linked = {names.resolve(link.target, path) for link in find(reading.texts[path])}
            paths |= {to for to in linked if to is not None and self.now.keys_at(to)}
        return {path for path in paths if self.now.get(path) is not None}

    def base(self) -> Base:
        """Return the base as far as it concerns these papers.

        With it come the papers whose lists name them, and the texts of digests. Where the base has
        a file read for the note of another paper, and that matters, the file reads otherwise than
        it did, and the paper is concerned (`PaperSelection.note`).

        Raises:
            ValueError: a value in it is not what was written.
        """
        reading, select = self.reading, self.reading.state.select
        digests = set(filter(reading.may_be_digest, reading.texts))
        digests |= {path for path in reading.lost_digests() if self._is_left(path)}
        rows = read_some(select, (), digests)
        for namer, named in self.reading.memory.last.namers.items():
            if not self.reasons.keys().isdisjoint(named):
                rows[BaseKey(namer, "", "mentions")] = named
        for key in self.reasons:
            rows |= reading.rows_of(key)
        return Base(
            rows,
            exists=True,
            moved=self._moved(),
            was_ever=lambda row, value: is_old(select, row, value, ()),
            of_others=lambda row: read_one(select, row),
            former_names=former_names(reading.state),
            count=lambda: {RelPath(path): count for path, count in count_places(select).items()},
        )

    def _moved(self) -> dict[RelPath, Key]:
        """Return the files that were notes at other paths, which are gone or were so already."""
        reading = self.reading
        moved: dict[RelPath, Key] = {}
        for path in reading.texts:
            file = reading.before.get(path)
            if file is not None and file.kind == HELD:
                for key in reading.before.keys_at(path):
                    moved[path] = key
        for gone in sorted(reading.gone):
            for key, marks in read_files(reading.state.select, reading.noted_at(gone)).items():
                inode = marks[gone].inode if gone in marks else 0
                there = (path for path in reading.changed if path in reading.stats)
                moved |= {at: key for at in there if inode and reading.stats[at].inode == inode}
        return moved

    def _is_left(self, digest: RelPath) -> bool:
        """Return True if no paper waits for a digest that is gone but those that are concerned."""
        return self.reading.papers_in(digest) <= self.reasons.keys()

    def snapshot(self, base: Base) -> Snapshot:
        """Return the snapshot of all files read; note what they are now, and whom that concerns."""
        reading, page = self.reading, self.reading.conflicts_path()
        texts = {path: text for path, text in reading.texts.items() if path != page}
        found = snapshot_of(texts, self.now.names, reading.config.rules, base)
        identity = identities(found, base)
        for path, file in reading.read.items():
            one = identity.get(path, OTHER)
            self.selection.note(path, File(file.stat, file.mark, *one, open=file.open))
        for path, digest in found.digests.items():
            for entry in digest.entries:
                if entry.key in self.reasons and entry.link is not None:
                    to = found.names.resolve(entry.link.target, path)
                    if to is not None:
                        self.selection.join(
                            self.now.keys_at(to), TracedQuestion(questions.PAPERS_OF, to)
                        )
        return found

    def titled(self, found: Snapshot) -> set[RelPath]:
        """Return the files that have the title of an entry and no id: one may be its note."""
        titles = {
            fold_title(entry.fields.title)
            for digest in found.digests.values()
            for entry in digest.entries
            if entry.key in self.reasons and entry.fields.title
        }
        return {path for title in titles for path in self.now.files_about(Key(f"{TITLE}{title}"))}

    def restricted(self, found: Snapshot) -> Snapshot:
        """Return the snapshot in which all other papers wait: they are not planned for."""
        keys = self.reasons.keys()
        # What a file read is about no more is concerned (`PaperSelection.note`).
        others = dict.fromkeys(self.reading.memory.last.namers, RelPath(""))
        others |= {key: path for path in self.reading.texts for key in self.now.keys_at(path)}
        waiting = {key: path for key, path in others.items() if key not in keys}
        return found._replace(
            managed=_only(found.managed, keys),
            plain=_only(found.plain, keys),
            managed_also=_only(found.managed_also, keys),
            named=_only(found.named, keys),
            locked_keys={**waiting, **found.locked_keys},
            others=LazyMapping(self._note_elsewhere),
            other_about=self._paper_elsewhere,
            newest=self.reading.newest(),
        )

    def _note_elsewhere(self, key: Key) -> RelPath | None:
        """Return the note of a paper that is not concerned."""
        if key in self.reasons:
            return None
        if self.now.has_notes(key):
            self.selection.unsure.add(key)
        return self.now.note_of(key)

    def _paper_elsewhere(self, path: RelPath) -> Key | None:
        """Return the paper that is not concerned and that a file is the note of."""
        found = (key for key in self.now.keys_at(path) if self._note_elsewhere(key) == path)
        return next(found, None)


def _only(
    notes: Mapping[Key, tuple[RelPath, ...]], keys: Collection[Key]
) -> dict[Key, tuple[RelPath, ...]]:
    return {key: paths for key, paths in notes.items() if key in keys}
