"""Tags: the pattern of one, and those of a note that stay in it."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from vault_sync.core.model.values import Rules

# Obsidian's own set of what ends a tag (research: its importer's ILLEGAL_TAG_CHARS).
TAG_PATTERN = r"#[^\u2000-\u206F\u2E00-\u2E7F'!\"#$%&()*+,.:;<=>?@^`{|}~\[\]\\\s\ufeff]+"
TAG = re.compile(TAG_PATTERN)


def private(rules: Rules, tag: str) -> bool:
    """Return True for a tag that stays in its note: a private one, or no tag (`deep learning`)."""
    return TAG.fullmatch("#" + tag) is None or any(
        fnmatchcase(tag, pattern) for pattern in rules.private_tags
    )
