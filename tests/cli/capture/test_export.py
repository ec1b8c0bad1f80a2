"""`export`: a digest as its author wrote it, and what is none."""

from __future__ import annotations

import pytest
from tests.support import transcript
from tests.support.vaults import Vault


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault) -> None:
    told, expected = transcript.retold(request, offline_vault, "export")
    assert told == expected
