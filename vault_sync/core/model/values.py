"""The values that every package uses: key, fields, place, facts, problem, rules.

Read this first, then `digest` and `note`, then `plan` and `reconcile`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, NewType, get_args

Key = NewType("Key", str)
"""The identity of a paper: `arxiv:2308.07037`, `doi:10.1/x`, `openreview:abc`, `url:host/path`.

Both sides share it; a file name or a title is never an identity. Made by `keys.key_of` alone.
"""

RelPath = NewType("RelPath", str)
"""A file's path from the vault's root, with `/`, spelled as it stands on the disk."""

Side = Literal["digest", "note"]

Decision = Literal["digest", "note", "both"]
"""The choice of a person in a conflict: the side to take, or both texts (of a commentary)."""

FieldName = Literal["url", "title", "authors", "tags", "commentary"]

FIELD_NAMES: tuple[FieldName, ...] = get_args(FieldName)
"""The fields that both sides have, in the order of an entry (`Fields`)."""

SHARED_FIELDS: tuple[FieldName, ...] = ("url", "title", "authors")
"""The fields that a paper has once, in however many digests it stands."""

NOTHING: Mapping[Any, Any] = MappingProxyType({})
"""The default of a mapping; it cannot be changed."""


class Fields(NamedTuple):
    r"""The two-way fields of one paper, as one side has them.

    Invariants: `commentary` has LF newlines and no blank line at either end, its lines are
    otherwise verbatim; `title` is "" where there is none; `tags` are without `#`, none twice.
    """

    url: str
    title: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    commentary: str = ""

    def saying(self, **values: Any) -> Fields:
        """Return the same but for these values; itself if it has them already, as nearly all do.

        Raises:
            ValueError: there is no such field.
        """
        changed = self._replace(**values)
        return self if changed == self else changed


class Place(NamedTuple):
    """One paper in one digest. A paper that comes up in two weeks has two places and one note."""

    key: Key
    digest: RelPath


class Facts(NamedTuple):
    """The facts of a paper. Every value may be missing; a day is ISO 8601.

    `year` is what an archive says that does not know the day. `pdf` and `citekey` are in no answer:
    drafting completes them.
    """

    published: str = ""
    updated: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    doi: str = ""
    journal: str = ""
    comment: str = ""
    abstract: str = ""
    year: str = ""
    pdf: str = ""
    citekey: str = ""


PropertyValue = str | int | tuple[str, ...]
"""The value of a property: a text, an integer (written without quotes), or a list of texts."""

Level = Literal["problem", "notice"]


class Problem(NamedTuple):
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


class PropertyNames(NamedTuple):
    """The vault's own names of properties (`[properties]`), in pairs of our name and its own.

    An own name of "" switches a property off: it is neither read nor written. `former` are own
    names of an earlier configuration, read only where a note's properties are renamed. `identity`
    are further properties that say which paper a note is about (`[notes] identity`).
    """

    own: tuple[tuple[str, str], ...] = ()
    former: tuple[tuple[str, str], ...] = ()
    identity: tuple[str, ...] = ()

    def written(self, name: str) -> str:
        """Return the name under which a note that lacks a property gets it."""
        return dict(self.own).get(name) or name

    def is_off(self, name: str) -> bool:
        """Tell whether a property of ours is neither read nor written."""
        return (name, "") in self.own

    def spellings(self, name: str) -> tuple[str, ...]:
        """Return the names under which a property is read, its own first; none if it is off."""
        if not (self.own or self.former):
            return (name,)
        if self.is_off(name):
            return ()
        former = (own for ours, own in self.former if ours == name)
        return tuple(dict.fromkeys((self.written(name), name, *former)))

    def ours(self, name: str) -> str:
        """Return our name of a property that a note has; "" for one that is switched off."""
        folded = name.casefold()
        for ours, own in (*self.own, *self.former):
            if own and own.casefold() == folded:
                return ours
        return "" if self.is_off(name) else name


STANDARD_NAMES = PropertyNames()


class Rules(NamedTuple):
    """The part of the configuration that the core needs (`vault-sync.toml`, docs/format.md)."""

    folder: str = "papers"
    name: str = "{published:%y%m%d} {short_title}"
    private_tags: tuple[str, ...] = ()
    section: Literal["after-title", "top", "end"] = "after-title"
    properties: PropertyNames = STANDARD_NAMES
    template: str = ""
    mentions: bool = True
    facts: tuple[str, ...] = ("published",)
    citekey_form: str = "{auth}{year}{title_word}"
    removals_entries: int = 3
    removals_share: float = 0.05
    conflicts_note: str = "Sync conflicts.md"
    merge_copies: bool = True
    digest_paths: tuple[str, ...] = ("digests/**/*.md",)
    digest_styles: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The styles of digests by glob, the first match wins; what none matches is flat."""


Decisions = Mapping[tuple[Key, RelPath, str], Decision]
"""The decisions of a person: for a paper, a digest and a field (or "entry") what to take."""


_DIGITS = re.compile(r"(\d+)")


def stem_of(path: str) -> str:
    """Return a file's name without its folder and without `.md`."""
    return path.rpartition("/")[2].removesuffix(".md")


def folder_of(path: str) -> str:
    """Return the folder that a file lies in; "" is the vault's root."""
    return path.rpartition("/")[0]


def joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def natural(path: str) -> list[tuple[int, str]]:
    """Return a sort key that puts `2023년 8월 3주차` before `2023년 12월 1주차`."""
    return [
        (int(part), "") if part.isdecimal() and part.isascii() else (-1, part)
        for part in _DIGITS.split(path)
    ]


def is_visible(path: str) -> bool:
    """Return True if Obsidian shows this path: no part of it begins with a dot."""
    return not any(part.startswith(".") for part in path.split("/"))


def is_markdown(path: str) -> bool:
    return path[-3:].lower() == ".md"
