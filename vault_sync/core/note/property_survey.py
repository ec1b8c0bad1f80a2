"""The names that a vault's paper notes have for properties of ours, where they are others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from vault_sync.core.model.values import Key
from vault_sync.core.naming.keys import arxiv_id, is_paper, key_of
from vault_sync.core.note.property_block import Properties, value_items
from vault_sync.core.note.property_table import name_mistakes
from vault_sync.core.note.recognition import normalised

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

_DAY = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")


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
    "arxiv": lambda value, _: is_paper(key_of(f"arxiv:{value}") or Key("")),
    "published": _is_of_its_month,
}
