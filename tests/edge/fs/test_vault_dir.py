"""Reading by way of open folders."""

from __future__ import annotations

import errno
import os
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.support.written_world import P, World
from vault_sync.core.model.values import RelPath
from vault_sync.edge.fs.errors import Unsafe
from vault_sync.edge.fs.vault_dir import (
    VaultDir,
    own_folder,
    read_text,
    read_texts,
    trash_names,
    volume_of,
)
from vault_sync.edge.platform.rename import Volume

# ---- looking


@pytest.mark.parametrize("text", ["", "a", "0123456789"])
@pytest.mark.parametrize(("said", "most"), [(0, 0), (0, 3), (-4, 0), (4, 0), (4, 3)])
def test_a_file_is_read_to_its_end_whatever_its_size_was_said_to_be(
    world: World, monkeypatch: pytest.MonkeyPatch, text: str, said: int, most: int
) -> None:
    """It grows or shrinks meanwhile (`said` is how wrong its size is); a read may come short."""
    world.put("a.md", text)
    pread, size = os.pread, max(len(text) + said, 0)
    monkeypatch.setattr(
        "vault_sync.edge.fs.vault_dir.os.fstat", lambda _: SimpleNamespace(st_size=size)
    )
    monkeypatch.setattr(
        "vault_sync.edge.fs.vault_dir.os.pread",
        lambda file, count, at: pread(file, min(count, most or count), at),
    )
    assert read_text(world.vault, P("a.md")) == text


# ---- looking


def test_reading_many_goes_on_after_one_that_cannot_be_read(world: World) -> None:
    world.put("a.md", "a")
    (world.vault / "b.md").symlink_to("a.md")
    found = dict(read_texts(world.vault, [P("b.md"), P("c.md"), P("a.md"), P("../x.md")]))
    assert found[P("a.md")] == "a"
    assert [getattr(found[P(path)], "code", "") for path in ("b.md", "c.md")] == ["unreadable"] * 2


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
