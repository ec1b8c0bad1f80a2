"""Papers and their pairs: one for each digest that has the paper or is named by its note.

Beside them, what is met and reported while they are paired.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from vault_sync.core.digest.reader import Entry
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Fields, Key, Problem, RelPath
from vault_sync.core.note.note import Section, commentary_of

Kind = Literal["both", "new", "moved", "append", "removed", "waiting"]
"""both: entry and note have it. new: the note gets a section. moved: the section's entry now stands
in another digest. append: the digest gets an entry. removed: the entry was taken out of its digest.
waiting: one of the two is locked, guarded or not there; nothing is done."""

Role = Literal["managed", "adopted", "made"]


class Pair(NamedTuple):
    """An entry and the section that belongs to it, or the one of them that is there.

    `named` is the link target of the note's `digests` item. `origin` is the digest under which the
    base has the pair, if that is another one: the entry moved, or the digest was renamed.
    """

    digest: RelPath
    kind: Kind
    entry: Entry | None = None
    section: Section | None = None
    named: str = ""
    origin: RelPath | None = None


class Paper(NamedTuple):
    """One paper of the vault: its note, and its pairs, the first of which gives its shared fields.

    `agreed_key` is the key under which the base has it: another one when its address was changed
    to that of another paper on one side.
    """

    key: Key
    note: RelPath | None
    role: Role
    pairs: tuple[Pair, ...]
    agreed_key: Key


def note_value(note: Fields, section: Section | None) -> tuple[str, ...]:
    """Return all that a note says of a place, as one value."""
    return (note.url, note.title, commentary_of(section), *note.authors, "", *note.tags)


@dataclass(slots=True)
class Notices:
    """Problems of a pairing, in the order in which they are met.

    `standing` are the base keys under which a report is remembered, of what is still so; `put`
    gives the values of those that are new. `deferred` are those of `Plan`.
    """

    problems: list[Problem] = field(default_factory=list)
    standing: set[BaseKey] = field(default_factory=set)
    put: dict[BaseKey, Value] = field(default_factory=dict)
    deferred: set[RelPath] = field(default_factory=set)

    def add(self, problem: Problem) -> None:
        """Report a problem."""
        self.problems.append(problem)

    def remember(self, base_key: BaseKey, *, first: bool) -> None:
        """Keep a report in the base for as long as it stays so; `first` puts it there."""
        self.standing.add(base_key)
        if first:
            self.put[base_key] = "said"
