"""Candidate entries made of their parts: address, title, authors, tags, commentary."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from vault_sync.core.digest import title_line
from vault_sync.core.digest.reader import Entry, EntrySpans, OwnLink, TitleLink
from vault_sync.core.digest.styles import heads, labels, names
from vault_sync.core.digest.styles.heads import HeadTail, HeadTitle, LabelledLink
from vault_sync.core.digest.styles.labels import Address
from vault_sync.core.digest.styles.markdown import inline, marks
from vault_sync.core.digest.styles.markdown.inline import InlineLink
from vault_sync.core.digest.styles.markdown.page import BLANK, CODE, COMMENT, Page
from vault_sync.core.digest.styles.names import AuthorList
from vault_sync.core.digest.styles.style import StyledSpans, StyleName
from vault_sync.core.model.values import FieldName, Fields, Key
from vault_sync.core.naming.tags import TAG, is_tag_line
from vault_sync.core.text.spans import Span

_STOPS = ".;,。；，([（|"
_LEADS = " \t:：-–—"
_WHOLE_LINE: frozenset[FieldName] = frozenset(("url", "title", "tags", "commentary"))
_WITH_AUTHORS: frozenset[FieldName] = _WHOLE_LINE | {"authors"}


class Candidate(NamedTuple):
    """A possible entry: its style, its block, its lines (from 0), and whether it is plainly one.

    `broken`: its title does not close, and it is left alone.
    """

    style: StyleName
    block: tuple[str, int]
    line: int
    stop: int
    entry: Entry
    plain: bool
    broken: bool


class EntryHead(NamedTuple):
    """The head of an entry as it was found: its lines, its title, its address, and all its links.

    `region` are the characters in which the title stands; `heading`: the tool's link goes to the
    end of the line with the address.
    """

    style: StyleName
    block: tuple[str, int]
    line: int
    stop: int
    region: Span
    title: HeadTitle
    address: Address
    links: Sequence[LabelledLink]


class LinkPlace(NamedTuple):
    """The tool's link of an entry, or where it goes: around the title (`wraps`) or to `at`."""

    own: TitleLink | None
    at: int
    wraps: bool = False


class _LowerLines(NamedTuple):
    """The lines of an entry below its head: which are commentary, tags, a list of authors."""

    commentary: Sequence[int]
    tags: Sequence[int]
    authors: AuthorList | None


def links_of(page: Page, start: int, stop: int) -> list[LabelledLink]:
    """Return the links of some lines, each with its label; a line is looked at once only."""
    first = bisect_left(page.linked, start)
    if first == len(page.linked) or page.linked[first] >= stop:
        return []
    if stop == start + 1:
        return _links_at(page, start)
    numbers = page.linked[first : bisect_left(page.linked, stop, first)]
    return [link for number in numbers for link in _links_at(page, number)]


def _links_at(page: Page, number: int) -> list[LabelledLink]:
    found = page.found.get(number)
    if found is None:
        start, end, _ = page.lines[number]
        found = [
            (link, labels.label_of(page.text, link, start))
            for link in inline.scan(page.text, Span(start, end))
        ]
        page.found[number] = found
    return found


def assembled(page: Page, head: EntryHead, is_own_link: OwnLink) -> Candidate:
    """Return the candidate of a head in a list, under a heading or in a paragraph."""
    text, title = page.text, head.title
    line = page.lines[page.number_at(title.span.start)]
    link = _link_place(page, head, is_own_link)
    behind = link.own if link.own is not None and link.own.span.start >= title.after else None
    at = title.after if behind is None or head.style == "heading" else behind.span.end
    stop = _inline_stop(text, head.links, at, marks.after_break(text, line.end, at))
    label = _label_span(page, head.address)
    if at <= label.start < stop:
        # Its full stop parts the words from the label, and is neither's.
        stop = at + len(text[at : label.start].rstrip().rstrip(_STOPS))
    tail = heads.tail_of(text, title, at, head.region, stop)
    if head.style == "heading" and tail.inline is not None:
        tail = HeadTail(None, None, at)
    return _candidate(page, head, link, label, tail, _lower_lines(page, head, tail))


def _link_place(page: Page, head: EntryHead, is_own_link: OwnLink) -> LinkPlace:
    text, title, key = page.text, head.title, head.address.key
    if head.style == "heading":
        target = page.lines[page.number_at(head.address.link.whole.start)]
        end = _heading_link_place(text, target.start, target.end)
        own = _last_link(text, target.start, end)
        is_own = own is not None and is_own_link(key, own.target, True)
        return LinkPlace(own if is_own else None, end)
    if title.own is not None:
        return LinkPlace(title.own, title.after)
    place = link_behind(text, title, key, head.region.end, is_own_link)
    # Right under an address `[[note|Title]]` would make a flat entry of it.
    return place._replace(wraps=place.wraps and not _is_under_address(page, head.line))


def _is_under_address(page: Page, number: int) -> bool:
    number -= 1
    while number >= 0 and page.kinds[number] == BLANK:
        number -= 1
    words = page.words(number).strip() if number >= 0 else ""
    return "://" in words and not any(character.isspace() for character in words)


def link_behind(text: str, title: HeadTitle, key: Key, end: int, is_own_link: OwnLink) -> LinkPlace:
    """Return the tool's link right behind a title, or where it would stand."""
    own = heads.own_link_at(text, title.after, end)
    if own is not None and is_own_link(key, own.target, True):
        return LinkPlace(own, title.after)
    return LinkPlace(None, title.after, wraps=_may_wrap(text, title))


def _candidate(
    page: Page,
    head: EntryHead,
    link: LinkPlace,
    label: Span,
    tail: HeadTail,
    lower: _LowerLines,
) -> Candidate:
    authors = tail.authors or lower.authors
    spans = StyledSpans(
        head.style,
        head.title.span,
        link.wraps,
        link.at,
        None if authors is None else authors.span,
        label,
        page.number_at(tail.end - 1),
        _WITH_AUTHORS if authors is not None and not authors.partial else _WHOLE_LINE,
        tail.inline,
        lower.commentary,
        common_indent(page, lower.commentary or lower.tags),
        lower.tags,
        least_authors=_least_authors(page.text, head, authors),
    )
    fields = Fields(
        head.address.link.url.slice(page.text),
        marks.value(page.text, head.title.span),
        () if authors is None else authors.names,
        tags_of(page, lower.tags),
        commentary_of(page, tail.inline, lower.commentary, spans.indent),
    )
    return claim(page, head, fields, link.own, spans)


def _least_authors(text: str, head: EntryHead, authors: AuthorList | None) -> int:
    """Return how many names a list needs to be read as one: a parenthesis may hold anything."""
    bare = authors is not None and (
        text[authors.span.start - 1] == "(" or authors is head.title.authors
    )
    return 2 if bare else 1


def claim(
    page: Page, head: EntryHead, fields: Fields, own: TitleLink | None, spans: StyledSpans
) -> Candidate:
    """Return the candidate of a head with its fields, the tool's link and its places."""
    span = Span(page.lines[head.line].start, page.lines[head.stop - 1].stop)
    first = spans.lower[0] if spans.lower else spans.head_line
    layout = unlaid(head.address.link.url)
    key, broken = head.address.key, not marks.balanced(fields.title)
    entry = Entry(key, fields, head.line + 1, span, own, first + 1, layout, spans)
    plain = head.address.plain
    return Candidate(head.style, head.block, head.line, head.stop, entry, plain, broken)


def unlaid(address: Span) -> EntrySpans:
    """Return the flat layout of an entry in another style: its address, and nothing else."""
    return EntrySpans(address, None, None, None, (), (), by_place=False)


def _label_span(page: Page, address: Address) -> Span:
    line = page.lines[page.number_at(address.link.whole.start)]
    return labels.span_of_address(page.text, address.link, line.start)


def _may_wrap(text: str, title: HeadTitle) -> bool:
    words = title.span.slice(text)
    if title.kind == "link" or "\n" in words or not title_line.can_be_linked(words):
        return False
    return " ".join(words.split()) == marks.value(text, title.span)


def _heading_link_place(text: str, start: int, end: int) -> int:
    """Return where the tool's link ends, or would stand, on a line: before its hard break."""
    at = marks.after_break(text, end, start)
    if text[start : start + 4].lstrip().startswith("#") and text[at - 1 : at] == "#":
        closing = len(text[start:at].rstrip("#"))
        if text[start + closing - 1].isspace():
            at = start + len(text[start : start + closing].rstrip())
    return at


def _last_link(text: str, start: int, end: int) -> TitleLink | None:
    if not text.endswith("]]", start, end):
        return None
    opening = text.rfind("[[", start, end)
    opening -= opening > start and text[opening - 1] in " \t"
    found = heads.own_link_at(text, opening, end) if opening >= start else None
    return found if found is not None and found.span.end == end else None


def _inline_stop(text: str, links: Sequence[LabelledLink], at: int, end: int) -> int:
    """Return the start of the first `[[label](u)]` behind `at` on the line, else its end."""
    for link, label in links:
        if label is None or not at <= link.boxed.start < end:
            continue
        if text.startswith("[[", link.boxed.start) or not text[at : link.boxed.start].strip(_LEADS):
            return link.boxed.start
    return end


def _lower_lines(page: Page, head: EntryHead, tail: HeadTail) -> _LowerLines:
    text = page.text
    first = page.number_at(tail.end - 1) + 1
    labelled = {page.number_at(head.address.link.whole.start)}
    for link, label in head.links:
        number = page.number_at(link.whole.start) if label else -1
        if number >= first and number not in labelled and _is_address_line(page, number, link):
            labelled.add(number)
    commentary: list[int] = []
    tags: list[int] = []
    authors: AuthorList | None = None
    below = _authors_below(page, head) if tail.authors is None else None
    if below is not None:
        authors = below
        labelled.add(page.number_at(below.span.start))
    for number in range(first, head.stop):
        line = page.lines[number]
        kind = page.kinds[number]
        if kind == COMMENT or (number in labelled and kind != CODE):
            continue
        at = names.after_label(text, line.start, line.end) if kind != CODE else None
        if at is not None and authors is None and tail.authors is None:
            end = marks.after_break(text, line.end, at)
            authors = names.read(text, Span(at, max(at, end)))
        elif kind != CODE and is_tag_line(page.words(number).strip()):
            tags.append(number)
        else:
            commentary.append(number)
    # A blank line under words on the title's line parts two paragraphs of one commentary.
    opened = tail.inline is not None and len(set(tail.inline)) > 1
    commentary = without_blank_ends(page, commentary, opened=opened)
    return _LowerLines(tuple(commentary), tuple(tags), authors)


def _authors_below(page: Page, head: EntryHead) -> AuthorList | None:
    """Return the authors in italics that the words under a heading begin with."""
    if head.style != "heading":
        return None
    number = head.line + 1
    while number < head.stop and page.kinds[number] in {BLANK, COMMENT}:
        number += 1
    if number >= head.stop or page.kinds[number] == CODE:
        return None
    line = page.lines[number]
    starts = page.text.startswith(("*", "_"), line.start)
    return heads.authors_at(page.text, line.start, line.end) if starts else None


def _is_address_line(page: Page, number: int, link: InlineLink) -> bool:
    """Return whether a line holds a labelled link and is no prose: 12 words beside its links."""
    if not labels.is_labelled_address(page.text, link, page.lines[number].start):
        return False
    words = page.words(number)
    shown = sum(len(link.whole.slice(page.text).split()) for link, _ in _links_at(page, number))
    return len(words.split()) - shown <= 12


def without_blank_ends(page: Page, numbers: list[int], *, opened: bool = False) -> list[int]:
    """Return lines without the blank ones at their end, and unless `opened` at their start."""
    first, last = 0, len(numbers)
    while last and page.kinds[numbers[last - 1]] == BLANK:
        last -= 1
    while first < last and page.kinds[numbers[first]] == BLANK and not opened:
        first += 1
    return numbers[first:last]


def tags_of(page: Page, numbers: Sequence[int]) -> tuple[str, ...]:
    """Return the tags of some tag lines, none twice."""
    found = [token[1:] for number in numbers for token in TAG.findall(page.words(number))]
    return tuple(dict.fromkeys(found))


def common_indent(page: Page, numbers: Sequence[int]) -> str:
    """Return the blanks that every line of a commentary begins with."""
    indent: str | None = None
    for number in numbers:
        if page.kinds[number] == BLANK:
            continue
        words = page.words(number)
        blanks = words[: len(words) - len(words.lstrip(" \t"))]
        if indent is None:
            indent = blanks
        while not blanks.startswith(indent):
            indent = indent[:-1]
    return indent or ""


def commentary_of(page: Page, inline_at: Span | None, numbers: Sequence[int], indent: str) -> str:
    """Return the words on the title's line and the lower lines without their indent."""
    found = (
        [inline_at.slice(page.text)] if inline_at is not None and len(set(inline_at)) > 1 else []
    )
    for number in numbers:
        words = page.words(number)
        found.append(words.removeprefix(indent) if words.strip() else "")
    return "\n".join(found)
