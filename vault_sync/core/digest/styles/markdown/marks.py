"""Marks around words: emphasis, quotes, numbers, pictures; a title's value without them."""

from __future__ import annotations

import unicodedata

from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Span, stripped

_EMPHASIS = regex(r"\*{1,3}|_{1,3}|~~")
_DECORATION = regex(
    r"\d{1,4}(?:[.)、]|\)\.)[ \t]+"
    r"|:[a-z0-9_+-]{2,40}:"  # `:star:`
    r"|</?[a-zA-Z][^<>\n]{0,300}>"
    r"|!\[[^\[\]\n]{0,200}\]\([^()\s]{0,600}\)"
    r"|\[!\[[^\[\]\n]{0,200}\]\([^()\s]{0,600}\)\]\([^()\s]{0,600}\)"  # a badge
    r"|#{1,6}[ \t]+|[-*+][ \t]+"
)
_QUOTES = {'"': '"', "“": "”", "《": "》", "「": "」", "『": "』", "‘": "’"}
# What emphasis a word carries; a star or underscore with blanks on both sides is a sign.
_STARS = regex(r"(?<!\\)\*+")
_MARKUP = regex(r"\\(?=\|)|(?<!\\)\*+|(?<![^\W_])_+|_+(?![^\W_])|~~|`+|</?[a-zA-Z][^<>\n]{0,300}>")


def after_break(text: str, end: int, start: int) -> int:
    """Return the place in a line before its hard break (a backslash, blanks, `<br>`), if any."""
    at = end
    while at > start:
        if text[at - 1] in " \t" or (text[at - 1] == "\\" and text[at - 2 : at - 1] != "\\"):
            at -= 1
        elif text[at - 1] == ">" and _is_break(text, at):
            at = text.rindex("<", start, at)
        else:
            break
    return at


def _is_break(text: str, at: int) -> bool:
    found = text.rfind("<", max(0, at - 8), at)
    return found >= 0 and text[found:at].lower().replace(" ", "").replace("/", "") == "<br>"


def run_at(text: str, at: int, end: int) -> tuple[Span, int] | None:
    """Return the inside of the emphasis that opens at `at`, and where it closes; None for none."""
    opening = _EMPHASIS.match(text, at, end)
    if opening is None:
        return None
    marks = opening[0]
    start = opening.end()
    if start >= end or text[start].isspace():
        return None
    at = start
    while True:
        close = text.find(marks, at, end)
        if close < 0:
            return None
        doubled = len(marks) == 1 and text.startswith(marks, close + 1, end)
        before = text[close - 1]
        if before == "\\" or close == start or (before.isspace() and not doubled):
            at = close + 1
        elif doubled:
            at = close + 2
        else:
            while text.startswith(marks[0], close + len(marks), end):
                close += 1
            return Span(start, close), close + len(marks)


def after_decoration(text: str, start: int, end: int, *, venue: bool) -> int:
    """Return where the words of an item begin: behind numbers, pictures, tags, signs.

    With `venue` also behind one `(venue)` or `[May 2024]` each that lead the words in.
    """
    at = start
    while at < end:
        before = at
        found = _DECORATION.match(text, at, end)
        if found is not None:
            at = found.end()
        elif text[at].isspace() or _is_picture(text[at]):
            at += 1
        elif venue:
            at = _after_venue(text, at, end)
        if at == before:
            break
    return at


def _is_picture(character: str) -> bool:
    return character > "\u2000" and unicodedata.category(character) in {"So", "Mn", "Cf", "Sk"}


def _after_venue(text: str, at: int, end: int) -> int:
    """Return the place behind `(ICLR 2023) ` or `[May 2024] `, a short one that is no link."""
    closing = {"(": ")", "[": "]", "（": "）", "【": "】"}.get(text[at])
    if closing is None or text.startswith("[[", at):
        return at
    close = text.find(closing, at + 1, min(end, at + 60))
    if close < 0 or text[close + 1 : close + 2] not in {" ", "\t"} or close + 2 >= end:
        return at
    words = text[at + 1 : close]
    return at if any(sign in words for sign in "([\n") else close + 1


def trimmed(text: str, span: Span) -> Span:
    """Return a title's span without the marks, number, quotes, and full stop around it."""
    end_cut = False
    while True:
        span = stripped(text, span)
        before = span
        start, end = span
        if start >= end:
            return span
        found = run_at(text, start, end)
        if found is not None and found[1] == end:
            span = found[0]
            continue
        if text[end - 1] in ".:" and not end_cut and not text.endswith("..", start, end):
            end_cut = True
            span = Span(start, end - 1)
            continue
        closing = _QUOTES.get(text[start])
        if closing is not None and text[end - 1] == closing and end - start > 2:
            inner = text[start + 1 : end - 1]
            if closing not in inner:
                span = Span(start + 1, end - 1)
                continue
        span = Span(after_decoration(text, start, end, venue=False), end)
        if span == before:
            return span


def _markup(words: str) -> list[Span]:
    """Return the marks in a title; one star that nothing closes (`A* search`) is a letter."""
    if not any(sign in words for sign in "*_~`<\\"):
        return []
    found = [Span(*each.span()) for each in _MARKUP.finditer(words)]
    if len(_STARS.findall(words)) % 2:
        found = [span for span in found if words[span.start] != "*"]
    return found


def value(text: str, span: Span) -> str:
    """Return the words of a title: without markup, a run of blanks as one."""
    words = text[span.start : span.end]
    if found := _markup(words):
        starts = [0, *(each.end for each in found)]
        ends = [*(each.start for each in found), len(words)]
        words = "".join(words[start:end] for start, end in zip(starts, ends, strict=True))
    return " ".join(words.split())


def offsets(text: str, span: Span) -> list[int]:
    """Return, for each character of a title's value, its place in the text."""
    words = text[span.start : span.end]
    skipped = {at for found in _markup(words) for at in range(*found)}
    places: list[int] = []
    blank = True
    for at, character in enumerate(words):
        if at in skipped or (character.isspace() and blank):
            continue
        places.append(span.start + at)
        blank = character.isspace()
    while places and text[places[-1]].isspace():
        places.pop()
    return places


def balanced(words: str) -> bool:
    """Return whether every bracket and quote of a title closes in it."""
    depth = {"(": 0, "[": 0, "《": 0, "“": 0}
    opening = {")": "(", "]": "[", "》": "《", "”": "“"}
    for character in words:
        if character in depth:
            depth[character] += 1
        elif character in opening:
            depth[opening[character]] -= 1
            if depth[opening[character]] < 0:
                return False
    return not any(depth.values()) and words.count('"') % 2 == 0
