"""Entries added to a digest in the form of its last one.

The last entry is a pattern: its bullet or heading, its number and one more, its marks, its labels.
Venue, code links and commentary are not taken along. What was made is read again, and commentary,
tags and link are then written as in any entry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vault_sync.core.digest.reader import Digest, Entry
from vault_sync.core.digest.styles import styled_editor, styled_reader
from vault_sync.core.digest.styles.style import StyledSpans, StyleName
from vault_sync.core.model.values import Fields
from vault_sync.core.naming.keys import arxiv_id, key_of
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Edit, Span, newline_kind, splice, splice_within, to_newlines

_PATTERNS: dict[StyleName, str] = {
    "list": "- [Title](https://arxiv.org/abs/1706.03762)\n",
    "heading": "## Title\n\nhttps://arxiv.org/abs/1706.03762\n",
    "paragraph": "**Title**\n[[paper](https://arxiv.org/abs/1706.03762)]\n",
    "title-first": "Title (A Author, B Author)\nhttps://arxiv.org/abs/1706.03762\n",
}
_STRUCTURE = regex(r"[ \t]*(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+|#{1,6}[ \t]+)?(?:\[[ xX/-]\][ \t]+)?")
_NUMBER = regex(r"\d{1,9}(?=[.)、][ \t])")
_NUMBERED = regex(r"[*_\"“《「『‘`\[]*\d{1,4}[.)、][ \t]+[*_\"“《「『‘`\[]*")
_CLOSED = regex(r"[*_\"”》」.`]*(?:\]\([^)\n]*\))?")
_LEAD = regex(r"[.,:;]?[ \t]+")
_AROUND = frozenset(("**", "__", "()"))
_OPENERS = "*_\"“《「['‘`"


def can_grow(digest: Digest) -> bool:
    """Return whether an entry can be added: not where all entries are rows of tables."""
    return styled_reader.grows_flat(digest) or _pattern(digest) is not None


def _pattern(digest: Digest, like: Digest | None = None) -> tuple[Digest, Entry] | None:
    """Return the entry to take as a pattern, and the digest that it stands in.

    A digest without entries begins as `like` goes on, if that has any.
    """
    if not digest.entries and like is not None and like.entries:
        return _pattern(like)
    growing = [
        entry
        for entry in (*digest.entries, *digest.repeats)
        if entry.styled is not None and entry.styled.style != "table"
    ]
    if growing:
        return digest, max(growing, key=lambda entry: entry.span)
    if digest.entries:
        return None
    style = next((style for style in digest.styles if style in _PATTERNS), None)
    if style is None:
        return None
    made = styled_reader.read(_PATTERNS[style], (style,))
    return made, made.entries[0]


def appended(
    digest: Digest, additions: Sequence[tuple[Fields, str | None]], like: Digest | None = None
) -> str:
    """Return the text with entries behind the last one that can be a pattern, if there is one."""
    pattern = _pattern(digest, like)
    if pattern is None or not additions:
        return digest.text
    source, last = pattern
    text, newline = digest.text, newline_kind(digest.text)
    gap = to_newlines(_gap(source, last), newline)
    parts = []
    for count, (fields, link) in enumerate(additions, 1):
        number = count if source is not digest else None
        written = _written(source, last, fields, link, number or -count)
        parts.append(to_newlines(written, newline))
    if source is not digest:
        start = text if text.endswith("\n") or not text else text + newline
        opened = source is not like or not start or start.endswith(newline * 2)
        return start + ("" if opened else newline) + gap.join(parts)
    added = gap + gap.join(parts)
    at = last.span.end
    if text.endswith("\n", 0, at):
        return text[:at] + added + text[at:]
    return text[:at] + newline + added.removesuffix(newline) + text[at:]


def _gap(digest: Digest, last: Entry) -> str:
    """Return what stands between the last two entries, if that is blank, with LF newlines."""
    assert last.styled is not None
    above = [entry for entry in digest.entries if entry.span.end <= last.span.start]
    if above:
        between = digest.text[above[-1].span.end : last.span.start]
        if not between.strip(" \t\r\n-*_"):
            return between.replace("\r\n", "\n")
    return "" if last.styled.style in {"list", "title-first"} else "\n"


def _written(digest: Digest, last: Entry, fields: Fields, link: str | None, count: int) -> str:
    """Return an entry like the last one, with LF newlines; bare if the form cannot say more.

    Its number is `count`, or so many more than the last one's, if that is negative.
    """
    assert last.styled is not None
    style = last.styled.style
    bare = _head(digest.text, last, last.styled, fields, count).replace("\r\n", "\n") + "\n"
    # An indented item is one only below another.
    above = "- .\n" if style == "list" and bare[0] in " \t" else ""
    made = styled_reader.read(above + bare, (style,))
    if len(made.entries) != 1 or made.entries[0].styled is None:
        return bare
    entry, styled = made.entries[0], made.entries[0].styled
    found = styled_editor.edits(made, entry, styled, fields, link)
    return splice(above + bare, found)[len(above) :]


def _head(text: str, last: Entry, styled: StyledSpans, fields: Fields, count: int) -> str:
    """Return the head of a new entry: mark, title, authors, label, each as in the last one."""
    mark = _STRUCTURE.match(text, last.span.start)
    assert mark is not None
    prefix = re.sub(r"\[[xX/-]\](?=[ \t]+$)", "[ ]", mark[0])
    start, end = _linked_title(last, styled)
    numbered = _NUMBERED.fullmatch(text, mark.end(), start)
    if numbered is not None:
        prefix += numbered[0]
    while numbered is None and start > mark.end() and text[start - 1] in _OPENERS:
        start -= 1
    chunk = Span(start, max(styled.link_at, end))
    holds_authors = styled.authors is not None and end <= styled.authors.start < chunk.end
    if holds_authors or styled.style in {"heading", "title-first"}:
        chunk = Span(start, _closed(text, end))
        prefix = text[last.span.start : start] if styled.style == "heading" else prefix
    prefix = _NUMBER.sub(
        lambda found: str(count if count > 0 else int(found[0]) - count), prefix, count=1
    )
    parts = [chunk]
    if styled.authors is not None and fields.authors:
        parts.append(_widened(text, styled.authors, last.span))
    if not chunk.start <= last.layout.address.start < chunk.end:
        parts.append(_widened(text, styled.label, last.span))
    parts.sort()
    written = prefix
    for number, part in enumerate(parts):
        if number:
            written += _between(text[parts[number - 1].end : part.start])
        written += _substituted(text, part, last, styled, fields)
    return written


def _linked_title(entry: Entry, styled: StyledSpans) -> Span:
    """Return an entry's title with the tool's link around it, if there is one."""
    title, own = styled.title, entry.link
    if own is not None and own.span.start < title.start < own.span.end:
        return own.span
    return title


def _closed(text: str, at: int) -> int:
    """Return the end of the marks that close right behind a title, its link's address too."""
    found = _CLOSED.match(text, at)
    return at if found is None else found.end()


def _widened(text: str, span: Span, entry: Span) -> Span:
    """Return a stretch with the marks around it, and its line's start if a label stands there."""
    start, end = span
    while start > entry.start and text[start - 1 : start] + text[end : end + 1] in _AROUND:
        start, end = start - 1, end + 1
    line = text.rfind("\n", entry.start, start) + 1
    before = text[line:start]
    if line > entry.start and (":" in before or "：" in before or not before.strip("-*+ \t")):
        start = line
    return Span(start, end)


def _between(gap: str) -> str:
    """Return what parts two pieces: punctuation and line breaks, but no words."""
    words = gap.replace("\\", "")
    if not any(character.isalnum() for character in words):
        return gap
    if "\n" in gap:
        first = gap[: gap.index("\n")]
        ends = first if not any(character.isalnum() for character in first) else ""
        return ends + "\n" * max(1, gap[: len(gap) - len(gap.lstrip())].count("\n"))
    found = _LEAD.match(gap)
    return " " if found is None else found[0]


def _substituted(text: str, part: Span, last: Entry, styled: StyledSpans, fields: Fields) -> str:
    """Return a stretch of the last entry with the values of the new one."""
    edits = []
    address = last.layout.address
    if part.start <= styled.title.start < part.end:
        title = _linked_title(last, styled)
        edits.append(Edit(title, fields.title))
        url = _url_behind(text, title.end, part.end)
        if url is not None and not url.start <= address.start < url.end:
            edits.append(Edit(url, fields.url))
    if (
        styled.authors is not None
        and part.start <= styled.authors.start <= styled.authors.end <= part.end
    ):
        edits.append(Edit(styled.authors, ", ".join(fields.authors)))
    if part.start <= address.start < part.end:
        edits.append(Edit(address, fields.url))
        edits += _id_edits(text, Span(part.start, address.start), last, fields)
    return splice_within(text, part, edits)


def _url_behind(text: str, start: int, end: int) -> Span | None:
    """Return the address of the title's own link."""
    opening = text.find("](", start, end)
    if opening < 0 or text[start:opening].strip('*_"”》」.:`'):
        return None
    close = text.find(")", opening, end)
    return None if close < 0 else Span(opening + 2, close)


def _id_edits(text: str, span: Span, last: Entry, fields: Fields) -> list[Edit]:
    """Return the edit of an arXiv id that is the text of its own link."""
    key = key_of(fields.url)
    old, new = arxiv_id(last.key), "" if key is None else arxiv_id(key)
    at = text.find(old, *span) if old else -1
    if at < 0:
        return []
    return [Edit(Span(at, at + len(old)), new or fields.url)]
