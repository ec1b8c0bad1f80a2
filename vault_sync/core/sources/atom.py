"""The arXiv API's questions and answers as text: ids, batches, Atom to facts, what is left to ask.

Sources: the API user manual (help/api/user-manual.md of arXiv/arxiv-docs) for the feed, its
errors and `id_list`; help/arxiv_identifier for ids. The network is `edge/sources`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from vault_sync.core.model.values import Facts
from vault_sync.core.sources.answers import (
    MOST_AUTHORS,
    MOST_WORDS,
    Feed,
    Refused,
    tidy,
)
from vault_sync.core.sources.markup import CutText, ElementReader, parse
from vault_sync.core.text.sanitize import one_line

BATCH = 100
"""Ids asked for at once: an address of 1.4 kB, an answer of 0.2 to 0.5 MB."""

_NEW_ID = re.compile(r"(\d\d)(0[1-9]|1[0-2])\.(\d{4,5})(?:v\d+)?", re.ASCII)
_OLD_ID = re.compile(
    r"([a-z]+(?:-[a-z]+)?)(?:\.[A-Z]{2})?/(\d\d(?:0[1-9]|1[0-2])\d{3})(?:v\d+)?", re.ASCII
)

_ATOM = "http://www.w3.org/2005/Atom}"
_ARXIV = "http://arxiv.org/schemas/atom}"
_TEXTS = frozenset(
    [
        *(f"{_ATOM}{name}" for name in ("id", "published", "updated", "title", "summary")),
        *(f"{_ARXIV}{name}" for name in ("doi", "journal_ref", "comment")),
    ]
)

_MOST_CATEGORIES = 100
_MOST_ERRORS = 20
_MOST_ENTRIES = 1_000


def paper_id(text: str) -> str:
    """Return the id as arXiv has it, without version and subject class; "" for what cannot be one.

    `2308.07124v2` is `2308.07124`, `math.GT/0309136` is `math/0309136`. Numbers have four digits
    up to 1412 and five from 1501 on; the old form ran from 9107 to 0703. One id that arXiv cannot
    read spoils the answer for a hundred, so what is asked goes through here.
    """
    if new := _NEW_ID.fullmatch(text):
        month = new[1] + new[2]
        digits = 4 if month < "1501" else 5
        return f"{month}.{new[3]}" if month >= "0704" and len(new[3]) == digits else ""
    if old := _OLD_ID.fullmatch(text):
        month = old[2][:4]
        return f"{old[1]}/{old[2]}" if month >= "9107" or month <= "0703" else ""
    return ""


def address(url: str, ids: Sequence[str]) -> str:
    """Return the address that asks for all of these ids (the API's default is ten)."""
    query = f"id_list={quote(','.join(ids), safe=',/')}&start=0&max_results={len(ids)}"
    return f"{url}{'&' if '?' in url else '?'}{query}"


def read(body: bytes) -> Feed:
    """Return the papers of an Atom feed, and the errors that arXiv reports as if they were papers.

    An entry without an id or a day of publication is left out, as if it were not there.

    Raises:
        Refused: not XML, not Atom, with a DOCTYPE (and so with entities), or monstrous.
    """
    reader = _FeedReader()
    parse(body, reader)
    return Feed(reader.facts, tuple(reader.errors))


class _Entry:
    """One entry of a feed as it is read: the texts that are wanted, each cut at its limit."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.authors: list[str] = []
        self.primary: list[str] = []
        self.categories: list[str] = []

    def facts(self) -> Facts:
        return tidy(
            Facts(
                published=self.texts.get(f"{_ATOM}published", ""),
                updated=self.texts.get(f"{_ATOM}updated", ""),
                title=self.texts.get(f"{_ATOM}title", ""),
                authors=tuple(self.authors),
                categories=tuple(self.primary + self.categories),
                doi=self.texts.get(f"{_ARXIV}doi", ""),
                journal=self.texts.get(f"{_ARXIV}journal_ref", ""),
                comment=self.texts.get(f"{_ARXIV}comment", ""),
                abstract=self.texts.get(f"{_ATOM}summary", ""),
            )
        )


class _FeedReader(ElementReader):
    """The papers of a feed, collected while it is parsed."""

    root = f"{_ATOM}feed"
    sort = "Atom feed of papers"

    def __init__(self) -> None:
        super().__init__()
        self.facts: dict[str, Facts] = {}
        self.errors: list[str] = []
        self._entry: _Entry | None = None
        self._text: CutText | None = None
        self._entries = 0

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        self._text = None
        if len(self.path) == 2 and tag == f"{_ATOM}entry":
            self._entries += 1
            if self._entries > _MOST_ENTRIES:
                raise Refused(f"the answer is no {self.sort}: too many entries")
            self._entry = _Entry()
        elif self._entry is not None:
            self._start_inside(self._entry, tag, attributes)

    def _start_inside(self, entry: _Entry, tag: str, attributes: dict[str, str]) -> None:
        author = self.path[2:] == [f"{_ATOM}author", f"{_ATOM}name"]
        if author or (len(self.path) == 3 and tag in _TEXTS and tag not in entry.texts):
            self._text = CutText()
        terms = {f"{_ARXIV}primary_category": entry.primary, f"{_ATOM}category": entry.categories}
        if len(self.path) == 3 and tag in terms and len(terms[tag]) < _MOST_CATEGORIES:
            terms[tag].append(attributes.get("term", "")[:MOST_WORDS])

    def data(self, text: str) -> None:
        if self._text is not None:
            self._text.add(text)

    def closed(self, tag: str) -> None:
        entry, text = self._entry, self._text
        self._text = None
        if entry is None:
            return
        if text is not None and len(self.path) == 2:
            entry.texts[tag] = str(text)
        elif text is not None and len(entry.authors) < MOST_AUTHORS:
            entry.authors.append(str(text)[:MOST_WORDS])
        if len(self.path) == 1:
            self._entry = None
            self._keep(entry)

    def _keep(self, entry: _Entry) -> None:
        address = entry.texts.get(f"{_ATOM}id", "")
        if "/api/errors" in address:
            words = one_line(entry.texts.get(f"{_ATOM}summary", "")[:MOST_WORDS])
            self.errors = [*self.errors, words][:_MOST_ERRORS]
            return
        found = paper_id(address.partition("/abs/")[2].strip())
        paper = entry.facts()
        if found and paper.published:
            self.facts[found] = paper
