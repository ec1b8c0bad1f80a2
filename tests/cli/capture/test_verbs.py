"""The verbs of capture, one after the other in a vault of two weeks."""

from __future__ import annotations

import pytest
from tests.support import transcript
from tests.support.vaults import Vault


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault) -> None:
    told, expected = transcript.retold(request, offline_vault, "capture")
    assert told == expected
