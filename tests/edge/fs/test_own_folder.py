"""The program's own folder in a vault, and names in the trash."""

from __future__ import annotations

import errno
import os
from itertools import islice
from pathlib import Path

import pytest
from vault_sync.core.model.values import RelPath
from vault_sync.edge.fs.errors import Unsafe
from vault_sync.edge.fs.own_folder import own_folder, trash_names, volume_of
from vault_sync.edge.fs.vault_dir import VaultDir
from vault_sync.edge.platform.rename import Volume


@pytest.mark.parametrize("text", [None, "mine\n"])
def test_it_is_hidden_from_git_once_and_a_persons_file_stays(
    tmp_path: Path, text: str | None
) -> None:
    ignore = tmp_path / ".vault-sync" / ".gitignore"
    if text is not None:
        ignore.parent.mkdir()
        ignore.write_text(text)
    with VaultDir(tmp_path) as vault:
        for _ in range(2):
            assert os.listdir(own_folder(vault)) == []  # noqa: PTH208 - it is open, not a path
    assert ignore.read_text() == (text or "*\n")
    assert (tmp_path / ".vault-sync" / "tmp").is_dir()


def test_one_that_is_closed_is_named_and_not_the_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(folder: int) -> Volume:
        raise PermissionError(errno.EACCES, "no leave")

    monkeypatch.setattr("vault_sync.edge.platform.rename.prove", closed)
    with VaultDir(tmp_path) as vault, pytest.raises(Unsafe, match=r"\.vault-sync in the vault"):
        volume_of(vault, vault.fd)


def test_names_in_the_trash_count_as_obsidian_does() -> None:
    names = list(islice(trash_names(RelPath(".trash/a.md")), 3))
    assert names == [".trash/a.md", ".trash/a 2.md", ".trash/a 3.md"]
