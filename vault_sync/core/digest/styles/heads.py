"""The head of an entry: its title, and what stands behind it on the line.

The title is the first link that is no label; else a bold run at the start, unless it ends in a
colon; else the words before the first label. Behind it come the tool's link, the commentary that a
colon or dash leads in, or the authors: in italics (also on the next line), or `(A, B)`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from vault_sync.core.digest import title_line
from vault_sync.core.digest.reader import TitleLink
from vault_sync.core.digest.styles import labels, names
from vault_sync.core.digest.styles.labels import Label
from vault_sync.core.digest.styles.markdown import marks
from vault_sync.core.digest.styles.markdown.inline import InlineLink
from vault_sync.core.digest.styles.names import AuthorList
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Span, stripped

TitleKind = Literal["link", "run", "text"]
LabelledLink = tuple[InlineLink, Label | None]


class HeadTitle(NamedTuple):
    """A title: its span inside the marks, its link if it is one, and where what follows begins.

    `own` is the tool's link around it. `colon`: a colon stands inside the marks that close there.
    """

    kind: TitleKind
    span: Span
    link: InlineLink | None
    own: TitleLink | None
    after: int
    colon: bool
    authors: AuthorList | None


class HeadTail(NamedTuple):
    """The parts behind a title: the commentary's place on the line, the authors, and the end."""

    inline: Span | None
    authors: AuthorList | None
    end: int


_OWN = regex(r"[ \t]?\[\[([^\[\]|\r\n]+)\]\](?!\()")
_LEAD = regex(r"[ \t]*[:：][ \t]*|[ \t]+[-–—]+[ \t]+")
_BETWEEN = regex(r"[ \t.,;:，。]{0,8}(?:<br ?/?>|\\)?[ \t]{0,8}(?:\r?\n[ \t]*)?")
_LINE_BREAK = regex(r"<br ?/?>", re.IGNORECASE)
_ITALIC = regex(r"(?<=[\s.,?!])[*_](?=[^\s*_])")
_MOST_ITALICS = 8
_EMPHASIS = "*_~"
_CLOSERS = '.:,"”》」』’'


def title_of(
    text: str, region: Span, line_end: int, links: Sequence[LabelledLink]
) -> HeadTitle | None:
    """Return the title of the region whose first line ends at `line_end`; None where none is."""
    links = [each for each in links if not text.startswith("![", each[0].text.start)]
    first = next((link for link, label in links if _may_be_title(text, link, label)), None)
    if first is not None and first.kind == "wiki":
        return _of_wikilink(text, region, first)
    if first is not None:
        return _of_link(text, region, first)
    start = marks.after_decoration(text, region.start, line_end, venue=True)
    return _of_bold(text, start, region.end) or _of_words(text, start, line_end, links)


def _may_be_title(text: str, link: InlineLink, label: Label | None) -> bool:
    if link.kind == "wiki":
        return link.text.end > link.text.start
    if label is not None or link.kind != "link" or link.boxed != link.whole:
        return False
    if text.startswith("#", link.url.start):
        return False
    return has_words(marks.value(text, link.text))


def has_words(words: str) -> bool:
    """Return whether there is a letter."""
    return any(character.isalpha() for character in words)


def _of_link(text: str, region: Span, link: InlineLink) -> HeadTitle | None:
    span = marks.trimmed(text, link.text)
    after, colon = _behind_marks(text, region, link.whole)
    if span.start == span.end:
        return None
    return HeadTitle("link", span, link, None, after, colon, None)


def _of_wikilink(text: str, region: Span, link: InlineLink) -> HeadTitle:
    own = TitleLink(link.url.slice(text), link.whole)
    after, colon = _behind_marks(text, region, link.whole)
    # A bold run that ends in a colon is no title by itself: the words behind it belong to it.
    bold = not colon and after > link.whole.end and text[after - 2 : after] in {"**", "__"}
    if bold:
        return HeadTitle("run", link.text, None, own, after, colon, None)
    end = after
    while end < region.end and text[end] in _CLOSERS:
        end += 1
    return HeadTitle("text", link.text, None, own, end, colon=False, authors=None)


def _behind_marks(text: str, region: Span, whole: Span) -> tuple[int, bool]:
    """Return where the emphasis around a link ends, and whether a colon stands inside it."""
    before = text[max(region.start, whole.start - 2000) : whole.start]
    for skipped in range(3):
        at = whole.end + skipped
        if at > region.end or (skipped and text[at - 1] not in _CLOSERS):
            break
        sign = text[at : at + 1]
        if not sign or sign not in _EMPHASIS:
            continue
        end = at
        while text.startswith(sign, end, region.end):
            end += 1
        if before.count(sign) % (2 * (end - at)) == end - at or before.endswith(sign * (end - at)):
            return end, ":" in text[whole.end : at] or "：" in text[whole.end : at]
        break
    return whole.end, False


def _of_bold(text: str, start: int, end: int) -> HeadTitle | None:
    if not text.startswith(("**", "__"), start):
        return None
    found = marks.run_at(text, start, end)
    if found is None:
        return None
    inside = stripped(text, found[0])
    if text[inside.end - 1] in ":：" or not has_words(inside.slice(text)):
        return None
    span = marks.trimmed(text, inside)
    if labels.words_label(span.slice(text)) is not None:
        return None
    return HeadTitle("run", span, None, None, found[1], colon=False, authors=None)


def _of_words(
    text: str, start: int, line_end: int, links: Sequence[LabelledLink]
) -> HeadTitle | None:
    end = min([line_end, *(_start(text, link, start) for link, _ in links)])
    cut = _LINE_BREAK.search(text, start, max(start, end))
    end = marks.after_break(text, cut.start() if cut else end, start)
    authors = _parenthesis(text, start, end) or _italics(text, start, end)
    stop = authors.span.start - 1 if authors is not None else end
    span = marks.trimmed(text, Span(start, max(start, stop)))
    if not has_words(span.slice(text)):
        return None
    return HeadTitle("text", span, None, None, end, colon=False, authors=authors)


def _start(text: str, link: InlineLink, start: int) -> int:
    at = labels.prefix_start(text, link, start)
    return link.boxed.start if at is None else at


def _parenthesis(text: str, start: int, end: int) -> AuthorList | None:
    """Return the authors in the parenthesis that a line of words ends in."""
    stop = end - text.endswith(".", start, end)
    at = title_line.opening_of(text, start, stop)
    if at is None:
        return None
    found = names.read(text, Span(at + 1, stop - 1))
    return found if names.plausible(found, text, needed=2) else None


def _italics(text: str, start: int, end: int) -> AuthorList | None:
    """Return the authors in italics behind a title without marks, their venue aside.

    One name alone may be a word of the title: it needs a full stop before it or a venue behind it.
    """
    for opening in itertools.islice(_ITALIC.finditer(text, start, end), _MOST_ITALICS):
        at = opening.end() - 1
        run = marks.run_at(text, at, end)
        if run is None:
            continue
        span = names.before_venue(text, run[0])
        found = names.read(text, span)
        several = len(found.names) > 1 or found.partial or span != run[0]
        stopped = text[start:at].rstrip().endswith((".", "?", "!"))
        if (several or stopped) and names.plausible(found, text, needed=1):
            return found
    return None


def own_link_at(text: str, at: int, end: int) -> TitleLink | None:
    """Return the wikilink that stands at `at`, the blank before it included in its span."""
    found = _OWN.match(text, at, end)
    return None if found is None else TitleLink(found[1], Span(*found.span()))


def tail_of(text: str, title: HeadTitle, at: int, region: Span, stop: int) -> HeadTail:
    """Return what stands behind a title from `at` on; the words of the line end at `stop`."""
    if title.authors is not None:
        return HeadTail(None, title.authors, max(at, title.authors.span.end + 1))
    if title.kind != "text":
        inline = _led_in(text, at, stop, needed=not title.colon)
        if inline is not None:
            return HeadTail(inline, None, inline.end)
    authors = authors_at(text, at, region.end)
    if authors is None:
        return HeadTail(None, None, at)
    closed = authors.span.end + 1
    inline = _led_in(text, closed, stop, needed=True)
    if title.kind == "text" or inline is None:
        return HeadTail(None, authors, authors.span.end)
    return HeadTail(inline, authors, inline.end)


def _led_in(text: str, at: int, stop: int, *, needed: bool) -> Span | None:
    """Return the words up to `stop` that a colon or dash leads in at `at`, if it is `needed`.

    A colon with nothing but a blank behind it at the line's end is an empty place for words.
    """
    lead = _LEAD.match(text, at, stop)
    if lead is None and needed:
        return None
    start = lead.end() if lead is not None else at
    start += len(text[start:stop]) - len(text[start:stop].lstrip(" \t"))
    end = max(start, start + len(text[start:stop].rstrip()))
    if start == end and text.startswith((" \n", " \r\n"), end):
        return Span(end + 1, end + 1)
    return Span(start, end) if start < end else None


def authors_at(text: str, at: int, end: int) -> AuthorList | None:
    """Return the authors right behind a title or on the next line."""
    between = _BETWEEN.match(text, at, end)
    start = at if between is None else between.end()
    if text.startswith(("*", "_"), start, end):
        run = marks.run_at(text, start, end)
        if run is None or text.startswith(("**", "__"), start):
            return None
        found = names.read(text, names.before_venue(text, run[0]))
        return found if names.plausible(found, text, needed=1) else None
    if text.startswith("(", start, end):
        close = _closing(text, start, min(end, start + 20_000))
        if close is not None:
            found = names.read(text, Span(start + 1, close))
            return found if names.plausible(found, text, needed=2) else None
    return None


def _closing(text: str, start: int, end: int) -> int | None:
    depth = 0
    for at in range(start, end):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
        if text[at] == "\n":
            return None
    return None
