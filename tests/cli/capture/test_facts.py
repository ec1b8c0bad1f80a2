"""`facts`: how many papers are known now, whom nobody has, and why nobody was asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import transcript
from tests.support.vaults import Vault
from vault_sync.cli.capture import facts
from vault_sync.core.model.values import Facts
from vault_sync.edge.config import ArxivConfig, Config
from vault_sync.edge.sources.lookup import Answer

KNOWN = {"2308.00001": Facts(title="One")}
NONE = frozenset[str]()


@pytest.mark.parametrize(
    ("answer", "count", "words"),
    [
        (Answer({}, NONE, NONE), 0, "no note lacks a fact"),
        (Answer(KNOWN, NONE, NONE), 1, "1 of 1 papers are known"),
        (
            Answer(KNOWN, frozenset({"2308.00004"}), frozenset({"2308.00003", "2308.00002"})),
            4,
            "1 of 4 papers are known; nobody has 2308.00002, 2308.00003",
        ),
    ],
)
def test_what_is_known_now(answer: Answer, count: int, words: str) -> None:
    assert facts._summary(answer, count) == words


@pytest.mark.parametrize(
    ("enabled", "unknown", "told"),
    [(False, {"2308.00001"}, True), (False, set(), False), (True, {"2308.00001"}, False)],
)
def test_that_nobody_is_asked_is_told_where_it_matters(
    enabled: bool, unknown: set[str], told: bool
) -> None:
    config = Config(Path("/v"), arxiv=ArxivConfig(enabled=enabled))
    problems = facts._disabled(config, Answer({}, frozenset(unknown), NONE))
    assert [each.code for each in problems] == ["facts-disabled"] * told
    assert all(each.level == "notice" for each in problems)


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault) -> None:
    told, expected = transcript.retold(request, offline_vault, "facts")
    assert told == expected
