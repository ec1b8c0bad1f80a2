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
from xml.etree import ElementTree as ET

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

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"

# What a stranger's record may cost. The longest real ones: 3,000 authors (LHC), 6,000 characters.
_MOST_AUTHORS = 5_000
_MOST_WORDS = 2_000
_MOST_ABSTRACT = 20_000
_MOST_ELEMENTS = 500_000
_MOST_DEPTH = 20


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
    root = _parsed(body)
    if root.tag != f"{_ATOM}feed":
        raise Refused("the answer is XML, but no Atom feed")
    facts: dict[str, Facts] = {}
    errors = []
    for entry in root.iterfind(f"{_ATOM}entry"):
        address = _text(entry, f"{_ATOM}id")
        if "/api/errors" in address:
            errors.append(one_line(_text(entry, f"{_ATOM}summary"))[:_MOST_WORDS])
            continue
        found = paper_id(address.partition("/abs/")[2].strip())
        paper = _facts(entry)
        if found and paper.published:
            facts[found] = paper
    return Feed(facts, tuple(errors))


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


class _Bounded(ET.TreeBuilder):
    """A builder of a small tree, which refuses at the first sign of another kind of document.

    A DOCTYPE is refused here and not by a look at the bytes: in UTF-16 it would not be seen.
    """

    def __init__(self) -> None:
        super().__init__()
        self._elements = 0
        self._depth = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        del name, pubid, system
        raise Refused("the answer has a DOCTYPE")

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        self._elements += 1
        self._depth += 1
        if self._elements > _MOST_ELEMENTS or self._depth > _MOST_DEPTH:
            raise Refused("the answer is no feed of papers: too many elements")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ET.Element:
        self._depth -= 1
        return super().end(tag)


def _parsed(body: bytes) -> ET.Element:
    # In one piece: expat before 2.6 takes quadratic time over a large token that comes in many.
    parser = ET.XMLParser(target=_Bounded())  # noqa: S314 -- no DOCTYPE, so no entity
    try:
        parser.feed(body)
        root: ET.Element = parser.close()
    except ET.ParseError as error:
        raise Refused(f"the answer is not XML: {error}") from None
    except (LookupError, ValueError) as error:  # an encoding that Python does not know
        if isinstance(error, Refused):
            raise
        raise Refused(f"the answer cannot be decoded: {error}") from None
    return root


def _facts(entry: ET.Element) -> Facts:
    primary = [found.get("term", "") for found in entry.iterfind(f"{_ARXIV}primary_category")]
    others = [found.get("term", "") for found in entry.iterfind(f"{_ATOM}category")]
    return tidy(
        Facts(
            published=_text(entry, f"{_ATOM}published"),
            updated=_text(entry, f"{_ATOM}updated"),
            title=_text(entry, f"{_ATOM}title"),
            authors=tuple(
                _text(author, f"{_ATOM}name") for author in entry.iterfind(f"{_ATOM}author")
            ),
            categories=tuple(primary + others),
            doi=_text(entry, f"{_ARXIV}doi"),
            journal=_text(entry, f"{_ARXIV}journal_ref"),
            comment=_text(entry, f"{_ARXIV}comment"),
            abstract=_text(entry, f"{_ATOM}summary"),
        )
    )


def _text(element: ET.Element, tag: str) -> str:
    return element.findtext(tag, default="") or ""


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
