"""Facts: when there may be more of them than before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.index_worlds import Place
from vault_sync.core.model.values import Key
from vault_sync.edge.config import ArxivConfig
from vault_sync.edge.sources import client, lookup
from vault_sync.sync import facts


def test_more_may_be_known_when_the_cache_or_the_readers_file_changed(tmp_path: Path) -> None:
    place = Place(tmp_path)
    config = place.config._replace(arxiv=ArxivConfig(snapshot="facts.jsonl"))
    stamps = [facts.facts_stamp(config, place.state)]
    for path in (facts.facts_cache(place.state), place.root / "facts.jsonl"):
        path.write_text("x")
        stamps.append(facts.facts_stamp(config, place.state))
    assert len(set(stamps)) == 3


def test_a_pass_waits_less_long_for_archives_than_who_wants_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[list[str], bool, object]] = []
    told: list[tuple[str, int, int]] = []

    def look_up(_: object, names: list[str], **how: Any) -> lookup.Answer:
        asked.append((names, how["refresh"], how["bounds"]))
        how["progress"](1, 2)
        return lookup.Answer({}, frozenset(), frozenset())

    monkeypatch.setattr(lookup, "look_up", look_up)
    place = Place(tmp_path)
    found = facts.FactsLookup(
        place.config, place.state, lambda *each: told.append(each), offline=False
    )
    keys = [Key("arxiv:2308.00001"), Key("https://example.org/x")]
    found.ask(keys)
    found.ask(keys, patient=True, refresh=True)
    assert [bounds for *_, bounds in asked] == [client.PASS, client.PATIENT] != [client.PASS] * 2
    assert [refresh for _, refresh, _ in asked] == [False, True]
    assert asked[0][0] == asked[1][0] and "2308.00001" in asked[0][0]
    assert told == [("asking for facts", 1, 2)] * 2
