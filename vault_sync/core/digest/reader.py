r"""Reading a digest: its entries, each with its fields and where they stand.

Grammar (docs/format.md), line by line outside fenced code; only LF ends a line, a fence that is
never closed fences nothing:

- **entry head**: nothing but an address. It opens an entry when the next non-blank line is a title
  line (`title_line`) or the entry's own link, or when it stands where only a new entry can stand:
  first in the digest (its first line, usually its name, aside), or right after a tag line, a
  heading of level 1 or 2, or a thematic break. Any other address is commentary.
- **own link**: an entry's link, alone on its line, without display text: the first non-blank line
  under the address, or under a title line that has no link. Whether it is the entry's is for the
  caller to say (`is_own_link`). A title line without link that comes next under one below the
  address is the entry's title: it was typed late.
- **tag line**: only tags, as Obsidian knows them, at least one of them with a non-digit; commas and
  semicolons may part them. All tag lines of an entry are read, whichever place they have in it;
  `#a#b` gives both.
- **commentary**: every other line, from the first non-blank to the last non-blank one.
- ATX headings of level 1 and 2 end an entry, and what follows is the digest's own until the next
  head; deeper ones are commentary. Thematic breaks are commentary where more of the entry follows;
  trailing ones, like trailing blanks, are layout between entries. Front matter is the digest's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from vault_sync.core.digest import title_line
from vault_sync.core.digest.damage import damage_notices
from vault_sync.core.digest.styles.style import StyledSpans, StyleName
from vault_sync.core.digest.title_line import TitleLine
from vault_sync.core.model.values import Fields, Key
from vault_sync.core.naming.keys import KINDS, is_paper, key_of
from vault_sync.core.naming.tags import TAG, is_tag_line
from vault_sync.core.naming.wikilinks import addresses
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import DocumentLines, Line, Span, document_lines, shared

OwnLink = Callable[[Key, str, bool], bool]
"""The test of a link that stands alone: is it the tool's, of the entry of this key? Under a
title line (True) a commentary can begin with a link as well; under an address (False) none does."""


class TitleLink(NamedTuple):
    """The tool's link of an entry: its target as written, and the whole `[[...]]`."""

    target: str
    span: Span


class EntrySpans(NamedTuple):
    """The places of an entry's parts, for the edits of `editor`.

    Numbers are those of the digest's lines, from 0. `below` is the title line, or the own link of
    an entry without title; `link` the own link of one that has a title. `by_place`: nothing
    but its place opens it.
    """

    address: Span
    title: TitleLine | None
    below: int | None
    link: int | None
    commentary: Sequence[int]
    tags: Sequence[int]
    by_place: bool


class Entry(NamedTuple):
    """One paper in a digest.

    `line` and `commentary_line` are 1-based: the head, and the first line of the commentary or
    where it would stand. `span` runs from the head to behind the newline of its last own line.
    """

    key: Key
    fields: Fields
    line: int
    span: Span
    link: TitleLink | None
    commentary_line: int
    layout: EntrySpans
    styled: StyledSpans | None = None
    """The places of the parts of an entry in another style than flat, whose `layout` is empty."""

    @property
    def unfinished(self) -> bool:
        """True for an address and nothing else."""
        return self.link is None and self.fields == Fields(self.fields.url)


class Digest(NamedTuple):
    """A digest as it was read. `notices` are (line, code, message), in the order of lines."""

    text: str
    entries: tuple[Entry, ...]
    notices: tuple[tuple[int, str, str], ...]
    repeats: tuple[Entry, ...] = ()
    """In other styles than flat: papers met above. They are linked as the first is, never read."""

    styles: tuple[StyleName, ...] = ("flat",)

    def names(self, key: Key, note: str) -> bool:
        """Return True if anything in it names a paper: an entry, an address, a link to its note."""
        return (
            f"[[{note}" in self.text
            or any(entry.key == key for entry in self.entries)
            or any(key_of(url) == key for _, url in addresses(self.text))
        )


# What a line can be, judged alone.
BLANK, TEXT, FENCED, ADDRESS, TAGS, HEADING, RULE = range(7)
LAYOUT = frozenset((BLANK, RULE))
_BEFORE_HEADS = frozenset((TAGS, HEADING, RULE))

_HEADING_LINE = regex(r" {0,3}#{1,2}(?:[ \t]|$)")
_RULE = regex(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
_ID_PREFIXES = tuple(f"{kind.name}:" for kind in KINDS if kind.opens_entry)
_ADDRESS = rf"(?:{'|'.join(('https?://', *_ID_PREFIXES))})[^\s<>]+"
_ADDRESS_LINE = regex(rf"<{_ADDRESS}>|{_ADDRESS}", re.IGNORECASE)
_ADDRESS_STARTS = frozenset("<hH").union(
    *(prefix[0] + prefix[0].upper() for prefix in _ID_PREFIXES)
)


def under_address(_key: Key, _target: str, titled: bool) -> bool:
    return not titled


def read(
    text: str, is_own_link: OwnLink = under_address, document: DocumentLines | None = None
) -> Digest:
    """Return the digest with its entries, in their order. Total; one walk, linear in the text.

    Two entries may have one key. `is_own_link` is asked for every wikilink that stands alone under
    an address or a title line. `document` are the text's lines, if they are there already.
    """
    of, mask, begin = document or document_lines(text)
    kinds = [
        FENCED if inside else kind_of(text, line) for line, inside in zip(of, mask, strict=True)
    ]
    entries = tuple(_Reader(text, of, kinds, is_own_link).entries(begin))
    found = [
        *damage_notices(text, of, mask),
        *_swallowed(text, of, kinds, entries),
        *_refused_titles(text, of, kinds, entries),
    ]
    return Digest(text, entries, tuple(sorted(found)))


def kind_of(text: str, line: Line) -> int:
    """Return the kind of a line, judged alone and outside fenced code."""
    words = text[line.start : line.end].strip()
    if not words:
        return BLANK
    first = words[0]
    if first == "#":
        if is_tag_line(words):
            return TAGS
        return HEADING if _HEADING_LINE.match(text, line.start, line.end) else TEXT
    if first in _ADDRESS_STARTS:
        return ADDRESS if _ADDRESS_LINE.fullmatch(words) else TEXT
    if first in "-*_" and _RULE.fullmatch(text, line.start, line.end):
        return RULE
    return TEXT


class _Head(NamedTuple):
    """An entry that has opened: numbers of its lines, and what was found on them."""

    number: int
    key: Key
    address: Span
    below: int | None
    title: TitleLine | None
    link: TitleLink | None
    link_line: int | None = None

    @property
    def last(self) -> int:
        """The last line of it, below which the rest of the entry begins."""
        return max(self.number, self.below or 0, self.link_line or 0)


class _Reader(NamedTuple):
    text: str
    lines: Sequence[Line]
    kinds: Sequence[int]
    is_own_link: OwnLink

    def entries(self, begin: int) -> Iterable[Entry]:
        head: _Head | None = None
        fresh, first = True, True
        number = begin
        while number < len(self.kinds):
            kind = self.kinds[number]
            opened = self._head(number, fresh) if kind == ADDRESS else None
            if head is not None and (opened is not None or kind == HEADING):
                yield self._entry(head, number)
                head = None
            if opened is not None:
                head = opened
                number = opened.last
                fresh = False
            elif kind != BLANK:
                # The first line of the file is the digest's name: what follows still comes first.
                fresh = kind in _BEFORE_HEADS or first
            first = first and kind == BLANK
            number += 1
        if head is not None:
            yield self._entry(head, number)

    def _head(self, number: int, fresh: bool) -> _Head | None:
        text, line = self.text, self.lines[number]
        words = text[line.start : line.end]
        address = words.strip().strip("<>")
        key = key_of(address)
        if key is None:
            return None
        start = line.start + words.index(address)
        span = Span(start, start + len(address))
        below = self._next(number)
        title = self._title(below, key)
        if title is not None and title.link is not None and title.target is not None:
            link = TitleLink(title.target.slice(text), title.link)
            return _Head(number, key, span, below, title, link)
        if title is not None:
            late = self._next(below)
            alone = self._alone(late, key, titled=True)
            at = None if alone is None else late
            return _Head(number, key, span, below, title, alone, at)
        alone = self._alone(below, key, titled=False)
        if alone is not None:
            late = self._next(below)
            title = self._title(late, key)
            if title is not None and title.link is None:
                return _Head(number, key, span, late, title, alone, below)
            return _Head(number, key, span, below, None, alone)
        return _Head(number, key, span, None, None, None) if fresh else None

    def _next(self, number: int) -> int:
        """Return the first line below that is not blank."""
        number += 1
        while number < len(self.kinds) and self.kinds[number] == BLANK:
            number += 1
        return number

    def _title(self, number: int, key: Key) -> TitleLine | None:
        if number >= len(self.kinds) or self.kinds[number] != TEXT:
            return None
        start, end, _ = self.lines[number]
        found = title_line.parse(self.text, start, end)
        return found or title_line.of_paper(self.text, start, end, key)

    def _alone(self, number: int, key: Key, *, titled: bool) -> TitleLink | None:
        """Return the entry's own link, if it is all that stands on a line."""
        if number >= len(self.kinds) or self.kinds[number] != TEXT:
            return None
        start, end, _ = self.lines[number]
        found = title_line.own_link(self.text, start, end)
        if found is None or not self.is_own_link(key, found[1], titled):
            return None
        return TitleLink(found[1], Span(*found.span()))

    def _entry(self, head: _Head, stop: int) -> Entry:
        """Return the entry whose lines run from its head up to, not including, line `stop`."""
        kinds = self.kinds
        above = head.last
        while kinds[stop - 1] in LAYOUT:
            stop -= 1
        tags = tuple([number for number in range(above + 1, stop) if kinds[number] == TAGS])
        commentary = self._commentary(above + 1, stop, tags)
        text, address, title = self.text, head.address, head.title
        fields = Fields(
            text[address.start : address.end],
            "" if title is None else text[title.title.start : title.title.end],
            () if title is None else title.names,
            self._tags(tags),
            self._words(commentary),
        )
        layout = EntrySpans(
            address,
            title,
            head.below,
            head.link_line,
            commentary,
            tags,
            title is None and head.link is None,
        )
        span = Span(self.lines[head.number].start, self.lines[stop - 1].stop)
        commentary_line = (commentary[0] if commentary else above + 1) + 1
        return Entry(head.key, fields, head.number + 1, span, head.link, commentary_line, layout)

    def _commentary(self, start: int, stop: int, tags: Sequence[int]) -> Sequence[int]:
        kinds = self.kinds
        numbers: Sequence[int] = range(start, stop)
        if tags and tags[0] == stop - len(tags):
            numbers = range(start, tags[0])
        elif tags:
            numbers = tuple([number for number in numbers if kinds[number] != TAGS])
        first, last = 0, len(numbers)
        while first < last and kinds[numbers[first]] == BLANK:
            first += 1
        while last > first and kinds[numbers[last - 1]] == BLANK:
            last -= 1
        return numbers[first:last]

    def _words(self, numbers: Sequence[int]) -> str:
        text, of = self.text, self.lines
        if isinstance(numbers, range):
            words = text[of[numbers[0]].start : of[numbers[-1]].end] if numbers else ""
            return words.replace("\r\n", "\n") if "\r" in words else words
        return "\n".join([text[of[number].start : of[number].end] for number in numbers])

    def _tags(self, numbers: Sequence[int]) -> tuple[str, ...]:
        tokens = TAG.findall(self._words(numbers))
        return tuple(dict.fromkeys([shared(token[1:]) for token in tokens]))


def _refused_titles(
    text: str, of: Sequence[Line], kinds: Sequence[int], entries: Sequence[Entry]
) -> Iterable[tuple[int, str, str]]:
    """Yield the lines under an entry's head that are built like a title line and are none."""
    for entry in entries:
        first = entry.commentary_line - 1
        layout = entry.layout
        if layout.title is not None or not layout.commentary or kinds[first] != TEXT:
            continue
        if layout.tags and layout.tags[0] < first:
            continue
        reason = title_line.refusal(text, of[first].start, of[first].end)
        if reason:
            message = (
                f"this looks like a title line and is read as commentary: {reason}; a title line "
                "is `Title (Author, Author)`"
            )
            yield first + 1, "title-not-read", message


def _swallowed(
    text: str, of: Sequence[Line], kinds: Sequence[int], entries: Sequence[Entry]
) -> Iterable[tuple[int, str, str]]:
    """Yield the addresses of papers in a commentary above what may be a title without authors.

    Most likely entries that nothing marks as such. Prose ends in a full stop, and is no title.
    """
    if kinds.count(ADDRESS) == len(entries):
        return
    for entry in entries:
        commentary = [each for each in entry.layout.commentary if kinds[each] != BLANK]
        for number, below in pairwise(commentary):
            if kinds[number] != ADDRESS or kinds[below] != TEXT:
                continue
            address = text[of[number].start : of[number].end].strip()
            key = key_of(address)
            words = text[of[below].start : of[below].end].rstrip()
            if key is None or key == entry.key or not is_paper(key) or words.endswith("."):
                continue
            message = (
                f"{address} is read as commentary of the entry of line {entry.line}; if it is an "
                "entry, write its title line as `Title (Author, Author)`"
            )
            yield number + 1, "address-in-commentary", message
