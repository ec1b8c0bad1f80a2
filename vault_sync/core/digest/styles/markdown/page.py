"""A digest's lines, judged alone and in their blocks: list items, sections, tables.

A block is one list, one table, the sections of one chapter or its paragraphs. Front matter, code,
comments and what flat has claimed take part in none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from vault_sync.core.text.code_mask import pieces
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import DocumentLines, Line, Span, document_lines

BLANK, TEXT, HIDDEN, CODE, COMMENT, ITEM, HEADING, RULE, ANCHOR = range(9)
_LAYOUT = frozenset((BLANK, COMMENT, RULE, ANCHOR))
_LINKLESS = frozenset((COMMENT, CODE))

_BEYOND = 1 << 62
ITEM_MARK = regex(r"([ \t]*)([-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX/-]\][ \t]+)?")
_HEADING_MARK = regex(r" {0,3}(#{1,6})[ \t]+(?=\S)")
_LINK_SIGN = regex(r"://|\]\(|\[\[")
_ANCHOR = regex(r"<a [^<>\n]{0,200}>[^<>\n]{0,40}</a>|\[[^\[\]\n]{0,200}\]\(#[^()\s]{0,200}\)")


@dataclass(slots=True)
class ListItem:
    """An item: its line, its column, where its words begin, its parent, and where it ends.

    Lines are numbers from 0. `own` is the line behind its own paragraph, `stop` the line behind
    all that it holds. `block` numbers the lists of a page.
    """

    line: int
    column: int
    words: int
    parent: int | None
    block: int
    own: int
    stop: int


class HeadedSection(NamedTuple):
    """A heading: its line, where its words begin, the line behind its text, its chapter."""

    line: int
    words: int
    stop: int
    chapter: int


class TableBlock(NamedTuple):
    """A table: the line of its header, and the line behind its last row."""

    header: int
    stop: int


@dataclass(frozen=True, slots=True)
class Page:
    """A text in lines, what each line is, and its blocks.

    `starts` are the places where lines start, `linked` the numbers of those that may hold a link.
    """

    text: str
    lines: Sequence[Line]
    starts: Sequence[int]
    kinds: Sequence[int]
    items: Sequence[ListItem]
    sections: Sequence[HeadedSection]
    tables: Sequence[TableBlock]
    linked: Sequence[int]
    found: dict[int, list[Any]] = field(default_factory=dict)
    """The links of lines that were looked at, with their labels."""

    def words(self, number: int) -> str:
        """Return the words of a line."""
        start, end, _ = self.lines[number]
        return self.text[start:end]

    def number_at(self, offset: int) -> int:
        """Return the number of the line that holds a place."""
        return bisect_right(self.starts, offset) - 1

    def without_layout(self, start: int, stop: int) -> int:
        """Return the line behind the last one before `stop` that is more than layout."""
        while stop > start + 1 and self.kinds[stop - 1] in _LAYOUT:
            stop -= 1
        return stop


def page_of(text: str, claimed: Sequence[Span] = (), document: DocumentLines | None = None) -> Page:
    """Return the page of a text; the lines in `claimed` are another style's.

    `document` are the text's lines, if they are there already.
    """
    document = document or document_lines(text)
    of = document.lines
    starts = [line.start for line in of]
    kinds = _kinds(text, document, starts, claimed)
    tables = _tables(text, of, kinds)
    in_table = {number for table in tables for number in range(table.header, table.stop)}
    items = _items(text, of, kinds, in_table)
    sections = _sections(text, of, kinds)
    return Page(text, of, starts, kinds, items, sections, tables, _linked(text, starts, kinds))


def _kinds(
    text: str, document: DocumentLines, starts: Sequence[int], claimed: Sequence[Span]
) -> list[int]:
    of, inside, body = document
    kinds = [CODE if code else _kind(text, line) for line, code in zip(of, inside, strict=True)]
    kinds[:body] = [HIDDEN] * body
    if "<!--" in text or "%%" in text:
        touched = -1
        for piece in pieces(text):
            if piece.kind == "comment":
                touched = _hide(of, kinds, piece.span, text, touched)
    for span in claimed:
        for number in range(bisect_right(starts, span.start) - 1, len(of)):
            if of[number].start >= span.end:
                break
            kinds[number] = HIDDEN
    return kinds


def _linked(text: str, starts: Sequence[int], kinds: Sequence[int]) -> list[int]:
    """Return the numbers of the lines that may hold a link."""
    numbers = (bisect_right(starts, link.start()) - 1 for link in _LINK_SIGN.finditer(text))
    return list(dict.fromkeys(each for each in numbers if kinds[each] not in _LINKLESS))


def _hide(of: Sequence[Line], kinds: list[int], span: Span, text: str, touched: int) -> int:
    """Mark the lines that a comment covers whole, and return the last that it touches.

    Line `touched` holds another comment, so none covers it: a line of many is looked at once.
    """
    number = bisect_right(of, (span.start, _BEYOND)) - 1
    number += number == touched
    while number < len(of) and of[number].start < span.end:
        line = of[number]
        before = text[line.start : max(line.start, span.start)].strip()
        after = text[min(line.end, span.end) : line.end].strip()
        if not before and not after:
            kinds[number] = COMMENT
        number += 1
    return number - 1


def _kind(text: str, line: Line) -> int:
    words = text[line.start : line.end]
    plain = words.strip()
    if not plain:
        return BLANK
    first = plain[0]
    if first in "-*_" and len(plain) > 2 and not plain.strip(first + " \t"):
        return RULE
    if first in "-*+0123456789" and ITEM_MARK.match(words):
        return ITEM
    if first == "#" and _HEADING_MARK.match(words):
        return HEADING
    return ANCHOR if first in "<[" and _ANCHOR.fullmatch(plain) else TEXT


def _tables(text: str, of: Sequence[Line], kinds: Sequence[int]) -> list[TableBlock]:
    found = []
    number = 1
    while number < len(of):
        if kinds[number] == TEXT and kinds[number - 1] == TEXT and _is_delimiter(text, of[number]):
            stop = number + 1
            while stop < len(of) and kinds[stop] == TEXT and "|" in _words(text, of[stop]):
                stop += 1
            if "|" in _words(text, of[number - 1]):
                found.append(TableBlock(number - 1, stop))
            number = stop
        number += 1
    return found


def _words(text: str, line: Line) -> str:
    return text[line.start : line.end]


def _is_delimiter(text: str, line: Line) -> bool:
    words = _words(text, line)
    return "-" in words and "|" in words and not words.strip("|:- \t")


def _column(words: str) -> int:
    """Return the column where the words of a line begin; a tab goes to the next fourth one."""
    column = 0
    for character in words:
        if character == "\t":
            column += 4 - column % 4
        elif character == " ":
            column += 1
        else:
            break
    return column


class _ListWalk:
    """One walk over the lines of a page, with the items that are open."""

    def __init__(self) -> None:
        self.items: list[ListItem] = []
        self.open: list[int] = []
        self.block = 0
        self.last: int  # the last line of the items that are open
        self.blank = False
        self.paragraph = False

    def close(self, count: int) -> None:
        """Close all open items but the outer `count`."""
        while len(self.open) > count:
            self.items[self.open.pop()].stop = self.last + 1

    def add(self, number: int, column: int, words: int) -> None:
        """Open an item on a line: below the open ones that stand further left."""
        count = len(self.open)
        while count and column < self.items[self.open[count - 1]].column + 2:
            count -= 1
        self.close(count)
        parent = self.open[-1] if self.open else None
        self.open.append(len(self.items))
        self.items.append(
            ListItem(number, column, words, parent, self.block, number + 1, number + 1)
        )
        self.last, self.blank, self.paragraph = number, False, True

    def go_on(self, number: int, column: int) -> None:
        """Take a line into the items that it belongs to; close those that it ends."""
        if self.blank:
            count = len(self.open)
            while count and column <= self.items[self.open[count - 1]].column:
                count -= 1
            self.close(count)
        if not self.open:
            self.end()
            return
        self.last = number
        if self.paragraph:
            self.items[self.open[-1]].own = number + 1
        self.blank = False

    def end(self) -> None:
        """Close all items: what follows is another list."""
        self.close(0)
        self.block += 1
        self.blank = self.paragraph = False


def _items(
    text: str, of: Sequence[Line], kinds: Sequence[int], in_table: set[int]
) -> list[ListItem]:
    walk = _ListWalk()
    for number, kind in enumerate(kinds):
        words = _words(text, of[number])
        if kind in (BLANK, COMMENT):
            walk.blank, walk.paragraph = True, False
        elif kind == ITEM and number not in in_table:
            mark = ITEM_MARK.match(words)
            assert mark is not None
            column = _column(words)
            # Four blanks without a list above are code.
            if walk.open or column < 4:
                walk.add(number, column, of[number].start + mark.end())
        elif walk.open and kind in {TEXT, CODE, ANCHOR, RULE} and number not in in_table:
            column = _column(words)
            if kind in {RULE, CODE} and column < 2:
                walk.end()
            else:
                walk.go_on(number, column)
        elif walk.open:
            walk.end()
    walk.close(0)
    return walk.items


def _sections(text: str, of: Sequence[Line], kinds: Sequence[int]) -> list[HeadedSection]:
    """Return the headings; a chapter is the headings of one level below the same heading."""
    heads = []
    for number, kind in enumerate(kinds):
        if kind == HEADING:
            mark = _HEADING_MARK.match(_words(text, of[number]))
            assert mark is not None
            heads.append((number, len(mark[1]), of[number].start + mark.end()))
    found = []
    chapters: dict[int, int] = {}
    hidden = [number for number, kind in enumerate(kinds) if kind == HIDDEN]
    for place, (number, level, words) in enumerate(heads):
        stop = heads[place + 1][0] if place + 1 < len(heads) else len(of)
        after = bisect_right(hidden, number)
        if after < len(hidden):
            stop = min(stop, hidden[after])
        chapters = {depth: first for depth, first in chapters.items() if depth <= level}
        chapter = chapters.setdefault(level, number)
        found.append(HeadedSection(number, words, stop, chapter))
    return found
