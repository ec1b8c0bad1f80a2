"""Titles of the reader's library are folded to what does not differ between spellings."""

from __future__ import annotations

from vault_sync.core.citation.library import folded_title


def test_titles_are_folded_to_letters() -> None:
    assert folded_title("<i>OctoPack</i>: A {Étude}") == folded_title("octopack a étude")
