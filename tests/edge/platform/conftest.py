"""The stand-in for Windows, and an editor beside it."""

from __future__ import annotations

import pytest
from tests.support import fake_windows
from tests.support.fake_windows import FakeKernel


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> FakeKernel:
    return fake_windows.install(monkeypatch.setattr)
