"""Facts: when there may be more of them than before."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.support.index_worlds import Place
from vault_sync.core.model.values import Key
from vault_sync.edge.config import ArxivConfig, BibConfig
from vault_sync.edge.sources import client, lookup
from vault_sync.sync import facts
from vault_sync.sync.request import silent


def test_more_may_be_known_when_the_cache_or_the_readers_file_changed(tmp_path: Path) -> None:
    place = Place(tmp_path)
    config = place.config._replace(
        arxiv=ArxivConfig(snapshot="facts.jsonl"), bib=BibConfig(read="library.bib")
    )
    stamps = [facts.facts_stamp(config, place.state)]
    cache = facts.facts_cache(place.state)
    files = (
        cache,
        cache.with_name(f"{cache.name}-wal"),
        *map(place.root.joinpath, ("facts.jsonl", "library.bib")),
    )
    for path in files:
        for text in ("x", "xy"):
            path.write_text(text)
            stamps.append(facts.facts_stamp(config, place.state))
            assert facts.facts_stamp(config, place.state) == stamps[-1]
        path.with_name("new").write_text("xy")
        times = path.stat()
        os.utime(path.with_name("new"), ns=(times.st_atime_ns, times.st_mtime_ns))
        path.with_name("new").replace(path)  # of the same size and time
        stamps.append(facts.facts_stamp(config, place.state))
    library = place.root / "library.bib"
    library.unlink()
    stamps.append(facts.facts_stamp(config, place.state))
    target = place.root / "target.bib"
    library.symlink_to(target)
    assert facts.facts_stamp(config, place.state) == stamps[-1]
    for text in ("x", "xy"):
        target.write_text(text)
        stamps.append(facts.facts_stamp(config, place.state))
    assert len(set(stamps)) == 1 + 3 * len(files) + 2
    place.root.joinpath("library.bib").write_text("longer")
    assert facts.facts_stamp(place.config, place.state) == facts.facts_stamp(
        place.config, place.state
    )


def test_who_was_not_asked_offline_is_told_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)

    def told(*unknown: str, offline: bool = True, enabled: bool = True) -> list[str]:
        answer = lookup.Answer({}, frozenset(unknown), frozenset())
        monkeypatch.setattr(lookup, "look_up", lambda *_, **__: answer)
        config = place.config._replace(arxiv=ArxivConfig(enabled=enabled))
        found = facts.FactsLookup(config, place.state, silent, offline=offline)
        found.ask([Key("arxiv:2308.00001")])
        assert found.online is (enabled and not offline)
        assert all(each.code == "facts-offline" for each in found.problems)
        return [each.message for each in found.problems]

    one, two = "2308.00001", "doi:10.1000/x"
    wait = "which come with a later run"
    assert told(one) == [f"arXiv was not asked: 1 paper waits for its facts, {wait}"]
    assert told(one, "2308.00002") == [
        f"arXiv was not asked: 2 papers wait for their facts, {wait}"
    ]
    (both,) = told(one, two)
    assert " and " in both and "were not asked: 2 papers" in both
    assert told() == told(one, offline=False) == told(one, enabled=False) == []


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
