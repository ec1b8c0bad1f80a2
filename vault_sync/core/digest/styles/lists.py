"""The style `list`: one item a paper, with or without a box, bullets or numbers.

An item with a title and an address of its own is an entry, and what is nested in it is its
commentary. One without an address takes it from a label below it (`- Paper: u`); else it is a
category, and the items below it are looked at.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from vault_sync.core.digest.reader import OwnLink
from vault_sync.core.digest.styles import assembly, heads, labels
from vault_sync.core.digest.styles.assembly import Candidate, EntryHead
from vault_sync.core.digest.styles.heads import LabelledLink
from vault_sync.core.digest.styles.markdown.page import ListItem, Page
from vault_sync.core.text.spans import Span

_MOST_LABELS = 100


def candidates(page: Page, is_own_link: OwnLink) -> Iterable[Candidate]:
    """Return the items that may be entries; none of them stands in another."""
    items = page.items
    labelled = _Labelled(page)
    within = [False] * len(items)
    found: list[EntryHead | None] = [None] * len(items)
    covered = [False] * len(items)
    for number in range(len(items) - 1, -1, -1):
        item, below = items[number], within[number]
        head = _head(page, item, labelled, alone=not below)
        if head is not None and (head.address.plain or not below):
            found[number] = head
        elif _links_elsewhere(page, item):
            within[number], covered[number] = False, True
        if item.parent is not None and (within[number] or found[number] is not None):
            within[item.parent] = True
    stop = 0
    for item, head, skipped in zip(items, found, covered, strict=True):
        if item.line < stop:
            continue
        if head is not None:
            yield assembly.assembled(page, _whole(page, item, head), is_own_link)
        if head is not None or skipped:
            stop = item.stop


class _Labelled:
    """The links of a page that are labelled as papers, by line."""

    def __init__(self, page: Page) -> None:
        self._links = [
            (number, link)
            for item in page.items
            if item.parent is None
            for number in range(item.line, item.stop)
            for link in assembly.links_of(page, number, number + 1)
            if link[1] in {"paper", "link"}
        ]
        self._lines = [number for number, _ in self._links]

    def within(self, start: int, stop: int) -> list[LabelledLink]:
        """Return the first of them in some lines."""
        first = bisect_left(self._lines, start)
        last = min(bisect_left(self._lines, stop), first + _MOST_LABELS)
        return [link for _, link in self._links[first:last]]


def _links_elsewhere(page: Page, item: ListItem) -> bool:
    """Return whether an item's first link is a title that leads to code or a video."""
    own = assembly.links_of(page, item.line, item.own)
    first = next((link for link, label in own if label is None and link.kind == "link"), None)
    return first is not None and labels.is_never(page.text, first)


def _head(page: Page, item: ListItem, labelled: _Labelled, *, alone: bool) -> EntryHead | None:
    """Return the head of an item; `alone`: none of the items below it is an entry."""
    own = assembly.links_of(page, item.line, item.own)
    if not own and (not alone or item.stop == item.own):
        return None
    text = page.text
    region = Span(item.words, page.lines[item.own - 1].end)
    title = heads.title_of(text, region, page.lines[item.line].end, own)
    if title is None:
        return None
    address = labels.address_of(text, title.link, own)
    if item.stop > item.own and (title.link is not None or address is None):
        below = labels.address_of(text, title.link, [*own, *labelled.within(item.own, item.stop)])
        if address is None and not (alone and below is not None and below.by_label):
            return None
        address = below
    if address is None:
        return None
    block = ("list", item.block)
    return EntryHead("list", block, item.line, item.stop, region, title, address, own)


def _whole(page: Page, item: ListItem, head: EntryHead) -> EntryHead:
    """Return the head with all lines and links of the item."""
    if item.stop == item.own:
        return head
    links = [*head.links, *assembly.links_of(page, item.own, item.stop)]
    return head._replace(stop=page.without_layout(item.line, item.stop), links=links)
