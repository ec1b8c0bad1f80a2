"""Plain values."""

from __future__ import annotations

import pytest
from vault_sync.core.model.values import Fields


def test_fields_with_the_same_values_are_the_same_object() -> None:
    fields = Fields("https://a.b", "T", tags=("x",))
    assert fields.saying(title="T", tags=("x",)) is fields
    assert fields.saying(title="U") == Fields("https://a.b", "U", tags=("x",))
    with pytest.raises(ValueError, match="name"):
        fields.saying(name="T")
