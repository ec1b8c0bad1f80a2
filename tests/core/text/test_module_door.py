"""A door imports its module when something of it is first asked for, and not before."""

from __future__ import annotations

import sys

import pytest
from vault_sync.core.text.module_door import door


def test_a_module_is_imported_when_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    colors = door("colorsys")
    assert "colorsys" not in sys.modules
    assert colors.ONE_THIRD == 1 / 3
    assert "colorsys" in sys.modules
    with pytest.raises(AttributeError, match="colour"):
        _ = colors.colour
    with pytest.raises(ModuleNotFoundError):
        _ = door("vault_sync.core.text.not_there").anything
