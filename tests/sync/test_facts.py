"""Facts: when there may be more of them than before."""

from __future__ import annotations

from pathlib import Path

from tests.support.index_worlds import Place
from vault_sync.edge.config import ArxivConfig
from vault_sync.sync import facts


def test_more_may_be_known_when_the_cache_or_the_readers_file_changed(tmp_path: Path) -> None:
    place = Place(tmp_path)
    config = place.config._replace(arxiv=ArxivConfig(snapshot="facts.jsonl"))
    stamps = [facts.facts_stamp(config, place.state)]
    for path in (facts.facts_cache(place.state), place.root / "facts.jsonl"):
        path.write_text("x")
        stamps.append(facts.facts_stamp(config, place.state))
    assert len(set(stamps)) == 3
