"""A copy that a sync service made merged into the file that it is a copy of.

Both are taken apart as for git's merge driver (`parts`), but there is no third text: each field has
its own ancestor, one of the values that this device has seen (below). A part that only one of
the two has stays: what is missing from a copy was not removed, and what stands in one is not
removed either. Both texts of a field that clashes are shown to a person: the file's stays, the
copy's becomes a row.

| field | with an ancestor | without |
|---|---|---|
| commentary, own text | by sentence, two additions at one place both stay | all that is in either |
| tags | as sets | the union |
| url, title, authors | the side that changed it | the one that is there |

The ancestor of two texts is the older of the values that their authors had seen. A text *has seen*
a value if it is that value; else the newest value typed on this device of which it has every
sentence (or tag) that no earlier value had, at least one; else the first value, where that is older
than all texts. Age proves nothing, nor does the value before, nor one that was delivered or merged:
with any of these, words were lost in a model of devices in lock step. What no text is shown to have
seen is not removed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from vault_sync.core.merge import sentence_merge, three_way
from vault_sync.core.merge.parts import Name, Parts
from vault_sync.core.merge.sentence_merge import words_of
from vault_sync.core.merge.three_way import sentences
from vault_sync.core.model import plan
from vault_sync.core.model.base import NO_HISTORY, CopyRow, Histories, History
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.text.folding import casefold_nfc
from vault_sync.core.text.spans import BOM, newline_kind, to_newlines
from vault_sync.core.text.wrapping import unwrapped

_DIFFERENT = "\0"
"""The text of a part of which the ancestor is not one text: it differs from both."""


class CopyMerge(NamedTuple):
    """A file's text with a copy merged into it, and the rows of what clashed."""

    text: str
    rows: frozenset[CopyRow] = frozenset()


@dataclass(slots=True)
class CopyMerging:
    """A merge under way: what is known of the fields, and the rows so far."""

    histories: Histories
    rows: set[CopyRow] = field(default_factory=set)

    def merge(self, base_key: BaseKey, file: Value, copy: Value) -> Value:
        """Return the merged value of a field; what clashed is one row more."""
        found = merge_field(base_key, file, copy, self.histories)
        if found.row is not None:
            self.rows.add(found.row)
        return found.value


def shared(file: Parts, copy: Parts) -> Parts:
    """Return what stands for the ancestor: the parts that both have, in the copy's layout.

    So of two layouts the file's is chosen, and of two sequences of parts.
    """
    names = tuple(name for name in copy.names if name in file.text)
    before: dict[Name, str] = {name: copy.before[name] for name in names}
    return Parts(names, dict.fromkeys(names, _DIFFERENT), before, copy.foot)


def in_style_of(
    file: str, copy: str, merge: Callable[[str, str], CopyMerge | None]
) -> CopyMerge | None:
    """Merge without BOM and with LF newlines, and give the outcome those of the file."""
    newline = newline_kind(file)
    ours, theirs = (each.removeprefix(BOM).replace("\r\n", "\n") for each in (file, copy))
    if ours == theirs or is_cut_short(theirs, ours):
        return CopyMerge(file)
    if ends_within_a_line(theirs, ours):
        return None
    found = merge(ours, theirs)
    if found is None or found.text == ours:
        return found and CopyMerge(file, found.rows)
    text = BOM * file.startswith(BOM) + to_newlines(found.text, newline)
    return CopyMerge(text, found.rows)


def is_cut_short(copy: str, before: str) -> bool:
    """Return True if a copy ends earlier than a text which the file once had, else the same."""
    return len(copy) < len(before) and before.startswith(copy) and not copy.endswith("\n")


def ends_within_a_line(copy: str, file: str) -> bool:
    """Return True if a copy stops in the middle of a sentence, and lacks most of what is below it.

    It was cut short, and what its last entry lacks nobody took out. The line above tells which
    sentence it is.
    """
    there = [line for line in copy.split("\n") if line.strip()]
    if copy.endswith("\n") or len(there) < 2:
        return False
    above, tail = there[-2], sentences(there[-1].rstrip())[-1]
    lines = [line for line in file.split("\n") if line.strip()]
    return any(
        sum(other in there for other in lines[at + 1 :]) * 2 < len(lines) - at - 1
        for at in range(1, len(lines))
        if lines[at - 1] == above
        and any(each.startswith(tail) and each.strip() != tail for each in sentences(lines[at]))
    )


def unmerged(path: RelPath, original: RelPath) -> Problem:
    """Return the problem of a copy that cannot be merged: it is left, and so is its file."""
    return Problem(
        path,
        "copy-unmerged",
        f"a copy of {original} that cannot be merged into it without a person",
        "move what you want to keep from it into that file, then delete it",
    )


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
    row = CopyRow(*base_key, plan.value_words(copy))
    return FieldMerge(file, row if lacks(field, file, copy) else None)


def _merged(field: str, was: Value | None, file: Value, copy: Value) -> Value | None:
    if isinstance(file, tuple) and isinstance(copy, tuple):
        base = was if isinstance(was, tuple) else None
        if field in SETS:
            return three_way.tag_sets(base, file, copy)
        return three_way.filled(base, file, copy)
    assert isinstance(file, str)
    assert isinstance(copy, str)
    text = was if isinstance(was, str) else None
    if field in SENTENCES:
        return sentence_merge.merge(text, file, copy)
    return three_way.filled(text, file, copy)


SENTENCES = frozenset({"commentary", "own"})
"""Fields that are texts of sentences; every other text is one piece."""


SETS = frozenset({"tags", "list"})
"""Fields whose values are sets; every other list is one piece."""


def ancestor(field: str, history: History, file: Value, copy: Value) -> Value | None:
    """Return the value that two texts of a field are merged against; None: there is none."""
    seen = [last_seen(field, history, text) for text in (file, copy)]
    numbers = [number for number in seen if number is not None]
    return history.values[min(numbers)].value if len(numbers) == len(seen) else None


def last_seen(field: str, history: History, text: Value) -> int | None:
    """Return the number of the newest value that a text's author had surely seen, if any."""
    values = [_same(field, past.value) for past in history.values]
    here = _same(field, text)
    if here in values:
        return len(values) - 1 - values[::-1].index(here)
    found = 0 if history.starts_everywhere else None
    there = frozenset(_parts(field, text))
    before: frozenset[str] = frozenset()
    for number, past in enumerate(history.values):
        parts = frozenset(_parts(field, past.value))
        new = parts - before
        if past.origin == "typed" and new and new <= there:
            found = number
        before |= parts
    return found


def is_earlier(field: str, history: History, value: Value) -> bool:
    """Return True if the field had this value before the one that it has now."""
    return any(is_same(field, past.value, value) for past in history.values[:-1])


def is_same(field: str, one: Value, other: Value) -> bool:
    """Return True if two values differ in nothing but layout, or the spelling of tags."""
    return one == other or _same(field, one) == _same(field, other)


def lacks(field: str, value: Value, base: Value) -> bool:
    """Return True if something of `base`, a sentence or a tag, does not stand in `value`."""
    return not set(_parts(field, base)) <= set(_parts(field, value))


def _parts(field: str, value: Value) -> tuple[str, ...]:
    """Return what a value consists of, each part such as one edit adds or takes out whole."""
    if field in SETS and not isinstance(value, str):
        return tuple(casefold_nfc(tag) for tag in value)
    if field in SENTENCES and isinstance(value, str):
        return words_of(unwrapped(value))
    return (value,) if isinstance(value, str) else ("\0".join(value),)


def _same(field: str, value: Value) -> Hashable:
    """Return the form in which two values that differ only in layout or spelling are equal."""
    parts = _parts(field, value)
    return frozenset(parts) if field in SETS else parts
