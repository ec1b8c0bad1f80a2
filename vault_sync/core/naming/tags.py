"""Tags: the pattern of one, those of a note that stay in it, and lines of tags alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from vault_sync.core.model.values import Rules
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Edit, Span, splice

# Obsidian's own set of what ends a tag (research: its importer's ILLEGAL_TAG_CHARS).
TAG_PATTERN = r"#[^\u2000-\u206F\u2E00-\u2E7F'!\"#$%&()*+,.:;<=>?@^`{|}~\[\]\\\s\ufeff]+"
TAG = regex(TAG_PATTERN)


def private(rules: Rules, tag: str) -> bool:
    """Return True for a tag that stays in its note: a private one, or no tag (`deep learning`)."""
    return TAG.fullmatch("#" + tag) is None or any(
        fnmatchcase(tag, pattern) for pattern in rules.private_tags
    )


# Between two tags may stand a comma or a semicolon; a lone `#` at the end is a tag being typed.
_TAG_LINE = regex(rf"(?:{TAG_PATTERN}\s*(?:[,;]\s*)?)+(?:(?<=\s)#)?")


_NOT_DIGITS = regex(r"[^\d#\s,;]")
_APART = regex(r"[\s,;]*")
_STOP = regex(r"[,;]?\s?")
_STOP_BEFORE = regex(r"[,;]?\s?\Z")


def is_tag_line(words: str) -> bool:
    """Return whether a line, without its blanks, is only tags, one of them with a non-digit."""
    return (
        words.startswith("#")
        and _TAG_LINE.fullmatch(words) is not None
        and _NOT_DIGITS.search(words) is not None
    )


def with_tags(words: str, tags: Sequence[str]) -> str:
    """Return a tag line with tags behind its last one, set apart as its last two are."""
    tokens = list(TAG.finditer(words))
    end = tokens[-1].end() if tokens else len(words.rstrip())
    between = words[tokens[-2].end() : tokens[-1].start()] if len(tokens) > 1 else " "
    if _APART.fullmatch(between) is None:
        between = " "
    return words[:end] + "".join(between + "#" + tag for tag in tags) + words[end:]


def without_tags(words: str, gone: set[str]) -> str:
    """Return a tag line without some tokens, each cut with what parts it from the next.

    Of a line that holds nothing else "" is left where all go.
    """
    tokens = list(TAG.finditer(words))
    if all(token[0] in gone for token in tokens) and is_tag_line(words.strip()):
        return ""
    cuts = []
    first = True
    for token in tokens:
        start, end = token.span()
        if token[0] not in gone:
            first = False
            continue
        if first:
            end += len(_matched(_STOP.match(words, end)))
        else:
            start -= len(_matched(_STOP_BEFORE.search(words, 0, start)))
        cuts.append(Edit(Span(start, end), ""))
    unsigned = gone - {token[0] for token in tokens}
    return _without_words(splice(words, cuts), unsigned) if unsigned else splice(words, cuts)


def _without_words(words: str, gone: set[str]) -> str:
    """Return a line without tags that stand in it by a slip: `＃a`, `# a`, `a`."""
    for tag in sorted(gone):
        bare = re.escape(tag.removeprefix("#"))
        words = re.sub(rf"(?<![\w#/-])[#＃\u200b]*{bare}(?![\w/-])\s?", "", words, count=1)
    return words


def _matched(found: re.Match[str] | None) -> str:
    return "" if found is None else found[0]
