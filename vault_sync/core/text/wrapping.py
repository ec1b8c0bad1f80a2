r"""Wrapping: two texts with the same words in the same order, set on other lines.

Equal are a line break for a blank within one paragraph, any number of blank lines between blocks,
`\` before a sign that means the same without it, `*` and `+` for `-` before an item, `_a_` for
`*a*`, `***` for `---`. What a line break has a meaning for stays apart: code, math, tables,
headings, items, hard breaks, quotes, lines of HTML and of Obsidian's own signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from vault_sync.core.text.code_mask import pieces
from vault_sync.core.text.common_items import changes
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import fenced, lines

_SIGNS = regex(r"[\W_]+")
_QUOTE = regex(r"[ ]{0,3}>[ ]?")
_ITEM = regex(r"([ \t]*)([-*+]|\d{1,9}[.)])[ \t]+")
_RULE = regex(r"[ ]{0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
_UNDERLINE = regex(r"[ ]{0,3}(?:=+|-+)[ \t]*")
# Lines that stand alone: headings, rows, math, HTML, comments, footnotes, callouts, blocks' ids.
_ALONE = regex(
    r"[ ]{0,3}(?:#{1,6}(?:[ \t]|$)|\||\$\$|<(?!https?:)[A-Za-z/!?]|%%|\[\^|\[!|\^[\w-]+$)"
)
_CELL = regex(r"[ \t]*(?<!\\)\|[ \t]*")
_DASHES = regex(r"-{2,}")
_BREAK = regex(r"(?: {2,}|(?<!\\)\\)$")
_ESCAPE = regex(r"\\([!-/:-@\[-`{-~])")
_STRONG = regex(r"(?<![\w_\\])__(?=[^\s_])((?:[^_]|_(?!_))*[^\s_])__(?![\w_])")
_SLANTED = regex(r"(?<![\w_\\])_(?=[^\s_])([^_]*[^\s_])_(?![\w_])")
# A wikilink with escapes is a formatter's: nobody hides one from Obsidian so.
_LINK_SIGNS = ("](", "][", "]:", "[^", "[!")
_WORD = regex(r"(\s*)(\S+)")
_BLANK_LINE = regex(r"\n[ \t]*\n")
_MARK = regex(r"[-*+]|\d{1,9}[.)]")
_EMPHASIS = regex(r"^[*_]+|[*_]+(?=\W*$)")


class _Block(NamedTuple):
    """A block that reads as one: what it stands in, and its words."""

    within: str
    words: str


def same_words(one: str, other: str) -> bool:
    """Return True for texts with the same words in the same order, set on other lines."""
    if one == other:
        return True
    if _SIGNS.sub("", one) != _SIGNS.sub("", other):
        return False
    return _blocks(one) == _blocks(other)


def rewrapped(like: str, text: str) -> str:
    """Return the words of `text`, set as `like` sets those that it has too.

    Where that would read otherwise, `text` as it is.
    """
    if like == text or not like or not text:
        return text
    old, new = _WORD.findall(like), _WORD.findall(text)
    found: list[str] = []
    keys = [[_loose(word) for _, word in side] for side in (old, new)]
    for tag, i1, i2, j1, j2 in changes(*keys):
        if tag == "equal":
            # Behind a mark of structure that came or went, a blank may be a line's end.
            marks = any(
                not _SIGNS.sub("", word)
                for _, word in (*old[max(i1 - 1, 0) : i1], *new[max(j1 - 1, 0) : j1])
            )
            start = j1 + 1 if marks and found else j1
            found += ["".join(pair) for pair in new[j1:start]]
            found += _set_as(old[i1 + start - j1 : i2], new[start:j2])
        else:
            found += ["".join(pair) for pair in new[j1:j2]]
    whole = "".join(found)
    return whole if same_words(whole, text) else text


def unwrapped(text: str) -> str:
    """Return a text in the form in which those with the same words are equal, a block a line."""
    return "\n".join(block.words for block in _blocks(text))


def _set_as(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield words that two texts have in common, with what stands before each in the first.

    Where one has none before it, or a gap of another kind, the second's stays.
    """
    for (gap, word), (gap_now, word_now) in zip(old, new, strict=True):
        alike = _kind_of_gap(gap, word) == _kind_of_gap(gap_now, word_now)
        yield (gap if alike and gap and gap_now else gap_now) + word


def _kind_of_gap(gap: str, word: str) -> str:
    if "\n" in gap and _MARK.fullmatch(word):
        return "item"
    if _BLANK_LINE.search(gap):
        return "blank line"
    return "break" if "  \n" in gap else "words"


def _loose(word: str) -> str:
    """Return a word without what another way of writing Markdown may add to it."""
    bare = _ESCAPE.sub(r"\1", word)
    return "-" if bare in {"*", "+"} else _EMPHASIS.sub("*", bare)


def _blocks(text: str) -> list[_Block]:
    """Return the blocks of a text, each in one form."""
    of = lines(text)
    walk = _BlockWalk()
    for line, inside in zip(of, fenced(text, of), strict=True):
        walk.line(text[line.start : line.end], fenced_code=inside)
    walk.end_block()
    return walk.blocks


@dataclass(slots=True)
class _BlockWalk:
    """A walk over the lines of a text: its blocks so far, and the words of the one that is open.

    `columns` are those of the items that the line stands in, `in_math`: between two `$$`.
    """

    blocks: list[_Block] = field(default_factory=list)
    within: str = ""
    words: list[str] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    in_math: bool = False

    def end_block(self) -> None:
        if self.words:
            self.blocks.append(_Block(self.within, _plain(" ".join(self.words))))
        self.words = []

    def line(self, raw: str, *, fenced_code: bool) -> None:
        if fenced_code or self.in_math or raw.strip().startswith("$$"):
            self._alone("code", raw.rstrip())
            opens = not fenced_code and raw.count("$$") % 2 == 1
            self.in_math = self.in_math != opens
            return
        quote, raw = _unquoted(raw)
        if not raw.strip():
            self.end_block()
            self.within = self.within if quote else ""
        elif not self._rule(quote, raw):
            self._prose(quote, raw)

    def _alone(self, within: str, words: str) -> None:
        self.end_block()
        self.blocks.append(_Block(within, words))

    def _rule(self, quote: str, raw: str) -> bool:
        """Take a thematic break, or the line under a heading; False where it is neither."""
        below = bool(self.words) and self.within.startswith(quote)
        underline = below and _UNDERLINE.fullmatch(raw) is not None
        if not underline and _RULE.fullmatch(raw) is None:
            return False
        self._alone(quote, "=" if underline else "---")
        return True

    def _prose(self, quote: str, raw: str) -> None:
        item = _ITEM.match(raw)
        if item is not None:
            self.end_block()
            level = _level(self.columns, len(item[1].expandtabs(4)))
            self.within = f"{quote}{level}{'-' if item[2] in '-*+' else item[2]}"
            raw = raw[item.end() :]
        elif _ALONE.match(raw):
            self._alone(quote + "alone", _row(raw.strip()))
            return
        elif raw[:4].isspace() and not self.words and not self.columns:
            self._alone("code", raw.rstrip())
            return
        elif not self.words or not self.within.startswith(quote):
            self.end_block()
            self.within = quote + ("in" if raw[0].isspace() else "")
            self.columns = self.columns if raw[0].isspace() else []
        self.words.append(raw.strip())
        if _BREAK.search(raw):
            self.words[-1] = self.words[-1].removesuffix("\\").rstrip() + "\n"


def _unquoted(raw: str) -> tuple[str, str]:
    """Return the quote marks that a line begins with, and the rest of it."""
    marks = ""
    while (found := _QUOTE.match(raw)) is not None:
        marks += ">"
        raw = raw[found.end() :]
    return marks, raw


def _level(columns: list[int], column: int) -> int:
    """Return how deep an item stands below those above it, and remember its column."""
    while columns and columns[-1] > column:
        columns.pop()
    if not columns or columns[-1] < column:
        columns.append(column)
    return len(columns)


def _row(words: str) -> str:
    """Return a line that stands alone; the cells of a row without the blanks that line them up."""
    if not words.startswith("|"):
        return words
    return _DASHES.sub("-", _CELL.sub("|", words))


def _plain(words: str) -> str:
    """Return the words of a block with one spelling for each sign of Markdown."""
    words = " ".join(part for part in words.replace("\n", " \n ").split(" ") if part)
    if "\\" not in words and "_" not in words:
        return words
    closed: list[str] = []
    prose, at = "", 0
    for piece in pieces(words):
        prose += words[at : piece.span.start] + "\0"
        closed.append(piece.span.slice(words))
        at = piece.span.end
    prose += words[at:]
    prose = _ESCAPE.sub(lambda found: _unescaped(found.string, found.start()), prose)
    prose = _SLANTED.sub(r"*\1*", _STRONG.sub(r"**\1**", prose))
    parts = prose.split("\0")
    return "".join(part + own for part, own in zip(parts, [*closed, ""], strict=True))


def _unescaped(words: str, at: int) -> str:
    """Return the sign behind a backslash, with the backslash where the sign means something."""
    sign, before, behind = words[at + 1], words[at - 1 : at], words[at + 2 : at + 3]
    bare = _ESCAPE.sub(r"\1", words)
    means = False
    if at == 0 or sign in "`$\\|#":
        means = True
    elif sign in "*_":
        inside = sign == "_" and before.isalnum() and behind.isalnum()
        means = not inside and bare.count(sign) > 1
    elif sign in "[]":
        means = any(each in bare for each in _LINK_SIGNS)
    elif sign in "<>&":
        means = not (behind.isspace() or behind == "" or behind.isdigit())
    elif sign in "~=%":
        means = sign * 2 in bare
    elif sign in ".)-+":
        means = words[:at].isdigit()
    elif sign in "!(":
        means = "](" in bare or "[[" in bare
    return "\\" + sign if means else sign
