"""The resolution of one paper as a value, and what it proposes for the base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import Apart, BaseKey, Conflict, Value, value_words
from vault_sync.core.model.values import (
    Decision,
    Decisions,
    FieldName,
    Fields,
    Key,
    Place,
    RelPath,
    Side,
)
from vault_sync.core.naming.wikilinks import is_half_link
from vault_sync.core.reconcile.pairing.paper import Kind, Pair, Paper

NOTE = RelPath("")
"""Stands for the paper's note among the files that a base value waits for."""


LIVE: frozenset[Kind] = frozenset({"both", "new", "moved", "append"})
"""Kinds of the pairs that have, or are to have, an entry and a section."""


FOR_NOTE = frozenset({NOTE})


class ProposedValue(NamedTuple):
    """A value for the base, and the files to be written before it is put there (NOTE: the note)."""

    base_key: BaseKey
    value: Value
    needs: frozenset[RelPath]


class Placeless(NamedTuple):
    """A field of a pair that its note has otherwise than its entry can."""

    pair: Pair
    field: FieldName


@dataclass(slots=True)
class Resolution:
    """Fields that the note and the entries of a paper are to have, and the conflicts.

    `entries` and `commentaries` go by digest; `note` are the note's fields. `key` is the key once
    this is done: another one than before if the paper's address was changed. `dropped` are rows
    that the base has. `deferred` are those of `Plan`: what they lack is not followed yet. What few
    papers have is a tuple or a frozenset: empty lists and sets for each take 400 bytes a paper.
    """

    paper: Paper
    key: Key
    note: Fields
    entries: dict[RelPath, Fields] = field(default_factory=dict)
    commentaries: dict[RelPath, str] = field(default_factory=dict)
    proposed: list[ProposedValue] = field(default_factory=list)
    dropped: frozenset[BaseKey] = frozenset()
    conflicts: tuple[Conflict, ...] = ()
    apart: tuple[Apart, ...] = ()
    placeless: tuple[Placeless, ...] = ()
    deferred: frozenset[RelPath] = frozenset()
    old_title: str = ""
    """The title that is replaced; an alias that equals it is replaced too."""

    def defer(self, digest: RelPath, base: Base) -> None:
        """Leave a field as it is, for one of its files was just delivered."""
        files = (digest, self.paper.note)
        self.deferred |= {path for path in files if path and base.arrival(path).delivered}

    def release(self) -> None:
        """Let go of what has become operations and base updates."""
        self.entries.clear()
        self.commentaries.clear()
        self.proposed.clear()

    def drop(self, base: Base, *base_keys: BaseKey) -> None:
        """Let the base forget those of its rows."""
        rows = [base_key for base_key in base_keys if base_key in base.rows]
        if rows:
            self.dropped = self.dropped.union(rows)

    def propose(self, base_key: BaseKey, value: Value, needs: Mapping[RelPath, bool]) -> None:
        """Put a value into the base once the files that change have been written."""
        waits = frozenset([path for path, changes in needs.items() if changes])
        # Nearly all wait for nothing or for their note; a set for each would take 1 KB a paper.
        self.proposed.append(
            ProposedValue(base_key, value, FOR_NOTE if waits == FOR_NOTE else waits)
        )


def base_digest(paper: Paper, pair: Pair, base: Base) -> RelPath:
    """Return the digest under which the base has a pair: the old one where the entry has moved.

    The base may have another device's move already while the note still names the old digest.
    """
    if pair.origin is not None and base.knows(Place(paper.agreed_key, pair.origin)):
        return pair.origin
    return pair.digest


def add_conflict(
    resolution: Resolution,
    pair: Pair,
    name: str,
    digest_has: str | tuple[str, ...],
    note_has: str | tuple[str, ...],
    reason: str,
) -> None:
    """Add a conflict of one field; neither side is touched."""
    line = None
    if pair.entry is not None:
        line = pair.entry.commentary_line if name == "commentary" else pair.entry.line
    resolution.conflicts += (
        Conflict(
            key=resolution.paper.key,
            digest=pair.digest,
            note=resolution.paper.note or NOTE,
            field=name,
            digest_text=value_words(digest_has),
            note_text=value_words(note_has),
            line=line,
            reason=reason,
        ),
    )


def decided_side(decisions: Decisions, paper: Paper, digest: RelPath, name: str) -> Side | None:
    """Return the side that a person chose for a field; the digest if there is no note yet."""
    choice = decision(decisions, paper, digest, name)
    return None if choice == "both" else choice


def decision(decisions: Decisions, paper: Paper, digest: RelPath, name: str) -> Decision | None:
    """Return what a person chose for a field, maybe both texts; the digest if there is no note."""
    if paper.note is None:
        return "digest"
    return decisions.get((paper.key, digest, name)) or decisions.get(
        (paper.agreed_key, digest, name)
    )


def has_link_in_title(resolution: Resolution, path: RelPath, title: str, base: Base) -> bool:
    """Return True if what was an entry's link is a part of its title, which is asked about."""
    had_link = base.knows(Place(resolution.paper.agreed_key, path))
    return (had_link and is_half_link(title)) or any(
        (each.digest, each.field, each.reason) == (path, "title", "looks cut")
        for each in resolution.conflicts
    )
