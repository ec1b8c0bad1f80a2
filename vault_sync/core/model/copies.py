"""The copies of a vault as values: what merging them gave (`core/merge/file_copies`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from vault_sync.core.model.base import CopyRow, Histories
from vault_sync.core.model.values import NOTHING, Problem, RelPath

Kind = Literal["digest", "note", "rows"]
"""The kind of file that a copy is one of: `rows` is the conflicts note."""


class VaultCopy(NamedTuple):
    """A file that is a copy of another one of the vault."""

    path: RelPath
    original: RelPath
    kind: Kind


class MergedCopies(NamedTuple):
    """The copies of a vault, and what merging them gave.

    `texts` are the texts of the files with their copies in them, `before` those that they have, for
    files where the two differ. `rows` is what clashed. `merged` are copies whose words are still to
    be written, `finished` those whose words are in the vault, `left` those that wait for a person,
    `stuck` those that cannot be merged, or not now. `unproven` are files with a copy's name that
    people use too. `hidden` are all files that are no notes and no digests, with their texts.
    `asks_about_left`: a person may choose to merge those that are left. `overwritten` are files
    that a service brought over what had just been typed here (`Overwritten`). `answered` are those
    of `CopyChoice`.
    """

    texts: Mapping[RelPath, str] = NOTHING
    before: Mapping[RelPath, str] = NOTHING
    rows: frozenset[CopyRow] = frozenset()
    merged: tuple[VaultCopy, ...] = ()
    finished: tuple[VaultCopy, ...] = ()
    left: tuple[VaultCopy, ...] = ()
    stuck: tuple[VaultCopy, ...] = ()
    unproven: tuple[VaultCopy, ...] = ()
    hidden: Mapping[RelPath, str] = NOTHING
    problems: tuple[Problem, ...] = ()
    histories: Histories = NOTHING
    asks_about_left: bool = False
    overwritten: frozenset[RelPath] = frozenset()
    answered: frozenset[RelPath] = frozenset()

    @property
    def originals(self) -> dict[RelPath, RelPath]:
        """The file that each copy is one of, by the copy's path."""
        every = (*self.merged, *self.finished, *self.left, *self.stuck, *self.unproven)
        return {copy.path: copy.original for copy in every}


NO_COPIES = MergedCopies()
