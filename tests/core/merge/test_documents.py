"""Merges of whole documents: what one side alone has changed is taken byte for byte."""

from __future__ import annotations

import pytest
from tests.support.merge_texts import ALPHA, BASE, BETA, GAMMA, NOTE, WEEK
from vault_sync.core.merge import documents, parts

# What must not change.


STRANGE = [
    "",
    "no entry at all\n",
    BASE,
    BASE.removesuffix("\n"),
    BASE.replace("\n", "\r\n"),
    "\ufeff" + BASE,
    BASE.replace("\n", "\r\n", 3),
    "\n\n" + BASE + "\n\n\n",
    BASE + "---\n\n## 끝\n\nwords\n---\n",
    WEEK + ALPHA + "\n---\n\n" + BETA + "\n\n---\n" + GAMMA,
    WEEK + ALPHA + ALPHA,
    BASE + "\udcff\0",
    "---\na: b\n---\n" + BASE,
    NOTE,
    NOTE.replace("\n", "\r\n"),
    "---\ntitle: [broken\ndigests:\n---\n\n## [[week 1]]\nx",
    "---\n---\n",
    "\n## [[a]]\n\n\n## [[a]]\n# own\n\n",
    "## [[a]]",
]


@pytest.mark.parametrize("text", STRANGE)
@pytest.mark.parametrize("merge", [documents.digest, documents.note])
def test_what_nobody_changed_stays_byte_for_byte(merge: object, text: str) -> None:
    assert merge(text, text, text) == parts.Merged(text)  # type: ignore[operator]


# A file with mixed line ends against a pure one is merged with its carriage returns as words.
PURE = [text for text in STRANGE if text.count("\r\n") in (0, text.count("\n"))]


@pytest.mark.parametrize("text", PURE)
@pytest.mark.parametrize("other", [BASE, NOTE])
@pytest.mark.parametrize("merge", [documents.digest, documents.note])
def test_one_sides_word_is_taken_byte_for_byte(merge: object, text: str, other: str) -> None:
    for ours, theirs in ((text, other), (other, text)):
        found = merge(other, ours, theirs)  # type: ignore[operator]
        assert found.conflicts == 0
        if text.strip("\n"):
            assert found.text == text
