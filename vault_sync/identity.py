"""What each file of a vault is, apart from what its texts say: as the index keeps it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from vault_sync.core.keys import key_of
from vault_sync.core.links import Names, addresses, find
from vault_sync.core.model import Key, RelPath
from vault_sync.core.names import fold
from vault_sync.core.snapshot import Snapshot

Identity = tuple[str, str, str, str]
"""Kind, keys, ties and points of a file (`index.File`)."""
OTHER: Identity = ("other", "", "", "")


def identities(found: Snapshot) -> dict[RelPath, Identity]:
    """What each file that was read is, apart from what its texts say; the others are OTHER."""
    known: dict[RelPath, Identity] = {}
    for kind, files in (("plain", found.plain), ("note", found.managed)):
        for key, paths in files.items():
            for path in paths:
                note = found.notes[path]
                targets = (*note.digests, *(section.target for section in note.sections))
                said = (section.commentary for section in note.sections)
                points = points_of(path, [key], targets, said, found.names)
                known[path] = (kind, key, "\n".join(targets), points)
    for path, digest in found.digests.items():
        keys = [entry.key for entry in digest.entries]
        links = [entry.link.target if entry.link else "" for entry in digest.entries]
        said = (entry.fields.commentary for entry in digest.entries)
        points = points_of(path, keys, links, said, found.names)
        known[path] = ("digest", "\n".join(keys), "\n".join(links), points)
    return known


def points_of(
    path: RelPath, own: Collection[Key], ties: Iterable[str], said: Iterable[str], names: Names
) -> str:
    """What a file names that a note made later could turn out to be (`index.File`)."""
    points: dict[str, None] = {}
    for target in ties:
        points |= dict.fromkeys(_nowhere(target, path, names))
    for commentary in said:
        if "[[" in commentary:
            for link in find(commentary):
                points |= dict.fromkeys(_nowhere(link.target, path, names))
        if "://" in commentary:
            keys = (key_of(address) for _, address in addresses(commentary))
            points |= dict.fromkeys(key for key in keys if key is not None and key not in own)
    return "\n".join(points)


def _nowhere(target: str, source: RelPath, names: Names) -> Iterator[str]:
    """The names that a new file must not have if a link is to lead where it leads now."""
    name = fold(target.strip().replace("\\", "/")).rpartition("/")[2]
    # `[[x.md]]` is the note x, if there comes to be one, before it is the note x.md.
    if name and (name.endswith(".md") or names.resolve(target, source) is None):
        yield from {f"[[{name}", f"[[{name.removesuffix('.md')}"}
