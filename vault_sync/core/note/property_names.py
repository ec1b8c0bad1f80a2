"""Names of properties that a note has otherwise than the configuration says, and proposals for it.

A note may have those of an earlier configuration, or two for one. A vault's paper notes may have
names of their own for properties of ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from vault_sync.core.model import problems
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.naming.keys import arxiv_id, key_of
from vault_sync.core.note.note import Note
from vault_sync.core.note.properties import Unwritable
from vault_sync.core.note.property_block import Properties, read, value_items
from vault_sync.core.note.property_table import PROPERTY_RANKS, name_mistakes
from vault_sync.core.note.recognition import normalised
from vault_sync.core.note.yaml_scalar import scalar
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Edit, Span, splice


def misnamed(path: RelPath, note: Note, former: Iterable[tuple[str, str]]) -> Problem | None:
    """Return what is wrong with the names of a note's properties.

    One under a name of an earlier configuration would look like one that was taken out.
    """
    names, former = note.properties.names, list(former)
    if note.managed or any(ours == "digests" for ours, _ in former):
        for ours, own in former:
            value = note.properties.values.get(own)
            if value is None or names.is_off(ours) or names.ours(own) == ours:
                continue
            if note.properties.find(ours) is None:
                return problems.property_renamed(path, own, names.written(ours), value.line)
    for ours in PROPERTY_RANKS if names.own else ():
        twice = note.properties.twice(ours)
        if twice is not None:
            return problems.property_twice(path, twice[0].name, twice[1].name, twice[1].line)
    return None


def renames(properties: Properties) -> list[Edit]:
    """Return the edits that give each property of ours the vault's own name.

    Raises:
        Unwritable: a name cannot be written without a change to something else.
    """
    meant = {
        value.name: properties.names.written(ours)
        for value in properties.values.values()
        if (ours := properties.names.ours(value.name)) in PROPERTY_RANKS
        and properties.find(ours) == value
    }
    edits = []
    for value in properties.values.values():
        new = meant.get(value.name, value.name)
        if new != value.name and value.colon > value.key:
            edits.append(Edit(Span(value.key, value.colon - 1), scalar(new)))
    after = read(splice(properties.text, edits))
    same = [meant.get(name, name) for name in properties.values] == list(after.values) and all(
        (old.kind, old.text, value_items(old)) == (new.kind, new.text, value_items(new))
        for old, new in zip(properties.values.values(), after.values.values(), strict=True)
    )
    if not same:
        line = next(iter(properties.values.values())).line
        raise Unwritable(line, "the properties cannot be renamed; rename them by hand")
    return edits


LEAST_NOTES = 3
"""Notes that must bear a name before it is proposed."""


_OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "authors": ("author", "creator", "creators", "作者", "저자", "著者"),
    "url": ("link", "paperurl", "paperlink", "sourceurl", "sourcelink", "absurl", "链接", "링크"),
    "published": ("date", "publishdate", "publisheddate", "publicationdate", "datepublished"),
    "arxiv": ("arxivid", "eprint"),
    "citekey": ("citationkey", "bibtexkey", "bibkey"),
    "journal": ("venue", "publishedin", "publication", "containertitle", "conference"),
}
"""By our name; case, `-`, `_` and blanks do not matter."""


_DAY = regex(r"\d{4}-\d{2}(?:-\d{2})?")


class OwnName(NamedTuple):
    """One proposal: our name, the notes' own, and how many of the notes bear it."""

    ours: str
    own: str
    notes: int


def own_names(notes: Iterable[tuple[Key, Properties]]) -> tuple[OwnName, ...]:
    """Return the names that most notes have instead of ours, if none has both."""
    read = list(notes)
    found = [name for ours in _OTHER_NAMES if (name := _own_name(ours, read)) is not None]
    wrong = {ours for ours, _ in name_mistakes({each.ours: each.own for each in found})}
    return tuple(each for each in found if each.ours not in wrong)


def _own_name(ours: str, notes: list[tuple[Key, Properties]]) -> OwnName | None:
    counted: Counter[str] = Counter()
    for key, properties in notes:
        counted.update(_spellings(ours, key, properties))
    if not counted:
        return None
    own, count = counted.most_common(1)[0]
    both = any(properties.find(ours) and properties.find(own) for _, properties in notes)
    standard = sum(properties.find(ours) is not None for _, properties in notes)
    enough = count >= LEAST_NOTES and count > standard and 4 * count >= len(notes)
    return OwnName(ours, own, count) if enough and not both else None


def _spellings(ours: str, key: Key, properties: Properties) -> Iterator[str]:
    """Yield the names of a note whose values are what ours would hold."""
    for name, value in properties.values.items():
        if normalised(name) in _OTHER_NAMES[ours]:
            items = value_items(value) or ()
            fits = _FITS.get(ours)
            if items and (fits is None or fits(items[0].strip(), key)):
                yield name


def _is_of_its_month(day: str, key: Key) -> bool:
    """Tell a day of publication from that of reading: arXiv's ids begin with the month."""
    id_ = arxiv_id(key)
    return bool(_DAY.match(day)) and id_[:4] == day[2:4] + day[5:7]


_FITS: Mapping[str, Callable[[str, Key], bool]] = {
    "url": lambda value, _: "://" in value and key_of(value) is not None,
    "arxiv": lambda value, _: (key_of(value) or "").startswith("arxiv:"),
    "published": _is_of_its_month,
}
