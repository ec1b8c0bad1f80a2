"""The style `title-first`: flat with the title line above the address. It is never guessed.

An entry runs from a title line, the next non-blank line below which is an address, to the next such
line, a heading of level 1 or 2, or a rule.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from vault_sync.core.digest import title_line
from vault_sync.core.digest.reader import Entry, TitleLink
from vault_sync.core.digest.styles.assembly import (
    commentary_of,
    tags_of,
    unlaid,
    without_blank_ends,
)
from vault_sync.core.digest.styles.markdown.page import (
    BLANK,
    CODE,
    COMMENT,
    HEADING,
    HIDDEN,
    RULE,
    Page,
)
from vault_sync.core.digest.styles.style import StyledSpans
from vault_sync.core.digest.title_line import TitleLine
from vault_sync.core.model.values import FieldName, Fields
from vault_sync.core.naming.keys import key_of
from vault_sync.core.naming.tags import is_tag_line
from vault_sync.core.text.spans import Span, stripped

_PLACES: frozenset[FieldName] = frozenset(("url", "title", "authors", "tags", "commentary"))


class TitledHead(NamedTuple):
    """The head of an entry: the number of its first line, its title, the number of its address."""

    line: int
    title: TitleLine
    below: int


def entries(page: Page) -> list[Entry]:
    """Return the entries of a page, in order."""
    heads = heads_of(page)
    ends = [number for number in range(len(page.lines)) if _ends(page, number)]
    stops = _stops([head.line for head in heads], ends, len(page.lines))
    return [
        entry
        for head, stop in zip(heads, stops, strict=True)
        if (entry := _entry(page, head, stop)) is not None
    ]


def heads_of(page: Page) -> list[TitledHead]:
    """Return the heads of a page's entries, in order."""
    return [
        TitledHead(number, title, below)
        for number in range(len(page.lines))
        if (title := _title(page, number)) is not None
        and (below := _address(page, number)) is not None
    ]


def _stops(heads: Sequence[int], ends: Sequence[int], count: int) -> list[int]:
    """Return, for each head, the first head or end below it."""
    marks = sorted({*heads, *ends, count})
    after = dict(itertools.pairwise(marks))
    return [after[number] for number in heads]


def _ends(page: Page, number: int) -> bool:
    kind = page.kinds[number]
    if kind == HEADING:
        return not page.words(number).lstrip().startswith("###")
    return kind in {RULE, HIDDEN}


def _title(page: Page, number: int) -> TitleLine | None:
    if page.kinds[number] in {BLANK, CODE, COMMENT, HIDDEN, RULE}:
        return None
    start, end, _ = page.lines[number]
    return title_line.parse(page.text, start, end)


def _address(page: Page, number: int) -> int | None:
    """Return the line of the address right under a title line, blank lines aside."""
    number += 1
    while number < len(page.lines) and page.kinds[number] == BLANK:
        number += 1
    if number == len(page.lines) or page.kinds[number] in {CODE, COMMENT}:
        return None
    words = page.words(number).strip()
    alone = words and not any(character.isspace() for character in words)
    return number if alone and "://" in words and key_of(words) is not None else None


def _entry(page: Page, head: TitledHead, stop: int) -> Entry | None:
    text, (number, title, below) = page.text, head
    stop = page.without_layout(below, stop)
    label = stripped(text, Span(page.lines[below].start, page.lines[below].end))
    words = label.slice(text)
    start = label.start + len(words) - len(words.lstrip("<"))
    address = Span(start, start + len(words.strip("<>")))
    key = key_of(address.slice(text))
    if key is None:
        return None
    lower = range(below + 1, stop)
    tags = tuple(
        at for at in lower if page.kinds[at] != CODE and is_tag_line(page.words(at).strip())
    )
    commentary = without_blank_ends(page, [at for at in lower if at not in tags])
    link = _link(text, title)
    wraps = not title.in_markdown and title_line.can_be_linked(title.title.slice(text))
    spans = StyledSpans(
        "title-first", title.title, wraps, title.tail, title.authors, label, below,
        _PLACES, lower=tuple(commentary), tags=tags,
    )  # fmt: skip
    fields = Fields(
        address.slice(text),
        title.title.slice(text),
        title.names,
        tags_of(page, tags),
        commentary_of(page, None, commentary, ""),
    )
    span = Span(page.lines[number].start, page.lines[stop - 1].stop)
    first = commentary[0] if commentary else below
    return Entry(key, fields, number + 1, span, link, first + 1, unlaid(address), spans)


def _link(text: str, title: TitleLine) -> TitleLink | None:
    if title.link is None or title.target is None:
        return None
    span = title.link if title.link_is_title else Span(title.tail, title.link.end)
    return TitleLink(title.target.slice(text), span)
