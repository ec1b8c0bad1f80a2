"""Under which digest the base has a pair."""

from __future__ import annotations

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.reconcile.pairing.paper import Pair, Paper
from vault_sync.core.reconcile.resolution.values import base_digest

KEY, WAS, NOW = Key("arxiv:2308.00001"), RelPath("d/was.md"), RelPath("d/now.md")


def test_the_base_has_a_moved_pair_under_its_old_digest_unless_it_has_the_move_already() -> None:
    old, new = (Base({BaseKey(KEY, path, "commentary"): "words"}) for path in (WAS, NOW))
    moved, stayed = Pair(NOW, "moved", origin=WAS), Pair(NOW, "both")
    paper = Paper(KEY, None, "managed", (moved,), KEY)
    assert base_digest(paper, moved, old) == WAS
    assert base_digest(paper, moved, new) == NOW
    assert base_digest(paper, stayed, old) == base_digest(paper, stayed, new) == NOW
