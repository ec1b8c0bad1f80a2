"""The rows that copies left in the conflicts note: which of them stay. Rows are data.

Every device writes the same rows, so a pass keeps those that it finds, with those of each copy of
the conflicts note. A row goes only when it was ticked, or when nothing is on its way any more and
the file has all that the row has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from vault_sync.core.merge.ancestor import SENTENCES, lacks
from vault_sync.core.merge.three_way import shown
from vault_sync.core.model.copies import CopyRow
from vault_sync.core.model.plan import BaseKey, Value


def remaining(
    rows: Iterable[CopyRow],
    *,
    at_rest: bool,
    ticked: Collection[CopyRow],
    agreed: Callable[[BaseKey], Value | None],
) -> frozenset[CopyRow]:
    """Return the rows that stay, of those found, of copies of the note, and new ones.

    `at_rest`: no file was delivered since the pass before, no copy stands. `agreed` gives the value
    that digest and note have alike; None where they differ, or where the paper is no more.
    """
    return frozenset(
        row
        for row in rows
        if row not in ticked and not (at_rest and _stands(row, agreed(BaseKey(*row[:3]))))
    )


def _stands(row: CopyRow, value: Value | None) -> bool:
    if value is None:
        return False
    words = shown(value)
    field = row.field.partition(" ")[0]
    return not lacks(field, words, row.text) if field in SENTENCES else words == row.text
