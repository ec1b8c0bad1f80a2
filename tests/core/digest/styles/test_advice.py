"""Advice: which style would read a digest, and whether its titles stand above their addresses."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.reader import read as read_flat
from vault_sync.core.digest.styles import advice, styled_reader
from vault_sync.core.model.values import RelPath

A, B, C = (f"https://arxiv.org/abs/2301.0000{n}" for n in (1, 2, 3))


def items(papers: int, others: int = 0) -> str:
    """Return a list of papers and of posts, a title each."""
    links = [f"https://arxiv.org/abs/2301.0000{n}" for n in range(papers)]
    links += [f"https://blog.org/{n}" for n in range(others)]
    return "".join(f"- [Title {n}]({link})\n" for n, link in enumerate(links))


def headings(papers: int) -> str:
    return "".join(f"## T{n}\n[pdf](https://arxiv.org/abs/2302.0000{n})\n" for n in range(papers))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (items(3), ("list", 3, 1)),
        (items(2), None),
        (f"# W\n\n{items(3)}", ("list", 3, 3)),
        # Half of what has an address must be papers.
        (items(3, 3), ("list", 3, 1)),
        (items(3, 4), None),
        # The style of most papers.
        (items(4) + headings(3), ("list", 4, 1)),
        (items(3) + headings(4), ("heading", 4, 4)),
        (items(2) + headings(3), ("heading", 3, 3)),
        ("words\n", None),
    ],
)
def test_the_style_that_finds_most_papers(text: str, found: tuple[str, int, int] | None) -> None:
    assert advice.proposal(text) == found


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (items(3), 1, "3 addresses and no entry; 3 list items look like papers: choose the style"),
        (f"\n{headings(3)}", 2, "3 addresses and no entry; 3 headings look like papers"),
        (items(1, 2), 1, "3 addresses and no entry"),
        (f"see {A}, {B} and {C}\n", 1, "3 addresses and no entry"),
        (items(2), 0, ""),
        (f"{items(2)}```\n{A}\n```\n", 0, ""),
        (f"{items(2)}- [x](notes/x.md)\n", 0, ""),
        (f"{A}\nT (Ann Bee)\n{items(3)}", 0, ""),
    ],
)
def test_a_digest_full_of_addresses_of_which_nothing_is_read(
    text: str, line: int, words: str
) -> None:
    found = advice.nothing_read(read_flat(text))
    if not line:
        assert found is None
        return
    assert found is not None
    assert found[:2] == (line, "nothing-read") and found[2].startswith(words)
    assert ("look like papers" in found[2]) == ("look like papers" in words)


def test_a_style_that_was_chosen_is_not_proposed() -> None:
    text = items(3).replace("[Title", "[*Title") + "see https://x.org/1, https://x.org/2\n"
    for style, proposed in (("list", False), ("heading", True)):
        digest = styled_reader.read(text, (style,))  # type: ignore[arg-type]
        found = advice.nothing_read(digest._replace(entries=()))
        assert found is not None and ("choose the style" in found[2]) == proposed


ABOVE = "T (Ann Bee, Cee Dee)\n{}\nwords\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (ABOVE.format(A) + ABOVE.format(B), 1),
        ("W\n\n" + ABOVE.format(A) + ABOVE.format(B), 3),
        (f"see T (Ann Bee)\nwords\n{ABOVE.format(A)}{ABOVE.format(B)}", 3),
        (ABOVE.format(A), None),
        (ABOVE.format(f"\n{A}") + ABOVE.format(f"\n{B}"), None),
        (ABOVE.format(A) + ABOVE.format(f"\n{B}"), None),
        (f"{C}\n" + ABOVE.format(A) + ABOVE.format(B), None),
        (f"T (Ann Bee)\nwords\n{C}\n" + ABOVE.format(A) + ABOVE.format(B), None),
        (ABOVE.format(f"<{A}>  ") + ABOVE.format(B).replace("\n", "\r\n"), 1),
        (ABOVE.format(f"see {A}") + ABOVE.format(f"see {B}"), None),
    ],
)
def test_titles_that_stand_right_above_their_addresses(text: str, line: int | None) -> None:
    assert advice.title_first(text) == line
    problem = advice.titles_first(RelPath("w.md"), text)
    assert (problem and (problem.path, problem.code, problem.line)) == (
        None if line is None else ("w.md", "title-first", line)
    )
