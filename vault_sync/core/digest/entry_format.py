"""The lines of flat entries: the format in which a digest sets them, and edits to them as rows.

The format is judged from the entry itself; where that has too few parts to show it, from what most
entries of the digest do. A row that keeps its line keeps its bytes and its newline. So an edit can
be thought of in whole lines and still touch only the characters that differ.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from vault_sync.core.digest import title_line
from vault_sync.core.digest.reader import LAYOUT, Digest, Entry, kind_of
from vault_sync.core.model.values import Fields
from vault_sync.core.naming.tags import with_tags, without_tags
from vault_sync.core.text.common_items import changes, common_ends
from vault_sync.core.text.spans import Edit, Line, Span, lines_of


class Style(NamedTuple):
    """The format in which a digest sets its entries.

    A blank line stands under the head, or not; one stands between the other parts, or not; between
    two entries stands `between_entries` (with LF newlines).
    """

    under_head: bool
    between_parts: bool
    between_entries: str


def style_of(digest: Digest) -> Style:
    """Return the style of most entries; of a digest without any, that of its lines."""
    under, between = [], []
    for entry in digest.entries:
        gaps = _gaps(rows_of(digest.text, entry))
        under += [gap for gap in gaps[:1] if gap is not None]
        between += [gap for gap in gaps[1:] if gap is not None]
    aparts = [
        gap
        for one, other in pairwise(digest.entries)
        if (gap := gap_between(digest.text, one.span.end, other.span.start)) is not None
    ]
    apart = aparts[-1].replace("\r\n", "\n") if aparts else None
    spaced = _most(under + between, otherwise=bool(apart) or _looks_spaced(digest.text))
    if apart is None:
        apart = "\n" if spaced else ""
    return Style(_most(under, otherwise=spaced), _most(between, otherwise=spaced), apart)


def style_at(digest: Digest, rows: Sequence[EntryLine]) -> Style:
    """Return the style of one entry; where it has too few parts to show it, its digest's."""
    under_head, between_parts = _gaps(rows)
    if under_head is not None and between_parts is not None:
        return Style(under_head, between_parts, "")
    style = style_of(digest)
    if under_head is not None:
        style = style._replace(under_head=under_head)
    return style if between_parts is None else style._replace(between_parts=between_parts)


def _gaps(rows: Sequence[EntryLine]) -> tuple[bool | None, bool | None]:
    """Return True for a blank line under the head, and between other parts; None: unseen."""
    under = between = None
    for above, below in pairwise(rows):
        if above.part == below.part or "link" in {above.part, below.part}:
            continue
        gap = below.part == "gap"
        if above.part == "head":
            under = gap
        elif above.part != "gap":
            between = bool(between) or gap
    return under, between


def _most(seen: Sequence[bool], *, otherwise: bool) -> bool:
    return sum(seen) * 2 > len(seen) if seen else otherwise


def _looks_spaced(text: str) -> bool:
    """Return True if a digest that has no entries to show it holds a blank line."""
    return re.search(r"\n\r?\n[^\n]", text) is not None


def head_end(text: str, entry: Entry) -> int:
    """Return the end of an entry's last line of address, title and link, newline included."""
    layout, end = entry.layout, entry.span.start
    for _ in range(max(entry.line - 1, layout.below or 0, layout.link or 0) - entry.line + 2):
        end = text.find("\n", end, entry.span.end) + 1 or entry.span.end
    return end


def rows_of(text: str, entry: Entry, to: int | None = None) -> list[EntryLine]:
    """Return the lines of an entry as rows, all of them or those that end at `to`."""
    layout = entry.layout
    parts: dict[int, Part] = {entry.line - 1: "head"}
    if layout.below is not None:
        parts[layout.below] = "below"
    if layout.link is not None:
        parts[layout.link] = "link"
    parts.update(dict.fromkeys(layout.commentary, "commentary"))
    parts.update(dict.fromkeys(layout.tags, "tags"))
    span = entry.span if to is None else Span(entry.span.start, to)
    return [
        EntryLine(parts.get(number, "gap"), text[line.start : line.end], line)
        for number, line in enumerate(lines_of(text, span), entry.line - 1)
    ]


def gap_between(text: str, start: int, end: int) -> str | None:
    """Return the text between two entries if that is blanks and breaks alone, else None."""
    for line in lines_of(text, Span(start, end)):
        if kind_of(text, line) not in LAYOUT:
            return None
    return text[start:end]


def gap_at_end(digest: Digest, style: Style) -> str:
    """Return the text still to be written between a digest's end and an entry that comes there."""
    text = digest.text
    words = text.rstrip()
    blank_lines = max(0, text.count("\n", len(words)) - 1)
    last = digest.entries[-1] if digest.entries else None
    tail = None if last is None else gap_between(text, last.span.end, len(text))
    if not words or (tail is not None and tail.strip()):
        return ""
    # Only behind an entry is it known what sets entries apart; elsewhere a blank line will do.
    gap = style.between_entries if tail is not None else "\n" * style.between_parts
    return gap if gap.strip() else "\n" * max(0, len(gap) - blank_lines)


def written(fields: Fields, link: str | None, style: Style) -> str:
    """Return an entry made from nothing, with LF newlines and without the last one."""
    parts = []
    head = fields.url
    if fields.title:
        head += "\n\n" if style.under_head else "\n"
        head += title_line.written(fields.title, fields.authors, link)
    elif link is not None:
        head += f"\n[[{link}]]"
    parts.append(head)
    if fields.commentary:
        parts.append(fields.commentary)
    if fields.tags:
        parts.append(" ".join("#" + tag for tag in fields.tags))
    return ("\n\n" if style.between_parts else "\n").join(parts)


Part = Literal["head", "below", "link", "commentary", "tags", "gap"]


class EntryLine(NamedTuple):
    """A line: its part of the entry, its words, and where it stands (None: it is new)."""

    part: Part
    words: str
    line: Line | None


def edits(
    text: str, before: Sequence[EntryLine], after: Sequence[EntryLine], newline: str
) -> list[Edit]:
    """Return the edits that turn the rows `before`, all of them lines of `text`, into `after`.

    `after` keeps the first row and the order of those it keeps. A new row takes the newline of the
    row above it, else `newline`.
    """
    old = {row.line: number for number, row in enumerate(before)}
    found = _changed(before[0], after[0])
    at = 0
    added: list[str] = []
    for row in after[1:]:
        if row.line is None:
            added.append(row.words)
            continue
        number = old[row.line]
        found += _between(text, before[at].line, added, before[at + 1 : number], newline)
        found += _changed(before[number], row)
        at, added = number, []
    return found + _between(text, before[at].line, added, before[at + 1 :], newline)


def _between(
    text: str, above: Line | None, added: Sequence[str], gone: Sequence[EntryLine], newline: str
) -> list[Edit]:
    """Return the edits between two rows that stay: some new rows come, some old ones go."""
    assert above is not None
    found = []
    if added:
        own = text[above.end : above.stop] or newline
        # A "\r" at the end of the file is no newline, and must not become one with ours.
        end = above.end
        if above.end == above.stop:
            end = above.start + len(text[above.start : end].rstrip("\r"))
        found.append(Edit(Span(end, end), own + own.join(added)))
    if gone:
        first, last = gone[0].line, gone[-1].line
        assert first is not None
        assert last is not None
        # The last line of a file without a final newline takes the newline before it along.
        start = above.end if last.stop == last.end else first.start
        found.append(Edit(Span(start, last.stop), ""))
    return found


def _changed(old: EntryLine, new: EntryLine) -> list[Edit]:
    return [] if old.line is None else replaced(old.line.start, old.words, new.words)


def replaced(start: int, old: str, new: str) -> list[Edit]:
    """Return the edit of what differs in words that begin at `start`; none where nothing does."""
    if old == new:
        return []
    left, right = common_ends(old, new)
    return [Edit(Span(start + left, start + len(old) - right), new[left : len(new) - right])]


def retagged(rows: Sequence[EntryLine], missing: Sequence[str], gone: set[str]) -> list[EntryLine]:
    """Return rows that have tag lines with tags put into the last and others taken out of all."""
    last = max(number for number, row in enumerate(rows) if row.part == "tags")
    changed = list(rows)
    changed[last] = rows[last]._replace(words=with_tags(rows[last].words, missing))
    return [
        row._replace(words=without_tags(row.words, gone)) if row.part == "tags" else row
        for row in changed
    ]


def without_empty_tags(rows: Sequence[EntryLine]) -> list[EntryLine]:
    """Return the rows but for tag lines of which nothing is left."""
    return without(rows, [row for row in rows if row.part == "tags" and not row.words])


def without(rows: Sequence[EntryLine], gone: Sequence[EntryLine]) -> list[EntryLine]:
    """Return the rows but for those of a part that goes, and without the blank lines above it."""
    remaining: list[EntryLine] = []
    going = set(map(id, gone))
    for row in rows:
        if id(row) not in going:
            remaining.append(row)
            continue
        while remaining and remaining[-1].part == "gap":
            remaining.pop()
    return remaining


def with_part(
    rows: Sequence[EntryLine], at: int, added: Sequence[EntryLine], *, spaced: bool
) -> list[EntryLine]:
    """Return the rows with a part below row `at`."""
    gap = [EntryLine("gap", "", None)] if spaced else []
    return [*rows[: at + 1], *gap, *added, *rows[at + 1 :]]


def reworded(rows: Sequence[EntryLine], part: Part, words: Sequence[str]) -> list[EntryLine]:
    """Return the rows with `words` as the lines of a part that is there; equal lines stay."""
    old = [row for row in rows if row.part == part]
    instead: list[list[EntryLine]] = [[] for _ in old]
    for tag, i1, i2, j1, j2 in changes([row.words for row in old], words):
        if tag == "equal":
            for number in range(i1, i2):
                instead[number].append(old[number])
            continue
        paired = min(i2 - i1, j2 - j1)
        for offset in range(paired):
            instead[i1 + offset].append(old[i1 + offset]._replace(words=words[j1 + offset]))
        extra = [EntryLine(part, line, None) for line in words[j1 + paired : j2]]
        if i1 == 0 and paired == 0:
            instead[0] = extra + instead[0]
        elif extra:
            instead[i1 + paired - 1] += extra
    found: list[EntryLine] = []
    number = 0
    for row in rows:
        if row.part != part:
            found.append(row)
            continue
        found += instead[number]
        number += 1
    return found
