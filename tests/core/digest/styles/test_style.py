"""The choice of styles: what is legal, and which glob matches first."""

from __future__ import annotations

from typing import Any

import pytest
from vault_sync.core.digest.styles import style
from vault_sync.core.digest.styles.style import STYLE_NAMES
from vault_sync.core.model.values import RelPath, Rules


def test_where_nothing_was_chosen_all_is_flat() -> None:
    assert style.styles_of(Rules())(RelPath("digests/a.md")) == ("flat",)
    assert style.rows(["flat"]) == ()


def test_a_list_of_styles_holds_for_every_digest() -> None:
    styles = style.styles_of(Rules(digest_styles=style.rows(["list", "flat"])))
    assert set(styles(RelPath("digests/a.md"))) == {"list", "flat"}


def test_the_first_glob_that_matches_wins() -> None:
    chosen = {"reading/**": ["table", "list"], "**/b.md": ["heading"]}
    styles = style.styles_of(Rules(digest_styles=style.rows(chosen)))
    assert set(styles(RelPath("reading/x/b.md"))) == {"list", "table"}
    assert styles(RelPath("digests/b.md")) == ("heading",)
    assert styles(RelPath("digests/c.md")) == ("flat",)


@pytest.mark.parametrize("value", [["list"], ["title-first"], {"**": ["flat", "table"]}])
def test_legal_values(value: Any) -> None:
    assert style.mistake(value) is None


@pytest.mark.parametrize("value", ["list", [], [1], ["lists"], {"**": "list"}, {"**": ["x"]}])
def test_another_value_is_told_the_legal_names(value: Any) -> None:
    wrong = style.mistake(value)
    assert wrong is not None
    assert all(name in wrong for name in STYLE_NAMES)


def test_title_first_stands_alone() -> None:
    assert style.mistake(["title-first", "flat"]) is not None
