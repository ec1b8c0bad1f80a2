"""What this program keeps outside of vaults is closed to all other users."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from vault_sync.edge.fs.private import make_private, make_private_file


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_all_folders_that_are_made_are_closed(tmp_path: Path) -> None:
    make_private(tmp_path / "a" / "b" / "c")
    assert [mode(tmp_path / each) for each in ("a", "a/b", "a/b/c")] == [0o700] * 3


def test_what_an_earlier_release_left_open_is_closed_and_a_chosen_folder_stays(
    tmp_path: Path,
) -> None:
    for above in ("vault-sync", "chosen"):
        (tmp_path / above / "v-1").mkdir(parents=True)
        make_private(tmp_path / above / "v-1")
    assert mode(tmp_path / "vault-sync") == mode(tmp_path / "vault-sync" / "v-1") == 0o700
    assert (mode(tmp_path / "chosen"), mode(tmp_path / "chosen" / "v-1")) == (0o755, 0o700)


def test_a_file_is_closed_and_keeps_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("x")
    for name in ("old", "new"):
        make_private_file(tmp_path / name)
        assert mode(tmp_path / name) == 0o600
    assert (tmp_path / "old").read_text() == "x"
