"""One field of a copy merged into its file's: the value, or what is asked of a person.

| field | with an ancestor | without |
|---|---|---|
| commentary, own text | by sentence, two additions at one place both stay | all that is in either |
| tags | as sets | the union |
| url, title, authors | the side that changed it | the one that is there |

Where both changed one sentence, or one such value, the file's stays, and the copy's is a row.
"""

from __future__ import annotations

from typing import NamedTuple

from vault_sync.core.merge import sentence_merge, three_way
from vault_sync.core.merge.ancestor import SENTENCES, SETS, ancestor, lacks
from vault_sync.core.merge.three_way import Clash
from vault_sync.core.model.copies import NO_HISTORY, CopyRow, Histories
from vault_sync.core.model.plan import BaseKey, Value


class FieldMerge(NamedTuple):
    """A field's value in the file, and the row of the conflicts note if the copy's clashed."""

    value: Value
    row: CopyRow | None = None


def merge_field(base_key: BaseKey, file: Value, copy: Value, histories: Histories) -> FieldMerge:
    """Merge one field of a copy into that of its file."""
    field = base_key.field.partition(" ")[0]
    if file == copy:
        return FieldMerge(file)
    was = ancestor(field, histories.get(base_key, NO_HISTORY), file, copy)
    merged = _merged(field, was, file, copy)
    if merged is not None:
        return FieldMerge(merged)
    row = CopyRow(*base_key, three_way.shown(copy))
    return FieldMerge(file, row if lacks(field, file, copy) else None)


def _merged(field: str, was: Value | None, file: Value, copy: Value) -> Value | None:
    if isinstance(file, tuple) and isinstance(copy, tuple):
        base = was if isinstance(was, tuple) else None
        if field in SETS:
            return three_way.tag_sets(base, file, copy)
        return _single(base, file, copy)
    if not isinstance(file, str) or not isinstance(copy, str):
        return None
    text = was if isinstance(was, str) else None
    if field in SENTENCES:
        return sentence_merge.merge(text, file, copy)
    return _single(text, file, copy)


def _single(base: three_way.V | None, file: three_way.V, copy: three_way.V) -> three_way.V | None:
    value = three_way.filled(base, file, copy)
    return None if isinstance(value, Clash) else value
