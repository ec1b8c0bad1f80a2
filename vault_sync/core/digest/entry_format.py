"""The format in which a digest sets its entries: flat or spaced, and what stands between them.

Judged from the entry itself; where that has too few parts to show it, from what most entries of
the digest do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from vault_sync.core.digest import title_line
from vault_sync.core.digest.entry_lines import EntryLine, Part
from vault_sync.core.digest.reader import LAYOUT, Digest, Entry, kind_of
from vault_sync.core.model.values import Fields
from vault_sync.core.text.spans import Span, lines_of


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
