"""The title line of an entry: `Title (Author, Author, ...)` and its linked forms.

    Title (A, B)          *Title* (A, B)          **Title (A, B)**          ### Title (A, B)
    [[n|Title]] (A, B)    *[[n|Title]]* (A, B)    [[n|Title]]
    Title with [x] (A, B) [[n]]
    [Title](url) (A, B)    [Title](url) (A, B) [[n]]

Emphasis that wraps the whole title or the whole line, a heading mark of level 3 or more, a number
(`1. Title`) and a list mark stand outside the title and its link.

**Which line is one.** The line must end in a balanced parenthesis with a blank before it. Prose
ends so too (`... SinGAN (https://arxiv.org/abs/1905.01164)`), so the parenthesis and what is before
it are judged:

- before it stands no address and no Korean or Chinese sentence end (`...했네요.`);
- in it stand authors (`author_names`).

With a link in its place the line is known to be a title, and only the rule on sentences is asked.
Right under the address of a paper two lines without authors are title lines too (`of_paper`):
`**Title**`, and `[Title](url)` where the url is another address of that paper.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from vault_sync.core.digest import author_names
from vault_sync.core.digest.styles import labels
from vault_sync.core.digest.styles.markdown import inline
from vault_sync.core.model.values import Key
from vault_sync.core.naming.keys import is_paper, key_of
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Span, shared, stripped


class TitleLine(NamedTuple):
    """The parts of a title line, in characters of the text that was read.

    `title` are the title's characters alone. `link` is the whole `[[...]]`, around the title or
    after the authors; `target` is the part of it that names a note. `authors` is what the
    parenthesis holds. What is not there yet, a list of authors or a link after it, goes to `tail`.
    `in_markdown`: the title is the text of a Markdown link, which stays, with ours behind the line.
    """

    title: Span
    names: tuple[str, ...]
    authors: Span | None
    link: Span | None
    target: Span | None
    tail: int
    in_markdown: bool = False

    @property
    def link_is_title(self) -> bool:
        return self.link is not None and self.link.start < self.title.start


_NUMBER_MARK = regex(r"\d{1,9}[.)][ \t]+")
_LIST_MARK = regex(r"[-+*][ \t]+")
_HEADING_MARK = regex(r"#{3,6}[ \t]+")
_STARS = regex(r"\*{1,3}(?!\*)")
# A formatter that knows no wikilinks escapes them: `\[\[n|Title]]`.
_LINKED = regex(r"(?:\\?\[){2}([^\[\]|\n]+?)\\?\|([^\[\]|\n]+?)(?:\\?\]){2}")
_LINK = regex(r"(?:\\?\[){2}([^\[\]|\n]+?)(?:\\?\]){2}")
_OPENINGS = ("[[", "\\[\\[")
_PARENTHESIS = regex(r"[()]")
# Most lists are of plain names, and one look tells: `Ariel N. Lee, Cole J. Hunter`.
_PLAIN_WORD = r"[A-ZÀ-ɏ][A-Za-zÀ-ɏ.'-]*"
_PLAIN_NAME = rf"{_PLAIN_WORD}(?: {_PLAIN_WORD}){{0,6}}"
_PLAIN_NAMES = regex(rf"{_PLAIN_NAME}(?:, {_PLAIN_NAME})+")
_SENTENCE_END = regex(r"[가-힣]\.(?:\s|$)|。")


def parse(text: str, start: int, end: int) -> TitleLine | None:
    """Return the title line in `text[start:end]`, a line without its newline; else None.

    One walk over the line: linear in its length.
    """
    start, end = stripped(text, Span(start, end))
    if text[max(start, end - 1) : end] not in {")", "]", "*"}:
        return None
    needed = 1
    if text[start] in "#-+*0123456789":
        start, needed = _after_mark(text, start, end)
    trailing = _trailing(text, start, end)
    if trailing is not None:
        start, end = stripped(text, Span(start, trailing.start()))
    wrapped = _unwrapped(text, start, end) if text.startswith("*", start) else None
    if wrapped is not None:
        found = _core(text, *wrapped, trailing, needed)
        if found is not None:
            # What is added goes after the emphasis: `**[[n|T]]** (A)`, `**T [x] (A)** [[n]]`.
            return found._replace(tail=end)
    return _core(text, start, end, trailing, needed)


def of_paper(text: str, start: int, end: int, key: Key) -> TitleLine | None:
    """Return the title line without authors that stands right under the address of a paper."""
    start, end = stripped(text, Span(start, end))
    if text[start : start + 1] not in {"*", "["} or not is_paper(key):
        return None
    trailing = _trailing(text, start, end)
    if trailing is not None:
        start, end = stripped(text, Span(start, trailing.start()))
    bold = _unwrapped(text, start, end) if text.startswith("**", start) else None
    inner = bold or Span(start, end)
    shown = _shown(text, inner)
    if shown is not None and key_of(shown.url.slice(text)) != key:
        return None
    title = inner if shown is None else shown.title
    words = title.slice(text)
    if (bold is None and shown is None) or words[-1:] in {":", "："} or not _is_title(words):
        return None
    if labels.words_label(words) is not None:
        return None
    link = None if trailing is None else Span(*trailing.span())
    target = None if trailing is None else Span(*trailing.span(1))
    return TitleLine(title, (), None, link, target, end, in_markdown=shown is not None)


def _trailing(text: str, start: int, end: int) -> re.Match[str] | None:
    """Return the wikilink without display text that a line ends in."""
    opening = max(text.rfind(brackets, start, end) for brackets in _OPENINGS)
    return _LINK.fullmatch(text, max(start, opening), end)


class _Shown(NamedTuple):
    """A Markdown link that is a title: its text inside the marks, and its address."""

    title: Span
    url: Span


def _shown(text: str, span: Span) -> _Shown | None:
    """Return the Markdown link that is all of a stretch, unless its text is a label."""
    if not text.startswith("[", span.start) or not text.endswith(")", *span):
        return None
    found = inline.scan(text, span)
    if len(found) != 1 or found[0].kind != "link" or found[0].whole != span:
        return None
    title = _unwrapped(text, *found[0].text) or found[0].text
    return (
        None if labels.words_label(title.slice(text)) is not None else _Shown(title, found[0].url)
    )


def _after_mark(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the start of the words behind the mark, and the name-like authors it asks for."""
    found = _HEADING_MARK.match(text, start, end) or _NUMBER_MARK.match(text, start, end)
    if found is not None:
        return found.end(), 1
    found = _LIST_MARK.match(text, start, end)
    return (start, 1) if found is None else (found.end(), 2)


def refusal(text: str, start: int, end: int) -> str:
    """Return why a line that is built like a title line is none; "" for every other line.

    Of prose that merely ends in a parenthesis (`a good paper (read it later)`) nothing is said.
    """
    start, end = stripped(text, Span(start, end))
    opening = opening_of(text, start, end)
    if opening is None:
        return ""
    names = split_authors(text[opening + 1 : end - 1])
    if _LIST_MARK.match(text, start, end) or not names or author_names.are_prose(names):
        return ""
    if not _is_title(text[start:opening]) or parse(text, start, end) is not None:
        return ""
    return author_names.objection(names, 1)


def own_link(text: str, start: int, end: int) -> re.Match[str] | None:
    """Match a line that is nothing but a wikilink without display text; group 1 is its target."""
    start, end = stripped(text, Span(start, end))
    return _LINK.fullmatch(text, start, end) if text.startswith(_OPENINGS, start) else None


def can_be_linked(title: str) -> bool:
    """Return True if the title can be a link's display text, where Obsidian knows no escape."""
    return not any(mark in title for mark in "[]|")


def split_authors(text: str) -> tuple[str, ...]:
    """Return the names between commas, those inside a parenthesis aside, without empty ones."""
    names = []
    depth = at = 0
    for mark in re.finditer("[(),]", text):
        if mark[0] == "(":
            depth += 1
        elif mark[0] == ")":
            depth -= 1
        elif depth == 0:
            names.append(text[at : mark.start()].strip())
            at = mark.end()
    names.append(text[at:].strip())
    return tuple(name for name in names if name)


def written(title: str, authors: tuple[str, ...], target: str | None) -> str:
    """Return a title line made from nothing."""
    names = f" ({', '.join(authors)})" if authors else ""
    if target is None:
        return title + names
    return (
        f"[[{target}|{title}]]{names}" if can_be_linked(title) else f"{title}{names} [[{target}]]"
    )


def _unwrapped(text: str, start: int, end: int) -> Span | None:
    """Return the inside of emphasis around the whole; stars of its kind inside undo that."""
    stars = _STARS.match(text, start, end)
    if stars is None:
        return None
    inner = Span(stars.end(), end - len(stars[0]))
    words = inner.slice(text)
    if (
        not words.strip()
        or words != words.strip()
        or not text.endswith(stars[0], start, end)
        or words.endswith("*")
        or stars[0] in words
    ):
        return None
    return inner


def _core(
    text: str, start: int, end: int, trailing: re.Match[str] | None, needed: int
) -> TitleLine | None:
    """Parse the line without its marks, emphasis and trailing link."""
    whole = _LINKED.fullmatch(text, start, end) if trailing is None else None
    if whole is not None:
        title = Span(*whole.span(2))
        return TitleLine(title, (), None, Span(start, end), Span(*whole.span(1)), end)
    opening = opening_of(text, start, end)
    if opening is None:
        return None
    listed = text[opening + 1 : end - 1]
    plain = _PLAIN_NAMES.fullmatch(listed) is not None
    names = tuple(map(shared, listed.split(", ") if plain else split_authors(listed)))
    title = stripped(text, Span(start, opening))
    if title.start == title.end:
        return None
    if text.startswith("*", title.start):
        title = _unwrapped(text, *title) or title
    linked = _LINKED.fullmatch(text, *title)
    link = linked or trailing
    if not plain and author_names.objection(names, 0 if link else needed):
        return None
    shown = None if linked else _shown(text, title)
    if shown is not None:
        title = shown.title
    if linked is None and not _is_title(title.slice(text)):
        return None
    return TitleLine(
        Span(*linked.span(2)) if linked else title,
        names,
        Span(opening + 1, end - 1),
        Span(*link.span()) if link else None,
        Span(*link.span(1)) if link else None,
        end,
        in_markdown=shown is not None,
    )


def opening_of(text: str, start: int, end: int) -> int | None:
    """Return the offset of the parenthesis, behind words and a blank, in which a stretch ends."""
    if not text.endswith(")", start, end):
        return None
    depth = 0
    for mark in reversed([found.start() for found in _PARENTHESIS.finditer(text, start, end)]):
        depth += 1 if text[mark] == ")" else -1
        if depth == 0:
            return mark if text[start:mark][-1:].isspace() else None
    return None


def _is_title(title: str) -> bool:
    if not title.isascii() and _SENTENCE_END.search(title):
        return False
    return not author_names.holds_address(title)
