"""Tags: which stay in a note, and when two are one."""

from __future__ import annotations

import pytest
from vault_sync.core.model.values import Rules
from vault_sync.core.naming.tags import is_tag_line, private, with_tags, without_tags
from vault_sync.core.text.folding import casefold_nfc

RULES = Rules(private_tags=("todo", "my/*"))


@pytest.mark.parametrize("tag", ["todo", "my/own", "deep learning", "a#b", "", "c++"])
def test_a_private_tag_or_what_is_no_tag_stays_in_the_note(tag: str) -> None:
    assert private(RULES, tag)


@pytest.mark.parametrize("tag", ["todos", "my", "논문", "nlp/생성", "3d_model", "🙂"])
def test_any_other_tag_travels(tag: str) -> None:
    assert not private(RULES, tag)


def test_case_and_normalisation_make_no_other_tag() -> None:
    assert casefold_nfc("LLM") == casefold_nfc("llm")
    assert casefold_nfc("\u1112\u1161\u11ab") == casefold_nfc("한")
    assert casefold_nfc("straße") == casefold_nfc("STRASSE")
    assert casefold_nfc("a-b") != casefold_nfc("a_b")


@pytest.mark.parametrize(
    ("words", "after"),
    [
        ("#a", "#a #new"),
        ("#a, #b", "#a, #b, #new"),
        ("#a #", "#a #new #"),
        ("#a · #b", "#a · #b #new"),
        ("#a  #b ", "#a  #b  #new "),
        ("#a\t#b", "#a\t#b\t#new"),
    ],
)
def test_a_tag_is_set_apart_as_the_last_two_are(words: str, after: str) -> None:
    assert with_tags(words, ["new"]) == after


@pytest.mark.parametrize(
    ("words", "is_one"),
    [
        ("#a", True),
        ("#a #b/c\t#d ", True),
        ("#a#b", True),
        ("#2023", False),
        ("#2023 #a1", True),
        ("#1 #2", False),
        (" #a", False),
        ("#a b", False),
        ("#a, #b; #c", True),
        ("#1, #2", False),
        ("#a #", True),
        ("#", False),
        ("", False),
    ],
)
def test_a_tag_line_is_tags_alone_one_of_them_more_than_a_number(words: str, is_one: bool) -> None:
    assert is_tag_line(words) == is_one


@pytest.mark.parametrize(
    ("words", "gone", "after"),
    [
        ("#a#b #c", {"#a"}, "#b #c"),
        ("#a #b#c", {"#c"}, "#a #b"),
        ("#a #b #c", {"#a", "#b"}, "#c"),
        ("#a #b #c #d", {"#a", "#c"}, "#b #d"),
        ("#a #b", {"#c"}, "#a #b"),
        ("#a, #b; #c", {"#b"}, "#a; #c"),
        ("#a, #b; #c", {"#a"}, "#b; #c"),
        ("#a, #b", {"#b"}, "#a"),
        ("#a ✅", {"#a"}, "✅"),
        ("#a words", {"#a"}, "words"),
        ("# a #b", {"#a"}, "# #b"),
        ("＃a #b", {"#a"}, "#b"),
    ],
)
def test_tags_that_touch_stay_apart_as_they_were(words: str, gone: set[str], after: str) -> None:
    assert without_tags(words, gone) == after


@pytest.mark.parametrize(
    ("gone", "after"),
    [({"#a"}, "#b  #c"), ({"#b"}, "#a  #c"), ({"#c"}, "#a #b "), ({"#a", "#b", "#c"}, "")],
)
def test_a_tag_goes_with_one_blank(gone: set[str], after: str) -> None:
    assert without_tags("#a #b  #c", gone) == after
