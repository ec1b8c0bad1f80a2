"""The identity of each file of a vault, apart from its texts: as the index stores it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from vault_sync.core.model.base import Base
from vault_sync.core.model.values import Key, RelPath, stem_of
from vault_sync.core.naming.keys import key_of
from vault_sync.core.naming.note_names import fold
from vault_sync.core.naming.wikilinks import likely_addresses
from vault_sync.core.note.note import Note
from vault_sync.core.note.property_table import LINK_LISTS
from vault_sync.core.note.recognition import Recognition
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.regex import regex

Identity = tuple[str, str, str]
"""Kind, keys and points of a file (`file_record.File`)."""
OTHER: Identity = ("other", "", "")


TITLE = "title:"
"""The beginning of what files without any id are found by, in place of a paper."""

HELD = "held"
"""The kind of a file that cannot be read as the note that it seems to be."""

_LINKED = regex(r"(?<=\[\[)[^\[\]|#\r\n]+")


def identities(found: Snapshot, base: Base) -> dict[RelPath, Identity]:
    """Return the identity of each file that was read; the others are OTHER.

    A note is about the paper of its address, and about those that the base has it for.
    """
    known: dict[RelPath, Identity] = {
        path: (HELD, key, "") for path, key in found.locked_notes.items()
    }
    for path, note in found.notes.items():
        kind, keys = _kind_and_keys(note, found.recognitions.get(path))
        own = tuple(dict.fromkeys((*keys, *base.papers_noted.get(path, ()))))
        # YAML may write a link in other characters than those of its name.
        lists = [note.properties.items(name) for name in ("digests", *LINK_LISTS)]
        items = (item for each in lists for item in each)
        known[path] = (kind, "\n".join(own), points_of(own, (note.text, *items)))
    for path, digest in found.digests.items():
        own = tuple(entry.key for entry in digest.entries)
        known[path] = ("digest", "\n".join(own), points_of(own, (digest.text,)))
    return known


def _kind_and_keys(note: Note, recognised: Recognition | None) -> tuple[str, list[Key]]:
    """Return a note's kind and what it is found by: its papers, or its title (TITLE)."""
    if recognised is None:
        return "note", [note.key] if note.key else []
    keys = list(recognised.certain)
    if recognised.named is not None:
        keys.append(recognised.named)
    else:
        keys += sorted(Key(f"{TITLE}{title}") for title in recognised.titles)
    return ("plain" if recognised.certain else "named"), keys


def points_of(own: Collection[Key], texts: Iterable[str]) -> str:
    """Return what texts name that another file could come or cease to be (`file_record.File`).

    It is too much rather than too little: what stands in code counts as well.
    """
    points: dict[str, None] = {}
    for text in texts:
        for target in _LINKED.findall(text):
            points |= dict.fromkeys(_names_of(target))
        for address in likely_addresses(text):
            if (key := key_of(address)) is not None and key not in own:
                points[key] = None
    return "\n".join(points)


def called(path: RelPath) -> str:
    """Return the point by which others name a file (`File.points`)."""
    return f"[[{fold(stem_of(path))}"


def _names_of(target: str) -> Iterator[str]:
    """Yield the names that a file must not have if it is to be nothing to a link."""
    # In a table the bar behind it is escaped.
    name = fold(target.strip().rstrip("\\").replace("\\", "/")).rpartition("/")[2]
    if name:
        yield from (f"[[{name}", f"[[{name.removesuffix('.md')}")
