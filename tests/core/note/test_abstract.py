"""The abstract as a callout: where there is none, and that every line of one is in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from tests.support.hostile_text import anything
from tests.support.laws import examples
from vault_sync.core.model.values import Facts
from vault_sync.core.note.abstract import CALLOUT, callout


def test_the_abstract_is_a_folded_callout() -> None:
    facts = Facts(abstract="We show $x^2$.\n# Not a heading\n\n- nor a list #tag [[x]]")
    assert callout(facts) == (
        "> [!abstract]- Abstract\n"
        "> We show $x^2$.\n"
        ">\n"
        "> \\# Not a heading\n"
        ">\n"
        "> \\- nor a list \\#tag [ [x] ]"
    )
    assert callout(facts).startswith(CALLOUT + "\n")


@pytest.mark.parametrize("abstract", ["", " \n\t", "\u200b\n\x00"])
def test_there_is_no_callout_without_an_abstract(abstract: str) -> None:
    assert callout(Facts(abstract=abstract)) == ""


@settings(max_examples=examples(65))
@given(anything)
def test_law_every_line_of_a_callout_is_in_it(text: str) -> None:
    lines = callout(Facts(abstract=text)).split("\n")
    assert lines == [""] or (lines[0] == CALLOUT and len(lines) > 1)
    assert all(line == ">" or line.startswith("> ") for line in lines if line)
