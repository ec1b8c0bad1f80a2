"""A paper as a reference: what a note's properties say of it, and nothing that they do not say."""

from __future__ import annotations

import re
from typing import NamedTuple

from vault_sync.core.model.values import Key
from vault_sync.core.naming.keys import arxiv_id, key_of
from vault_sync.core.note.note import Note
from vault_sync.core.text.regex import regex

ARXIV_DOI = "10.48550/arxiv."
"""arXiv gives each of its papers a DOI of its own; it is no other publication's."""

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

    def with_citekey(self, citekey: str) -> Reference:
        """Return the same reference under another citekey."""
        return self._replace(citekey=citekey)

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

    `otherwise` is the citekey of a note that has none.
    """

    def scalar(name: str) -> str:
        return " ".join(note.properties.scalar(name).split())

    citekey = scalar("citekey") or otherwise
    if note.key is None or not citekey:
        return None
    doi = doi_of(scalar("doi")) or doi_of(note.key)
    return Reference(
        key=note.key,
        citekey=citekey,
        title=" ".join(note.fields.title.split()),
        authors=note.fields.authors,
        published=scalar("published") or scalar("year"),
        url=note.fields.url,
        doi="" if doi.startswith(ARXIV_DOI) else doi,
        venue=scalar("journal"),
        categories=note.properties.items("categories"),
        tags=note.fields.tags,
    )


def doi_of(address: str) -> str:
    """Return the bare DOI of an address, in lower case; "" where it is none."""
    key = key_of(address) if not address.startswith("doi:") else Key(address)
    return key.removeprefix("doi:") if key is not None and key.startswith("doi:") else ""
