"""S11: readers and merges take steps in proportion to the text, whatever stands in it.

A step is a line of Python that runs, so that the machine and its load do not matter. What a
pattern does in C is not seen by that: the sweep measures it by processor time.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from tests.support.memory_vault import MemoryVault
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.digest import title_line
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.style import STYLE_NAMES
from vault_sync.core.merge import documents
from vault_sync.core.naming import wikilinks
from vault_sync.core.naming.keys import key_of
from vault_sync.core.note import note as note_lens
from vault_sync.core.text.common_items import changes
from vault_sync.core.text.sanitize import sanitize
from vault_sync.core.text.spans import line_edits, lines

Merge = Callable[[str, str, str], object]

LINES: dict[str, Callable[[int], str]] = {
    "equal lines": lambda n: "x\n" * n,
    "different lines": lambda n: "".join(f"line {number}\n" for number in range(n)),
    "fences": lambda n: "```\ncode\n```\n" * (n // 3),
    "different fences": lambda n: "".join(f"```\ncode {k}\n```\n" for k in range(n // 3)),
    "two lines in turn": lambda n: "x\ny\n" * (n // 2),
    "sentences": lambda n: "So it is. " * n + "\n",
    "different sentences": lambda n: " ".join(f"It is {k}." for k in range(n)) + "\n",
    "blank lines": lambda n: "a\n\n" * (n // 2),
}


def lines_run(work: Callable[[], object]) -> int:
    """Return the number of lines of Python that run."""
    count = 0

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal count
        del frame, arg
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def is_linear(work: Callable[[int], Callable[[], object]], size: int = 300) -> None:
    work(30)()  # what is kept from one call to the next is made here
    once, twice, four = (lines_run(work(size * times)) for times in (1, 2, 4))
    assert twice <= 2.5 * once + 500, (once, twice)
    assert four <= 2.5 * twice + 500, (twice, four)


@pytest.mark.parametrize("kind", LINES)
def test_the_readers(kind: str) -> None:
    head = "1주\nhttps://arxiv.org/abs/2308.00001\nT (Ann Park)\n"
    is_linear(lambda n: lambda: digest_reader.read(head + LINES[kind](n)))
    is_linear(lambda n: lambda: note_lens.read("---\nurl: a\n---\n# [[1주]]\n" + LINES[kind](n)))


@pytest.mark.parametrize("kind", LINES)
def test_the_edits_of_lines(kind: str) -> None:
    def both_ends(n: int) -> Callable[[], object]:
        text = LINES[kind](n)
        return lambda: line_edits(text, lines(text), f"head\n{text}tail", "\n")

    is_linear(both_ends)
    is_linear(lambda n: lambda: changes("y" * n + "x" * n, "x" * n + "y" * n))
    is_linear(lambda n: lambda: changes("ab" * n, "ba" * n + "c"))


@pytest.mark.parametrize("kind", LINES)
def test_a_commentary_edited_at_its_head_and_at_its_end(kind: str) -> None:
    def settled(n: int) -> Callable[[], object]:
        entry = f"https://arxiv.org/abs/2308.00001\nT (Ann Park)\n{LINES[kind](n)}"
        vault = MemoryVault(files={"digests/1주.md": f"1주\n{entry}#tag\n"})
        vault.sync()
        digest, note = "digests/1주.md", "papers/T.md"
        vault.files[digest] = vault.files[digest].replace("(Ann Park)\n", "(Ann Park)\nnew head\n")
        vault.files[note] += "new end\n"
        return vault.sync

    is_linear(settled, 60)


@pytest.mark.parametrize("kind", LINES)
def test_the_merge_of_documents(kind: str) -> None:
    digest = "1주\nhttps://arxiv.org/abs/2308.00001\nT (Ann Park)\n"
    note = '---\nurl: a\ndigests:\n  - "[[1주]]"\n---\n\n# [[1주]]\n\n'
    for head, kind_of in ((digest, documents.digest), (note, documents.note)):

        def merge(n: int, head: str = head, kind_of: Merge = kind_of) -> Callable[[], object]:
            text = LINES[kind](n)
            return lambda: kind_of(head + text, f"{head}ours\n{text}", f"{head}{text}theirs\n")

        is_linear(merge, 90)


# What runs in C.

UNITS = (
    "#", " ", "\t", "`", "```\n", "~~~\n", "[[", "]]", "(", ")", "a ", "a, ", "- ", "*", "* ",
    "_ ", "---\n", "- [x] ", "$", "$a ", "$$", "\\", "%%", "<!--", "> ", "> [!abstract]\n",
    "https://", "https://a.b/", "#a", "#a ", "#1 ", "가", "가. ", "A B, ", "'", "''", "\n",
    "\r\n", " \n", "|", "[", "[[a|", "{", '"', "!", "![[", "^", "^a ", ".", ". ", "<", ">",
    "10.1000/", "x: y\n", "=", "&", "%a", "/", "1. ", "A1 B, ", " and ", "\0", "\ufeff",
)  # fmt: skip
HEADS = ("", "# ", "# a", "## [[", "---\na: ", "T (", "```\n", "> [!abstract]", "$", "doi:10.1000/")
TAILS = ("", " b", "\n", "(A B)", "\n---\nx")
READERS: dict[str, Callable[[str], object]] = {
    "note": note_lens.read,
    "abstract": lambda text: note_lens.abstract(note_lens.read("\n" + text)),
    "digest": lambda text: digest_reader.read("https://arxiv.org/abs/2301.00001\n" + text),
    "title": lambda text: title_line.parse(text, 0, len(text)),
    "refusal": lambda text: title_line.refusal(text, 0, len(text)),
    "key": key_of,
    "addresses": wikilinks.addresses,
    "sanitize": sanitize,
}


def spent(work: Callable[[str], object], text: str) -> float:
    """Return the seconds of processor time, the least of three."""
    found = []
    for _ in range(3):
        begun = time.process_time()
        work(text)
        found.append(time.process_time() - begun)
    return min(found)


@pytest.mark.sweep
@pytest.mark.parametrize("reader", READERS)
def test_every_pattern(reader: str) -> None:
    for unit in UNITS:
        for head in HEADS:
            for tail in TAILS:
                small, large = (head + unit * (size // len(unit)) + tail for size in (6000, 24000))
                if (most := spent(READERS[reader], large)) > 0.05:
                    assert most <= 8 * spent(READERS[reader], small), (unit, head, tail)


def test_a_heading_with_a_long_run_of_blanks() -> None:
    """It took minutes: where the words end is not looked for from every blank."""
    for gap in (" " * 200_000, " #" * 100_000, "\t" * 200_000):
        note = note_lens.read(f"# [[1주]]{gap}\nwords\n# a{gap}b\n")
        assert len(note.sections) == (gap[:2] != " #")


STYLED = (
    "- X{0}\n[paper]({1})\n", "- [T]({1}){0} w\n", "- T {0} ({1})\n",
    "## X{0}\n*{0}*\n[paper]({1})\n",
    "## [T]({1})\n{0}\n", "| Title | Authors | Link |\n|---|---|---|\n| T{0} | {0} | [p]({1}) |\n",
    "**T{0}**\n*{0}*\n[paper]({1})\n", "{0}\n{1}\n", "T {0} (A B)\n{1}\n", "{1}\nT ({0})\n{0}\n",
)  # fmt: skip
IN_STYLES = (*UNITS, "~~", "__", "**a** ", ", e", "; ", "and ", "et al., ", " with ", "ICLR ", "《")


def all_styles(text: str) -> None:
    for style in STYLE_NAMES:
        styled_reader.read(text, (style,))


@pytest.mark.parametrize("shape", STYLED)
@pytest.mark.parametrize("size", [1000, pytest.param(12_000, marks=pytest.mark.sweep)])
def test_a_line_of_an_entry_in_any_style(shape: str, size: int) -> None:
    """Of four times the length: a square would take sixteen times as long."""
    for unit in IN_STYLES:
        small, large = (
            shape.format(unit * (length // len(unit)), "https://arxiv.org/abs/2301.00001")
            for length in (size, 4 * size)
        )
        if (most := spent(all_styles, large)) > 0.15:
            assert most <= 9 * spent(all_styles, small), (unit, most)
