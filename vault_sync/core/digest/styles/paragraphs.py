"""The style `paragraph`: a line that is a bold title or begins with a linked one, and its entry.

So does one with a number or a picture, a bold title, and a link labelled as the paper.

The entry goes to the next such line, heading or rule. A bold line over items that are papers is the
name of their list, unless it leads to a paper itself.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from vault_sync.core.digest.reader import OwnLink
from vault_sync.core.digest.styles import assembly, heads, labels
from vault_sync.core.digest.styles.assembly import Candidate, EntryHead
from vault_sync.core.digest.styles.markdown import marks
from vault_sync.core.digest.styles.markdown.page import (
    ANCHOR,
    BLANK,
    CODE,
    COMMENT,
    HEADING,
    HIDDEN,
    ITEM,
    RULE,
    TEXT,
    Page,
)
from vault_sync.core.text.spans import Span

_ENDS = frozenset((HEADING, RULE, HIDDEN, ANCHOR))


class _Opening(NamedTuple):
    """A line that opens a paragraph: its number, and the chapter it stands in."""

    line: int
    chapter: int


def candidates(page: Page, is_own_link: OwnLink, items: Sequence[Candidate]) -> Iterable[Candidate]:
    """Return the paragraphs that may be entries; `items` are those of lists."""
    lines = [item.line for item in items if item.plain]
    for found in _paragraphs(page, is_own_link):
        line = page.number_at(found.entry.layout.address.start)
        at = bisect_right(lines, line) - 1
        if at < 0 or lines[at] < found.line:
            yield found


def _paragraphs(page: Page, is_own_link: OwnLink) -> Iterable[Candidate]:
    rows = {number for table in page.tables for number in range(table.header, table.stop)}
    chapter = 0
    opened: _Opening | None = None
    for number, kind in enumerate(page.kinds):
        if kind == HEADING:
            chapter = number
        opens = kind == TEXT and number not in rows and _opens(page, number)
        if opened is not None and (opens or kind in _ENDS or number in rows):
            yield from _candidate(page, opened, number, is_own_link)
            opened = None
        if opens:
            opened = _Opening(number, chapter)
    if opened is not None:
        yield from _candidate(page, opened, len(page.kinds), is_own_link)


def _opens(page: Page, number: int) -> bool:
    """Return whether a line is nothing but a bold title, or begins with a linked one."""
    text, line = page.text, page.lines[number]
    if text[line.start : line.start + 1].isspace():
        return False
    if number and _goes_on(page, number):
        return False
    if text.startswith(("**", "__"), line.start):
        return _is_bold(text, line.start, line.end) or _is_linked(page, number)
    if text[line.start : line.start + 1] in {"[", "<", "*"}:
        return _is_linked(page, number)
    return _is_led_in(page, number)


def _is_led_in(page: Page, number: int) -> bool:
    """Return whether a number or a picture leads a bold title in, with the paper's link behind."""
    text, line = page.text, page.lines[number]
    start = marks.after_decoration(text, line.start, line.end, venue=False)
    run = marks.run_at(text, start, line.end) if text.startswith("**", start) else None
    return run is not None and any(
        label == "paper" and link.whole.start > run[1]
        for link, label in assembly.links_of(page, number, number + 1)
    )


def _goes_on(page: Page, number: int) -> bool:
    """Return whether a line goes on the item, or the words, above it."""
    above = page.kinds[number - 1]
    if above == ITEM:
        return not page.words(number).startswith("**")
    return above == CODE


def _is_bold(text: str, start: int, end: int) -> bool:
    end = marks.after_break(text, end, start)
    run = marks.run_at(text, start, end)
    if run is None:
        return False
    at = run[1] + (text[run[1] : run[1] + 1] == ".")
    own = heads.own_link_at(text, at, end)
    if (at if own is None else own.span.end) != end:
        return False
    words = run[0].slice(text)
    return heads.has_words(words) and words.rstrip()[-1:] not in {":", "："}


def _is_linked(page: Page, number: int) -> bool:
    text, line = page.text, page.lines[number]
    start = marks.after_decoration(text, line.start, line.end, venue=False)
    while start < line.end and text[start] in '*_"“':
        start += 1
    if not text.startswith("[", start):
        return False
    links = assembly.links_of(page, number, number + 1)
    if not links or links[0][0].whole.start > start:
        return False
    link, label = links[0]
    if link.kind == "wiki":
        return link.text.end > link.text.start
    return label is None and link.boxed == link.whole and not text.startswith("#", link.url.start)


def _candidate(
    page: Page, opening: _Opening, stop: int, is_own_link: OwnLink
) -> Iterable[Candidate]:
    text, line = page.text, page.lines[opening.line]
    stop = page.without_layout(opening.line, stop)
    first = opening.line + 1
    while first < stop and page.kinds[first] not in {BLANK, ITEM, COMMENT}:
        first += 1
    links = assembly.links_of(page, opening.line, stop)
    own = [(link, label) for link, label in links if link.whole.start < line.end]
    region = Span(line.start, page.lines[first - 1].end)
    title = heads.title_of(text, region, line.end, own)
    if title is None:
        return
    address = labels.address_of(text, title.link, links)
    if address is None:
        return
    block = ("paragraph", opening.chapter)
    head = EntryHead("paragraph", block, opening.line, stop, region, title, address, links)
    yield assembly.assembled(page, head, is_own_link)
