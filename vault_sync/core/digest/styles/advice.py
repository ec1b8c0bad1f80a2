"""Advice on a digest: the style that it seems to be written in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from vault_sync.core.digest import title_line
from vault_sync.core.digest.reader import Digest
from vault_sync.core.digest.styles import labels
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.digest.styles.styled_reader import any_link, candidates, claims
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.text.module_door import door
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Line, Span, lines_of

if TYPE_CHECKING:
    from vault_sync.core.digest.styles import assembly
    from vault_sync.core.digest.styles import title_first as titles
    from vault_sync.core.digest.styles.markdown import page as pages
else:  # few digests are in need of advice
    assembly = door("vault_sync.core.digest.styles.assembly")
    titles = door("vault_sync.core.digest.styles.title_first")
    pages = door("vault_sync.core.digest.styles.markdown.page")

_ADDRESS_ALONE = regex(r"^[ \t]*\S*://\S+[ \t]*\r?$", re.MULTILINE)

LEAST_ADDRESSES = 3
LEAST_PAPERS = 3

_ITEMS: dict[StyleName, str] = {
    "list": "list items",
    "heading": "headings",
    "table": "rows of tables",
    "paragraph": "paragraphs",
}


class StyleProposal(NamedTuple):
    """A style that would read a text: how many papers it would find, and the first one's line."""

    style: StyleName
    papers: int
    line: int


def proposal(text: str) -> StyleProposal | None:
    """Return the style that finds most papers in a text, None where none finds enough.

    At least 3 of its items have a paper key, and these are at least half of those with an address.
    """
    return _proposal(pages.page_of(text))


def _proposal(page: pages.Page) -> StyleProposal | None:
    all_ = candidates(page, any_link)
    items = Counter(candidate.style for candidate in all_)
    found = [candidate for candidate in claims(all_) if not candidate.broken]
    papers = Counter(
        candidate.style for candidate in found if labels.is_paper_key(candidate.entry.key)
    )
    enough = [
        style
        for style, count in papers.items()
        if count >= LEAST_PAPERS and count * 2 >= items[style]
    ]
    if not enough:
        return None
    best = max(enough, key=lambda style: papers[style])
    line = next(candidate.line for candidate in found if candidate.style == best) + 1
    return StyleProposal(best, papers[best], line)


def nothing_read(digest: Digest) -> tuple[int, str, str] | None:
    """Return the notice (line, code, message) of a digest that is full of addresses, but empty."""
    if digest.entries or digest.text.count("://") < LEAST_ADDRESSES:
        return None
    page = pages.page_of(digest.text)
    count = sum(_addresses(page, number) for number in range(len(page.lines)))
    if count < LEAST_ADDRESSES:
        return None
    seen = _proposal(page)
    message = f"{count} addresses and no entry"
    if seen is None or seen.style in digest.styles:
        return 1, "nothing-read", message
    found = (
        f"{message}; {seen.papers} {_ITEMS[seen.style]} look like papers: choose the style "
        f"`{seen.style}` for it ([digests] styles)"
    )
    return seen.line, "nothing-read", found


def _addresses(page: pages.Page, number: int) -> int:
    links = assembly.links_of(page, number, number + 1)
    return sum("://" in link.url.slice(page.text) for link, _ in links)


def title_first(text: str) -> int | None:
    """Return the line of the first title of a digest that is written title first, else None.

    At least two addresses each stand right under a line `Title (Author)`, and the first such line
    stands above the first address.
    """
    first = _ADDRESS_ALONE.search(text)
    if first is None or not _has_title(lines_of(text, Span(0, first.start())), text):
        return None
    page = pages.page_of(text)
    heads = titles.heads_of(page)
    under = sum(head.below == head.line + 1 for head in heads)
    if under < 2 or page.lines[heads[0].line].start > first.start():
        return None
    return heads[0].line + 1


def titles_first(path: RelPath, text: str) -> Problem | None:
    """Return the problem of a digest whose titles stand above their addresses.

    Read as flat, every paper would get the title of the one below it.
    """
    line = title_first(text)
    if line is None:
        return None
    return Problem(
        path,
        "title-first",
        "the titles of this digest stand above their addresses, so each paper would get the title "
        "of the next one",
        "put each address above its title, or choose the style `title-first` for it ([digests] "
        "styles); nothing of this file is read or written until then",
        line,
    )


def _has_title(above: Sequence[Line], text: str) -> bool:
    """Return whether one of some lines is a title: a cheap test that few digests pass."""
    return any(title_line.parse(text, line.start, line.end) is not None for line in above)
