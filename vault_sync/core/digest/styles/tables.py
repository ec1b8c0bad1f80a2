r"""The style `table`: a row a paper; the header names the columns.

A bar inside a cell is escaped (`\|`). Where a row has more cells than the header, bars in maths and
code are taken for words. No row is added or taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from vault_sync.core.digest.reader import OwnLink
from vault_sync.core.digest.styles import assembly, heads, labels, names
from vault_sync.core.digest.styles.assembly import Candidate, EntryHead, LinkPlace
from vault_sync.core.digest.styles.heads import LabelledLink
from vault_sync.core.digest.styles.markdown import inline, marks
from vault_sync.core.digest.styles.markdown.page import Page, TableBlock
from vault_sync.core.digest.styles.style import StyledSpans
from vault_sync.core.model.values import FieldName, Fields
from vault_sync.core.naming.keys import key_of
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Line, Span, stripped

_TITLES = (
    "title",
    "paper title",
    "paper name",
    "标题",
    "题目",
    "论文标题",
    "论文题目",
    "论文名称",
    "제목",
    "논문 제목",
)
_PAPERS = (
    "paper",
    "papers",
    "name",
    "名字",
    "名称",
    "论文",
    "文章",
    "article",
    "publication",
    "논문",
)
_AUTHORS = frozenset(("authors", "author", "author(s)", "作者", "저자"))
_NOTES = frozenset(
    (
        "note",
        "notes",
        "summary",
        "comment",
        "comments",
        "简介",
        "摘要",
        "备注",
        "tldr",
        "tl;dr",
        "메모",
        "비고",
        "요약",
    )
)
_MOST_COLUMNS = 100
_BARS = regex(r"\\.|\|")
_BARS_AROUND = regex(r"\\.|\$[^$\n]{1,400}\$|`[^`\n]{1,400}`|\|")
_SENTENCES = regex(r"\d+[.)] .*[.。] ?\w")


class _Columns(NamedTuple):
    """The numbers of a table's columns by what they hold, and each column's name."""

    title: int
    authors: int | None
    note: int | None
    names: Sequence[str]


def candidates(page: Page, is_own_link: OwnLink) -> Iterable[Candidate]:
    """Return the rows that may be entries."""
    for table in page.tables:
        columns = _columns(page, table)
        if columns is None:
            continue
        for number in range(table.header + 2, table.stop):
            cells = cells_of(page.text, page.lines[number], len(columns.names))
            if len(cells) > columns.title:
                yield from _row(page, (table.header, number), columns, cells, is_own_link)


def cells_of(text: str, line: Line, count: int) -> list[Span]:
    """Return the cells of a row without the blanks at their ends."""
    around = _split(text, line, _BARS_AROUND, count + 1)
    return around if len(around) == count else _split(text, line, _BARS, count)


def _split(text: str, line: Line, pattern: re.Pattern[str], most: int) -> list[Span]:
    """Return the cells of a row, at most so many."""
    start, end = stripped(text, Span(line.start, line.end))
    start += text.startswith("|", start, end)
    cells = []
    for bar in pattern.finditer(text, start, end):
        if bar[0] == "|":
            cells.append(_cell(text, start, bar.start()))
            start = bar.end()
            if len(cells) == most:
                return cells
    if start < end:
        cells.append(_cell(text, start, end))
    return cells


def _cell(text: str, start: int, end: int) -> Span:
    """Return a cell's words; of an empty one the place behind its first blank."""
    span = stripped(text, Span(start, end))
    return Span(min(start + 1, end), min(start + 1, end)) if span.start >= span.end else span


def _columns(page: Page, table: TableBlock) -> _Columns | None:
    cells = cells_of(page.text, page.lines[table.header], _MOST_COLUMNS)
    found = [marks.value(page.text, cell).strip(" :").lower() for cell in cells]
    title = next((found.index(name) for name in (*_TITLES, *_PAPERS) if name in found), None)
    if title is None:
        return None
    return _Columns(title, _column(found, _AUTHORS), _column(found, _NOTES), found)


def _column(found: Sequence[str], wanted: frozenset[str]) -> int | None:
    return next((number for number, name in enumerate(found) if name in wanted), None)


def _row(
    page: Page,
    place: tuple[int, int],
    columns: _Columns,
    cells: Sequence[Span],
    is_own_link: OwnLink,
) -> Iterable[Candidate]:
    text = page.text
    region = cells[columns.title]
    links = list(_links(text, cells, columns))
    inside = [each for each in links if region.start <= each[0].whole.start < region.end]
    title = heads.title_of(text, region, region.end, inside)
    if title is None or title.span.end > region.end:
        return
    if title.kind == "text" and _SENTENCES.match(text, *region):
        return
    address = labels.address_of(text, title.link, links)
    if address is not None:
        header, number = place
        block = ("table", header)
        head = EntryHead("table", block, number, number + 1, region, title, address, links)
        yield _candidate(page, head, columns, cells, is_own_link)


def _links(text: str, cells: Sequence[Span], columns: _Columns) -> Iterable[LabelledLink]:
    for number, (cell, name) in enumerate(zip(cells, columns.names, strict=False)):
        column = None if number == columns.title else labels.words_label(name)
        for link in inline.scan(text, cell):
            own = labels.label_of(text, link, cell.start)
            label = own or column
            if label == "paper" and column == "paper" and link.kind != "wiki":
                label = "paper" if labels.is_paper_key(key_of(link.url.slice(text))) else own
            yield link, label


def _candidate(
    page: Page,
    head: EntryHead,
    columns: _Columns,
    cells: Sequence[Span],
    is_own_link: OwnLink,
) -> Candidate:
    text, title, address = page.text, head.title, head.address
    link = (
        LinkPlace(title.own, title.after)
        if title.own is not None
        else assembly.link_behind(text, title, address.key, head.region.end, is_own_link)
    )
    cell = _cell_at(cells, columns.authors)
    authors = None if cell is None else names.read(text, cell)
    note = _cell_at(cells, columns.note)
    places: set[FieldName] = {"url", "title"}
    places |= {"authors"} if authors is not None and not authors.partial else set()
    places |= {"commentary"} if note is not None else set()
    spans = StyledSpans(
        "table",
        title.span,
        link.wraps,
        link.at,
        cell,
        address.link.boxed,
        head.line,
        frozenset(places),
        note,
        least_authors=0,
    )
    words = "" if note is None else note.slice(text).replace("\\|", "|")
    people = () if authors is None else authors.names
    value = marks.value(text, title.span)
    fields = Fields(address.link.url.slice(text), value, people, (), words)
    return assembly.claim(page, head, fields, link.own, spans)


def _cell_at(cells: Sequence[Span], column: int | None) -> Span | None:
    return cells[column] if column is not None and column < len(cells) else None
