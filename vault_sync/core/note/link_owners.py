"""Decide whose a link is that stands alone in an entry: the tool's, or a reader's word."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from vault_sync.core.model.base import Base
from vault_sync.core.model.values import Key, RelPath, stem_of
from vault_sync.core.naming.keys import key_of
from vault_sync.core.naming.note_names import fold
from vault_sync.core.naming.wikilinks import LinkResolver, addresses
from vault_sync.core.note.note import Note


class LinkOwners(NamedTuple):
    """Test of a link that stands alone in an entry; the files are those of `Snapshot`."""

    base: Base
    names: LinkResolver
    notes: Mapping[RelPath, Note]
    managed: Mapping[Key, Collection[RelPath]]
    plain: Mapping[Key, Collection[RelPath]]
    named: Mapping[Key, Collection[RelPath]]
    locked: Collection[RelPath]

    def own_link(self, source: RelPath, text: str) -> Callable[[Key, str, bool], bool]:
        def own(key: Key, target: str, titled: bool) -> bool:
            path = self.names.resolve(target, source)
            if titled:
                return self._is_home(key, target, path) or self._was_home(path, source, text)
            if path is None:
                return True
            found = self.notes.get(path)
            if found is None:
                return path in self.locked
            return found.managed or path in self._about(key)

        return own

    def has_moved(self, key: Key) -> bool:
        """Return True if the note of a paper stands where none of its files was seen before."""
        seen = (self.base.files or {}).get(key, {})
        return any(path not in seen for path in self.managed.get(key, ()))

    def _is_home(self, key: Key, target: str, path: RelPath | None) -> bool:
        """Tell whether a link leads to the note of this very paper, or to its former path."""
        was = self.base.note(key)
        if path is None:
            return was is not None and fold(stem_of(was)) == fold(stem_of(target))
        return path == was or path in {*self.managed.get(key, ()), *self._about(key)}

    def _about(self, key: Key) -> set[RelPath]:
        """Return the files that are about a paper, or name no other, and that no digest made."""
        return {*self.plain.get(key, ()), *self.named.get(key, ())}

    def _was_home(self, path: RelPath | None, digest: RelPath, text: str) -> bool:
        """Tell whether a link leads to a note that names this digest, which lost its address.

        So it is where the entry's address was changed to that of another paper.
        """
        return (
            path is not None
            and (found := self.notes.get(path)) is not None
            and digest in {self.names.resolve(target, path) for target in found.digests}
            and all(key_of(url) != found.key for _, url in addresses(text))
        )
