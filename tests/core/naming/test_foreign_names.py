"""Names that Windows cannot hold."""

from __future__ import annotations

import pytest
from vault_sync.core.naming.foreign_names import unfit_for_windows


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a:b.md", "':'"),
        ("why?.md", "'?'"),
        ("a\x07.md", "x07"),
        ("NUL.md", "device"),
        ("com1", "device"),
        ("LPT¹.txt", "device"),
        ("a.", "dot"),
        ("a ", "blank"),
        ("a" * 256, "too long"),
        ("😀" * 128, "too long"),
    ],
)
def test_unfit(name: str, words: str) -> None:
    assert words in str(unfit_for_windows(name))


@pytest.mark.parametrize(
    "name", ["논문.md", "null.md", "com.md", "a" * 255, "가" * 255, "😀" * 127, ".trash", "a b"]
)
def test_fit(name: str) -> None:
    assert unfit_for_windows(name) is None
