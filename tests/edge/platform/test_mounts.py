"""The ground a vault stands on: where no events are heard."""

from __future__ import annotations

from pathlib import Path

import pytest
from vault_sync.edge.platform import current
from vault_sync.edge.platform.mounts import file_system, silent_ground

# The ground


@pytest.mark.parametrize(
    ("mount", "kind", "words"),
    [
        ("/", "ext4", None),
        ("/home", "btrfs", None),
        ("/home/vau", "nfs4", None),  # no folder of ours
        ("/home/vault", "nfs4", "NFS"),
        ("/home", "cifs", "SMB"),
        ("/home/vault", "fuse.rclone", "FUSE"),
        ("/home", "fuseblk", None),  # NTFS on a local disk
        ("/home/vault", "9p", "host"),
    ],
)
def test_which_ground_is_silent(tmp_path: Path, mount: str, kind: str, words: str | None) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(
        "cut short\n4 1 - nfs b rw\n"
        "1 0 8:1 / / rw - ext4 /dev/a rw\n"
        f"2 1 0:9 / {mount} rw,relatime shared:1 - {kind} host:/x rw\n"
        "3 1 0:9 / /proc rw - proc proc rw\n"
    )
    found = silent_ground(Path("/home/vault"), table, "linux")
    assert (words in found) if found is not None and words is not None else found is words


def test_of_two_mounts_on_one_place_the_last_is_seen(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(
        "1 0 8:1 / / rw - ext4 a rw\n2 1 0:9 / /v rw - nfs b rw\n3 1 0:9 / /v rw - cifs b rw\n"
        "4 0 8:1 / /vault\\134x rw - btrfs a rw\n"
    )
    assert file_system(Path("/v/x"), table) == "cifs"
    assert file_system(Path("/vault\\x"), table) == "btrfs"


def test_a_mount_with_a_blank_in_its_name(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text("2 1 0:9 / /my\\040vault rw - nfs b rw\n1 0 8:1 / / rw - ext4 a rw\n")
    assert file_system(Path("/my vault/x"), table) == "nfs"
    assert file_system(Path("/my"), table) == "ext4"
    assert file_system(Path("/my"), tmp_path / "none") is None


def test_icloud_is_known_by_its_path(tmp_path: Path) -> None:
    vault = tmp_path / "Library" / "Mobile Documents" / "iCloud~md~obsidian" / "vault"
    assert silent_ground(vault, tmp_path / "none", "darwin") is not None
    assert silent_ground(tmp_path, tmp_path / "none", "darwin") is None


def test_where_no_table_is_the_system_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current.system, "remote", lambda path: f"a network folder ({path.name})")
    words = f"a network folder ({tmp_path.name})"
    assert silent_ground(tmp_path, tmp_path / "none", "win32") == words
