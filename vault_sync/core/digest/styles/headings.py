"""The style `heading`: a heading a paper, and the lines to the next heading of any level.

A heading over items, rows or paragraphs that are entries, or over more than one paper, is a
chapter, unless the heading itself links a paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vault_sync.core.digest.reader import OwnLink
from vault_sync.core.digest.styles import assembly, heads, labels
from vault_sync.core.digest.styles.assembly import Candidate, EntryHead
from vault_sync.core.digest.styles.heads import LabelledLink
from vault_sync.core.digest.styles.markdown import marks
from vault_sync.core.digest.styles.markdown.page import HeadedSection, Page
from vault_sync.core.naming.keys import key_of
from vault_sync.core.text.spans import Span


def candidates(page: Page, is_own_link: OwnLink, inner: Sequence[Candidate]) -> Iterable[Candidate]:
    """Return the sections that may be entries; `inner` are the candidates of other styles."""
    taken = {candidate.line for candidate in inner}
    tables = {table.header for table in page.tables}
    for section in page.sections:
        candidate = _candidate(page, section, is_own_link)
        if candidate is None:
            continue
        own = page.number_at(candidate.entry.layout.address.start) == section.line
        lines = range(section.line + 1, section.stop)
        if (own and candidate.plain) or not any(
            number in taken or number in tables for number in lines
        ):
            yield candidate


def _candidate(page: Page, section: HeadedSection, is_own_link: OwnLink) -> Candidate | None:
    text, line = page.text, page.lines[section.line]
    region = Span(section.words, line.end)
    own = assembly.links_of(page, section.line, section.line + 1)
    links = [*own, *assembly.links_of(page, section.line + 1, section.stop)]
    title = heads.title_of(text, region, _text_end(text, region), own)
    if title is None:
        return None
    linked = title.link is not None and "://" in title.link.url.slice(text)
    address = labels.address_of(text, title.link, links)
    if address is None or (not linked and _papers(page, links) > 1):
        return None
    stop = page.without_layout(section.line, section.stop)
    block = ("heading", section.chapter)
    head = EntryHead("heading", block, section.line, stop, region, title, address, links)
    return assembly.assembled(page, head, is_own_link)


def _text_end(text: str, region: Span) -> int:
    """Return where a heading's words end: before closing number signs."""
    end = marks.after_break(text, region.end, region.start)
    words = text[region.start : end]
    bare = words.rstrip("#")
    closed = bare != words and bare[-1:].isspace()
    return region.start + len(bare.rstrip()) if closed else end


def _papers(page: Page, links: Sequence[LabelledLink]) -> int:
    """Return how many papers some links lead to, links that are labelled as other things aside."""
    keys = {key_of(link.url.slice(page.text)) for link, label in links if label != "other"}
    return sum(labels.is_paper_key(key) for key in keys)
