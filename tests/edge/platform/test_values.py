"""What a status says, on each system."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from vault_sync.edge.platform.values import is_away

DATALESS, RECALL_ON_DATA, RECALL_ON_OPEN, OFFLINE_PINNED = 0x40000000, 0x400000, 0x40000, 0x80000


@pytest.mark.parametrize(
    ("status", "away"),
    [
        ({}, False),
        ({"st_flags": 0xFF}, False),
        ({"st_flags": DATALESS | 0x20}, True),
        ({"st_file_attributes": 0x3F | OFFLINE_PINNED}, False),
        ({"st_file_attributes": 0x20 | RECALL_ON_DATA}, True),
        ({"st_file_attributes": 0x20 | RECALL_ON_OPEN}, True),
    ],
)
def test_a_file_is_in_a_cloud_only(status: dict[str, int], away: bool) -> None:
    found: Any = SimpleNamespace(**status)
    assert is_away(found) == away
