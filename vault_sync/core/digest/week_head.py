"""The lines above the first entry of a new week's digest, as its two newest fellows have them.

They are taken over where the two say the same but for their weeks: the name of the week, of the
week before and after it (`[[2023-W32]] | [[2023-W34]]`), and its first and last day. A digest
without entries is such lines as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from vault_sync.core.digest.reader import Digest
from vault_sync.core.naming import week_names
from vault_sync.core.naming.week_names import WEEK, WeekNaming
from vault_sync.core.text.spans import BOM

# Stand for what differs from week to week. Private use: no text has these.
_SLOTS = "\ue000\ue001\ue002\ue003\ue004"


class DatedDigest(NamedTuple):
    """A digest and the day that stands for its week."""

    standing: date
    digest: Digest


def week_head(naming: WeekNaming, day: date, newest: Sequence[DatedDigest]) -> str:
    """Return the text of the new digest of the week that holds `day`.

    `newest` are those that are there, the latest week first. Where fewer than two are there, or
    the two latest disagree, the digest begins with its name alone.
    """
    standing = week_names.standing_day(naming, day)
    heads = [_slotted(naming, each) for each in newest[:2]]
    if len(heads) == 2 and heads[0] == heads[1] and any(slot in heads[0] for slot in _SLOTS):
        words = dict(zip(_SLOTS, _words(naming, standing), strict=True))
        return re.sub(f"[{_SLOTS}]", lambda slot: words[slot[0]], heads[0])
    return week_names.week_name(naming, day) + "\n"


def _words(naming: WeekNaming, standing: date) -> tuple[str, ...]:
    """Return what differs from week to week, in the order of the slots."""
    names = (week_names.week_name(naming, standing + WEEK * weeks) for weeks in (0, -1, 1))
    return (*names, *(day.isoformat() for day in week_names.days_of(naming, standing)))


def _slotted(naming: WeekNaming, dated: DatedDigest) -> str:
    """Return the head of a digest with a slot for each word of its week."""
    text, entries = dated.digest.text.removeprefix(BOM), dated.digest.entries
    head = dated.digest.text[: entries[0].span.start].removeprefix(BOM) if entries else text
    slots: dict[str, str] = {}
    for slot, word in zip(_SLOTS, _words(naming, dated.standing), strict=True):
        slots.setdefault(word, slot)
    pattern = "|".join(rf"(?<!\d){re.escape(word)}(?!\d)" for word in slots)
    return re.sub(pattern, lambda word: slots[word[0]], head)
