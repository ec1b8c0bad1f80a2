"""Copies that a program put beside a file."""

from __future__ import annotations

import pytest
from vault_sync.core.naming.sync_copies import is_copy


@pytest.mark.parametrize(
    "path",
    [
        "x/a (Conflicted copy phone 202401011200).md",
        "a (Kim's conflicted copy 2024-01-01).md",
        "a.sync-conflict-20240101-120000-ABCDEFG.md",
        "a (restored).md",
        "a (restored 2).md",
    ],
)
def test_a_copy_is_known_by_its_name(path: str) -> None:
    assert is_copy(path)


@pytest.mark.parametrize(
    "path",
    [
        "a.md",
        "On conflicted copy.md",
        "a (restored) b.md",
        "a (restored)/b.md",
        "a (2).md",
        "sync-conflict-20240101.md",
        "a (restored).txt",
    ],
)
def test_any_other_name_is_a_file_of_its_own(path: str) -> None:
    assert not is_copy(path)
