"""The style `title-first`: which lines open an entry, and what is its own below them."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.styles import lens, styled_reader
from vault_sync.core.text.spans import splice

A, B = "https://arxiv.org/abs/2301.00001", "https://arxiv.org/abs/2301.00002"
TITLE, OTHER = "T (Ann Bee, Cee Dee)", "U (Eff Gee)"


def entries(text: str) -> list[tuple[str, str, int, str]]:
    """Return title, last digit of the address, line and commentary of each entry."""
    found = styled_reader.read(text, ("title-first",)).entries
    return [
        (each.fields.title, each.fields.url[-1], each.line, each.fields.commentary)
        for each in found
    ]


@pytest.mark.parametrize("address", [A, f"<{A}>", f"  {A} \t", f"\n \n{A}", f"{A}\r"])
def test_a_title_right_above_an_address_opens_an_entry(address: str) -> None:
    text = f"Week\n\n{TITLE}\n{address}\nwords\n"
    (entry,) = styled_reader.read(text, ("title-first",)).entries
    assert (entry.fields.title, entry.fields.url, entry.line) == ("T", A, 3)
    assert entry.fields.commentary == "words"
    assert entry.span.slice(text) == text[text.index(TITLE) :]
    linked = splice(
        text, lens.edit(styled_reader.read(text, ("title-first",)), entry, entry.fields, "n")
    )
    assert linked == text.replace("T (", "[[n|T]] (")
    assert lens.export(linked, ("title-first",)) == text


@pytest.mark.parametrize(
    "text",
    [
        f"{TITLE}\nwords\n{A}\n",
        f"{TITLE}\nsee {A}\n",
        f"{TITLE}\narxiv:2301.00001\n",
        f"{TITLE}\nhttps://\n",
        f"{TITLE}\n```\n{A}\n```\n",
        f"{TITLE}\n<!-- {A} -->\n",
        f"Title without authors\n{A}\n",
        f"```\n{TITLE}\n```\n{A}\n",
        f"---\n{TITLE}\n---\n{A}\n",
    ],
)
def test_what_opens_none(text: str) -> None:
    assert entries(text) == []


@pytest.mark.parametrize(
    ("below", "words"),
    [
        ("", ""),
        ("\nwords\n\nmore\n\n", "words\n\nmore"),
        ("words\n#tag\nmore\n", "words\nmore"),
        ("words\n### C\nmore\n", "words\n### C\nmore"),
        ("words\n## C\nmore\n", "words"),
        ("words\n# C\nmore\n", "words"),
        ("words\n---\nmore\n", "words"),
        ("words\n\n<!-- x -->\n\n", "words"),
        ("```\n# C\n#tag\n---\n```\n", "```\n# C\n#tag\n---\n```"),
        (f"{B}\nwords\n", f"{B}\nwords"),
        (f"{OTHER}\nwords\n", f"{OTHER}\nwords"),
    ],
)
def test_the_words_of_an_entry_end_at_the_next_head_heading_or_rule(below: str, words: str) -> None:
    assert entries(f"{TITLE}\n{A}\n{below}") == [("T", "1", 1, words)]
    both = entries(f"{TITLE}\n{A}\n{below}{OTHER}\n{B}\n")
    assert [row[:2] for row in both] == [("T", "1"), ("U", "2")]
    assert both[0][3] == words


@pytest.mark.parametrize(
    ("lines", "tags"),
    [("#a #b\n", ("a", "b")), ("#a\nwords\n#b #a\n", ("a", "b")), ("```\n#a\n```\n", ())],
)
def test_the_tags_of_an_entry(lines: str, tags: tuple[str, ...]) -> None:
    (entry,) = styled_reader.read(f"{TITLE}\n{A}\n{lines}", ("title-first",)).entries
    assert entry.fields.tags == tags
