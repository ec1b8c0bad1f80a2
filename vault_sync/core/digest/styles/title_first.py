"""The style `title-first`: flat with the title line above the address. It is never guessed.

An entry runs from a title line, the next non-blank line below which is an address, to the next such
line, a heading of level 1 or 2, or a rule.
"""

from __future__ import annotations

from collections.abc import Sequence

from vault_sync.core.digest import title_line
from vault_sync.core.digest.reader import Entry, EntrySpans, TitleLink
from vault_sync.core.digest.styles.assembly import commentary_of, is_tag_line, tags_of
from vault_sync.core.digest.styles.page import BLANK, CODE, HEADING, HIDDEN, RULE, Page
from vault_sync.core.digest.styles.style import StyledSpans
from vault_sync.core.digest.title_line import TitleLine
from vault_sync.core.model.values import Fields
from vault_sync.core.naming.keys import key_of
from vault_sync.core.text.spans import Span

_PLACES = frozenset(("url", "title", "authors", "tags", "commentary"))


def entries(page: Page) -> list[Entry]:
    """Return the entries of a page, in order."""
    titles = (number for number in range(len(page.lines)) if _title(page, number) is not None)
    heads = [number for number in titles if _address(page, number) is not None]
    ends = [number for number in range(len(page.lines)) if _ends(page, number)]
    stops = _stops(heads, ends, len(page.lines))
    return [
        entry
        for number, stop in zip(heads, stops, strict=True)
        if (entry := _entry(page, number, stop)) is not None
    ]


def _stops(heads: Sequence[int], ends: Sequence[int], count: int) -> list[int]:
    """Return, for each head, the first head or end below it."""
    marks = sorted({*heads, *ends, count})
    after = dict(zip(marks, marks[1:], strict=False))
    return [after[number] for number in heads]


def _ends(page: Page, number: int) -> bool:
    kind = page.kinds[number]
    if kind == HEADING:
        return not page.words(number).lstrip().startswith("###")
    return kind in {RULE, HIDDEN}


def _title(page: Page, number: int) -> TitleLine | None:
    if page.kinds[number] in {BLANK, CODE, HIDDEN, RULE}:
        return None
    start, end, _ = page.lines[number]
    return title_line.parse(page.text, start, end)


def _address(page: Page, number: int) -> int | None:
    """Return the line of the address right under a title line, blank lines aside."""
    number += 1
    while number < len(page.lines) and page.kinds[number] == BLANK:
        number += 1
    if number == len(page.lines) or page.kinds[number] == CODE:
        return None
    words = page.words(number).strip()
    alone = words and not any(character.isspace() for character in words)
    return number if alone and "://" in words and key_of(words) is not None else None


def _entry(page: Page, number: int, stop: int) -> Entry | None:
    text, title, below = page.text, _title(page, number), _address(page, number)
    if title is None or below is None:
        return None
    stop = page.without_layout(below, stop)
    words = page.words(below)
    start = page.lines[below].start + len(words) - len(words.lstrip(" \t<"))
    address = Span(start, start + len(words.strip(" \t<>")))
    key = key_of(address.slice(text))
    if key is None:
        return None
    lower = range(below + 1, stop)
    tags = tuple(at for at in lower if page.kinds[at] != CODE and is_tag_line(page.words(at)))
    commentary = [at for at in lower if at not in set(tags)]
    while commentary and page.kinds[commentary[-1]] == BLANK:
        commentary.pop()
    while commentary and page.kinds[commentary[0]] == BLANK:
        commentary.pop(0)
    link = None
    if title.link is not None and title.target is not None:
        link = TitleLink(title.target.slice(text), title.link)
        if not title.link_is_title:
            link = TitleLink(link.target, Span(title.tail, title.link.end))
    wraps = title.link_is_title or (
        link is None and title_line.can_be_linked(title.title.slice(text))
    )
    spans = StyledSpans(
        "title-first", title.title, wraps, title.tail, title.authors, False, None,
        tuple(commentary), "", tags, below, Span(page.lines[number].start, title.title.start),
        address, _PLACES, "",
    )  # fmt: skip
    fields = Fields(
        address.slice(text),
        title.title.slice(text),
        title.names,
        tags_of(page, tags),
        commentary_of(page, None, commentary, ""),
    )
    span = Span(page.lines[number].start, page.lines[stop - 1].stop)
    layout = EntrySpans(address, None, None, None, (), (), False, False)
    first = commentary[0] if commentary else below
    return Entry(key, fields, number + 1, span, link, first + 1, layout, spans)
