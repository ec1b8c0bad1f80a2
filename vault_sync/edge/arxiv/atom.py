"""The arXiv API's questions and answers as text: ids, batches, Atom to facts, what is left to ask.

Sources: the API user manual (help/api/user-manual.md of arXiv/arxiv-docs) for the feed, its
errors and `id_list`; help/arxiv_identifier for ids. The network is `edge/arxiv`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from urllib.parse import quote
from xml.parsers import expat

from vault_sync.core.model.values import Facts
from vault_sync.core.text.sanitize import one_line

BATCH = 100
"""Ids asked for at once: an address of 1.4 kB, an answer of 0.2 to 0.5 MB."""

_NEW_ID = re.compile(r"(\d\d)(0[1-9]|1[0-2])\.(\d{4,5})(?:v\d+)?", re.ASCII)
_OLD_ID = re.compile(
    r"([a-z]+(?:-[a-z]+)?)(?:\.[A-Z]{2})?/(\d\d(?:0[1-9]|1[0-2])\d{3})(?:v\d+)?", re.ASCII
)
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z-]{2,})?", re.ASCII)
_DOI = re.compile(r"10\.\d{4,9}/\S+", re.ASCII)

_ATOM = "http://www.w3.org/2005/Atom}"
_ARXIV = "http://arxiv.org/schemas/atom}"
_TEXTS = frozenset(
    [
        *(f"{_ATOM}{name}" for name in ("id", "published", "updated", "title", "summary")),
        *(f"{_ARXIV}{name}" for name in ("doi", "journal_ref", "comment")),
    ]
)

# What a stranger's record may cost. The longest real ones: 3,000 authors (LHC), 6,000 characters.
_MOST_AUTHORS = 5_000
_MOST_WORDS = 2_000
_MOST_ABSTRACT = 20_000
_MOST_CATEGORIES = 100
_MOST_ERRORS = 20
_MOST_ENTRIES = 1_000
_MOST_ELEMENTS = 500_000
_MOST_DEPTH = 20
_MOST_OF_A_TOKEN = 262_144
_PIECE = 65_536


class Refused(ValueError):  # noqa: N818 -- the word for what happens to such a body
    """A body that is no Atom feed, or one that nobody honest sends. Says why."""


class Feed(NamedTuple):
    """One answer: the papers it holds, by id, and what it complains of."""

    facts: dict[str, Facts]
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Ids to be asked for together. `again`: an empty answer to them is no longer a surprise."""

    ids: tuple[str, ...]
    again: bool = False


class BatchResult(NamedTuple):
    """The outcome of an answer: papers, ids that arXiv does not have, questions to ask anew."""

    facts: dict[str, Facts]
    missing: tuple[str, ...] = ()
    left: tuple[Question, ...] = ()


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


def questions(ids: Iterable[str], size: int = BATCH) -> list[Question]:
    """Return the ids, none twice and in their order, in questions of `size`."""
    once = tuple(dict.fromkeys(ids))
    return [Question(once[at : at + size]) for at in range(0, len(once), size)]


def query(ids: Sequence[str]) -> str:
    """Return the query string that asks for all of these ids (the API's default is ten)."""
    return f"id_list={quote(','.join(ids), safe=',/')}&start=0&max_results={len(ids)}"


def read(body: bytes) -> Feed:
    """Return the papers of an Atom feed, and the errors that arXiv reports as if they were papers.

    An entry without an id or a day of publication is left out, as if it were not there.

    Raises:
        Refused: not XML, not Atom, with a DOCTYPE (and so with entities), or monstrous.
    """
    reader = _FeedReader()
    _parse(body, reader)
    return Feed(reader.facts, tuple(reader.errors))


def settle(question: Question, feed: Feed) -> BatchResult:
    """Judge what a feed tells of the ids asked for; papers that nobody asked for are dropped.

    | the feed                     | is read as                                                 |
    |------------------------------|------------------------------------------------------------|
    | papers                       | arXiv has these, and does not have the others              |
    | an error that names ids      | those are missing, the others were never answered: again   |
    | an error that names none     | one of them spoils the rest: both halves again             |
    | nothing, for the first time  | it happens to the API in bad times: once more              |
    | nothing again                | one of them spoils the rest, or none exists: both halves   |
    | an error or nothing, one id  | that one is missing                                        |
    """
    facts = {one: feed.facts[one] for one in question.ids if one in feed.facts}
    rest = tuple(one for one in question.ids if one not in facts)
    if feed.errors:
        named = tuple(one for one in rest if any(_names(error, one) for error in feed.errors))
        if len(question.ids) == 1:
            return BatchResult(facts, rest)
        return BatchResult(
            facts, named, _smaller(question, tuple(i for i in rest if i not in named))
        )
    if facts:
        return BatchResult(facts, rest)
    if not question.again:
        return BatchResult(facts, (), (Question(question.ids, again=True),))
    if len(rest) == 1:
        return BatchResult(facts, rest)
    return BatchResult(facts, (), _smaller(question, rest))


def tidy(facts: Facts) -> Facts:
    """Return facts as they may stand in a property: see `sanitize.one_line`; lengths are bounded.

    What cannot be a day, a category or a DOI is "" or left out. The abstract keeps its paragraphs,
    one a line: arXiv wraps lines and starts a new paragraph with a blank.
    """
    authors = (_short(author) for author in facts.authors[:_MOST_AUTHORS])
    doi = one_line(facts.doi)
    return Facts(
        published=day(facts.published),
        updated=day(facts.updated),
        title=_short(facts.title),
        authors=tuple(author for author in authors if author),
        categories=tuple(dict.fromkeys(c for c in facts.categories if _CATEGORY.fullmatch(c))),
        doi=doi if _DOI.fullmatch(doi) else "",
        journal=_short(facts.journal),
        comment=_short(facts.comment),
        abstract=_paragraphs(facts.abstract[:_MOST_ABSTRACT]),
    )


def day(text: str) -> str:
    """Return the day of an ISO 8601 date or time (arXiv's are UTC), `2023-08-14`; "" if none."""
    try:
        return date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError:
        return ""


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


class _FeedReader:
    """The papers of a feed, collected while it is parsed, so that no tree of it is ever made.

    It refuses at the first sign of another kind of document. A DOCTYPE is refused here and not by a
    look at the bytes: in UTF-16 it would not be seen.
    """

    def __init__(self) -> None:
        self.facts: dict[str, Facts] = {}
        self.errors: list[str] = []
        self._open: list[str] = []
        self._entry: _Entry | None = None
        self._text: list[str] | None = None
        self._length = self._elements = self._entries = 0

    def doctype(self, *_: object) -> None:
        raise Refused("the answer has a DOCTYPE")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        depth = len(self._open)
        if self._elements > _MOST_ELEMENTS or depth >= _MOST_DEPTH:
            raise Refused("the answer is no feed of papers: too many elements")
        if depth == 0 and tag != f"{_ATOM}feed":
            raise Refused("the answer is XML, but no Atom feed")
        self._open.append(tag)
        self._text = None
        if depth == 1 and tag == f"{_ATOM}entry":
            self._entries += 1
            if self._entries > _MOST_ENTRIES:
                raise Refused("the answer is no feed of papers: too many entries")
            self._entry = _Entry()
        elif self._entry is not None:
            self._start_inside(self._entry, tag, attributes)

    def _start_inside(self, entry: _Entry, tag: str, attributes: dict[str, str]) -> None:
        author = self._open[2:] == [f"{_ATOM}author", f"{_ATOM}name"]
        if author or (len(self._open) == 3 and tag in _TEXTS and tag not in entry.texts):
            self._text, self._length = [], 0
        terms = {f"{_ARXIV}primary_category": entry.primary, f"{_ATOM}category": entry.categories}
        if len(self._open) == 3 and tag in terms and len(terms[tag]) < _MOST_CATEGORIES:
            terms[tag].append(attributes.get("term", "")[:_MOST_WORDS])

    def data(self, text: str) -> None:
        if self._text is not None and self._length < _MOST_ABSTRACT:
            self._text.append(text[:_MOST_ABSTRACT])
            self._length += len(text)

    def end(self, tag: str) -> None:
        self._open.pop()
        entry, text = self._entry, self._text
        self._text = None
        if entry is None:
            return
        if text is not None and len(self._open) == 2:
            entry.texts[tag] = "".join(text)
        elif text is not None and len(entry.authors) < _MOST_AUTHORS:
            entry.authors.append("".join(text)[:_MOST_WORDS])
        if len(self._open) == 1:
            self._entry = None
            self._keep(entry)

    def _keep(self, entry: _Entry) -> None:
        address = entry.texts.get(f"{_ATOM}id", "")
        if "/api/errors" in address:
            words = one_line(entry.texts.get(f"{_ATOM}summary", "")[:_MOST_WORDS])
            self.errors = [*self.errors, words][:_MOST_ERRORS]
            return
        found = paper_id(address.partition("/abs/")[2].strip())
        paper = entry.facts()
        if found and paper.published:
            self.facts[found] = paper


def _parse(body: bytes, reader: _FeedReader) -> None:
    parser = expat.ParserCreate(namespace_separator="}")  # no DOCTYPE, so no entity
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        # In pieces, since expat goes on to the end of one after a handler has refused. It begins a
        # token that is not whole anew with every piece (before 2.6), so a long one is refused.
        for at in range(0, len(body), _PIECE):
            parser.Parse(body[at : at + _PIECE])
            if at - parser.CurrentByteIndex > _MOST_OF_A_TOKEN:
                raise Refused("the answer is no feed of papers: an element is too large")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Refused(f"the answer is not XML: {error}") from None
    except (LookupError, ValueError) as error:  # an encoding that Python does not know
        if isinstance(error, Refused):
            raise
        raise Refused(f"the answer cannot be decoded: {error}") from None


def _short(text: str) -> str:
    return one_line(text[:_MOST_WORDS]) if text else ""


def _paragraphs(text: str) -> str:
    if not text:
        return ""
    parts = re.split(r"\n(?=[ \t]|\n)", text.replace("\r\n", "\n"))
    return "\n".join(line for line in map(one_line, parts) if line)


def _names(error: str, one: str) -> bool:
    # "incorrect id format for 2308.0712" must not take 2308.07124 with it.
    return re.search(rf"(?<![\w./]){re.escape(one)}(?:v\d+)?(?![\w/]|\.\w)", error) is not None


def _smaller(question: Question, rest: tuple[str, ...]) -> tuple[Question, ...]:
    if not rest:
        return ()
    if len(rest) < len(question.ids):
        return (Question(rest),)
    middle = len(rest) // 2
    return Question(rest[:middle], again=True), Question(rest[middle:], again=True)
