"""Which files are the reader's own, and which rows of the conflicts note stay."""

from __future__ import annotations

import pytest
from vault_sync.core.merge.copy_rules import is_readers, remaining
from vault_sync.core.model.base import Base, CopyRow
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import STANDARD_NAMES, Key, RelPath

PAPER = Key("arxiv:2308.00001")
WEEK, NOTE, COPY = RelPath("d/week.md"), RelPath("p/note.md"), RelPath("d/week 2.md")
NAMES_COPY = '---\ndigests:\n  - "[[week]]"\n  - "[[week 2]]"\n---\n'


@pytest.mark.parametrize(
    ("path", "texts", "is_own"),
    [
        (WEEK, {}, True),  # a digest of the base
        (NOTE, {}, True),  # a note of the base
        (COPY, {}, False),
        (COPY, {"p/x.md": "words\n", "p/y.md": NAMES_COPY}, True),
        (COPY, {"p/y.md": NAMES_COPY.replace('  - "[[week 2]]"\n', "")}, False),
        (COPY, {"p/y.md": NAMES_COPY.replace("digests", "mine")}, False),
        (COPY, {"p/y.md": f"as in\n{NAMES_COPY}"}, False),  # no properties
        (COPY, {"p/y.md": NAMES_COPY, "e/week 2.md": "", "d/week 2.md": "x"}, False),
    ],
)
def test_a_file_of_the_base_or_that_a_note_names_as_its_digest_is_the_readers(
    path: RelPath, texts: dict[str, str], is_own: bool
) -> None:
    base = Base({BaseKey(PAPER, "", "note"): NOTE, BaseKey(Key(""), WEEK, "text"): "week\n"})
    found = {RelPath(each): text for each, text in {WEEK: "", COPY: "", **texts}.items()}
    if "e/week 2.md" in texts:  # the nearest to the note of two that are called so
        found[RelPath("p/week 2.md")] = ""
    assert is_readers(found, base, STANDARD_NAMES, path) is is_own


TITLE = CopyRow(PAPER, WEEK, "title", "One title.")
WORDS = CopyRow(PAPER, WEEK, "commentary", "A sentence. Another one.")


@pytest.mark.parametrize(
    ("row", "agreed", "stands"),
    [
        (TITLE, "One title.", True),
        (TITLE, "One title. And more.", False),  # no text of sentences
        (WORDS, "Another one. A third. A sentence.", True),
        (WORDS, "A sentence.", False),
        (WORDS, None, False),
    ],
)
def test_a_row_goes_at_rest_once_both_sides_have_its_words(
    row: CopyRow, agreed: Value | None, stands: bool
) -> None:
    def left(*, at_rest: bool, ticked: frozenset[CopyRow] = frozenset()) -> frozenset[CopyRow]:
        return remaining([row], at_rest=at_rest, ticked=ticked, agreed=lambda _: agreed)

    assert left(at_rest=True) == (frozenset() if stands else {row})
    assert left(at_rest=False) == {row}
    assert not left(at_rest=False, ticked=frozenset({row}))
