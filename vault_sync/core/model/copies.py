"""A device's memory for merging copies: the values of a field in their sequence, and rows.

A copy is a second version of a file, put beside it by a sync service. What it is merged against is
one of the values that this device has seen the field have (docs/devices.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal, NamedTuple

from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.value_class import value_class
from vault_sync.core.model.values import Key, Problem, RelPath

Origin = Literal["typed", "delivered", "merged"]
"""The way of a value to this device: typed here, brought by a sync service, made of a copy.

What was there when the device first saw the vault is `delivered`: nobody is known to have typed it
here. Only a typed value proves that a text which has its sentences was written after it.
"""


class PastValue(NamedTuple):
    """A value that a field had when digest and note agreed, and how it came here."""

    value: Value
    origin: Origin


@value_class
class History:
    """The values of one field on this device, the oldest first; the last one is the base.

    `removed_here`: the paper was once taken out of this vault on this device, so that its first
    value need not be one that every device has seen.
    """

    values: tuple[PastValue, ...] = ()
    removed_here: bool = False

    @property
    def starts_everywhere(self) -> bool:
        """Return True if the first value is older than every text of the field."""
        first = self.values[0].origin if self.values else "typed"
        return first == "delivered" and not self.removed_here

    @property
    def was_typed(self) -> bool:
        """Return True if the value that the field has now was typed here."""
        return bool(self.values) and self.values[-1].origin == "typed"

    def learn(self, value: Value, origin: Origin) -> History:
        """Return the history once both sides agree on `value`; no value stands in it twice."""
        if self.values and self.values[-1].value == value:
            return self
        earlier = tuple(past for past in self.values if past.value != value)
        return History((*earlier, PastValue(value, origin)), self.removed_here)


Histories = Mapping[BaseKey, History]
"""The histories of fields. A field that is not in it has none: nothing is known to be removed."""

NO_HISTORY = History()


def origin_of(*, delivered: bool, merged: bool) -> Origin:
    """Return how a value came here, on which digest and note of a paper now agree.

    `delivered`: one of its files was brought since the pass before, or waits (`Arrival`);
    `merged`: a copy of one of them was merged in this pass.
    """
    if delivered:
        return "delivered"
    return "merged" if merged else "typed"


class Arrival(NamedTuple):
    """The ways by which a file of a paper came to be as it is.

    `delivered`: a sync service brought it since the pass before. `waited`: so it was when a pass
    first saw that it lacks something, and that was not followed. `copied`: a copy of it stands, or
    was merged into it in this pass. `restored`: `restore` was the last to write it, an older
    text, and no pass has seen it since, or it is in question; `was_restored`: so it was, and a pass
    has written there, while something of it is in question.
    """

    delivered: bool = False
    waited: bool = False
    copied: bool = False
    restored: bool = False
    was_restored: bool = False

    @property
    def typed_here(self) -> bool:
        """Return True if what the file has was typed on this device, as far as one can tell."""
        return not any(self)


TYPED = Arrival()


class CopyRow(NamedTuple):
    """A text of a copy that clashed with its file's: a row of the conflicts note.

    It is the same on every device. `digest` is "" for a field of the paper as a whole; `key` is
    "" for a file that is about no paper.
    """

    key: Key
    digest: str
    field: str
    text: str


Kind = Literal["digest", "note", "rows"]
"""The kind of file that a copy is one of: `rows` is the conflicts note."""


class VaultCopy(NamedTuple):
    """A file that is a copy of another one of the vault."""

    path: RelPath
    original: RelPath
    kind: Kind


@value_class
class MergedCopies:
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

    texts: Mapping[RelPath, str] = field(default_factory=dict)
    before: Mapping[RelPath, str] = field(default_factory=dict)
    rows: frozenset[CopyRow] = frozenset()
    merged: tuple[VaultCopy, ...] = ()
    finished: tuple[VaultCopy, ...] = ()
    left: tuple[VaultCopy, ...] = ()
    stuck: tuple[VaultCopy, ...] = ()
    unproven: tuple[VaultCopy, ...] = ()
    hidden: Mapping[RelPath, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    histories: Histories = field(default_factory=dict)
    asks_about_left: bool = False
    overwritten: frozenset[RelPath] = frozenset()
    answered: frozenset[RelPath] = frozenset()

    @property
    def originals(self) -> dict[RelPath, RelPath]:
        """The file that each copy is one of, by the copy's path."""
        every = (*self.merged, *self.finished, *self.left, *self.stuck, *self.unproven)
        return {copy.path: copy.original for copy in every}


NO_COPIES = MergedCopies()
