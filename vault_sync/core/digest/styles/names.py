"""Lists of authors where a style marks them: split, judged, written back.

Split at commas outside parentheses and at the last `and` or `&`. `et al.`, `...` and their like are
no names: such a list is partial, and is never written.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from vault_sync.core.digest.styles.markdown.marks import value
from vault_sync.core.naming import people
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Span, stripped


class AuthorList(NamedTuple):
    """The list between its marks, its names, and whether it leaves some out."""

    span: Span
    names: tuple[str, ...]
    partial: bool


_SPLIT = regex(r"[()（）]|[,，、;]")
_AND = regex(r"(?:^|[ \t\r\n])(?:and|&|with)[ \t\r\n]+")
_LINKED = regex(r"\[([^\[\]\n]{1,100})\]\([^()\s]{0,400}\)")
_ET_AL = regex(r"\bet\.? ?al\b")
# What stands behind a name and its full stop: `Ann Bee. ICLR 2024`. A title or a saint is a name's.
_VENUE = regex(
    r"(?<=[^\W\d_]{2}|.\))(?<!\b[JS]r)(?<!\b[SM]t)(?<!\b[DM]r)(?<!\bMd)\.(?=[ \t][^,，]|$)"
)
_NEVER = regex(r"[=<>{}%?!\[\]|]|://|\d{3}")
_FILLERS = regex(r"\([^()]*\)|[*†‡§∗¹²³⁴⁵\d]")
_LABEL = regex(
    r"[ \t]*(?:[-*+][ \t]+)?[*_]{0,3}(?:authors?|author\(s\)|作者|저자|지은이)[*_]{0,3}"
    r"[ \t]*[:：][ \t]*[*_]{0,3}",
    re.IGNORECASE,
)
# Most names are plain ones, and one look tells.
_PLAIN = regex(r"[A-ZÀ-Þ][A-Za-zÀ-ɏ.'-]*(?: [A-ZÀ-Þ][A-Za-zÀ-ɏ.'-]*){1,6}")
_LONGEST = 20_000


def read(text: str, span: Span) -> AuthorList:
    """Return the names of a list that stands in `span`."""
    span = stripped(text, span)
    names: list[str] = []
    partial = False
    for piece in _pieces(text, span):
        if _PLAIN.fullmatch(text, *piece) and not text.endswith("..", *piece):
            names.append(piece.slice(text))
            continue
        name, leaves_out = people.without_rest(_name(text, piece))
        partial = partial or leaves_out
        if name:
            names.append(name)
    return AuthorList(span, tuple(names), partial)


def _name(text: str, piece: Span) -> str:
    words = value(text, piece).strip()
    return _LINKED.sub(r"\1", words) if "](" in words else words


def _pieces(text: str, span: Span) -> list[Span]:
    """Return the stretches between commas, the last of them cut at its last `and`."""
    found: list[Span] = []
    depth, at = 0, span.start
    for mark in _SPLIT.finditer(text, *span):
        if mark[0] in "(（":
            depth += 1
        elif mark[0] in ")）":
            depth = max(0, depth - 1)
        elif depth == 0:
            found.append(Span(at, mark.start()))
            at = mark.end()
    last = Span(at, span.end)
    joints = _outside_parentheses(text, at, list(_AND.finditer(text, *last)))
    if joints:
        found.append(Span(at, joints[-1].start()))
        last = Span(joints[-1].end(), span.end)
    found.append(last)
    return [piece for each in found if (piece := stripped(text, each)).start < piece.end]


def _outside_parentheses(
    text: str, start: int, found: Sequence[re.Match[str]]
) -> list[re.Match[str]]:
    """Return the matches at whose start no parenthesis is open."""
    outside, depth = [], 0
    for each in found:
        depth += text.count("(", start, each.start()) - text.count(")", start, each.start())
        start = each.start()
        if depth <= 0:
            outside.append(each)
    return outside


def before_venue(text: str, span: Span) -> Span:
    """Return the stretch of a list of authors without the venue behind its full stop."""
    stopped = "." in span.slice(text)
    comma = max(text.rfind(sign, *span) for sign in ",，") + 1
    start = max(span.start, comma)
    found = (
        _VENUE.search(text, start, span.end) if stopped and not _ET_AL.search(text, *span) else None
    )
    return span if found is None else Span(span.start, found.start())


def after_label(text: str, start: int, end: int) -> int | None:
    """Return where the names of a line `Authors: ...` begin; None where the line is none."""
    found = _LABEL.match(text, start, end)
    return None if found is None else found.end()


def plausible(names: AuthorList, text: str, *, needed: int) -> bool:
    """Return whether these are people, `needed` of them at least or a partial list."""
    if names.span.end - names.span.start > _LONGEST or not names.names:
        return False
    if len(names.names) < needed and not names.partial:
        return False
    return all(map(_is_name, names.names)) and "://" not in _LINKED.sub("", names.span.slice(text))


def _is_name(name: str) -> bool:
    if _PLAIN.fullmatch(name):
        return True
    plain = _FILLERS.sub("", name).strip()
    words = plain.split()
    if not words or len(words) > 8 or _NEVER.search(name):
        return False
    large = sum(not word[0].islower() for word in words)
    return large * 2 >= len(words) and (len(words) > 1 or len(plain) < 30)


def written(text: str, old: AuthorList, names: Sequence[str]) -> str:
    """Return the list with other names: separators and the names that stay are kept as they are."""
    pieces = _pieces(text, old.span)
    if len(pieces) != len(old.names):
        return ", ".join(names)
    raw = dict(zip(old.names, (piece.slice(text) for piece in pieces), strict=True))
    gaps = [text[one.end : other.start] for one, other in itertools.pairwise(pieces)]
    comma = gaps[0] if gaps and gaps[0].strip() in {",", "，", "、", ";"} else ", "
    last = gaps[-1] if gaps else comma
    shown = [raw.get(name, name) for name in names]
    if len(shown) < 2:
        return "".join(shown)
    return comma.join(shown[:-1]) + last + shown[-1]
