"""Edits of one entry in a style other than flat: each field in its span, lower lines in rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from vault_sync.core.digest import entry_format, title_line
from vault_sync.core.digest.entry_format import EntryLine, Part
from vault_sync.core.digest.reader import Digest, Entry
from vault_sync.core.digest.styles import names
from vault_sync.core.digest.styles.markdown import marks
from vault_sync.core.digest.styles.markdown.page import ITEM_MARK
from vault_sync.core.digest.styles.style import StyledSpans
from vault_sync.core.model.values import FieldName, Fields
from vault_sync.core.text.common_items import common_ends
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Edit, Span, lines_of, newline_kind, splice_within

_MARKS = regex(r"[*_~`]+")


def placed(entry: Entry, styled: StyledSpans, fields: Fields) -> Fields:
    """Return the fields that the entry will have: those without a place are as they were."""
    values = {name: getattr(entry.fields, name) for name in unplaced(entry, styled, fields)}
    return fields.saying(**values)


def unplaced(entry: Entry, styled: StyledSpans, fields: Fields) -> list[FieldName]:
    """Return the fields that differ and cannot be written here: they live in the note alone."""
    old = entry.fields
    found: list[FieldName] = []
    if fields.authors != old.authors and (
        "authors" not in styled.places or len(fields.authors) < styled.least_authors
    ):
        found.append("authors")
    if set(fields.tags) != set(old.tags) and "tags" not in styled.places:
        found.append("tags")
    several = styled.style == "table" and "\n" in fields.commentary
    if fields.commentary != old.commentary and ("commentary" not in styled.places or several):
        found.append("commentary")
    return found


def edits(
    digest: Digest, entry: Entry, styled: StyledSpans, fields: Fields, link: str | None
) -> list[Edit]:
    """Return the edits that make an entry say `fields` and carry a link to `link` (None: as is)."""
    text, old = digest.text, entry.fields
    fields = placed(entry, styled, fields)
    found = []
    if fields.url != old.url and len(fields.url.split()) == 1:
        found.append(Edit(entry.layout.address, fields.url))
    if fields.title != old.title and fields.title and "\n" not in fields.title:
        found += _title(text, styled, fields.title)
    if fields.authors != old.authors and styled.authors is not None:
        found += _authors(text, styled, styled.authors, fields.authors)
    found += link_edits(text, entry, styled, fields.title, link)
    if styled.style == "table":
        return found + _cell(text, styled, old, fields)
    inline, lower = _divided(styled, fields.commentary)
    if fields.commentary != old.commentary and styled.inline is not None:
        found += _replaced(text, styled.inline, inline)
    if fields.commentary != old.commentary or set(fields.tags) != set(old.tags):
        before = _rows(text, entry, styled)
        rows = before
        if fields.commentary != old.commentary:
            rows = _with_commentary(digest, entry, rows, lower)
        rows = _with_tags(digest, entry, rows, fields.tags)
        found += entry_format.edits(text, before, rows, newline_kind(text))
    return found


def link_edits(
    text: str, entry: Entry, styled: StyledSpans, title: str, link: str | None
) -> list[Edit]:
    """Return the edits that point the entry's link to `link`, or write it where it belongs."""
    own = entry.link
    around = title_line.can_be_linked(title)
    bar = "\\|" if styled.style == "table" else "|"
    inside = own is not None and own.span.start < styled.title.start < own.span.end
    target = link if link is not None else own.target if own is not None else None
    if target is None:
        return []
    start, end = styled.title
    if own is None:
        if styled.wraps and around:
            return [Edit(Span(start, start), f"[[{target}{bar}"), Edit(Span(end, end), "]]")]
        return [Edit(Span(styled.link_at, styled.link_at), f" [[{target}]]")]
    if inside and not around:
        return [
            Edit(Span(own.span.start, start), ""),
            Edit(Span(end, own.span.end), ""),
            Edit(Span(styled.link_at, styled.link_at), f" [[{target}]]"),
        ]
    if target == own.target:
        return []
    at = text.index("[[", own.span.start) + 2
    return [Edit(Span(at, at + len(own.target)), target)]


def unlinked(text: str, entry: Entry, styled: StyledSpans) -> list[Edit]:
    """Return the edits that take the tool's link out of an entry."""
    if entry.link is None:
        return []
    start, end = entry.link.span
    if start < styled.title.start < end:
        return [Edit(entry.link.span, styled.title.slice(text))]
    return [Edit(entry.link.span, "")]


def _title(text: str, styled: StyledSpans, title: str) -> list[Edit]:
    """Return the edits of the characters of a title that differ; marks between them stay."""
    old, places = marks.value(text, styled.title), marks.offsets(text, styled.title)
    left, right = common_ends(old, title)
    changed, words = places[left : len(old) - right], title[left : len(title) - right]
    words = _escaped(styled, words)
    if not changed:
        at = places[left] if left < len(places) else places[-1] + 1
        return [Edit(Span(at, at), words)]
    found = [Edit(Span(changed[0], changed[0] + 1), words)]
    found += [Edit(Span(at, at + 1), "") for at in changed[1:]]
    if _keeps_marks(text, styled.title, found, title):
        return found
    return [Edit(styled.title, _escaped(styled, title))]


def _escaped(styled: StyledSpans, words: str) -> str:
    """Return words as they stand in a cell, where a bar is escaped."""
    return words.replace("|", "\\|") if styled.style == "table" else words


def _keeps_marks(text: str, span: Span, found: Sequence[Edit], title: str) -> bool:
    """Return whether a title's edits leave no marks with nothing between them."""
    after = splice_within(text, span, found)
    runs, left = (len(_MARKS.findall(words)) for words in (span.slice(text), after))
    return runs == left and marks.value(after, Span(0, len(after))) == title


def _authors(text: str, styled: StyledSpans, span: Span, wanted: Sequence[str]) -> list[Edit]:
    old = names.read(text, span)
    words = names.written(text, old, wanted) if old.names else ", ".join(wanted)
    if styled.style == "table":
        words = words.replace("\\|", "|").replace("|", "\\|")
    return _replaced(text, old.span, words)


def _cell(text: str, styled: StyledSpans, old: Fields, fields: Fields) -> list[Edit]:
    if fields.commentary == old.commentary or styled.inline is None:
        return []
    return _replaced(text, styled.inline, fields.commentary.replace("|", "\\|"))


def _replaced(text: str, span: Span, words: str) -> list[Edit]:
    return entry_format.replaced(span.start, span.slice(text), words)


def _divided(styled: StyledSpans, commentary: str) -> tuple[str, list[str]]:
    """Return the commentary's words on the title's line, and its lower lines."""
    lines = commentary.split("\n") if commentary else []
    inline = styled.inline
    if inline is None or (inline.start == inline.end and styled.lower):
        return "", lines
    rest = lines[1:]
    # A blank line behind the first words has no place of its own: the words stand alone.
    return (lines[0] if lines else ""), rest


def _rows(text: str, entry: Entry, styled: StyledSpans) -> list[EntryLine]:
    """Return the lines of an entry from that of its head on."""
    parts: dict[int, Part] = dict.fromkeys(styled.lower, "commentary")
    parts.update(dict.fromkeys(styled.tags, "tags"))
    found = []
    for number, line in enumerate(lines_of(text, entry.span), entry.line - 1):
        words = text[line.start : line.end]
        part: Part = "below" if words.strip() else "gap"
        if number >= styled.head_line:
            part = "head" if number == styled.head_line else parts.get(number, part)
            found.append(EntryLine(part, words, line))
    return found


def _with_commentary(
    digest: Digest, entry: Entry, rows: list[EntryLine], lower: Sequence[str]
) -> list[EntryLine]:
    old = [row for row in rows if row.part == "commentary"]
    if not lower:
        return entry_format.without(rows, old)
    indent = indent_of(digest, entry)
    blank = next((row.words for row in old if not row.words.strip()), "")
    words = [indent + line if line else blank for line in lower]
    if old:
        return entry_format.reworded(rows, "commentary", words)
    added = [EntryLine("commentary", line, None) for line in words]
    # In lists the words stand right under the title; elsewhere below addresses and authors.
    at = 0 if entry.styled is not None and entry.styled.style == "list" else len(rows) - 1
    while at and rows[at].part in {"tags", "gap"}:
        at -= 1
    apart = _sets_apart(digest, entry)
    spaced = _is_spaced(digest, entry, rows) if apart is None else apart
    return entry_format.with_part(rows, at, added, spaced=spaced and bool(lower[0]))


def _with_tags(
    digest: Digest, entry: Entry, rows: list[EntryLine], wanted: Sequence[str]
) -> list[EntryLine]:
    missing = [tag for tag in wanted if tag not in entry.fields.tags]
    gone = {"#" + tag for tag in entry.fields.tags if tag not in wanted}
    if not missing and not gone:
        return rows
    if any(row.part == "tags" for row in rows):
        return entry_format.without_empty_tags(entry_format.retagged(rows, missing, gone))
    words = indent_of(digest, entry) + " ".join("#" + tag for tag in missing)
    spaced = _is_spaced(digest, entry, rows)
    row = EntryLine("tags", words, None)
    return entry_format.with_part(rows, len(rows) - 1, [row], spaced=spaced)


def _sets_apart(digest: Digest, entry: Entry) -> bool | None:
    """Return whether most commentaries of entries like this one stand under a blank line."""
    assert entry.styled is not None
    seen = [
        _is_under_blank(digest.text, other, other.styled.lower[0])
        for other in digest.entries
        if other.styled is not None
        and other.styled.style == entry.styled.style
        and other.styled.lower
    ]
    return sum(seen) * 2 > len(seen) if seen else None


def _is_under_blank(text: str, entry: Entry, number: int) -> bool:
    above = lines_of(text, entry.span)[max(0, number - entry.line)]
    return not text[above.start : above.end].strip()


def _is_spaced(digest: Digest, entry: Entry, rows: Sequence[EntryLine]) -> bool:
    """Return whether blank lines part the entry's parts: its own, or those of most of its style."""
    assert entry.styled is not None
    if entry.styled.style == "list":
        return False
    if len(rows) > 1:
        return any(row.part == "gap" for row in rows)
    alike = [
        other
        for other in digest.entries
        if other.styled is not None and other.styled.style == entry.styled.style
    ]
    spaced = [_has_gap(digest.text, other) for other in alike if other is not entry]
    return sum(spaced) * 2 > len(spaced)


def _has_gap(text: str, entry: Entry) -> bool:
    return any(not text[line.start : line.end].strip() for line in lines_of(text, entry.span))


def indent_of(digest: Digest, entry: Entry) -> str:
    """Return the blanks before an entry's lower lines: its own, else those of its like."""
    styled = entry.styled
    assert styled is not None
    if styled.lower or styled.tags or styled.style != "list":
        return styled.indent
    mark = _mark(digest.text, entry)
    habits = Counter(
        other.styled.indent
        for other in digest.entries
        if other.styled is not None
        and other.styled.style == "list"
        and other.styled.lower
        and _mark(digest.text, other)[1] == mark[1]
    )
    if habits:
        return habits.most_common(1)[0][0]
    return mark[1] + " " * (len(mark[2]) + 1)


def _mark(text: str, entry: Entry) -> re.Match[str]:
    mark = ITEM_MARK.match(text, entry.span.start)
    assert mark is not None
    return mark
