"""The texts of git's index that were read, with their statements, and the ways to read more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from vault_sync.core.model.values import Key, RelPath, Rules
from vault_sync.edge.git import repository as git
from vault_sync.edge.git.repository import Repository, VaultLocation
from vault_sync.sync.staged import statements
from vault_sync.sync.staged.statements import FileStatements, Statement

_MANY = 100
"""Texts that are still quicker looked for by git than by reading every file."""


class StagedTexts:
    """Some of the texts of the `files` of git's index, each of these with its object."""

    def __init__(
        self,
        repository: Repository,
        place: VaultLocation,
        rules: Rules,
        files: Mapping[RelPath, str],
    ) -> None:
        self.repository, self.place = repository, place
        self.rules, self.files = rules, files
        self.texts: dict[RelPath, str] = {}
        self.read: dict[RelPath, FileStatements] = {}

    def load(self, paths: Iterable[RelPath | None]) -> None:
        """Read some files of the index."""
        self._take(self._blobs(path for path in paths if path))

    def _blobs(self, paths: Iterable[RelPath]) -> dict[RelPath, str]:
        """Return the texts of files of the index that were not read yet."""
        wanted = sorted({path for path in paths if path in self.files} - self.texts.keys())
        blobs = git.blobs(self.repository, (self.files[path] for path in wanted))
        return {path: blobs[self.files[path]] for path in wanted}

    def _take(self, texts: Mapping[RelPath, str]) -> None:
        for path, text in texts.items():
            self.texts[path] = text
            self.read[path] = statements.read(path, text, self.rules)

    def statements(
        self, keys: Collection[Key] | None = None
    ) -> Iterator[tuple[RelPath, Statement]]:
        """Yield all that was read, or all that was read of some papers."""
        for path, read in tuple(self.read.items()):
            for each in read.statements:
                if keys is None or each.key in keys:
                    yield path, each

    def look_for(self, words: set[str], is_wanted: Callable[[str], bool]) -> None:
        """Read the wanted files among those in which one of these words stands."""
        if not words:
            return
        found: Iterable[RelPath | None] = self.files
        if len(words) <= _MANY:
            found = map(self.place.in_vault, git.holding(self.repository, sorted(words)))
        texts = self._blobs(path for path in found if path).items()
        self._take({path: text for path, text in texts if is_wanted(text)})
