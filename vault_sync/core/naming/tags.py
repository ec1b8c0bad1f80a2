"""Tags: the pattern of one, those of a note that stay in it, and lines of tags alone."""

from __future__ import annotations

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


_TAG_LINE = regex(rf"(?:{TAG_PATTERN}\s*)+")


_NOT_DIGITS = regex(r"[^\d#\s]")


def is_tag_line(words: str) -> bool:
    """Return whether a line, without its blanks, is only tags, one of them with a non-digit."""
    return (
        words.startswith("#")
        and _TAG_LINE.fullmatch(words) is not None
        and _NOT_DIGITS.search(words) is not None
    )


def with_tags(words: str, tags: Sequence[str]) -> str:
    """Return a tag line with tags at its end, set apart as its last two are."""
    end = len(words.rstrip())
    tokens = list(TAG.finditer(words))
    between = words[tokens[-2].end() : tokens[-1].start()] if len(tokens) > 1 else " "
    return words[:end] + "".join(between + "#" + tag for tag in tags) + words[end:]


def without_tags(words: str, gone: set[str]) -> str:
    """Return a tag line without some tokens, each cut with one blank; "" where none is left."""
    tokens = list(TAG.finditer(words))
    if all(token[0] in gone for token in tokens):
        return ""
    cuts = []
    first = True
    for token in tokens:
        start, end = token.span()
        if token[0] not in gone:
            first = False
            continue
        if first:
            end += words[end : end + 1].isspace()
        else:
            start -= words[start - 1].isspace()
        cuts.append(Edit(Span(start, end), ""))
    return splice(words, cuts)
