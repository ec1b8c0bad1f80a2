"""A paper as a reference: what a note's properties say of it, and nothing that they do not say.

As CSL-JSON here, which Zotero, Pandoc and Obsidian's citation plugins read; as BibTeX in `bibtex`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from vault_sync.core.citation.citekeys import is_citekey
from vault_sync.core.citation.person_names import is_others, person_name
from vault_sync.core.model.values import Key
from vault_sync.core.naming.keys import arxiv_id, key_of
from vault_sync.core.naming.note_names import label
from vault_sync.core.note.note import Note
from vault_sync.core.text.regex import regex

_PROCEEDINGS = regex(
    r"\b(?:proceedings|proc\.|conference|workshop|symposium|advances in neural|findings of)"
    r"|\b(?:NeurIPS|ICML|ICLR|CVPR|ICCV|ECCV|ACL|EMNLP|NAACL|AAAI|COLM|COLING)\b",
    re.IGNORECASE,
)


class Reference(NamedTuple):
    """One paper to be cited. `published` is an ISO 8601 day or a year; "" is what is not known."""

    key: Key
    citekey: str
    title: str
    authors: tuple[str, ...] = ()
    published: str = ""
    url: str = ""
    doi: str = ""
    venue: str = ""
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def arxiv(self) -> str:
        return arxiv_id(self.key)

    @property
    def year(self) -> str:
        return self.published[:4] if re.match(r"[0-9]{4}", self.published) else ""

    @property
    def in_proceedings(self) -> bool:
        return _PROCEEDINGS.search(self.venue) is not None


def reference_of(note: Note, otherwise: str = "") -> Reference | None:
    """Return the reference that a note's properties make; None for one without key or citekey.

    `otherwise` is the citekey of a note that has none. One that cannot be a key gives way to the
    paper's label: it would end its entry and open another.
    """

    def scalar(name: str) -> str:
        return " ".join(note.properties.scalar(name).split())

    citekey = scalar("citekey") or otherwise
    if note.key is None or not citekey:
        return None
    if not is_citekey(citekey):
        citekey = label(note.key)
    return Reference(
        key=note.key,
        citekey=citekey,
        title=" ".join(note.fields.title.split()),
        authors=note.fields.authors,
        published=scalar("published") or scalar("year"),
        url=note.fields.url,
        doi=doi_of(scalar("doi")) or doi_of(note.key),
        venue=scalar("journal"),
        categories=note.properties.items("categories"),
        tags=note.fields.tags,
    )


def doi_of(address: str) -> str:
    """Return the bare DOI of an address, in lower case; "" where it is none.

    One that arXiv gives to each of its papers is none: it is no other publication's.
    """
    key = key_of(address) or ""
    return key.removeprefix("doi:") if key.startswith("doi:") else ""


def csl_json(references: Iterable[Reference]) -> str:
    """Return references as one JSON list, sorted by citekey."""
    items = [csl_item(reference) for reference in sorted_references(references)]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def csl_item(reference: Reference) -> dict[str, Any]:
    """Return one item of the schema 1.0 (csl-data.json); what is not known is left out."""
    kind = "article-journal" if reference.venue else "article"
    number = f"arXiv:{reference.arxiv}" if reference.arxiv else ""
    values: Mapping[str, Any] = {
        "id": reference.citekey,
        "type": "paper-conference" if reference.in_proceedings else kind,
        "title": reference.title,
        "author": [_name(author) for author in reference.authors if not is_others(author)],
        "issued": {"date-parts": [_date_parts(reference.published)]} if reference.year else None,
        "container-title": reference.venue,
        "publisher": "arXiv" if number and not reference.venue else "",
        "number": number,
        "DOI": reference.doi,
        "URL": reference.url,
    }
    return {name: value for name, value in values.items() if value}


def _name(author: str) -> dict[str, str]:
    name = person_name(author)
    parts = {
        "literal": name.whole,
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: words for part, words in parts.items() if words}


def _date_parts(published: str) -> list[int]:
    """Return the year, month and day of an ISO 8601 day, or the year alone."""
    found = re.match(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", published)
    return [int(part) for part in found.groups()] if found else [int(published[:4])]


def sorted_references(references: Iterable[Reference]) -> list[Reference]:
    """Return references by citekey, without regard to case."""
    return sorted(references, key=lambda each: (each.citekey.casefold(), each.citekey, each.key))
