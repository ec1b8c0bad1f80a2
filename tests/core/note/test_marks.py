"""The marks by which a line says which paper a text is about."""

from __future__ import annotations

import pytest
from vault_sync.core.model.values import Key
from vault_sync.core.note.marks import LONGEST_LINE, Mark, bare_address, heading, marks, prose
from vault_sync.core.text.spans import Span

A, B = Key("arxiv:2301.00001"), Key("arxiv:2301.00002")
URL_A, URL_B = "https://arxiv.org/abs/2301.00001", "https://arxiv.org/abs/2301.00002"


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        (f"- **URL**: {URL_A}", [Mark("label", A, "url")]),
        (f"Paper: [T]({URL_A}), [code](https://github.com/a/b)", [Mark("label", A, "paper")]),
        (f"| PDF | {URL_A} |", [Mark("label", A, "pdf")]),
        ("DOI: 10.1000/one.", [Mark("label", Key("doi:10.1000/one"), "doi")]),
        (f"URL: {URL_A} (v2) https://x.org", [Mark("label", A, "url")]),
        (f"URL: {URL_A} and more", []),
        ("URL: https://x.org/arxiv", []),
        (f"# [T]({URL_A})", [Mark("heading", A)]),
        (f"## **[T]({URL_A})**", [Mark("heading", A)]),
        (f"# [Paper]({URL_A}) #", [Mark("heading", A)]),
        (f"# T [Paper]({URL_A})", [Mark("link", A)]),
        ("# [arxiv](https://x.org)", []),
        (f"> - <{URL_A}>", [Mark("bare", A)]),
        (f"see {URL_A}", []),
        ("https://x.org/arxiv", []),
        (f"[paper]({URL_A}), [PDF]({URL_B})", [Mark("link", A), Mark("link", B)]),
        (f"![paper]({URL_A}) [arxiv](https://x.org)", []),
        (URL_A.ljust(LONGEST_LINE), [Mark("bare", A)]),
        (URL_A.ljust(LONGEST_LINE + 1), []),
    ],
)
def test_the_marks_of_a_line(line: str, marked: list[Mark]) -> None:
    assert list(marks(line)) == marked


def test_an_address_alone_on_its_line_is_a_papers_or_a_pages() -> None:
    assert bare_address(f"- {URL_A}") == bare_address(URL_A, papers_only=True) == A
    assert bare_address("https://x.org/a") == "url:x.org/a"
    assert bare_address("https://x.org/a", papers_only=True) is None
    assert bare_address("words") is None


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("# T", (1, "T")),
        ("   ###### T: *U* ##\r", (6, "T: *U*")),
        ("#\tC#", (1, "C#")),
        ("    # T", None),
        ("#T", None),
        ("####### T", None),
        ("T", None),
        ("# " + "x" * (LONGEST_LINE - 2), (1, "x" * (LONGEST_LINE - 2))),
        ("# " + "x" * (LONGEST_LINE - 1), None),
    ],
)
def test_a_heading_has_a_level_and_words(line: str, found: tuple[int, str] | None) -> None:
    assert heading(line) == found


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\n```\nb\n```\nc", "ac"),
        # What stands under `Links`, deeper headings and all, is not the text's own.
        ("a\n# Links\nb\n## c\nd\n# e\nf", ["a", "# e", "f"]),
        ("## **Links**:\na\n### b\nc\n# d\ne", ["# d", "e"]),
        ("# a\n## 링크\nb\n## Links\nc\n## d", ["# a", "## d"]),
        ("# Links to a\nb", ["# Links to a", "b"]),
    ],
)
def test_prose_is_neither_code_nor_under_links(text: str, lines: list[str]) -> None:
    assert list(prose(text, Span(0, len(text)))) == list(lines)
