"""The traces of an entry in a text: its address, links to its note, its title, its commentary.

They are looked for without the marks of Markdown, blanks and line breaks, so that a line is found
wherever a slip or a formatter put it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from vault_sync.core.model.values import Key
from vault_sync.core.naming.keys import key_of
from vault_sync.core.naming.wikilinks import addresses, find
from vault_sync.core.text.regex import regex

LONG = 12
"""Letters and digits from which on a text is told from others that only begin alike."""

_NO_LETTER = regex(r"[\W_]+")
_SCHEME = regex(r"(?:https?://)?(?:www\.)?", re.IGNORECASE)
_GAP = r"[\s>\\]*"


def letters_of(text: str) -> str:
    """Return the letters and digits of a text, all that a change of form leaves as it is."""
    return _NO_LETTER.sub("", text).casefold()


class LetteredText(NamedTuple):
    """A text, and of each of its lines, from 0, the letters and what it names.

    `begins` is where each line begins; `row` are all letters in one row, in which the letters of a
    line begin at `starts`. `named` gives the lines with an address of each paper, `links` every
    link's target and line.
    """

    text: str
    begins: Sequence[int]
    lines: Sequence[str]
    row: str
    starts: Sequence[int]
    named: Mapping[Key, frozenset[int]]
    links: Sequence[tuple[str, int]]

    def number(self, offset: int) -> int:
        """Return the line that holds a character."""
        return bisect_right(self.begins, offset) - 1

    def beginning_with(self, words: str) -> set[int]:
        """Return the lines that begin with these letters; a short text is all of them."""
        found = set()
        at = self.row.find(words) if words else -1
        while at >= 0:
            line = bisect_right(self.starts, at) - 1
            stop = at + len(words)
            if self.starts[line] == at and (
                len(words) >= LONG or self.starts[bisect_left(self.starts, stop)] == stop
            ):
                found.add(line)
            at = self.row.find(words, at + 1)
        return found

    def within(self, words: str, lines: range) -> list[range]:
        """Return the lines over which these letters stand in a stretch; short ones fill a line."""
        if len(words) < LONG:
            return [range(at, at + 1) for at in lines if self.lines[at] == words]
        found = []
        stop = self.starts[lines.stop]
        at = self.row.find(words, self.starts[lines.start], stop)
        while at >= 0:
            last = bisect_right(self.starts, at + len(words) - 1) - 1
            found.append(range(bisect_right(self.starts, at) - 1, last + 1))
            at = self.row.find(words, at + len(words), stop)
        return found

    def times(self, words: str, but: range) -> int:
        """Tell how often these letters stand outside some lines: short ones as a line alone."""
        if len(words) < LONG:
            return self.lines.count(words) - self.lines[but.start : but.stop].count(words)
        own = self.row[self.starts[but.start] : self.starts[but.stop]]
        return self.row.count(words) - own.count(words)


def lettered(text: str) -> LetteredText:
    """Return a text with the letters of its lines, and what it names."""
    rows = text.split("\n")
    begins = list(accumulate((len(row) + 1 for row in rows), initial=0))[:-1]
    letters = [letters_of(row) for row in rows]
    starts = list(accumulate(map(len, letters), initial=0))
    named: dict[Key, set[int]] = {}
    for span, url in addresses(text):
        if (key := key_of(url)) is not None:
            named.setdefault(key, set()).add(bisect_right(begins, span.start) - 1)
    links = [(link.target, bisect_right(begins, link.span.start) - 1) for link in find(text)]
    by_key = {key: frozenset(lines) for key, lines in named.items()}
    return LetteredText(text, begins, letters, "".join(letters), starts, by_key, links)


NO_LINES = range(0)


class Traces(NamedTuple):
    """The marks of an entry: key and address, its note, and title and commentary as letters."""

    key: Key
    address: re.Pattern[str]
    is_note: Callable[[str], bool]
    titles: frozenset[str]
    commentary: tuple[str, ...]

    def lines_in(self, now: LetteredText, was: LetteredText, own: range) -> set[int]:
        """Return the lines of a text on which more of the entry stands than did beside it.

        `was` is the text before, in which the lines `own` were the entry's. None where nothing of
        it is left.
        """
        found: set[int] = set()
        for trace in (self._addressed, self._linked, self._titled):
            lines = trace(now)
            if len(lines) > len(trace(was).difference(own)):
                found |= lines
        left = [
            words for words in self.commentary if now.times(words, NO_LINES) > was.times(words, own)
        ]
        if left and len(left) * 2 >= len(self.commentary):
            at = (now.row.find(words) for words in left)
            found |= {bisect_right(now.starts, each) - 1 for each in at}
        return found

    def _addressed(self, text: LetteredText) -> set[int]:
        broken = {text.number(found.start()) for found in self.address.finditer(text.text)}
        return broken | text.named.get(self.key, frozenset())

    def _linked(self, text: LetteredText) -> set[int]:
        return {line for target, line in text.links if self.is_note(target)}

    def _titled(self, text: LetteredText) -> set[int]:
        return {line for title in self.titles for line in text.beginning_with(title)}


def address_pattern(address: str) -> re.Pattern[str]:
    """Return the pattern of an address, broken anywhere, with a version or without."""
    bare = address[_SCHEME.match(address).end() :]  # type: ignore[union-attr]
    spelled = _GAP.join(map(re.escape, bare))
    return re.compile(rf"(?<![A-Za-z0-9]){spelled}(?:v\d+)?(?!\w)", re.IGNORECASE)
