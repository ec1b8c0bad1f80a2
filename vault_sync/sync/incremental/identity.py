"""The identity of each file of a vault, apart from its texts: as the index stores it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from vault_sync.core.digest.reader import Digest
from vault_sync.core.model.paths import stem_of
from vault_sync.core.model.plan import BaseUpdate
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.naming.keys import key_of
from vault_sync.core.naming.note_names import fold
from vault_sync.core.naming.titles import fold_title
from vault_sync.core.naming.wikilinks import LinkResolver, addresses, find
from vault_sync.core.note.note import Note
from vault_sync.core.note.property_table import LINK_LISTS
from vault_sync.core.note.recognition import Recognition
from vault_sync.core.snapshot import Snapshot

Identity = tuple[str, str, str, str]
"""Kind, keys, pairs and points of a file (`file_record.File`)."""
OTHER: Identity = ("other", "", "", "")


IsOne = Callable[[RelPath], bool]
"""Returns True if a file is a note about a paper; or if it is a digest."""


def identities(
    found: Snapshot,
    is_note: IsOne = lambda _: False,
    is_digest: IsOne = lambda _: False,
) -> dict[RelPath, Identity]:
    """Return the identity of each file that was read; the others are OTHER.

    `is_note` and `is_digest` tell of those that were not read.
    """
    notes = {
        path for files in (found.plain, found.managed) for paths in files.values() for path in paths
    }

    def note_there(path: RelPath) -> bool:
        return path in notes or is_note(path)

    def digest_there(path: RelPath) -> bool:
        return path in found.digests or is_digest(path)

    known: dict[RelPath, Identity] = {}
    for path, note in found.notes.items():
        kind, keys = _kind_and_keys(note, found.recognitions.get(path))
        targets = (*note.digests, *(section.target for section in note.sections))
        said = [section.commentary for section in note.sections]
        said += [item for name in LINK_LISTS for item in note.properties.items(name)]
        points = points_of(path, keys, targets, said, found.names, digest_there)
        known[path] = (kind, "\n".join(keys), "\n".join(targets), points)
    for path, digest in found.digests.items():
        keys = [entry.key for entry in digest.entries]
        links = [entry.link.target if entry.link else "" for entry in digest.entries]
        said = [*(entry.fields.commentary for entry in digest.entries), *outside(digest)]
        points = points_of(path, keys, links, said, found.names, note_there)
        known[path] = ("digest", "\n".join(keys), "\n".join(links), points)
    return known


def _kind_and_keys(note: Note, recognised: Recognition | None) -> tuple[str, list[Key]]:
    """Return a note's kind and what it is found by: its papers, or its title (`title_keys`)."""
    if recognised is None:
        return "note", [note.key] if note.key else []
    keys = list(recognised.certain)
    if recognised.named is not None and recognised.named not in keys:
        keys.append(recognised.named)
    if recognised.named is None:
        keys += sorted(Key(f"title:{title}") for title in recognised.titles)
    return ("plain" if recognised.certain else "named"), keys


def title_keys(base_updates: Iterable[BaseUpdate], keys: Collection[Key]) -> set[Key]:
    """Return what files without any id would be found by that have the titles of new papers."""
    return {
        Key(f"title:{fold_title(str(value))}")
        for base_update in base_updates
        for base_key, value in base_update.put.items()
        if base_key.field == "title" and base_key.key in keys
    }


def outside(digest: Digest) -> list[str]:
    """Return the texts of a digest in no entry: an address may be one but for its link there."""
    starts = [entry.span.start for entry in digest.entries]
    ends = [entry.span.end for entry in digest.entries]
    gaps = zip([0, *ends], [*starts, len(digest.text)], strict=True)
    return [digest.text[start:end] for start, end in gaps if start < end]


def points_of(
    path: RelPath,
    own: Collection[Key],
    pairs: Iterable[str],
    said: Iterable[str],
    names: LinkResolver,
    is_meant: IsOne,
) -> str:
    """Return what a file names that another could come or cease to be (`file_record.File`).

    `is_meant` tells what the link of a pair is to lead to: of a note a digest, of a digest a note.
    """
    points: dict[str, None] = {}
    for target in pairs:
        to = names.resolve(target, path)
        # `[[x.md]]` is the note x, if there comes to be one, before it is the note x.md.
        if to is None or target.endswith(".md") or not is_meant(to):
            points |= dict.fromkeys(_names_of(target))
    for commentary in said:
        if "[[" in commentary:
            for link in find(commentary):
                points |= dict.fromkeys(_names_of(link.target))
        if "://" in commentary:
            keys = (key_of(address) for _, address in addresses(commentary))
            points |= dict.fromkeys(key for key in keys if key is not None and key not in own)
    return "\n".join(points)


def called(path: RelPath) -> str:
    """Return the point by which others name a file (`File.points`)."""
    return f"[[{fold(stem_of(path))}"


def _names_of(target: str) -> Iterator[str]:
    """Yield the names that a file must not have if it is to be nothing to a link."""
    name = fold(target.strip().replace("\\", "/")).rpartition("/")[2]
    if name:
        yield from {f"[[{name}", f"[[{name.removesuffix('.md')}"}
