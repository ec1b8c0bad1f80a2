"""What a pass hands to those that write."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.reader import WEEK
from tests.support.scope_world import DELTA_NOTE, EDITS, settled
from vault_sync.edge.write import apply as apply_module
from vault_sync.sync import engine


def test_the_base_rests_on_both_files_that_were_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are synced before it says what they say, or a power cut leaves it ahead."""
    rested: list[frozenset[str]] = []

    def apply(*given: Any, **named: Any) -> Any:
        rested.append(named["sources"])
        return apply_module.apply(*given, **named)

    monkeypatch.setattr(engine, "apply", apply)
    with settled() as vault:
        rested.clear()
        EDITS["both alike"](vault, 1)
        assert not vault.run().outcome.done
    assert rested and {WEEK, DELTA_NOTE} <= rested[-1]
