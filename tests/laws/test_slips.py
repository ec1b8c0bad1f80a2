"""The law of slips: a keypress at the wrong place costs the other side nothing.

`tests/support/slip_worlds.py` has the vaults, `slip_kinds.py` the slips, `slip_law.py` the law.
"""

from __future__ import annotations

from random import Random

import pytest
from tests.support.slip_kinds import ANYWHERE, DIGEST_SLIPS, NOTE_SLIPS
from tests.support.slip_law import slip_in
from tests.support.slip_worlds import DIGEST, NOTE_FORMS, SHAPE_NAMES, world

TAKES_WORDS = frozenset({"a line deleted", "address line deleted", "a property gone"})


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_a_slip_changes_the_form_and_keeps_the_words(shape: str) -> None:
    random = Random(shape)
    for form in NOTE_FORMS:
        made = world(shape, form)
        for slip in [slip_in(made, random) for _ in range(40)]:
            if slip is not None and slip.kind not in TAKES_WORDS | {"no properties"}:
                before, after = (made.words.in_text(each) for each in (slip.before, slip.after))
                assert before <= after, slip.kind


def test_every_kind_of_slip_finds_a_place() -> None:
    random, made = Random(1), world("flat", "own text")
    note = made.notes[made.keys[0]]
    for kinds, path in (({**ANYWHERE, **DIGEST_SLIPS}, DIGEST), ({**ANYWHERE, **NOTE_SLIPS}, note)):
        lines = [*made.vault.files[path].split("\n"), "  indented"]
        nowhere = [
            kind
            for kind, slip in kinds.items()
            if all(slip(random, lines) in (None, lines) for _ in range(20))
        ]
        assert not nowhere
    assert len(ANYWHERE) + len(DIGEST_SLIPS) + len(NOTE_SLIPS) > 100
