r"""Spans, edits, splice; lines and newline kinds; which lines are fenced code or front matter.

A text is what `bytes.decode("utf-8", "surrogateescape")` gives, so any file has one and it encodes
back to the same bytes. Only "\n" ends a line; a "\r" before it belongs to the newline. (Python's
`splitlines` knows eight more line ends, and Obsidian none of them.)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from vault_sync.core.text.common_items import changes
from vault_sync.core.text.regex import regex

BOM = "\ufeff"


class Span(NamedTuple):
    """Characters `start` up to but not including `end` of one text."""

    start: int
    end: int

    def slice(self, text: str) -> str:
        return text[self.start : self.end]


@lru_cache(maxsize=4096)
def shared(word: str) -> str:
    """Return a word that stands in many places of a vault, one text for all of them."""
    return word  # as `sys.intern` does; the core imports no `sys` (tests/test_house.py)


def stripped(text: str, span: Span) -> Span:
    """Return a span without the blanks at its ends."""
    words = text[span.start : span.end]
    left = len(words) - len(words.lstrip())
    return Span(span.start + left, max(span.start + left, span.start + len(words.rstrip())))


class Edit(NamedTuple):
    """A change: the characters of `span` become `text`. An empty span inserts."""

    span: Span
    text: str


class Line(NamedTuple):
    """One line: its words are `text[start:end]`, its newline (perhaps none) `text[end:stop]`."""

    start: int
    end: int
    stop: int


def lines(text: str) -> list[Line]:
    """Return all lines of a text in order; their [start, stop) spans cover it without a gap."""
    made = tuple.__new__
    found = []
    start = 0
    for words in text.split("\n"):
        stop = start + len(words) + 1
        found.append(made(Line, (start, stop - 1 - words.endswith("\r"), stop)))
        start = stop
    # The last piece has no newline behind it; an empty one is no line.
    last = found.pop()
    if last.start < len(text):
        found.append(Line(last.start, len(text), len(text)))
    return found


def line_at(text: str, offset: int, begin: int = 0) -> Line:
    """Return the line that holds `offset`, of the text that begins at `begin`."""
    start = max(begin, text.rfind("\n", begin, offset) + 1)
    newline = text.find("\n", offset)
    if newline < 0:
        return Line(start, len(text), len(text))
    end = newline - 1 if newline > start and text[newline - 1] == "\r" else newline
    return Line(start, end, newline + 1)


def lines_of(text: str, span: Span) -> list[Line]:
    """Return the lines of one stretch of a text."""
    at = span.start
    return [Line(start + at, end + at, stop + at) for start, end, stop in lines(span.slice(text))]


def line_number(text: str, offset: int) -> int:
    """Return the 1-based number of the line that holds `offset`."""
    return text.count("\n", 0, offset) + 1


def newline_kind(text: str) -> str:
    r"""Return the newline most lines of the text end with: "\r\n", else "\n"."""
    if "\r" not in text:
        return "\n"
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"


def to_newlines(text: str, newline: str) -> str:
    """Return `text`, whose lines end in LF, with every line ended by `newline`."""
    return text if newline == "\n" else text.replace("\n", newline)


def splice(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with every edit made, in whatever order they come.

    Raises:
        ValueError: two edits overlap, or one reaches outside the text.
    """
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        start, end = edit.span
        if start < at or end < start or end > len(text):
            raise ValueError(f"edits overlap or reach outside the text at {edit.span}")
        parts += text[at:start], edit.text
        at = end
    parts.append(text[at:])
    return "".join(parts)


def splice_within(text: str, span: Span, edits: Iterable[Edit]) -> str:
    """Return the words of a span with the edits made, all of them in it, at places of `text`."""
    begin = span.start
    shifted = [Edit(Span(at.start - begin, at.end - begin), words) for at, words in edits]
    return splice(span.slice(text), shifted)


_FENCE = regex(r" {0,3}(`{3,}|~{3,})(.*)", re.DOTALL)


class _Fence(NamedTuple):
    """A line that looks like a fence: its character, how many of them, and what it may do."""

    mark: str
    length: int
    opens: bool
    closes: bool


def fenced(text: str, of: Sequence[Line]) -> list[bool]:
    """Return for every line True if it is fenced code (the fences themselves included).

    A fence that is never closed fences nothing: it is a fence still being typed, and must not
    swallow every entry that follows it.
    """
    fences = [_fence(text, line) for line in of]
    closable = _closable(fences)
    inside = [False] * len(of)
    number = 0
    while number < len(of):
        opening = fences[number]
        if opening is None or number not in closable:
            number += 1
            continue
        close = number + 1
        while not _closes(opening, fences[close]):
            close += 1
        inside[number : close + 1] = [True] * (close + 1 - number)
        number = close + 1
    return inside


def _fence(text: str, line: Line) -> _Fence | None:
    found = _FENCE.fullmatch(text, line.start, line.end)
    if found is None:
        return None
    mark, rest = found[1], found[2]
    return _Fence(mark[0], len(mark), mark[0] == "~" or "`" not in rest, not rest.strip())


def opens_fence(text: str, line: Line) -> bool:
    """Return True if a line, outside fenced code, opens some."""
    fence = _fence(text, line)
    return fence is not None and fence.opens


def _closes(opening: _Fence, fence: _Fence | None) -> bool:
    return (
        fence is not None
        and fence.closes
        and fence.mark == opening.mark
        and fence.length >= opening.length
    )


def _closable(fences: Sequence[_Fence | None]) -> set[int]:
    """Return the numbers of the fences that open and are closed further down.

    The longest fence below tells, found in one walk backwards: looking ahead from each opening
    would take quadratic time on a file of openings that nothing closes.
    """
    found = set()
    longest = Counter[str]()
    for number in range(len(fences) - 1, -1, -1):
        fence = fences[number]
        if fence is None:
            continue
        if fence.opens and longest[fence.mark] >= fence.length:
            found.add(number)
        if fence.closes:
            longest[fence.mark] = max(longest[fence.mark], fence.length)
    return found


class DocumentLines(NamedTuple):
    """A whole document in lines: which are fenced code, and the first behind its front matter.

    A BOM is no part of the first line; `body` is 0 where there is no front matter.
    """

    lines: list[Line]
    fenced: list[bool]
    body: int


def document_lines(text: str) -> DocumentLines:
    """Return the lines of a document."""
    of = lines(text)
    if of and text.startswith(BOM):
        of[0] = of[0]._replace(start=min(len(BOM), of[0].end))
    has_fences = "```" in text or "~~~" in text
    mask = fenced(text, of) if has_fences else [False] * len(of)
    return DocumentLines(of, mask, _after_front_matter(text, of))


def _after_front_matter(text: str, of: Sequence[Line]) -> int:
    if not of or text[of[0].start : of[0].end] != "---":
        return 0
    for number in range(1, len(of)):
        if text.startswith("---", of[number].start) and (
            text[of[number].start : of[number].end].rstrip() == "---"
        ):
            return number + 1
    return 0


def line_edits(text: str, old: Sequence[Line], new: str, newline: str) -> list[Edit]:
    """Return the edits that make the lines `old` (at least one) `new` (not empty, LF newlines).

    A line that stays keeps its bytes and its newline; only lines that changed are touched.
    """
    was = [text[line.start : line.end] for line in old]
    now = new.split("\n")
    edits = []
    for kind, i, i_end, j, j_end in changes(was, now):
        words = newline.join(now[j:j_end])
        if kind == "replace":
            edits.append(Edit(Span(old[i].start, old[i_end - 1].end), words))
        elif kind == "delete" and i_end < len(old):
            edits.append(Edit(Span(old[i].start, old[i_end].start), ""))
        elif kind == "delete":
            edits.append(Edit(Span(old[i - 1].end, old[i_end - 1].end), ""))
        elif kind == "insert" and i < len(old):
            edits.append(Edit(Span(old[i].start, old[i].start), words + newline))
        elif kind == "insert":
            edits.append(Edit(Span(old[-1].end, old[-1].end), newline + words))
    return edits
