"""How texts stand in the database."""

from __future__ import annotations

from hypothesis import given
from tests.support.state_rows import TEXTS
from vault_sync.edge.state.schema import bound, unbound

# ---- the base and its history


@given(TEXTS)
def test_any_text_can_stand_in_the_database(text: str) -> None:
    assert unbound(bound(text)) == text
