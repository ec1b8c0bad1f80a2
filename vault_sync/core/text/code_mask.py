"""The parts of a Markdown text that are no plain prose: code, comments, math and wikilinks.

One walk from left to right, as Obsidian reads: what opens first wins, so a backtick inside a link
is part of the link, and a link inside a code span is code. markdown-it-py is the oracle in tests.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Line, Span, fenced, lines

Kind = Literal["code", "comment", "math", "link"]


class Piece(NamedTuple):
    """A stretch of text that is not plain prose."""

    kind: Kind
    span: Span


# What may begin a piece; a backslash takes the next sign's meaning away.
_OPENER = regex(r"\\[!-/:-@\[-`{-~]|`+|%%|<!--|\$\$?|!?\[\[")
_TICKS = regex("`+")
# Where a paragraph ends: before a blank line, a heading, an item of a list.
_PARAGRAPH_END = regex(r"\n(?=[ \t]*(?:\r?\n|#{1,6}[ \t]|[-*+][ \t]|[0-9]{1,9}[.)][ \t]))")
_LINK = regex(r"!?\[\[([^\[\]\r\n]+)\]\]")
_SPECIAL = regex(r"[`\\$]|%%|<!--|~~~")
# `$5 and $6` is money: math opens before a sign and closes after one, with no digit behind it.
_DOLLARS = regex(r"\$(?=[^\s$])((?:[^\\$\n]|\\.)*)(?<=[^\s])\$(?![0-9])")


def pieces(text: str) -> Iterator[Piece]:
    """Yield everything in `text` that is not plain prose, in order, without overlap. Linear."""
    if _SPECIAL.search(text) is None:
        if "[[" in text:
            for link in _LINK.finditer(text):
                yield Piece("link", Span(*link.span()))
        return
    yield from _Walk(text).run()


class _Walk:
    """One walk over one text. What was once looked for in vain is not looked for again."""

    def __init__(self, text: str) -> None:
        self._text = text
        of = lines(text)
        self._fences = list(_blocks(of, fenced(text, of)))
        self._ticks: dict[int, list[int]] = {}
        for run in _TICKS.finditer(text):
            self._ticks.setdefault(len(run[0]), []).append(run.start())
        self._ends = [found.start() for found in _PARAGRAPH_END.finditer(text)]
        self._absent: set[str] = set()

    def run(self) -> Iterator[Piece]:
        at = 0
        for fence in [*self._fences, Span(len(self._text), len(self._text))]:
            while at < fence.start:
                opener = _OPENER.search(self._text, at, fence.start)
                if opener is None:
                    break
                piece = self._piece(opener, fence.start)
                if piece is not None:
                    yield piece
                at = piece.span.end if piece else _resume(opener)
            # A comment or display math may have run into the fence.
            if (start := max(at, fence.start)) < fence.end:
                yield Piece("code", Span(start, fence.end))
            at = max(at, fence.end)

    def _piece(self, opener: re.Match[str], stop: int) -> Piece | None:
        start, sign = opener.start(), opener[0]
        if sign.startswith("`"):
            return self._made("code", start, self._code_end(opener, stop))
        if sign == "%%":
            return self._made("comment", start, self._after("%%", opener.end()))
        if sign == "<!--":
            return self._made("comment", start, self._after("-->", start + 2))
        if sign == "$$":
            return self._made("math", start, self._after("$$", opener.end()))
        if sign == "$":
            return self._made("math", start, _end(_DOLLARS.match(self._text, start)))
        if sign.endswith("[["):
            return self._made("link", start, _end(_LINK.match(self._text, start)))
        return None  # an escaped sign

    @staticmethod
    def _made(kind: Kind, start: int, end: int | None) -> Piece | None:
        return None if end is None else Piece(kind, Span(start, end))

    def _code_end(self, opener: re.Match[str], stop: int) -> int | None:
        """Return the end of the next run of as many backticks in the same paragraph."""
        runs = self._ticks.get(len(opener[0]), [])
        after = bisect_left(runs, opener.end())
        if after == len(runs) or runs[after] >= stop:
            return None
        end = bisect_right(self._ends, opener.start())
        if end < len(self._ends) and self._ends[end] < runs[after]:
            return None
        return runs[after] + len(opener[0])

    def _after(self, closer: str, start: int) -> int | None:
        """Return the end of the next `closer`; None without one, as in what is being typed."""
        if closer in self._absent:
            return None
        found = self._text.find(closer, start)
        if found < 0:
            self._absent.add(closer)
            return None
        return found + len(closer)


def _end(found: re.Match[str] | None) -> int | None:
    return found.end() if found else None


def _resume(opener: re.Match[str]) -> int:
    """Return the offset behind a sign that opened nothing: `[[[a]]]` has a link at its second."""
    return opener.start() + 1 if opener[0].endswith("[[") else opener.end()


def _blocks(of: Sequence[Line], inside: Sequence[bool]) -> Iterator[Span]:
    """Yield the runs of fenced lines."""
    start = None
    for line, code in zip(of, inside, strict=True):
        if code and start is None:
            start = line.start
        elif not code and start is not None:
            yield Span(start, line.start)
            start = None
    if start is not None:
        yield Span(start, of[-1].stop)
