"""The ways by which files came: who wrote them last."""

from __future__ import annotations

import os

from tests.support.reader import NOTE, WEEK
from tests.support.scope_world import EDITS, Vault, settled
from vault_sync.sync.request import PassRequest
from vault_sync.sync.view import look_at_all


def brought(vault: Vault) -> set[str]:
    os.utime(vault.root / WEEK, (1, 1))  # as a sync service leaves it, or a pass that took long
    return {*look_at_all(vault.context(), PassRequest(), "").observation.base.arrivals}


def test_what_the_last_pass_wrote_was_brought_by_nobody() -> None:
    with settled() as vault:
        EDITS["note tag"](vault, 1)
        assert WEEK in {each.path for each in vault.run().outcome.done}
        assert brought(vault) == set()
        EDITS["digest commentary"](vault, 1)
        assert brought(vault) == {WEEK}
        assert NOTE not in brought(vault)
