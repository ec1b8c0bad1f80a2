"""OpenReview's answers: the note that a forum opens with.

Source: the documentation of its API (docs.openreview.net): `/notes?id=ID` holds a list of notes,
empty where there is none; times are milliseconds. In API 2 each value of `content` is an object
with `value`, in API 1, where papers until 2023 are, it is the value alone. The site calls `pdate`
the day of publication, and `odate` or `cdate` where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

from vault_sync.core.model.values import Facts
from vault_sync.core.sources.answers import Feed, first_text, json_object, objects, texts, tidy


def paper_id(text: str) -> str:
    """Return an id as it is asked for; "" for what cannot be one."""
    return text if re.fullmatch(r"[\w%.~-]{1,100}", text, re.ASCII) else ""


def address(url: str, ids: Sequence[str]) -> str:
    """Return the address that asks for one note."""
    return f"{url}/notes?id={quote(unquote(ids[0]), safe='')}"


def read(body: bytes, ids: Sequence[str]) -> Feed:
    """Return the paper that an answer holds, if it is the one asked for.

    Raises:
        Refused: it is no JSON object.
    """
    answer, (name,) = json_object(body), ids
    if "notes" not in answer:
        return Feed({}, (f"{answer.get('name')}: {answer.get('message')}",))
    notes = [note for note in objects(answer["notes"]) if note.get("id") == unquote(name)]
    facts = [facts for note in notes if (facts := _facts(note)).title]
    return Feed(dict.fromkeys([name], facts[0]) if facts else {}, whole=True)


def _facts(note: dict[str, Any]) -> Facts:
    content = note.get("content")
    items = content.items() if isinstance(content, dict) else ()
    values = {name: _value(value) for name, value in items}
    names = [each.get("fullname") for each in objects(values.get("authors"))]
    return tidy(
        Facts(
            published=_day(note, "pdate", "odate", "cdate", "tcdate"),
            updated=_day(note, "mdate", "tmdate"),
            title=first_text(values.get("title")),
            authors=texts(values.get("authors")) or texts(names),
            journal=first_text(values.get("venue")),
            abstract=first_text(values.get("abstract")),
        )
    )


def _value(value: object) -> object:
    return value.get("value") if isinstance(value, dict) else value


def _day(note: dict[str, Any], *names: str) -> str:
    """Return the UTC day of the first time that is there."""
    times = (note.get(name) for name in names)
    for time in times:
        if type(time) is int and 0 < time < 10**14:
            return datetime.fromtimestamp(time / 1000, UTC).date().isoformat()
    return ""
