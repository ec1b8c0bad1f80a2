"""No text makes what looks at a vault's texts raise: damaged lists in every shape, odd digests."""

from __future__ import annotations

from random import Random

import pytest
from tests.support.hostile_text import BLANKS, PIECES, UNSEEN
from tests.support.laws import examples
from tests.support.odd_digests import odd
from tests.support.styled_shapes import SHAPES, shaped
from vault_sync.core.digest.styles import advice, styled_reader
from vault_sync.core.digest.styles.style import STYLE_NAMES
from vault_sync.core.model.values import RelPath
from vault_sync.core.vault_survey import survey

TABLE_OF_HALF_LINKS = (
    "| Title | Authors | Summary |\n|---|---|---|\n"
    + "| T (Read more on [arXiv](https://arxiv.org/abs/2503.09566) or "
    "[HuggingFace](https://huggingface.co/papers/2503.09566)) | A B | w |\n" * 3
)


def looked_at(text: str) -> None:
    """Do all that `init` and a pass without a digest do with a text."""
    found = survey([(RelPath("a.md"), text), (RelPath("w/b.md"), text)])
    assert all(found.globs) and all(each.fields.title for each in found.examples)
    advice.proposal(text)
    advice.titles_first(RelPath("a.md"), text)
    for style in STYLE_NAMES:
        advice.nothing_read(styled_reader.read(text, (style,)))


def damaged(text: str, random: Random) -> str:
    """Return a text with pieces put in, taken out and moved."""
    for _ in range(random.randint(1, 12)):
        at = random.randint(0, len(text))
        to = min(len(text), at + random.choice((0, 0, 1, 2, 9)))
        piece = random.choice(("", text[at : at + 30], *PIECES, *UNSEEN, *BLANKS))
        # A file's bytes that are no UTF-8 are read as these.
        text = text[:at] + piece.replace("\ud800", "\udcff") + text[to:]
    return text


def test_a_table_whose_titles_do_not_close() -> None:
    """Three rows that look like papers and of which none is read: `init` ended with a traceback."""
    looked_at(TABLE_OF_HALF_LINKS)
    assert advice.proposal(TABLE_OF_HALF_LINKS) is None


@pytest.mark.parametrize("name", SHAPES)
def test_a_damaged_list(name: str) -> None:
    for seed in range(examples(25)):
        looked_at(damaged(shaped(name, seed).text, Random(seed)))


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_a_damaged_odd_digest(style: str) -> None:
    for seed in range(examples(100)):
        random = Random(seed)
        looked_at(damaged(odd(style, random) * 2, random))  # type: ignore[arg-type]
