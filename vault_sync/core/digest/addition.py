"""Additions to a digest: a paper as an entry at its end, and the lines above the first entry.

An entry is written in the digest's own style, and read back as meant. The lines above the first
entry of a new week are those of its two newest fellows where the two say the same but for their
weeks: the name of the week, of the week before and after it (`[[2023-W32]] | [[2023-W34]]`), and
its first and last day. A digest without entries is such lines as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from vault_sync.core.digest import editor, title_line
from vault_sync.core.digest.reader import ADDRESS, Digest, Entry, kind_of, read
from vault_sync.core.digest.styles import lens, styled_growth, styled_reader
from vault_sync.core.digest.styles.style import FLAT
from vault_sync.core.model.values import Fields
from vault_sync.core.naming import week_names
from vault_sync.core.naming.week_names import WEEK, WeekNaming
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import BOM, lines, newline_kind

_IN_TABLE = "its papers stand in a table, to which nothing is added"
_TABLE_ROW = regex(r"[ \t]*\|.*(?:https?://|\]\().*\|[ \t]*", re.IGNORECASE)


def refusal(digest: Digest) -> str | None:
    """Return why no entry can be added to a digest of this shape, in words; None if one can.

    A table's rows, and titles that stand above their addresses, are no entries: an entry at the end
    of such a digest would be the only one of its kind.
    """
    text = digest.text
    if digest.styles != FLAT:
        return None if styled_growth.can_grow(digest) else _IN_TABLE
    if not digest.entries and any(
        _TABLE_ROW.fullmatch(text[line.start : line.end]) for line in lines(text)
    ):
        return _IN_TABLE
    if _has_titles_first(text):
        return "its titles stand above their addresses, and no entry of that form is written"
    opened = (line for line, code, _ in digest.notices if code == "unclosed-fence")
    line = next(opened, None)
    return None if line is None else f"the code fence of line {line} is never closed: close it"


def _has_titles_first(text: str) -> bool:
    """Return True if most addresses have their title above, and the first one of all has."""
    rows = [line for line in lines(text) if text[line.start : line.end].strip()]
    titled = [title_line.parse(text, row.start, row.end) is not None for row in rows]
    around = [
        (titled[number - 1], titled[number + 1 : number + 2] == [True])
        for number, row in enumerate(rows)
        if number and kind_of(text, row) == ADDRESS
    ]
    first = sum(above and not below for above, below in around)
    # The line above an address may be the title of the entry before it, but not above the first.
    return around[:1] == [(True, False)] and first * 2 > len(around)


def with_entry(digest: Digest, fields: Fields, like: Digest | None = None) -> Digest | None:
    """Return the digest with an entry more, or None where it could not hold it.

    The first entry of a digest in another style than flat is written as those of `like` are.

    An address alone below an entry without tags would be read as that entry's commentary, so a
    rule goes between them.
    """
    if digest.styles != FLAT:
        text = lens.append(digest, [(fields, None)], like)
        grown = styled_reader.read(text, digest.styles)
        return grown if _has_one_more(digest.entries, grown.entries, fields) else None
    newline = newline_kind(digest.text)
    ruled = digest.text.rstrip() + f"{newline * 2}---{newline}"
    for text in (digest.text, ruled):
        added = read(editor.append(read(text) if text is ruled else digest, [(fields, None)]))
        if _is_meant(digest.entries, added.entries, fields):
            return added
    return None


def _has_one_more(before: Sequence[Entry], after: Sequence[Entry], fields: Fields) -> bool:
    """Return True if one entry came, anywhere, that says its fields, and all others say theirs.

    In a style without lists of authors it says all but these.
    """
    old, new = [each.fields for each in before], [each.fields for each in after]
    meant = (fields, fields.saying(authors=()))
    at = next((number for number, each in enumerate(new) if each in meant), None)
    return at is not None and new[:at] + new[at + 1 :] == old


def _is_meant(before: Sequence[Entry], after: Sequence[Entry], fields: Fields) -> bool:
    """Return True if one entry came and says its fields, and all others say theirs."""
    if len(after) != len(before) + 1 or after[-1].fields != fields:
        return False
    return all(
        (old.fields.url, old.fields.commentary, old.fields.tags)
        == (new.fields.url, new.fields.commentary, new.fields.tags)
        for old, new in zip(before, after, strict=False)
    )


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
