"""`help`: the text of a verb, of a verb in a group, and of none."""

from __future__ import annotations

import pytest
from tests.support import transcript
from tests.support.vaults import Vault


@pytest.mark.parametrize("words", [[], ["sync"], ["git"], ["git", "install"]])
def test_it_is_the_text_of_the_option(empty_vault: Vault, words: list[str]) -> None:
    text = empty_vault.ok("help", *words).out
    assert text == empty_vault.ok(*words, "--help").out
    found = empty_vault.ok("help", *words, "--json").json
    assert (found["verb"], found["text"] + "\n") == (" ".join(words), text)


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["sync", "more"], "'sync' has no verb 'more'"),
        (["git", "install", "x"], "'install' has no verb 'x'"),
        (["git", "none"], "none"),
    ],
)
def test_a_verb_that_is_none(empty_vault: Vault, words: list[str], wrong: str) -> None:
    ran = empty_vault.run("help", *words)
    assert ran.code == 2 and wrong in ran.err


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault) -> None:
    told, expected = transcript.retold(request, offline_vault, "help_text")
    assert told == expected
