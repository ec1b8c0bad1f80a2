"""Links in Markdown's own form: what is one, where its path stands, how another is written."""

from __future__ import annotations

import pytest
from vault_sync.core.naming.file_links import find_file_links


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("[x](a.md)", "a.md"),
        ("![x](../a/b.md#Head)", "../a/b.md"),
        ("[x](a%20b.md)", "a b.md"),
        ("[x](<a b (c).md#d e>)", "a b (c).md"),
        ('[x](a(b).MD "title")', "a(b).MD"),
        ("[x](가%20나.md)", "가 나.md"),
    ],
)
def test_what_is_one(text: str, target: str) -> None:
    (link,) = find_file_links(text)
    assert link.target == target
    again = text[: link.span.start] + link.written("n (1) %.md") + text[link.span.end :]
    assert [each.target for each in find_file_links(again)] == ["n (1) %.md"]


@pytest.mark.parametrize(
    "text",
    [
        "[x](https://x.org/a.md)",
        "[x](a.png)",
        "[x](#a.md)",
        "`[x](a.md)`",
        "```\n[x](a.md)\n```\n",
        "[x](a b.md)",
        "(a.md)",
        "[[a.md]]",
    ],
)
def test_what_is_none(text: str) -> None:
    assert find_file_links(text) == []
