"""What tests under real git share."""

from __future__ import annotations

import pytest
from tests.support.git_vault import GitVault, laid_out


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> GitVault:
    """A vault under git, to be copied."""
    return laid_out(tmp_path_factory.mktemp("pattern") / "vault")
