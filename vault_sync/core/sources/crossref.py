"""Crossref's questions and answers: DOIs, JSON, works to facts.

Source: the documentation of the REST API (api.crossref.org): `/works/DOI` is one work, `/works`
with a filter a list of those that there are; `message` holds either, or what was wrong with the
question. A date is `date-parts`, of which month and day may be missing. Titles may hold markup,
abstracts are JATS.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, unquote

from vault_sync.core.model.values import Facts
from vault_sync.core.sources.answers import Feed, first_text, json_object, objects, texts, tidy

BATCH = 25
"""DOIs asked for at once: an address of 1 kB."""

_FIELDS = "DOI,title,author,abstract,container-title,issued,published-online,published-print,posted"
_DATES = ("issued", "published-online", "published-print", "posted")
_HEADING = re.compile(r"<jats:title\b[^<>]*>[^<>]*</jats:title>", re.IGNORECASE)
_PARAGRAPH = re.compile(r"</jats:p>", re.IGNORECASE)
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>")


def paper_id(text: str) -> str:
    """Return a DOI as it is asked for; "" for what cannot be one."""
    return text if re.fullmatch(r"10\.[0-9]{4,9}/\S+", text, re.ASCII) else ""


def address(url: str, ids: Sequence[str]) -> str:
    """Return the address that asks for these DOIs."""
    dois = [quote(unquote(one), safe="/") for one in ids]
    if len(dois) == 1:
        return f"{url}/works/{dois[0]}"
    wanted = ",".join(f"doi:{doi}" for doi in dois)
    return f"{url}/works?filter={wanted}&rows={len(dois)}&select={_FIELDS}"


def read(body: bytes, ids: Sequence[str]) -> Feed:
    """Return the works that an answer holds, by the spelling asked for.

    Raises:
        Refused: it is no JSON object.
    """
    answer = json_object(body)
    message = answer.get("message")
    if answer.get("status") != "ok" or not isinstance(message, dict):
        wrong = [f"{each.get('value')}: {each.get('message')}" for each in objects(message)]
        return Feed({}, tuple(wrong) or ("the answer says of itself that it failed",))
    spelled = {unquote(one).lower(): one for one in ids}
    works = objects(message["items"]) if "items" in message else [message]
    found = {spelled.get(str(work.get("DOI")).lower(), ""): _facts(work) for work in works}
    return Feed({one: facts for one, facts in found.items() if one and facts.title}, whole=True)


def _facts(work: dict[str, Any]) -> Facts:
    dates = [date for name in _DATES if (date := _date(work.get(name)))]
    year = dates[0][:4] if dates else ""
    days = (date for date in dates if len(date) > 7 and date.startswith(year))
    abstract = first_text(work.get("abstract"))
    return tidy(
        Facts(
            published=next(days, ""),
            year=year,
            title=_plain(first_text(work.get("title"))),
            authors=tuple(map(_author, objects(work.get("author")))),
            doi=str(work.get("DOI")),
            journal=_plain(first_text(work.get("container-title"))),
            abstract=_plain(_PARAGRAPH.sub("\n\n", _HEADING.sub("", abstract))),
        )
    )


def _date(value: object) -> str:
    """Return `2019-06-02`, `2019-06`, `2019` of date-parts; "" for what is none."""
    rows = value.get("date-parts") if isinstance(value, dict) else None
    row = rows[0] if isinstance(rows, list) and rows else None
    parts = row[:3] if isinstance(row, list) else []
    if not parts or not all(type(part) is int and 0 < part < 10_000 for part in parts):
        return ""
    return "-".join(f"{part:0{4 if at == 0 else 2}}" for at, part in enumerate(parts))


def _author(author: dict[str, Any]) -> str:
    """Return `given family suffix`, or the name of a group."""
    parts = [part for name in ("given", "family", "suffix") for part in texts(author.get(name))]
    return _plain(" ".join(parts or texts(author.get("name"))))


def _plain(text: str) -> str:
    return html.unescape(_MARKUP.sub("", text)) if "<" in text or "&" in text else text
