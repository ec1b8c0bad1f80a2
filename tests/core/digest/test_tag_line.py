"""Tags taken into a tag line and out of it: the blanks of the others stay."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.tag_line import with_tags, without_tags


@pytest.mark.parametrize(
    ("words", "after"),
    [("#a", "#a #new"), ("#a  #b ", "#a  #b  #new "), ("#a\t#b", "#a\t#b\t#new")],
)
def test_a_tag_is_set_apart_as_the_last_two_are(words: str, after: str) -> None:
    assert with_tags(words, ["new"]) == after


@pytest.mark.parametrize(
    ("gone", "after"),
    [({"#a"}, "#b  #c"), ({"#b"}, "#a  #c"), ({"#c"}, "#a #b "), ({"#a", "#b", "#c"}, "")],
)
def test_a_tag_goes_with_one_blank(gone: set[str], after: str) -> None:
    assert without_tags("#a #b  #c", gone) == after
