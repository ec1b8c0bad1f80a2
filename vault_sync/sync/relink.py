"""Links to a note that was renamed outside Obsidian, in files that are no papers'.

Obsidian mends links when it renames a file itself, and a pass mends those of digests and notes.
What is left over is listed here, and mended when somebody asks for it, never by a pass.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from vault_sync.core.model.plan import BaseKey, Operation, Write
from vault_sync.core.model.values import RelPath, folder_of, joined
from vault_sync.core.naming.copy_names import is_copy
from vault_sync.core.naming.note_names import UNLINKABLE, bare_name
from vault_sync.core.naming.wikilinks import LinkResolver, Wikilink, find, find_file_links, retarget
from vault_sync.core.text.encodings import as_text
from vault_sync.core.text.spans import Edit, line_number, splice
from vault_sync.edge.fs.vault_dir import read_contents
from vault_sync.edge.state.earlier_values import hashes_by_row
from vault_sync.edge.state.schema import encode, fingerprint
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.observation.observation import Observation

_TARGET = re.compile(r"\[\[([^\[\]|#\r\n]+)")


class BrokenLink(NamedTuple):
    """A link of a file to the name that a note had, and the note as it is called now."""

    path: RelPath
    line: int
    target: str
    note: RelPath


def broken_links(root: Path, observation: Observation, state: StateStore) -> list[BrokenLink]:
    """Return the links of other files that lead nowhere, and once led to a note of the base."""
    formerly = _former_notes(observation, state)
    folders = {"", *map(folder_of, observation.files)}
    former = partial(_former, observation, formerly, folders)
    found: list[BrokenLink] = []
    for path, text in _other_texts(root, observation) if formerly else ():
        wikilinks: list[Wikilink] = []
        if any(former(target, path) for target in _TARGET.findall(text)):
            wikilinks = find(text)
        links = [(link.span, link.target, link.target) for link in wikilinks]
        for file_link in find_file_links(text):
            place = _place(observation, file_link.target, path)
            links += [(file_link.span, file_link.target, place)] if place else []
        for span, target, place in sorted(links):
            note = former(place, path)
            if note is not None:
                found.append(BrokenLink(path, line_number(text, span.start), target.strip(), note))
    return found


def _place(observation: Observation, target: str, source: RelPath) -> str | None:
    """Return the name or the path that a link to a file means; None if it leads to a file."""
    if "/" not in target:
        return target
    beside = posixpath.normpath(posixpath.join(folder_of(source), target))
    if beside in observation.files or target.lstrip("/") in observation.files:
        return None
    return beside if target.startswith(".") else target


def relinked(root: Path, observation: Observation, old: str, new: RelPath) -> Iterator[Operation]:
    """Yield the writes that point links to `old`, which is not there, to the note `new`.

    `old` is a name or a path, with `.md` or without. A link that leads to a file is left alone.
    """
    names = observation.snapshot.names
    old = old.removesuffix(".md")
    path = RelPath(f"{old if '/' in old else joined(folder_of(new), old)}.md")
    before = names.with_moved({}, [path])

    def target_in(source: RelPath) -> Callable[[Wikilink], str | None]:
        def new_target(link: Wikilink) -> str | None:
            if names.resolve(link.target, source) is not None:
                return None
            by_name = "/" not in old and bare_name(link.target) == bare_name(path)
            if not by_name and before.resolve(link.target, source) != path:
                return None
            return _spelled(names, link.target, new)

        return new_target

    def file_link_edits(source: RelPath, text: str) -> Iterator[Edit]:
        for link in find_file_links(text):
            place = _place(observation, link.target, source)
            if not place or names.resolve(place, source) is not None:
                continue
            by_name = "/" not in old and bare_name(place) == bare_name(path)
            beside = posixpath.normpath(posixpath.join(folder_of(source), place))
            if by_name or path in {RelPath(beside), before.resolve(place, source)}:
                yield Edit(link.span, link.written(_file_spelled(names, link.target, source, new)))

    for source, text in _other_texts(root, observation):
        edits = retarget(text, target_in(source)) if "[[" in text else []
        edits += file_link_edits(source, text)
        if edits:
            why = f"links to '{old}' lead to '{new}'"
            yield Write(source, text, splice(text, edits), why)


def _spelled(names: LinkResolver, target: str, new: RelPath) -> str:
    """Return a link to a note in the form that the old one had: by name or by path, with `.md`."""
    by_path = "/" in target and not UNLINKABLE.search(new)
    spelled = new.removesuffix(".md") if by_path else names.shortest(new)
    return f"{spelled}.md" if target.strip().lower().endswith(".md") else spelled


def _file_spelled(names: LinkResolver, target: str, source: RelPath, new: RelPath) -> str:
    """Return a link to a note's file in the form that the old one had: by name or by path."""
    if target.startswith("."):
        beside = posixpath.relpath(new, folder_of(source) or ".")
        return f"./{beside}" if target.startswith("./") and beside[0] != "." else beside
    if "/" in target:
        return "/" * target.startswith("/") + new
    return f"{names.shortest(new)}.md"


def _other_texts(root: Path, observation: Observation) -> Iterator[tuple[RelPath, str]]:
    """Yield the texts of all files that are neither digest, nor a paper's note, nor a copy."""
    snapshot = observation.snapshot
    papers = {path for paths in snapshot.managed.values() for path in paths}
    others = (
        path
        for path in sorted(observation.files)
        if path not in papers and path not in snapshot.digests and not is_copy(path)
    )
    for path, content in read_contents(root, others):
        if isinstance(content, bytes):
            yield path, as_text(content)


def _former_notes(observation: Observation, state: StateStore) -> Mapping[str, RelPath]:
    """Return the note as it is called now, by the sha256 of each path that it had, in hex."""
    formerly: dict[str, RelPath] = {}
    older = hashes_by_row(state.select)
    for key, paths in observation.snapshot.managed.items():
        if len(paths) != 1:
            continue
        hashes = set(older.get(BaseKey(key, "", "note"), ()))
        last = observation.base.note(key)
        if last is not None:
            hashes.add(_hash_of(last))
        formerly |= dict.fromkeys(hashes - {_hash_of(paths[0])}, paths[0])
    return formerly


def _former(
    observation: Observation,
    formerly: Mapping[str, RelPath],
    folders: Collection[str],
    target: str,
    source: RelPath,
) -> RelPath | None:
    """Return the note that a link once led to; None if it leads to a file, or never led to one."""
    target = target.strip().removesuffix("\\")
    if observation.snapshot.names.resolve(target, source) is not None:
        return None
    name = target.removesuffix(".md").lstrip("/")
    for form in ("NFC", "NFD"):
        spelled = unicodedata.normalize(form, name)
        for folder in folders:
            note = formerly.get(_hash_of(f"{joined(folder, spelled)}.md"))
            if note is not None:
                return note
    return None


def _hash_of(path: str) -> str:
    return fingerprint(encode(path)).hex()
