"""What a pass hands to those that write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.reader import WEEK
from tests.support.scope_world import DELTA_NOTE, EDITS, Vault, settled
from vault_sync.core.model.plan import Create, Write
from vault_sync.edge.write import apply as apply_module
from vault_sync.sync import engine
from vault_sync.sync.planning import pass_plan


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


def test_a_pass_writes_the_same_from_texts_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first_pass(large: int) -> tuple[Vault, tuple[object, ...]]:
        monkeypatch.setattr(pass_plan, "LARGE", large)
        vault = Vault(tmp_path / str(large))
        done = vault.run().outcome.done
        assert {Create, Write} <= {type(operation) for operation in done}
        stored = {isinstance(one.after, str) for one in done if isinstance(one, Create | Write)}
        assert stored == {large > 0}
        return vault, (done, vault.contents(), vault.state.rows())

    on_disk, left = first_pass(0)
    assert left == first_pass(1_000_000)[1]
    on_disk.settle()
    assert on_disk.contents() == left[1]
