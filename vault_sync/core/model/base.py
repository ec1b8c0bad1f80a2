"""The base: what both sides last agreed on, field by field, as content.

Rows of a paper as a whole (`digest` is ""): url, title, authors, note (its path), mentions (the
keys its commentary named), undated (the name it was given without its date), abstract (the mark of
the callout that was put into the note; "" for one of the reader's). Rows of a place: tags,
commentary; and missing or unmet, where a person was told of it. One row a digest, with no key: the
text it had when the last pass ended, against which a file cut short is recognised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Key, Place, RelPath


def _never(base_key: BaseKey, value: Value) -> bool:
    del base_key, value
    return False


@dataclass(frozen=True)
class Base:
    """`exists` is False on a device's first pass over a vault, or when the base was lost.

    `was_before(base_key, value)` says whether the row had this value at an earlier time, in whatever
    digest the paper was then. `counted` is how many places it knows in each digest, where `rows`
    are only those of some papers.
    """

    rows: Mapping[BaseKey, Value] = field(default_factory=dict)
    exists: bool = False
    was_before: Callable[[BaseKey, Value], bool] = _never
    counted: Mapping[RelPath, int] | None = None

    def text(self, base_key: BaseKey) -> str | None:
        """A row's text value; None where the base has no such row."""
        value = self.rows.get(base_key)
        return value if isinstance(value, str) else None

    def items(self, base_key: BaseKey) -> tuple[str, ...] | None:
        """A row's list value; None where the base has no such row."""
        value = self.rows.get(base_key)
        return value if isinstance(value, tuple) else None

    def note(self, key: Key) -> RelPath | None:
        """Where this paper's note was."""
        path = self.text(BaseKey(key, "", "note"))
        return RelPath(path) if path else None

    def knows(self, place: Place) -> bool:
        """Whether both sides once agreed on this place."""
        return BaseKey(place.key, place.digest, "commentary") in self.rows

    @cached_property
    def places(self) -> Mapping[Key, tuple[RelPath, ...]]:
        """The digests in which each paper was."""
        found: dict[Key, list[RelPath]] = {}
        for base_key in self.rows:
            if base_key.key and base_key.digest and base_key.field == "commentary":
                found.setdefault(base_key.key, []).append(RelPath(base_key.digest))
        return {key: tuple(sorted(digests)) for key, digests in found.items()}

    @cached_property
    def sizes(self) -> Mapping[RelPath, int]:
        """How many papers were in each digest."""
        if self.counted is not None:
            return self.counted
        sizes: dict[RelPath, int] = {}
        for digests in self.places.values():
            for digest in digests:
                sizes[digest] = sizes.get(digest, 0) + 1
        return sizes

    @cached_property
    def note_paths(self) -> Mapping[RelPath, Key]:
        """Which paper's note each path was."""
        return {
            RelPath(str(value)): base_key.key
            for base_key, value in self.rows.items()
            if base_key.field == "note"
        }


PAPER_FIELDS = ("url", "title", "authors", "note", "mentions", "undated", "abstract")
PLACE_FIELDS = ("tags", "commentary", "missing", "unmet")


def base_keys_of(key: Key, digest: str = "") -> frozenset[BaseKey]:
    """Every row of a paper (`digest` "") or of one of its places."""
    names = PLACE_FIELDS if digest else PAPER_FIELDS
    return frozenset(BaseKey(key, digest, name) for name in names)
