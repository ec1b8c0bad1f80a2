"""A plan: the operations that would bring a vault in line, as plain values.

Nothing here touches a file. `edge/write` carries a plan out; `core/report` shows it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, Protocol

from vault_sync.core.model.values import NOTHING, Key, Problem, RelPath


class StoredText(Protocol):
    """A text that is not in memory. It equals the text that it is."""

    def __str__(self) -> str:
        """Return the text.

        Raises:
            OSError: it cannot be read.
        """
        ...

    def __bytes__(self) -> bytes:
        """Return the text's bytes, as `core/text/encodings` would."""
        ...


AnyText = str | StoredText
"""A new text of a plan: those of a large one stand on the disk (`edge/state/plan_texts`)."""


@dataclass(frozen=True, slots=True)
class Create:
    """A file that must not be there yet, in no spelling of its name."""

    path: RelPath
    after: AnyText
    why: str


@dataclass(frozen=True, slots=True)
class Write:
    """A file whose text is `before` gets `after`. Any other text is a new edit and stays."""

    path: RelPath
    before: str
    after: AnyText
    why: str


@dataclass(frozen=True, slots=True)
class Rename:
    """A file that moves; its text stays `before`. `to` must not be there yet."""

    path: RelPath
    to: RelPath
    before: str
    why: str


@dataclass(frozen=True, slots=True)
class Trash:
    """A file that moves to `to`, in `.trash/`, if its text is `before`."""

    path: RelPath
    to: RelPath
    before: str
    why: str


def to_trash(path: RelPath, before: str, why: str) -> Trash:
    """Return the operation that puts a file into the vault's trash, under its name."""
    return Trash(path, RelPath(f".trash/{path.rpartition('/')[2]}"), before, why)


Operation = Create | Write | Rename | Trash
"""Carried out in the plan's order. A file that is written and renamed is written first."""


class BaseKey(NamedTuple):
    """Name of one value of the base: of a paper, in a digest ("": of the paper as a whole)."""

    key: Key
    digest: str
    field: str


Value = str | tuple[str, ...]
"""A value of the base: a text, or a list of texts."""


class BaseUpdate(NamedTuple):
    """A change of the base that is made when every operation on `paths` is done, and only then.

    No path stands twice in `paths`: tuples, since a set for each takes 300 bytes a paper. With none
    it needs no operation: both sides have these values already. With neither `put`
    nor `drop` it only says which operations wait for each other.
    """

    paths: Collection[RelPath]
    put: Mapping[BaseKey, Value]
    drop: frozenset[BaseKey] = frozenset()


class StoredValue(Mapping[BaseKey, Value]):
    """The one value that a base update puts, where it is a text that is not in memory."""

    __slots__ = ("_base_key", "_text")

    def __init__(self, base_key: BaseKey, text: AnyText) -> None:
        self._base_key, self._text = base_key, text

    def __getitem__(self, base_key: BaseKey) -> Value:
        if base_key != self._base_key:
            raise KeyError(base_key)
        return str(self._text)

    def __iter__(self) -> Iterator[BaseKey]:
        yield self._base_key

    def __len__(self) -> int:
        return 1


class Conflict(NamedTuple):
    """One field that both sides changed, differently. Neither is touched until a person decides.

    `digest_text` and `note_text` are the two values as a person reads them, `ancestor_text` that of
    the base, if it has one. `line` and `note_line` are where they stand.
    """

    key: Key
    digest: RelPath
    note: RelPath
    field: str
    digest_text: str
    note_text: str
    line: int | None = None
    reason: str = ""
    note_line: int | None = None
    ancestor_text: str | None = None

    @property
    def id(self) -> str:
        """Return a hash of the field's place and both texts, by which a person answers about them.

        Where one of the texts has changed since, the answer is about another conflict.
        """
        parts = (self.key, self.digest, self.field, self.digest_text, self.note_text)
        return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


class Apart(NamedTuple):
    """A field in which both sides keep their own words, as they did when the note was adopted."""

    digest: RelPath
    note: RelPath
    field: str
    digest_text: str
    note_text: str


class Plan(NamedTuple):
    """Everything that a pass is to do and to report. Empty `operations`: nothing is to be done."""

    operations: tuple[Operation, ...] = ()
    base_updates: tuple[BaseUpdate, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    problems: tuple[Problem, ...] = ()
    digests: int = 0
    entries: int = 0
    notes: int = 0
    wanted: tuple[Key, ...] = ()
    """Papers whose facts are missing and can be looked up."""
    named: tuple[Problem, ...] = ()
    """Notices about files that name a paper of an entry and are not its note."""
    apart: tuple[Apart, ...] = ()
    again: tuple[Key, ...] = ()
    """Papers to plan for in the next pass, changed or not. Their removal is to be confirmed with
    all others, or is not for `rebuild` to do; or a text for them would not read back."""
    deferred: frozenset[RelPath] = frozenset()
    """Files just delivered that lack something: it is followed by a later pass, if at all."""
    drafted: Mapping[RelPath, tuple[Key, ...]] = NOTHING
    """The papers of each digest that is made or edited, as its new text was read to prove it."""


class Undone(NamedTuple):
    """An operation that was not carried out, and why; the vault is as it was there."""

    operation: Operation
    reason: str


class Outcome(NamedTuple):
    """Operations of a plan that were done, and those that were not: the next pass plans anew."""

    done: tuple[Operation, ...] = ()
    undone: tuple[Undone, ...] = ()


def value_words(one: str | tuple[str, ...]) -> str:
    """Return a value as a person reads it."""
    return one if isinstance(one, str) else ", ".join(one)
