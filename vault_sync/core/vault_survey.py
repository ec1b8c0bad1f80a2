"""Survey a vault that knows no digest yet: its digests, their globs and styles, its paper notes.

A digest is a file with two titled entries or more, or one that another style would read; a file
about one paper is a note, and so is every file of a folder in which notes outnumber digests. Globs
are made to find next week's digest too, and never a note.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from vault_sync.core.digest import reader
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.advice import proposal
from vault_sync.core.digest.styles.style import FLAT, STYLE_NAMES, StyleName
from vault_sync.core.model.values import Fields, Key, RelPath, Rules, folder_of, natural, stem_of
from vault_sync.core.naming import globs
from vault_sync.core.naming.copy_names import is_copy
from vault_sync.core.naming.keys import is_paper
from vault_sync.core.note import marks, note, recognition
from vault_sync.core.note.property_block import Properties
from vault_sync.core.note.property_names import OwnName, own_names
from vault_sync.core.note.recognition import Recognition

LEAST_ENTRIES = 2
"""A file with fewer titled entries is more likely a note in the plain form than a digest."""

LEAST_PAPERS = 3
"""Papers of a file that is a list in a form that is not read."""

LEAST_NOTES = 5
"""Known notes from which on their folder is proposed for new ones."""

_FIGURES = re.compile(r"\d+")
_ITEM = re.compile(r"[ \t]*(?:[-*+][ \t]|\d{1,3}[.)][ \t]|#{1,6}[ \t]|\||\*\*|>)")


class Glob(NamedTuple):
    """One glob of `[digests] paths`, the files that it takes, in their order, and their styles."""

    pattern: str
    takes: tuple[RelPath, ...]
    styles: tuple[StyleName, ...] = FLAT


class StyleExample(NamedTuple):
    """An entry in another style than flat as it is read, and where: file and line."""

    style: StyleName
    path: RelPath
    line: int
    fields: Fields


class Survey(NamedTuple):
    """Findings of a survey.

    `entries` counts those of all digests, `by_name` are globs that find one file each and never
    the next, `unread` are lists of papers in a form that is not read. `certain`, `likely` and
    `named` are the files about papers (`recognition`); `folder` is the one for new notes, "" for
    the default. `own_names` are names of properties to be written into `[properties]`.
    """

    globs: tuple[Glob, ...] = ()
    digests: tuple[RelPath, ...] = ()
    entries: int = 0
    by_name: tuple[str, ...] = ()
    unread: tuple[RelPath, ...] = ()
    certain: tuple[RelPath, ...] = ()
    likely: tuple[RelPath, ...] = ()
    named: tuple[RelPath, ...] = ()
    folder: str = ""
    own_names: tuple[OwnName, ...] = ()
    examples: tuple[StyleExample, ...] = ()


@dataclass(slots=True)
class _Files:
    """The files of a vault, by what each seems to be."""

    titles: dict[RelPath, dict[Key, str]] = field(default_factory=dict)
    notes: dict[RelPath, Recognition] = field(default_factory=dict)
    properties: dict[RelPath, Properties] = field(default_factory=dict)
    unread: list[RelPath] = field(default_factory=list)
    styled: dict[RelPath, StyleExample] = field(default_factory=dict)
    paths: list[RelPath] = field(default_factory=list)


def survey(texts: Iterable[tuple[RelPath, str]]) -> Survey:
    """Return what a vault holds, from the texts of its files."""
    files = _Files()
    for path, text in texts:
        files.paths.append(path)
        if not is_copy(path):
            _sort(files, path, text)
    digests = _digests(files)
    globs_ = _with_styles(_globs(digests, files), files)
    taken = {path for glob in globs_ for path in glob.takes}
    notes = {path: each for path, each in files.notes.items() if path not in taken}
    titles = {key: title for path in digests for key, title in files.titles[path].items()}
    named = [path for path, each in notes.items() if not each.certain and each.named]
    likely = [path for path in named if _is_likely(notes[path], titles)]
    certain = tuple(path for path, each in notes.items() if _is_certain(each))
    return Survey(
        globs=globs_,
        digests=tuple(digests),
        entries=len(titles),
        by_name=tuple(glob.pattern for glob in globs_ if _finds_one(glob.pattern)),
        unread=tuple(path for path in files.unread if path not in taken and path not in certain),
        certain=certain,
        likely=tuple(likely),
        named=tuple(path for path in named if path not in likely),
        folder=_common_folder(certain) or _spelled_otherwise(Rules().folder, files.paths),
        own_names=own_names((notes[path].certain[0], files.properties[path]) for path in certain),
        examples=_examples(files, digests),
    )


def _sort(files: _Files, path: RelPath, text: str) -> None:
    may_be_note = recognition.may_be_note(text)
    if not may_be_note and "://" not in text:
        return
    properties = note.read(text)
    found = (
        Recognition(certain=(properties.key,)) if properties.managed and properties.key else None
    )
    if found is None and may_be_note:
        found = recognition.recognise(path, text, properties.properties)
    if found is not None and (found.certain or found.named):
        files.notes[path], files.properties[path] = found, properties.properties
    about_one = path in files.notes and _is_certain(files.notes[path])
    if properties.managed or (about_one and text.startswith("---")):
        return
    entries = reader.read(text).entries
    files.titles[path] = {entry.key: entry.fields.title for entry in entries if entry.fields.title}
    if len(files.titles[path]) >= LEAST_ENTRIES:
        return
    proposed = None if about_one else proposal(text)
    if proposed is not None:
        read = styled_reader.read(text, (proposed.style,)).entries
        files.titles[path] = {entry.key: entry.fields.title for entry in read}
        files.styled[path] = StyleExample(proposed.style, path, read[0].line, read[0].fields)
    elif len(_listed(text)) >= LEAST_PAPERS:
        files.unread.append(path)


def _listed(text: str) -> set[Key]:
    """Return the papers that stand in items, headings and rows of a text."""
    lines = (line for line in text.split("\n") if _ITEM.match(line) and marks.has_hint(line))
    return set(marks.mentioned([line for line in lines if len(line) <= marks.LONGEST_LINE]))


def _is_certain(found: Recognition) -> bool:
    return any(is_paper(key) for key in found.certain)


def _is_likely(found: Recognition, titles: Mapping[Key, str]) -> bool:
    title = titles.get(found.named) if found.named is not None else None
    return title is not None and found.has_title(title)


def _digests(files: _Files) -> list[RelPath]:
    """Return the digests: where notes outnumber them in a folder, it has none."""
    several = {path for path, titles in files.titles.items() if len(titles) >= LEAST_ENTRIES}
    notes = {path for path, each in files.notes.items() if _is_certain(each)} - several
    in_folder = Counter(map(folder_of, several))
    of_notes = Counter(map(folder_of, notes))
    found = {
        path
        for path in several
        if not folder_of(path) or of_notes[folder_of(path)] <= in_folder[folder_of(path)]
    }
    in_folder = Counter(map(folder_of, found))
    single = {
        path
        for path, titles in files.titles.items()
        if len(titles) == 1 and in_folder[folder_of(path)] >= LEAST_ENTRIES
    }
    return sorted(found | single, key=natural)


def _globs(digests: Sequence[RelPath], files: _Files) -> tuple[Glob, ...]:
    """Return globs that take every digest, as few as may be, and no note."""
    notes = {path for path, each in files.notes.items() if _is_certain(each)}
    notes -= set(digests)
    fits = _fit(files.paths, frozenset(digests), notes)
    chosen: list[str] = []
    for pattern, folders in _folder_patterns(map(folder_of, digests)):
        inside = [path for path in digests if folder_of(path) in folders]
        whole = f"{pattern}/*.md" if pattern else ""
        if whole and fits(whole):
            chosen.append(whole)
            continue
        for name, paths in groupby(sorted(inside, key=_name_pattern), key=_name_pattern):
            chosen += [name] if fits(name) else [_escaped(path) for path in paths]
    return tuple(Glob(pattern, _taken(pattern, files.paths)) for pattern in dict.fromkeys(chosen))


def _with_styles(globs_: Iterable[Glob], files: _Files) -> tuple[Glob, ...]:
    """Return globs with the styles of the digests that they take."""

    def style_of(path: RelPath) -> StyleName:
        return files.styled[path].style if path in files.styled else "flat"

    found = []
    for glob in globs_:
        read = {style_of(path) for path in glob.takes if files.titles.get(path)}
        styles = tuple(style for style in STYLE_NAMES if style in read)
        found.append(glob._replace(styles=styles or FLAT))
    return tuple(found)


def _examples(files: _Files, digests: Sequence[RelPath]) -> tuple[StyleExample, ...]:
    """Return the first entry of each style among the digests."""
    found = {
        files.styled[path].style: files.styled[path]
        for path in reversed(digests)
        if path in files.styled
    }
    return tuple(found[style] for style in STYLE_NAMES if style in found)


def _fit(
    paths: Sequence[RelPath], digests: Collection[RelPath], notes: Collection[RelPath]
) -> Callable[[str], bool]:
    """Return a test of globs: half at least of what one takes are digests, and none is a note."""

    def fits(pattern: str) -> bool:
        takes = _taken(pattern, paths)
        found = sum(path in digests for path in takes)
        return 2 * found >= len(takes) and not any(path in notes for path in takes)

    return fits


def _taken(pattern: str, paths: Sequence[RelPath]) -> tuple[RelPath, ...]:
    matches = globs.matcher([pattern])
    return tuple(sorted(filter(matches, paths), key=natural))


def _folder_patterns(folders: Iterable[str]) -> list[tuple[str, frozenset[str]]]:
    """Return folders by pattern: siblings whose names differ in figures alone are one."""
    by_pattern: dict[str, set[str]] = {}
    for folder in folders:
        above, slash, name = folder.rpartition("/")
        by_pattern.setdefault(_escaped(above) + slash + _starred(name), set()).add(folder)
    return [
        (pattern if len(found) > 1 else _escaped(*found), frozenset(found))
        for pattern, found in sorted(by_pattern.items())
    ]


def _name_pattern(path: RelPath) -> str:
    folder = folder_of(path)
    return f"{_escaped(folder)}/{_starred(stem_of(path))}.md".lstrip("/")


def _starred(name: str) -> str:
    return "*".join(_escaped(part) for part in _FIGURES.split(name))


def _escaped(path: str) -> str:
    return "".join(f"[{each}]" if each in "*?[" else each for each in path)


def _finds_one(pattern: str) -> bool:
    return "*" not in pattern.replace("[*]", "")


def _common_folder(notes: Sequence[RelPath]) -> str:
    """Return the deepest folder that holds, with what lies beneath, more than half of the notes."""
    below: Counter[str] = Counter()
    for path in notes:
        parts = folder_of(path).split("/")
        below.update("/".join(parts[: end + 1]) for end in range(len(parts)) if parts[0])
    most = [each for each, count in below.items() if 2 * count > len(notes)]
    return max(most, key=len, default="") if len(notes) >= LEAST_NOTES else ""


def _spelled_otherwise(folder: str, paths: Iterable[RelPath]) -> str:
    """Return a folder that is `folder` but for its case: on some systems both are one."""
    there = {path.partition("/")[0] for path in paths}
    alike = (each for each in sorted(there) if each.casefold() == folder.casefold())
    return "" if folder in there else next(alike, "")
