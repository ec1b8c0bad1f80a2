"""The identity of each file of a vault, apart from its texts: as the index stores it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from vault_sync.core.digest.reader import Digest
from vault_sync.core.model.base import Base
from vault_sync.core.model.values import Key, RelPath, stem_of
from vault_sync.core.naming.keys import key_of
from vault_sync.core.naming.note_names import fold
from vault_sync.core.naming.wikilinks import LinkResolver, addresses, find
from vault_sync.core.note.note import Note
from vault_sync.core.note.property_table import LINK_LISTS
from vault_sync.core.note.recognition import Recognition
from vault_sync.core.snapshot import Snapshot

Identity = tuple[str, str, str, str]
"""Kind, keys, pairs and points of a file (`file_record.File`)."""
OTHER: Identity = ("other", "", "", "")


TITLE = "title:"
"""The beginning of what files without any id are found by, in place of a paper."""

HELD = "held"
"""The kind of a file that cannot be read as the note that it seems to be."""

KeysAt = Callable[[RelPath], Collection[Key]]
"""Returns the papers that a file is about."""


def nothing_at(path: RelPath) -> Collection[Key]:
    """Return no paper: of other files nothing is there to be told."""
    del path
    return ()


def identities(
    found: Snapshot, base: Base, keys_elsewhere: KeysAt = nothing_at
) -> dict[RelPath, Identity]:
    """Return the identity of each file that was read; the others are OTHER.

    A note is about the paper of its address, and about those that the base has it for.
    `keys_elsewhere` tells of files that were not read.
    """
    kinds = {path: (HELD, [key]) for path, key in found.locked_notes.items()}
    for path, note in found.notes.items():
        kind, keys = _kind_and_keys(note, found.recognitions.get(path))
        noted = base.papers_noted.get(path, ())
        kinds[path] = kind, [*keys, *(key for key in noted if key not in keys)]
    entries = {path: {each.key for each in one.entries} for path, one in found.digests.items()}

    def is_about(path: RelPath, key: Key) -> bool:
        if path in entries:
            return key in entries[path]
        return key in (kinds[path][1] if path in kinds else keys_elsewhere(path))

    known: dict[RelPath, Identity] = {}
    for path, (kind, keys) in kinds.items():
        pairs, points = "", ""
        if path in found.notes:
            targets = found.notes[path].digest_targets
            of_keys = [(key, target) for target in targets for key in keys]
            stray = strays(path, of_keys, found.names, is_about)
            pairs, words = "\n".join(targets), _words(found.notes[path])
            points = points_of(keys, stray, words)
        known[path] = (kind, "\n".join(keys), pairs, points)
    for path, digest in found.digests.items():
        linked = [(each.key, each.link.target if each.link else "") for each in digest.entries]
        words = [*(entry.fields.commentary for entry in digest.entries), *outside(digest)]
        stray = strays(path, linked, found.names, is_about)
        points = points_of(entries[path], stray, words)
        pairs = "\n".join(link for _, link in linked)
        known[path] = ("digest", "\n".join(key for key, _ in linked), pairs, points)
    return known


def _words(note: Note) -> list[str]:
    """Return the texts of a note that may name another file."""
    items = [item for name in LINK_LISTS for item in note.properties.items(name)]
    return [*(section.commentary for section in note.sections), *items]


def _kind_and_keys(note: Note, recognised: Recognition | None) -> tuple[str, list[Key]]:
    """Return a note's kind and what it is found by: its papers, or its title (TITLE)."""
    if recognised is None:
        return "note", [note.key] if note.key else []
    keys = list(recognised.certain)
    if recognised.named is not None and recognised.named not in keys:
        keys.append(recognised.named)
    if recognised.named is None:
        keys += sorted(Key(f"{TITLE}{title}") for title in recognised.titles)
    return ("plain" if recognised.certain else "named"), keys


def outside(digest: Digest) -> list[str]:
    """Return the texts of a digest in no entry: an address may be one but for its link there."""
    starts = [entry.span.start for entry in digest.entries]
    ends = [entry.span.end for entry in digest.entries]
    gaps = zip([0, *ends], [*starts, len(digest.text)], strict=True)
    return [digest.text[start:end] for start, end in gaps if start < end]


def strays(
    path: RelPath,
    pairs: Iterable[tuple[Key, str]],
    names: LinkResolver,
    is_about: Callable[[RelPath, Key], bool],
) -> Iterator[str]:
    """Yield the links of pairs that do not lead to a file about the same paper.

    Of all others the file that they lead to has the paper; what becomes of it concerns that paper.
    """
    for key, target in pairs:
        to = names.resolve(target, path) if target else path
        # `[[x.md]]` is the note x, if there comes to be one, before it is the note x.md.
        if to is None or target.endswith(".md") or (target and not is_about(to, key)):
            yield target


def points_of(own: Collection[Key], stray: Iterable[str], said: Iterable[str]) -> str:
    """Return what a file names that another could come or cease to be (`file_record.File`)."""
    points: dict[str, None] = {}
    for target in stray:
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
