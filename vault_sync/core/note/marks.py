"""The marks by which a Markdown text says which paper it is about, line by line.

A mark is a labelled line (`**URL**: address`), a heading that is a link, a link that says `Paper`,
or an address alone on its line. All are of papers (arXiv, DOI, OpenReview): the address of just any
page marks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from vault_sync.core.model.values import Key
from vault_sync.core.naming.keys import is_paper, key_of
from vault_sync.core.naming.wikilinks import addresses
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Span, fenced, lines_of

MarkKind = Literal["label", "heading", "link", "bare"]


class Mark(NamedTuple):
    """One mark: its kind, the paper, and the label of a labelled line (lower case)."""

    kind: MarkKind
    key: Key
    label: str = ""


_HINTS = ("arxiv", "doi", "openreview", "ar5iv", "alphaxiv", "/papers/", "eprint")
_HINT_ID = regex(r"(?<![\d.])(?:\d{4}\.\d{4,5}|10\.\d{4,9}/)")

_LABEL = (
    r"(?:paper|arxiv|doi|pdf|source)?[ _-]?(?:url|link)|(?:arxiv|doi)(?:[ _-]?id)?|paper|source|pdf"
    r"|论文链接|论文地址|论文|原文链接|链接|原文|논문|링크|論文"
)
_EMPHASIS = r"(?:(?:\*{1,3}|_{1,3})[ \t]*)?"
_LEAD = (
    r"[ \t]*(?:>[ \t]*)*(?:\[![\w-]+\][-+]?[ \t]*)?(?:[-*+][ \t]+|\d{1,3}[.)][ \t]+)?"
    r"(?:\|[ \t]*)?"
)
_LABELLED = regex(
    rf"{_LEAD}(?:[^\w\s*_|<\[(>-]+[ \t]*)?{_EMPHASIS}({_LABEL})[ \t]*{_EMPHASIS}"
    rf"(?:::?|：|\|)[ \t]*{_EMPHASIS}(\S.*)",
    re.IGNORECASE,
)
_ADDRESS = r"<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?"
_LINK = regex(rf"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\({_ADDRESS}(?:[ \t]+\"[^\"]*\")?\)")
_PAPER_LINK = regex(
    r"(?<!!)\[[ \t*_`]*(?:paper|pdf|arxiv|abs|link to (?:the )?paper|paper link|论文)[ \t*_`]*\]"
    rf"\({_ADDRESS}(?:[ \t]+\"[^\"]*\")?\)",
    re.IGNORECASE,
)
_TOKEN = regex(r"<?((?:(?:arxiv|doi)[ \t]*[:：][ \t]*)?[^\s（）【】，、；|<>]+)>?", re.IGNORECASE)
_NOTHING = regex(
    r"[\s,;|·/•、，；\\*_`]+|<br[ \t]*/?>|\([^()]*\)|\[[^\[\]]*\]|（[^（）]*）"
    r"|【[^【】]*】|\{[^{}]*\}|https?://\S+",
    re.IGNORECASE,
)
_HEADING = regex(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*\r?")
_BARE = regex(
    r"[ \t]*(?:>[ \t]*)*(?:[-*+][ \t]+|\d{1,3}[.)][ \t]+)?"
    r"<?((?:https?://|(?:www\.|dx\.)?(?:arxiv\.org|doi\.org|openreview\.net)/|arxiv:|doi:)"
    r"[^\s<>]+)>?[ \t]*\r?",
    re.IGNORECASE,
)
_MENTION = regex(
    r"(?<![\w/])(?:arxiv[ \t]*(?:[:：][ \t]*)?"
    r"(\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+(?:\.[a-z]{2})?/\d{7})"
    r"|(?:doi[ \t]*(?:[:：][ \t]*)?)?(10\.\d{4,9}/[^\s\"'<>()\[\]{}，。、；]+))",
    re.IGNORECASE,
)
LINKS_HEADING = regex(r"links|링크|链接", re.IGNORECASE)


LONGEST_LINE = 4_000
"""Characters of the longest line that is looked at for a mark."""


def has_hint(head: str) -> bool:
    """Tell whether a text may hold a paper's id at all: cheap, and never wrongly False."""
    lowered = head.lower()
    return any(hint in lowered for hint in _HINTS) or _HINT_ID.search(head) is not None


def heading(line: str) -> tuple[int, str] | None:
    """Return level and words of a heading; None for another line."""
    found = _HEADING.fullmatch(line) if len(line) <= LONGEST_LINE else None
    return None if found is None else (len(found[1]), found[2].strip())


def prose(text: str, span: Span) -> Iterator[str]:
    """Yield the lines of a text that are neither code nor under a heading `Links`."""
    of = lines_of(text, span)
    under_links = 0
    for line, code in zip(of, fenced(text, of), strict=True):
        if code:
            continue
        words = text[line.start : line.end]
        found = heading(words)
        if found is not None and not (under_links and found[0] > under_links):
            under_links = found[0] if LINKS_HEADING.fullmatch(found[1].strip(" :*")) else 0
        if not under_links:
            yield words


def marks(line: str) -> Iterator[Mark]:
    """Yield the marks of one line."""
    if len(line) > LONGEST_LINE or not has_hint(line):
        return
    labelled = _labelled(line)
    if labelled is not None:
        yield labelled
        return
    head = heading(line)
    if head is not None:
        whole = _LINK.fullmatch(head[1].strip("* \t"))
        if whole is not None and (key := paper(whole[2])):
            yield Mark("heading", key)
            return
    elif key := bare_address(line, papers_only=True):
        yield Mark("bare", key)
        return
    for found in _PAPER_LINK.finditer(line):
        if key := paper(found[1]):
            yield Mark("link", key)


def bare_address(line: str, *, papers_only: bool = False) -> Key | None:
    """Return the paper or page whose address stands alone on a line."""
    found = _BARE.fullmatch(line)
    key = key_of(found[1]) if found is not None else None
    return key if key is not None and (is_paper(key) or not papers_only) else None


def paper(address: str) -> Key | None:
    """Return the key of a paper's address or id; None for that of just any page."""
    key = key_of(address)
    return key if key is not None and is_paper(key) else None


def mentioned(lines: Sequence[str]) -> frozenset[Key]:
    """Return every paper that some lines name, by whatever address or id."""
    text = "\n".join(lines)
    found = {key for _, address in addresses(text) if (key := paper(address))}
    found |= {key for link in _LINK.finditer(text) if (key := paper(link[2]))}
    for name in _MENTION.finditer(text):
        written = name[1] or name[2].rstrip(".,;:!?*_")
        found |= {key} if (key := paper(written)) else set()
    found |= {key for line in lines for mark in marks(line) if (key := mark.key)}
    return frozenset(found)


def link_texts(line: str) -> Iterator[str]:
    """Yield the texts of the links in a line."""
    yield from (found[1] for found in _LINK.finditer(line))


def _labelled(line: str) -> Mark | None:
    found = _LABELLED.match(line)
    if found is None:
        return None
    value = found[2].strip().rstrip("|").strip()
    link = _LINK.match(value)
    token = _TOKEN.match(value) if link is None else None
    if link is not None:
        key, rest = paper(link[2]), value[link.end() :]
    elif token is not None:
        key, rest = paper(token[1].rstrip(".,;*_`\\")), value[token.end() :]
    else:
        return None
    if key is None or not _is_nothing(rest):
        return None
    return Mark("label", key, found[1].lower())


def _is_nothing(rest: str) -> bool:
    """Tell whether nothing follows an address but bracketed remarks and further links."""
    at = 0
    while at < len(rest):
        found = _LINK.match(rest, at) or _NOTHING.match(rest, at)
        if found is None:
            return False
        at = found.end()
    return True
