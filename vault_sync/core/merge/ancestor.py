"""The ancestor of two texts of one field: the older of the values that their authors had seen.

A text *has seen* a value if it is that value; else the newest value typed on this device of which
it has every sentence (or tag) that no earlier value had, at least one; else the first value, where
that is older than all texts. Age proves nothing, nor does the value before, nor one that was
delivered or merged: with any of these, words were lost in a model of devices in lock step. What no
text is shown to have seen is not removed.
"""

from __future__ import annotations

from collections.abc import Hashable

from vault_sync.core.merge.sentence_merge import words_of
from vault_sync.core.model.base import History
from vault_sync.core.model.plan import Value
from vault_sync.core.text.folding import casefold_nfc

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
        return words_of(value)
    return (value,) if isinstance(value, str) else ("\0".join(value),)


def _same(field: str, value: Value) -> Hashable:
    """Return the form in which two values that differ only in layout or spelling are equal."""
    parts = _parts(field, value)
    return frozenset(parts) if field in SETS else parts
