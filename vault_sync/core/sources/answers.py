"""Answers of an archive as values: what is asked together, what came back, what is left to ask.

Every archive's answer becomes a `Feed`; `settle` judges it alike for all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from vault_sync.core.model.values import Facts
from vault_sync.core.text.sanitize import one_line

_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z-]{2,})?", re.ASCII)
_DOI = re.compile(r"10\.\d{4,9}/\S+", re.ASCII)

# What a stranger's record may cost. The longest real ones: 3,000 authors (LHC), 6,000 characters.
MOST_AUTHORS = 5_000
MOST_WORDS = 2_000
MOST_ABSTRACT = 20_000


class Refused(ValueError):  # noqa: N818 -- the word for what happens to such a body
    """A body that is not what the archive sends, or that nobody honest sends. Says why."""


class Feed(NamedTuple):
    """One answer: the papers it holds, by id, and what it complains of.

    `whole`: the archive does not have what is not there. Without it an empty answer is asked for
    once more.
    """

    facts: dict[str, Facts]
    errors: tuple[str, ...] = ()
    whole: bool = False


class Question(NamedTuple):
    """Ids to be asked for together. `again`: an empty answer to them is no longer a surprise.

    `site` is the place, among the archive's addresses, of the one to be asked.
    """

    ids: tuple[str, ...]
    again: bool = False
    site: int = 0


class BatchResult(NamedTuple):
    """The outcome of an answer: papers, ids that the archive lacks, questions to ask anew."""

    facts: dict[str, Facts]
    missing: tuple[str, ...] = ()
    left: tuple[Question, ...] = ()


def questions(ids: Iterable[str], size: int) -> list[Question]:
    """Return the ids, none twice and in their order, in questions of `size`.

    One with a comma, which parts ids in an address, stands alone.
    """
    once = dict.fromkeys(ids)
    plain = tuple(one for one in once if "," not in one)
    together = [Question(plain[at : at + size]) for at in range(0, len(plain), size)]
    return together + [Question((one,)) for one in once if "," in one]


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that a body is.

    Raises:
        Refused: it is no JSON, nested too deep, or no object.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else "no JSON"
        raise Refused(f"the answer is {reason}") from None
    if not isinstance(found, dict):
        raise Refused("the answer is no JSON object")
    return found


def texts(value: object) -> tuple[str, ...]:
    """Return the texts of a list in a stranger's JSON; a text alone is a list of one."""
    if isinstance(value, str):
        return (value,)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def first_text(value: object) -> str:
    """Return the first text of a list in a stranger's JSON, or a text alone; "" where none is."""
    return next(iter(texts(value)), "")


def objects(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list in a stranger's JSON."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def settle(question: Question, feed: Feed) -> BatchResult:
    """Judge what a feed tells of the ids asked for; papers that nobody asked for are dropped.

    | the feed                     | is read as                                                 |
    |------------------------------|------------------------------------------------------------|
    | papers, or a whole one       | the archive has these, and does not have the others        |
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
    if facts or feed.whole:
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
    authors = (_short(author) for author in facts.authors[:MOST_AUTHORS])
    doi = one_line(facts.doi)
    return Facts(
        published=day(facts.published),
        year=facts.year if re.fullmatch("[12][0-9]{3}", facts.year) else "",
        updated=day(facts.updated),
        title=_short(facts.title),
        authors=tuple(author for author in authors if author),
        categories=tuple(dict.fromkeys(c for c in facts.categories if _CATEGORY.fullmatch(c))),
        doi=doi if _DOI.fullmatch(doi) else "",
        journal=_short(facts.journal),
        comment=_short(facts.comment),
        abstract=_paragraphs(facts.abstract[:MOST_ABSTRACT]),
    )


def day(text: str) -> str:
    """Return the day of an ISO 8601 date or time (arXiv's are UTC), `2023-08-14`; "" if none."""
    try:
        return date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError:
        return ""


def _short(text: str) -> str:
    return one_line(text[:MOST_WORDS])


def _paragraphs(text: str) -> str:
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
