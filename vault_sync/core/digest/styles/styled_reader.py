"""Reading a digest in the styles that were chosen for it.

Flat is read first, and what it claims no other style sees. Of the rest every style finds its
candidates, chosen or not: the outer wins, and then only entries of chosen styles are read. What is
plainly a paper is an entry; anything else only where at least half of its block is plainly papers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from vault_sync.core.digest import reader
from vault_sync.core.digest.damage import damage_notices
from vault_sync.core.digest.reader import Digest, Entry, OwnLink
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.model.values import Key
from vault_sync.core.text.module_door import door
from vault_sync.core.text.spans import DocumentLines, document_lines

if TYPE_CHECKING:
    from vault_sync.core.digest.styles import headings, lists, paragraphs, tables, title_first
    from vault_sync.core.digest.styles.assembly import Candidate
    from vault_sync.core.digest.styles.markdown import page as pages
else:  # most digests are flat
    headings = door("vault_sync.core.digest.styles.headings")
    lists = door("vault_sync.core.digest.styles.lists")
    paragraphs = door("vault_sync.core.digest.styles.paragraphs")
    tables = door("vault_sync.core.digest.styles.tables")
    title_first = door("vault_sync.core.digest.styles.title_first")
    pages = door("vault_sync.core.digest.styles.markdown.page")


def any_link(_key: Key, _target: str, _titled: bool) -> bool:
    """Take every wikilink that stands in a link's place for the tool's."""
    return True


def read(text: str, styles: Sequence[StyleName], is_own_link: OwnLink = any_link) -> Digest:
    """Return the entries of a digest in the chosen styles, in its order."""
    document = document_lines(text)
    if "title-first" in styles:
        found = title_first.entries(pages.page_of(text))
        damage = tuple(damage_notices(text, document.lines, document.fenced))
        return Digest(text, tuple(found), damage, (), tuple(styles))
    flat = _flat(text, document, styles, is_own_link)
    if not set(styles) - {"flat"}:
        return flat
    page = pages.page_of(text, [entry.span for entry in flat.entries], document)
    chosen = [found for found in claims(candidates(page, is_own_link)) if found.style in styles]
    broken = [
        (found.line + 1, "broken-title", "a bracket or quote of this title does not close")
        for found in chosen
        if found.broken
    ]
    found = sorted(
        [*flat.entries, *(each.entry for each in chosen if not each.broken)],
        key=lambda entry: entry.span,
    )
    entries, repeats = _without_repeats(found)
    notices = tuple(sorted([*flat.notices, *broken]))
    return Digest(text, entries, notices, repeats, tuple(styles))


def _flat(
    text: str, document: DocumentLines, styles: Sequence[StyleName], is_own_link: OwnLink
) -> Digest:
    if "flat" not in styles:
        damage = tuple(damage_notices(text, document.lines, document.fenced))
        return Digest(text, (), damage, (), tuple(styles))
    own = reader.under_address if is_own_link is any_link else is_own_link
    return reader.read(text, own, document)


def grows_flat(digest: Digest) -> bool:
    """Return True if new entries of a digest are flat ones."""
    if "flat" not in digest.styles:
        return False
    return not digest.entries or any(entry.styled is None for entry in digest.entries)


def candidates(page: pages.Page, is_own_link: OwnLink) -> list[Candidate]:
    """Return what may be an entry in any style, papers or not."""
    items = list(lists.candidates(page, is_own_link))
    inner = [
        *paragraphs.candidates(page, is_own_link, items),
        *items,
        *tables.candidates(page, is_own_link),
    ]
    return [*headings.candidates(page, is_own_link, inner), *inner]


def claims(found: Sequence[Candidate]) -> list[Candidate]:
    """Return the papers among candidates that stand side by side: no line is in two of them."""
    papers = Counter(candidate.block for candidate in found if candidate.plain)
    of_block = Counter(candidate.block for candidate in found)
    plausible = [
        candidate
        for candidate in found
        if candidate.plain or papers[candidate.block] * 2 >= of_block[candidate.block]
    ]
    return list(_outer(plausible))


def _outer(found: Iterable[Candidate]) -> Iterable[Candidate]:
    """Return those that stand in no other; of two that begin together the longer."""
    stop = 0
    for candidate in sorted(found, key=lambda each: (each.line, -each.stop)):
        if candidate.line >= stop:
            stop = candidate.stop
            yield candidate


def _without_repeats(found: Sequence[Entry]) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Return the entries, and apart those in other styles than flat whose paper came above."""
    seen: set[Key] = set()
    entries: list[Entry] = []
    repeats: list[Entry] = []
    for entry in found:
        again = entry.key in seen and entry.styled is not None
        (repeats if again else entries).append(entry)
        seen.add(entry.key)
    return tuple(entries), tuple(repeats)
