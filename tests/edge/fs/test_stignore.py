"""Syncthing's list of what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from vault_sync.edge.fs import stignore


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    (tmp_path / ".stfolder").mkdir()
    return tmp_path


def test_our_folder_travels_only_where_syncthing_is(tmp_path: Path) -> None:
    assert not stignore.travels(tmp_path)


@pytest.mark.parametrize("before", [None, b"", b"*.pdf", b"*.pdf\n", b"caf\xe9\r\n"])
def test_our_folder_is_added_as_a_line_of_its_own(shared: Path, before: bytes | None) -> None:
    if before is not None:
        (shared / ".stignore").write_bytes(before)
    assert stignore.travels(shared)
    stignore.add(shared)
    assert not stignore.travels(shared)
    after = (shared / ".stignore").read_bytes()
    assert after.startswith(before or b"") and after.endswith(b".vault-sync\n")
    assert len(after.splitlines()) == len((before or b"").splitlines()) + 1


@pytest.mark.parametrize("line", [".vault-sync", "/.vault-sync", "(?d).vault-sync", ".vault-sync/"])
def test_our_folder_is_ignored_in_any_spelling(shared: Path, line: str) -> None:
    (shared / ".stignore").write_text(f"{line}\n")
    assert not stignore.travels(shared)
