"""Links in a stretch of Markdown, in one walk: `[text](url)`, `[[note]]`, `<url>`, bare addresses.

Brackets and parentheses are paired once, on a stack, so that a megabyte of nested ones costs no
more than one of words. An inner link wins over the one around it, as CommonMark has it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Span

LinkKind = Literal["link", "bare", "wiki"]


class InlineLink(NamedTuple):
    """A link: its whole, its text and its address; a bare address has an empty text.

    `boxed` is the whole with the brackets right around it, as in `[[pdf](u)]`; else `whole`.
    A wikilink's `url` is its target, its `text` what is shown (empty without a bar).
    """

    kind: LinkKind
    whole: Span
    text: Span
    url: Span
    boxed: Span


_TICKS = regex(r"(?<!\\)`+")
_SIGN = regex(r"\\[!-/:-@\[-`{-~]|`+|[\[\]()]")
_BARE = regex(r"https?://[^\s<>\"|`\[\]{}，。；、（）《》「」]+", re.IGNORECASE)
_TRAILING = ".,:;!?'*_~\\"
_WIKI = regex(r"\[\[([^\[\]|\r\n]+?)(?:\\?\|([^\[\]|\r\n]+))?\]\]")
_TITLE_STARTS = "\"'("


def scan(text: str, region: Span) -> list[InlineLink]:
    """Return every link in a region, in order, outside code spans."""
    words = region.slice(text)
    if "://" not in words and "](" not in words:
        return list(_wikilinks(text, region, ())) if "[[" in words else []
    pairs, code = _paired(text, region)
    links = _without_outer(list(_bracketed(text, region, pairs)))
    if "[[" in words:
        links += _wikilinks(text, region, [*(link.whole for link in links), *code])
    if words.count("://") > sum("://" in link.url.slice(text) for link in links):
        links += _bare(text, region, [*(link.whole for link in links), *code])
    return sorted(links, key=_start)


def _start(link: InlineLink) -> int:
    return link.whole.start


def _paired(text: str, region: Span) -> tuple[dict[int, int], list[Span]]:
    """Return the closing place of every opening bracket or parenthesis, and the code spans."""
    ticked = "`" in region.slice(text)
    code = _code_spans([found.span() for found in _TICKS.finditer(text, *region)] if ticked else [])
    resume = {span.start: span.end for span in code}
    pairs: dict[int, int] = {}
    square: list[int] = []
    round_: list[int] = []
    skip = 0
    for found in _SIGN.finditer(text, *region):
        at = found.start()
        if at < skip:
            continue
        sign = text[at]
        if sign == "[":
            square.append(at)
        elif sign == "]":
            if square:
                pairs[square.pop()] = at
        elif sign == "(":
            round_.append(at)
        elif sign == ")":
            if round_:
                pairs[round_.pop()] = at
        elif sign == "`":
            skip = resume.get(at, at)
    return pairs, code


def _code_spans(ticks: Sequence[tuple[int, int]]) -> list[Span]:
    """Return the stretches between two runs of as many backticks, the first that opens first."""
    runs: dict[int, list[int]] = {}
    for start, end in ticks:
        runs.setdefault(end - start, []).append(start)
    found = []
    skip = 0
    for start, end in ticks:
        same = runs[end - start]
        after = bisect_right(same, start)
        if start >= skip and after < len(same):
            skip = same[after] + end - start
            found.append(Span(start, skip))
    return found


def _bracketed(text: str, region: Span, pairs: Mapping[int, int]) -> Iterator[InlineLink]:
    linked = [
        (opening, closing)
        for opening, closing in pairs.items()
        if text[opening] == "["
        and text.startswith("(", closing + 1, region.end)
        and not text.endswith("!", region.start, opening)  # an image is none
    ]
    for opening, closing in sorted(linked):
        end = pairs.get(closing + 1)
        url = None if end is None else _destination(text, closing + 2, end)
        if end is None or url is None:
            continue
        whole = Span(opening, end + 1)
        shown = Span(opening + 1, closing)
        yield InlineLink("link", whole, shown, url, _boxed(text, whole, pairs))


def _destination(text: str, start: int, end: int) -> Span | None:
    """Return the address between parentheses, a title behind it aside; None where it is none."""
    words = text[start:end]
    left = len(words) - len(words.lstrip())
    parts = words.split(maxsplit=1)
    if not parts:
        return Span(start, start)
    if len(parts) > 1 and (parts[1][0] not in _TITLE_STARTS or len(parts[0]) > 2000):
        return None
    if "](" in parts[0]:
        return None
    first = start + left
    if parts[0].startswith("<") and parts[0].endswith(">"):
        return Span(first + 1, first + len(parts[0]) - 1)
    return Span(first, first + len(parts[0]))


def _boxed(text: str, whole: Span, pairs: Mapping[int, int]) -> Span:
    """Return the link with the bracket or parenthesis that holds nothing else."""
    start, end = whole
    before = start - 1
    if before >= 0 and text[before] in " \t":
        before -= 1
    if before < 0 or text[before] not in "[(":
        return whole
    closing = pairs.get(before)
    if closing is None or closing < end or text[end:closing].strip():
        return whole
    return Span(before, closing + 1)


def _without_outer(links: list[InlineLink]) -> list[InlineLink]:
    """Return the links but those whose text holds another."""
    found: list[InlineLink] = []
    inner: int | None = None
    for link in reversed(links):
        if inner is None or inner >= link.text.end:
            found.append(link)
        inner = link.whole.start
    return found[::-1]


def _wikilinks(text: str, region: Span, taken: Sequence[Span]) -> Iterator[InlineLink]:
    free = _Free(taken)
    for found in _WIKI.finditer(text, *region):
        whole = Span(*found.span())
        if free.holds(whole.start) or (whole.start and text[whole.start - 1] == "!"):
            continue
        shown = Span(*found.span(2)) if found[2] else Span(whole.end - 2, whole.end - 2)
        yield InlineLink("wiki", whole, shown, Span(*found.span(1)), whole)


def _bare(text: str, region: Span, taken: Sequence[Span]) -> Iterator[InlineLink]:
    free = _Free(taken)
    for found in _BARE.finditer(text, *region):
        start = found.start()
        if free.holds(start):
            continue
        url = Span(start, start + len(_balanced(found[0])))
        if url.end - start <= found[0].index("://") + 3:
            continue
        angled = text[start - 1 : start] == "<" and text[url.end : url.end + 1] == ">"
        whole = Span(start - 1, url.end + 1) if angled else url
        yield InlineLink("bare", whole, Span(url.end, url.end), url, whole)


def _balanced(address: str) -> str:
    """Return an address up to a parenthesis that it did not open, without a sentence's end."""
    depth = 0
    for mark in re.finditer(r"[()]", address):
        depth += 1 if mark[0] == "(" else -1
        if depth < 0:
            address = address[: mark.start()]
    return address.rstrip(_TRAILING)


class _Free:
    """Stretches that are taken, asked whether one of them holds a place."""

    def __init__(self, taken: Sequence[Span]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(taken):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def holds(self, at: int) -> bool:
        """Return whether one of the stretches begins at or before `at` and reaches beyond it."""
        number = bisect_right(self._starts, at) - 1
        return number >= 0 and self._ends[number] > at
