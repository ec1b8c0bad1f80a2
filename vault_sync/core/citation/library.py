"""The reader's own library, BibTeX or CSL-JSON: its keys, DOIs and venues, found by a paper.

An entry belongs to a paper by the arXiv id, then by the DOI, then by the title, if one entry alone
has that title and no id of it says otherwise. Two entries of one id are both left: which one the
reader cites is not ours to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from vault_sync.core.citation.reference import doi_of
from vault_sync.core.model.values import Key
from vault_sync.core.naming.keys import arxiv_id, key_of
from vault_sync.core.text.regex import regex

_IN_TEXT = regex(
    r"arxiv(?:\.org/(?:abs|pdf)/|[:\s]\s*)([a-z-]+(?:\.[a-z]{2})?/[0-9]{7}|[0-9]{4}\.[0-9]{4,5})",
    re.IGNORECASE,
)
_SHORTEST_TITLE = 10
"""Letters that a title must have to be taken for a paper's name: `Foreword` is everybody's."""


class LibraryEntry(NamedTuple):
    """One entry. `arxiv` and `doi` are bare ids, `title` is folded; "" is what it does not say."""

    citekey: str
    arxiv: str
    doi: str
    title: str
    venue: str


class ReadersLibrary(NamedTuple):
    """The entries by each of their three names; an ambiguous name leads to several."""

    entries: tuple[LibraryEntry, ...]
    by_arxiv: Mapping[str, tuple[LibraryEntry, ...]]
    by_doi: Mapping[str, tuple[LibraryEntry, ...]]
    by_title: Mapping[str, tuple[LibraryEntry, ...]]

    def find(self, key: Key, doi: str, title: str) -> LibraryEntry | None:
        """Return the one entry about a paper; None where there is none, or several."""
        arxiv, doi = arxiv_id(key), doi_of(doi) or doi_of(key)
        named = (self.by_arxiv.get(arxiv, ()), self.by_doi.get(doi, ()))
        for found in named:
            if found:
                return found[0] if len(found) == 1 else None
        found = self.by_title.get(folded_title(title), ())
        if len(found) != 1:
            return None
        entry = found[0]
        other = (arxiv and entry.arxiv) or (doi and entry.doi)
        return None if other else entry


def library(entries: Iterable[LibraryEntry]) -> ReadersLibrary:
    """Return a library of entries, found by what they say of themselves."""
    every = tuple(entries)
    return ReadersLibrary(
        every,
        _index((entry.arxiv, entry) for entry in every),
        _index((entry.doi, entry) for entry in every),
        _index((entry.title, entry) for entry in every if len(entry.title) >= _SHORTEST_TITLE),
    )


def entry_of(citekey: str, fields: Mapping[str, str], title: str) -> LibraryEntry:
    """Return an entry for fields in lower case, as BibTeX and BibLaTeX name them."""
    texts = [
        *(fields.get(name, "") for name in ("url", "arxivid", "arxiv", "howpublished", "note")),
        *(fields.get(name, "") for name in ("journal", "journaltitle", "number", "annote")),
    ]
    eprint = fields.get("eprint", "") if _is_arxiv(fields) else ""
    arxiv = _arxiv(eprint) or _arxiv(fields.get("doi", ""))
    venue = next((fields[name] for name in _VENUES if fields.get(name)), "")
    return LibraryEntry(
        citekey,
        arxiv or next(filter(None, map(_arxiv, texts)), ""),
        doi_of(fields.get("doi", "")),
        folded_title(title),
        "" if re.match(r"arxiv|corr\b", venue, re.IGNORECASE) else venue,
    )


_VENUES = ("journal", "journaltitle", "booktitle", "eventtitle", "container-title", "event-title")
_CSL_NAMES = {"DOI": "doi", "URL": "url", "container-title": "journal", "event-title": "booktitle"}


def csl_entries(items: object) -> list[LibraryEntry]:
    """Return the entries of parsed CSL-JSON: a list of items, or an object that holds one.

    What is no item with an id is left out.
    """
    if isinstance(items, dict):
        items = items.get("items", [items])
    found = []
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        words = {
            _CSL_NAMES.get(name, name): value
            for name, value in item.items()
            if isinstance(name, str) and isinstance(value, str)
        }
        # Better BibTeX writes its key beside Zotero's own number.
        citekey = words.get("citation-key") or str(item.get("id", ""))
        if citekey:
            found.append(entry_of(citekey, words, words.get("title", "")))
    return found


def folded_title(title: str) -> str:
    """Return a title as letters and digits alone, so that case, braces and signs do not matter."""
    plain = unicodedata.normalize("NFKC", re.sub(r"<[^<>]*>", "", title)).casefold()
    return "".join(character for character in plain if character.isalnum())


def _is_arxiv(fields: Mapping[str, str]) -> bool:
    prefix = fields.get("archiveprefix") or fields.get("eprinttype") or "arxiv"
    return prefix.lower() == "arxiv"


def _arxiv(text: str) -> str:
    """Return the arXiv id that a text is, or that an address in it leads to."""
    whole = key_of(text.strip())
    if whole is None or not arxiv_id(whole):
        named = _IN_TEXT.search(text)
        whole = key_of(named[1]) if named else None
    return "" if whole is None else arxiv_id(whole)


def _index(pairs: Iterable[tuple[str, LibraryEntry]]) -> dict[str, tuple[LibraryEntry, ...]]:
    found: dict[str, list[LibraryEntry]] = {}
    for name, entry in pairs:
        if name:
            found.setdefault(name, []).append(entry)
    return {name: tuple(entries) for name, entries in found.items()}
