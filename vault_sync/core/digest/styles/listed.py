"""The style `list`: one item a paper, with or without a box, bullets or numbers.

An item with a title and an address of its own is an entry, and what is nested in it is its
commentary. One without an address takes it from a label below it (`- Paper: u`); else it is a
category, and the items below it are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vault_sync.core.digest.reader import OwnLink
from vault_sync.core.digest.styles import assembly, heads, labels
from vault_sync.core.digest.styles.assembly import Candidate, EntryHead
from vault_sync.core.digest.styles.heads import LabelledLink
from vault_sync.core.digest.styles.page import ListItem, Page
from vault_sync.core.text.spans import Span


def candidates(page: Page, is_own_link: OwnLink) -> Iterable[Candidate]:
    """Return the items that may be entries; none of them stands in another."""
    items = page.items
    own = [_own_links(page, item) for item in items]
    within = [0] * len(items)
    found: list[Candidate | None] = [None] * len(items)
    covered = [False] * len(items)
    for number in range(len(items) - 1, -1, -1):
        item = items[number]
        below = within[number] > 0
        candidate = _candidate(page, item, own[number], is_own_link, alone=not below)
        if candidate is not None and (candidate.plain or not below):
            found[number] = candidate
        elif _links_elsewhere(page, own[number]):
            within[number] = 0
            covered[number] = True
        if item.parent is not None:
            within[item.parent] += within[number] + (found[number] is not None)
    stop = 0
    for number, candidate in enumerate(found):
        if items[number].line < stop:
            continue
        if candidate is not None:
            stop = items[number].stop
            yield candidate
        elif covered[number]:
            stop = items[number].stop


def _links_elsewhere(page: Page, own: Sequence[LabelledLink]) -> bool:
    """Return whether an item's first link is a title that leads to code or a video."""
    first = next((link for link, label in own if label is None and link.kind == "link"), None)
    return first is not None and labels.is_never(page.text, first)


def _own_links(page: Page, item: ListItem) -> list[LabelledLink]:
    return assembly.links_of(page, item.line, item.own, item.words)


def _candidate(
    page: Page, item: ListItem, own: Sequence[LabelledLink], is_own_link: OwnLink, *, alone: bool
) -> Candidate | None:
    """Return the item as an entry; `alone`: none of the items below it is one."""
    if not own and (not alone or item.stop == item.own):
        return None
    text = page.text
    region = Span(item.words, page.lines[item.own - 1].end)
    title = heads.title_of(text, region, page.lines[item.line].end, own)
    if title is None:
        return None
    address = labels.address_of(text, title.link, own)
    links = [*own, *assembly.links_of(page, item.own, item.stop)] if item.stop > item.own else own
    if title.link is not None or address is None:
        labelled = labels.address_of(text, title.link, [*own, *_labelled(links[len(own) :])])
        if address is None and not (alone and labelled is not None and labelled.by_label):
            return None
        address = labelled
    if address is None:
        return None
    block = ("list", item.block)
    stop = page.without_layout(item.line, item.stop) if item.stop > item.own else item.stop
    head = EntryHead("list", block, item.line, stop, region, title, address, links)
    return assembly.assembled(page, head, is_own_link)


def _labelled(links: Iterable[LabelledLink]) -> list[LabelledLink]:
    return [(link, label) for link, label in links if label == "paper"]
