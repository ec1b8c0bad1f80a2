"""S11: the processor time that text of twice the size takes every reader and the merge."""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.measure import Bench, Row, Spread
from vault_sync.core.digest import reader
from vault_sync.core.merge import three_way
from vault_sync.core.naming import wikilinks
from vault_sync.core.note import note

SIZE = 200_000
"""Characters of the larger text; the smaller has half as many."""

SHAPES = {
    "blanks": " ",
    "blank lines": "\n",
    "fences": "```\nx\n",
    "equal lines": "the same line\n",
    "brackets": "[[a](",
    "addresses": "https://arxiv.org/abs/2308.00001\n",
    "sections": "## [[w]]\n\nwords\n\n",
    "bars": "| a |\n|---|\n",
}
READERS: dict[str, Callable[[str], object]] = {
    "a digest is read": reader.read,
    "a note is read": note.read,
    "links are found": wikilinks.find,
    "three texts are merged": lambda text: three_way.paragraphs(
        text, f"{text}one\n", f"two\n{text}"
    ),
}


def rows(bench: Bench) -> list[Row]:
    return [_row(work, read, bench.runs) for work, read in READERS.items()]


def _row(work: str, read: Callable[[str], object], runs: int) -> Row:
    """Return the row of a reader: the shape of text for which twice the size costs most."""
    found = []
    for shape, piece in SHAPES.items():
        text = piece * (SIZE // len(piece))
        half, whole = _least(read, text[: SIZE // 2], runs), _least(read, text, runs)
        found.append((whole / half, shape, half, whole))
    _, shape, half, whole = max(found)
    took, less = Spread(whole, whole, whole), Spread(half, half, half)
    return Row("S11", f"{work}, {SIZE:,} characters: {shape}", took, "half", less, "<= 2.5 x")


def _least(read: Callable[[str], object], text: str, runs: int) -> float:
    taken = []
    for _ in range(runs):
        began = time.process_time()
        read(text)
        taken.append(time.process_time() - began)
    return max(min(taken), 1e-3)  # below a millisecond nothing is measured
