"""Names that are one name: to a file system, to a doctor, to a tag and to a link."""

from __future__ import annotations

import unicodedata

import pytest
from vault_sync.core.naming.note_names import fold
from vault_sync.core.text.folding import casefold_nfc, fold_title

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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GPT-4: A Report.", "gpt4 a report"),
        ("The \\emph{Best} \\LaTeX Net", "the best net"),
        ("Ａttention Ⅳ", "attention iv"),
        ("Straße", "STRASSE"),
        ("한국어 제목", unicodedata.normalize("NFD", "한국어, 제목")),
        ("a_b", "ab"),
    ],
)
def test_two_spellings_of_one_title(one: str, other: str) -> None:
    assert fold_title(one) == fold_title(other) != ""


def test_a_title_of_signs_alone_is_compared_as_it_stands() -> None:
    assert fold_title(" ?! ") == "?!"
    assert fold_title("A 1") != fold_title("A 2")
