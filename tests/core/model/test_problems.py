"""Problems: what they advise can be typed as it stands."""

from __future__ import annotations

import shlex

import pytest
from vault_sync.core.model import problems

# What must.


@pytest.mark.parametrize("path", ["a.md", "What's new.md", "$(x) `y`.md", "3주차 1.md"])
def test_what_is_advised_can_be_typed(path: str) -> None:
    words = shlex.split(problems.resolve_hint(path, "digest")[1:-1])
    assert words == ["vault-sync", "resolve", path, "--take", "digest"]
