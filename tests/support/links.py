"""The links of a text, and texts full of the marks that links are made of."""

from __future__ import annotations

from hypothesis import strategies as st
from vault_sync.core.naming import wikilinks as links


def targets(text: str) -> list[str]:
    return [wikilink.target for wikilink in links.find(text)]


def urls(text: str) -> list[str]:
    found = links.addresses(text)
    assert all(span.slice(text) == address for span, address in found)
    return [address for _, address in found]


MARKS = st.lists(
    st.sampled_from(
        [
            *("`", "``", "[[x]]", "![[y|z]]", "a", " ", "\n", "\n\n", "$", "$$", "%%", "<!--"),
            *("-->", "\\", "[[", "]]", "|", "#", "```\n", "\n```\n", "~~~\n", "한", "\r\n"),
            "https://a.b/c)",
        ]
    ),
    max_size=30,
).map("".join)
