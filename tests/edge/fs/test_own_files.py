"""The files at a vault's top are written and removed, and no link is followed for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from vault_sync.edge.fs import own_files
from vault_sync.edge.fs.errors import Unsafe
from vault_sync.edge.fs.own_files import kind_at, read_own, remove_own, remove_tree, write_own

NAMES = ["vault-sync.toml", ".stignore", ".gitattributes"]
CALLS: list[Callable[[Path, str], object]] = [
    read_own,
    remove_own,
    lambda root, name: write_own(root, name, b"new"),
]


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    root = tmp_path / "vault"
    root.mkdir()
    return root


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("target", ["../mine", "../none"])
def test_a_link_is_neither_read_nor_written_nor_removed(
    vault: Path, name: str, call: Callable[[Path, str], object], target: str
) -> None:
    (vault.parent / "mine").write_text("mine")
    (vault / name).symlink_to(target)
    with pytest.raises(Unsafe, match=r"symbolic link .* put the file"):
        call(vault, name)
    assert (vault / name).is_symlink()
    assert (vault.parent / "mine").read_text() == "mine"
    assert not (vault.parent / "none").exists()


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir])
@pytest.mark.parametrize("call", CALLS)
def test_what_is_no_file_is_left(
    vault: Path, make: Callable[[Path], object], call: Callable[[Path, str], object]
) -> None:
    make(vault / ".stignore")
    with pytest.raises(Unsafe, match="is not a file"):
        call(vault, ".stignore")


def test_a_file_is_replaced_whole_with_its_rights(vault: Path) -> None:
    assert read_own(vault, ".stignore") is None
    write_own(vault, ".stignore", b"a\n")
    (vault / ".stignore").chmod(0o640)
    write_own(vault, ".stignore", b"b\n")
    assert read_own(vault, ".stignore") == b"b\n"
    assert (vault / ".stignore").stat().st_mode & 0o777 == 0o640
    remove_own(vault, ".stignore")
    remove_own(vault, ".stignore")
    assert not any(vault.iterdir())


def test_no_other_file_is_written_this_way(vault: Path) -> None:
    with pytest.raises(AssertionError):
        write_own(vault, "../a", b"")


def test_what_stands_at_a_path(vault: Path) -> None:
    (vault / "a").mkdir()
    (vault / "a" / "b.md").write_text("")
    (vault / "l").symlink_to("a")
    os.mkfifo(vault / "p")
    (vault.parent / "c.md").write_text("")
    kinds = {
        path: kind_at(vault, path)
        for path in ("", "a", "a/b.md", "l", "p", "no", "l/b.md", "../c.md", "a/../a", "a//b.md")
    }
    there = {"": "folder", "a": "folder", "a/b.md": "file", "l": "link", "p": "other"}
    assert {path: kind for path, kind in kinds.items() if kind} == there
    assert kind_at(vault, str(vault.parent / "c.md")) is None


def test_a_tree_is_removed_and_not_what_its_links_lead_to(vault: Path) -> None:
    deep = vault / "own" / Path(*"abcdefgh")
    deep.mkdir(parents=True)
    (deep / "x").write_text("")
    (vault / "mine").mkdir()
    (vault / "mine" / "y").write_text("y")
    (deep / "link").symlink_to(vault / "mine")
    assert remove_tree(vault, "own")
    assert not remove_tree(vault, "own")
    assert sorted(p.name for p in vault.rglob("*")) == ["mine", "y"]
    (vault / "own").symlink_to("mine")
    assert not own_files.remove_tree(vault, "own")
    assert (vault / "mine" / "y").read_text() == "y"
