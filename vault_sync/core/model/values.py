"""The words that every room speaks: key, fields, place, link, problem, rules.

Read this first, then `digest` and `note` (the lenses), then `plan` and `reconcile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, NewType

Key = NewType("Key", str)
"""What an entry is about: `arxiv:2308.07037`, `doi:10.1/x`, `openreview:abc`, `acl:N19-1423`,
`url:host/path`.

Both sides share it; a file name or a title is never an identity. Made by `keys.key_of` alone.
"""

RelPath = NewType("RelPath", str)
"""A file's path from the vault's root, with `/`, spelled as it stands on the disk."""

Side = Literal["digest", "note"]

FieldName = Literal["url", "title", "authors", "tags", "commentary"]


class Fields(NamedTuple):
    r"""What one side says of one paper: the two-way fields.

    Invariants: `commentary` has LF newlines and no blank line at either end, its lines are
    otherwise verbatim; `title` is "" where there is none; `tags` are without `#`, none twice.
    """

    url: str
    title: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    commentary: str = ""

    def saying(self, **values: Any) -> Fields:
        """The same but for these values; itself if it says them already, as nearly every one does.

        Raises:
            ValueError: there is no such field.
        """
        changed = self._replace(**values)
        return self if changed == self else changed


class Place(NamedTuple):
    """One paper in one digest. A paper that comes up in two weeks has two places and one note."""

    key: Key
    digest: RelPath


@dataclass(frozen=True, slots=True)
class Facts:
    """What the world knows of a paper (arXiv). Every value may be missing; a day is ISO 8601."""

    published: str = ""
    updated: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    doi: str = ""
    journal: str = ""
    comment: str = ""
    abstract: str = ""


Level = Literal["problem", "notice"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should look at; a value that travels beside the good ones.

    A `problem` puts the vault out of line; a `notice` is said and does not. `code` is a stable
    word for programs, `message` says what is wrong, `hint` what to do.
    """

    path: str
    code: str
    message: str
    hint: str = ""
    line: int | None = None
    level: Level = "problem"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the core may know of the configuration (`vault-sync.toml`, docs/format.md)."""

    folder: str = "papers"
    name: str = "{published:%y%m%d} {short_title}"
    private_tags: tuple[str, ...] = ()
    mentions: bool = True
    facts: tuple[str, ...] = ("published",)
    removals_entries: int = 3
    removals_share: float = 0.05
    conflicts_note: str = "Sync conflicts.md"
    digest_paths: tuple[str, ...] = field(default=("digests/**/*.md",))


Decisions = Mapping[tuple[Key, RelPath, str], Side]
"""What a person decided: for a paper, a digest and a field (or "entry") the side to take."""
