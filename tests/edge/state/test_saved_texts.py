"""Saved texts: each is there whole, or counts as not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from vault_sync.edge.state.saved_texts import file_of, name_of, save, take

TEXTS = [f"text {number}".encode() for number in range(12)]


@pytest.mark.parametrize("count", [1, 12])
def test_what_is_saved_is_taken_and_for_its_owner_alone(tmp_path: Path, count: int) -> None:
    folder = tmp_path / "saved"
    names = save(folder, TEXTS[:count], count)
    assert [take(folder, name) for name in names] == TEXTS[:count]
    assert {file_of(folder, name).stat().st_mode & 0o777 for name in names} == {0o600}
    assert save(folder, TEXTS[:count], count) == names, "saved again it is the same"


@pytest.mark.parametrize("torn", [b"", b"tex", b"text 0 and more"])
def test_a_torn_text_is_not_taken_and_is_written_anew(tmp_path: Path, torn: bytes) -> None:
    folder = tmp_path / "saved"
    (name,) = save(folder, TEXTS[:1], 1)
    file_of(folder, name).write_bytes(torn)
    assert take(folder, name) is None
    save(folder, TEXTS[:1], 1)
    assert take(folder, name) == TEXTS[0]


def test_nothing_to_save_makes_nothing(tmp_path: Path) -> None:
    assert save(tmp_path / "saved", [], 0) == []
    assert list(tmp_path.iterdir()) == []
    assert take(tmp_path / "saved", name_of(b"x")) is None
