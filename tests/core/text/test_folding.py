"""Names that are one name: to a file system, to a doctor, to a tag and to a link."""

from __future__ import annotations

import unicodedata

import pytest
from vault_sync.core.naming.note_names import fold
from vault_sync.core.text.folding import casefold_nfc

SAME = [
    ("Beta.MD", "beta.md"),
    ("주차", unicodedata.normalize("NFD", "주차")),
    ("Straße", "STRASSE"),
    ("Å", "a\u030a"),
    ("\u1e9e", "ss"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_name_to_everybody(one: str, other: str) -> None:
    assert casefold_nfc(one) == casefold_nfc(other)
    assert fold(one) == fold(other)


@pytest.mark.parametrize("space", ["\u00a0", "\u202f"])
def test_a_no_break_space_is_a_plain_one_to_a_link_and_not_to_a_file_system(space: str) -> None:
    """Two files of such names stand side by side in one folder; a link tells them not apart."""
    assert casefold_nfc(f"a{space}b") != casefold_nfc("a b")
    assert fold(f"a{space}b") == fold("a b")
