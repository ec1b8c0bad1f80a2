r"""The section of the conflicts note about copies: rows written, and read back as they were.

A row is a heading, a line of data (a JSON list in a code span: paper, digest, field), the copy's
text in a fence, and one box. The note travels, so every device must read the rows of the others:
a row that a person wrote in is read as it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from vault_sync.core.model.copies import CopyRow
from vault_sync.core.model.values import Key

HEADING = "# Texts of merged copies"

_ROW = re.compile(
    r"^`+ ?(?P<data>\[.*\]) ?`+\n\n(?P<fence>`{3,})text\n(?P<text>(?:.*\n)*?)(?P=fence)\n\n"
    r"- \[(?P<tick>.)\] .*\^copy$",
    re.MULTILINE,
)


class FoundRows(NamedTuple):
    """The rows of a conflicts note, and those of them that are ticked: done with."""

    rows: frozenset[CopyRow]
    ticked: frozenset[CopyRow]


def text(rows: Iterable[CopyRow]) -> str:
    """Return the section; "" where there is no row. The same rows give the same bytes."""
    found = sorted(set(rows))
    if not found:
        return ""
    head = (
        f"{HEADING}\n\nCopies of these files were merged into them. These texts of the copies "
        "clash with those of the files, which were left as they are.\nTake over what you want to "
        "keep, or tick a box to drop its text.\n"
    )
    return "\n".join((head, *map(_one, found)))


def _one(row: CopyRow) -> str:
    data = json.dumps([row.key, row.digest, row.field], ensure_ascii=False)
    tick = "`" * (_longest(data) + 1)
    fence = "`" * max(3, _longest(row.text) + 1)
    return (
        f"## {row.field} of {row.key or row.digest}\n\n{tick} {data} {tick}\n\n"
        f"{fence}text\n{row.text}\n{fence}\n\n- [ ] drop this text ^copy\n"
    )


def _longest(words: str) -> int:
    """Return the length of the longest run of backquotes."""
    return max((len(run) for run in re.findall(r"`+", words)), default=0)


def read(page: str) -> FoundRows:
    """Read the rows of a conflicts note, whatever else stands in it."""
    page = page.replace("\r\n", "\n")
    found = list(_rows(page))
    return FoundRows(
        frozenset(row for row, _ in found), frozenset(row for row, ticked in found if ticked)
    )


def _rows(page: str) -> Iterator[tuple[CopyRow, bool]]:
    for found in _ROW.finditer(page):
        try:
            data = json.loads(found["data"])
        except ValueError:
            continue
        if isinstance(data, list) and len(data) == 3 and all(isinstance(x, str) for x in data):
            key, digest, field = data
            row = CopyRow(Key(key), digest, field, found["text"].removesuffix("\n"))
            yield row, found["tick"] in "xX"
