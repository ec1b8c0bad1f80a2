"""The files that are there and cannot be read, of those that the base knows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from vault_sync.core.model.base import Base
from vault_sync.core.model.values import Problem, RelPath

SHUT = frozenset({"unreadable", "unlisted", "not-a-file", "too-large", "symlink"})
"""The codes of what is there and cannot be read: nothing that it may hold counts as removed."""


def weighed(
    problems: Iterable[Problem], unread: Collection[RelPath], is_digest: Callable[[RelPath], bool]
) -> Iterator[Problem]:
    """Yield problems; what cannot be read is a notice where no entry needs it."""
    needed = {*unread, *(str(each) for path in unread for each in PurePosixPath(path).parents)}
    for one in problems:
        if one.code not in {"not-a-file", "too-large", "symlink"}:
            yield one
        elif one.path in needed or (one.code != "symlink" and is_digest(RelPath(one.path))):
            yield one._replace(level="problem")
        else:
            yield one._replace(level="notice")


def unread_files(
    texts: Mapping[RelPath, str], base: Base, problems: Iterable[Problem]
) -> frozenset[RelPath]:
    """Return the files of the base that may not be read, or whose folder may not be listed."""
    shut = {one.path for one in problems if one.code in SHUT}
    digests = {digest for places in base.places.values() for digest in places}
    return frozenset(
        path
        for path in {*base.note_paths, *digests} - texts.keys()
        if not shut.isdisjoint((path, *map(str, PurePosixPath(path).parents)))
    )
