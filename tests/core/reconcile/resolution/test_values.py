"""Under which digest the base has a pair, and under which key a person decided about it."""

from __future__ import annotations

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Decision, Key, RelPath
from vault_sync.core.reconcile.pairing.paper import Pair, Paper
from vault_sync.core.reconcile.resolution.values import base_digest, decided_side, decision

KEY, WAS, NOW = Key("arxiv:2308.00001"), RelPath("d/was.md"), RelPath("d/now.md")


def test_the_base_has_a_moved_pair_under_its_old_digest_unless_it_has_the_move_already() -> None:
    old, new = (Base({BaseKey(KEY, path, "commentary"): "words"}) for path in (WAS, NOW))
    moved, stayed = Pair(NOW, "moved", origin=WAS), Pair(NOW, "both")
    paper = Paper(KEY, None, "managed", (moved,), KEY)
    assert base_digest(paper, moved, old) == WAS
    assert base_digest(paper, moved, new) == NOW
    assert base_digest(paper, stayed, old) == base_digest(paper, stayed, new) == NOW


def test_a_decision_is_found_under_the_key_of_now_else_under_that_of_the_base() -> None:
    other = Key("arxiv:2308.00002")
    paper = Paper(KEY, RelPath("n.md"), "managed", (), other)
    for taken, meant in (
        ({(KEY, NOW, "title"): "note"}, "note"),
        ({(other, NOW, "title"): "both"}, "both"),
        ({(KEY, NOW, "title"): "digest", (other, NOW, "title"): "note"}, "digest"),
        ({(KEY, WAS, "title"): "note", (KEY, NOW, "tags"): "note"}, None),
    ):
        decisions: dict[tuple[Key, RelPath, str], Decision] = dict(taken)  # type: ignore[arg-type]
        assert decision(decisions, paper, NOW, "title") == meant
        side = None if meant == "both" else meant
        assert decided_side(decisions, paper, NOW, "title") == side
        assert decision(decisions, paper._replace(note=None), NOW, "title") == "digest"
