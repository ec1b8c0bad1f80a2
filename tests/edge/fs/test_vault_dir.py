"""Reading by way of open folders."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.support.written_world import P, World
from vault_sync.core.model.values import RelPath
from vault_sync.edge.fs import vault_dir
from vault_sync.edge.fs.errors import Unsafe
from vault_sync.edge.fs.vault_dir import (
    ID,
    OWN_FOLDER,
    TEMPORARY,
    VaultDir,
    id_in,
    own_folder,
    read_id,
    read_text,
    read_texts,
    refusal,
    trash_names,
    volume_of,
    write_id,
)
from vault_sync.edge.platform import current
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
        "vault_sync.edge.fs.reading.os.fstat",
        lambda _: SimpleNamespace(st_size=size, st_mode=0o100644),
    )
    monkeypatch.setattr(
        "vault_sync.edge.fs.reading.os.pread",
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


def open_files(folder: Path) -> int:
    """Count what this process has open there: threads of other tests close theirs meanwhile."""
    count = 0
    for file in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            count += file.readlink().is_relative_to(folder)
    return count


def test_looking_makes_nothing(tmp_path: Path) -> None:
    with VaultDir(tmp_path) as vault:
        assert vault.stat("a/b.md") is None and vault.holds("a/b.md") is None
        for look in (vault.folder, vault.place, vault.read):
            with pytest.raises(FileNotFoundError):
                look("a/b.md/c")
        assert read_id(vault) is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_opened_once_and_made_only_where_that_is_asked_for(tmp_path: Path) -> None:
    with VaultDir(tmp_path) as vault:
        made = vault.folder("a/b", make=True)
        assert (tmp_path / "a/b").is_dir()
        assert vault.place("a/b/c.md") == (made, "c.md") and vault.folder("a/b") == made
        assert vault.folder("") == vault.fd and vault.place("c.md") == (vault.fd, "c.md")
        assert open_files(tmp_path) == 3
        vault.remove_folder("a/b")
        assert open_files(tmp_path) == 2
        with pytest.raises(FileNotFoundError):
            vault.folder("a/b")
        vault.folder("a/b", make=True)
    assert (tmp_path / "a/b").is_dir()


def test_a_folder_that_was_not_opened_is_removed_as_well(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with VaultDir(tmp_path) as vault:
        vault.remove_folder("a")
    assert list(tmp_path.iterdir()) == []


def test_a_new_folder_is_on_the_disk_before_anything_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[list[str]] = []
    monkeypatch.setattr(
        vault_dir, "sync_file", lambda folder: synced.append(current.files.names(folder))
    )
    with VaultDir(tmp_path) as vault:
        vault.folder("a/b", make=True)
        vault.folder("a/b", make=True)
    assert synced == [["a"], ["b"]]


def test_no_more_folders_stay_open_than_a_process_can_have(tmp_path: Path) -> None:
    """The last 64, beside the vault's own; the oldest is opened again where it is asked for."""
    for number in range(100):
        (tmp_path / f"{number}").mkdir()
        (tmp_path / f"{number}" / "a.md").write_text(f"{number}")
    with VaultDir(tmp_path) as vault:
        for number in (*range(100), *range(3)):
            assert vault.read(f"{number}/a.md") == f"{number}".encode()
            assert open_files(tmp_path) == 1 + min(number + 1, 64) or number < 3
        assert open_files(tmp_path) == 65
    assert open_files(tmp_path) == 0


def test_a_way_to_write_is_proved_once_while_a_vault_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proved: list[int] = []

    def prove(folder: int) -> Volume:
        proved.append(folder)
        return Volume(exchanges=True, no_replace=True, links=False)

    monkeypatch.setattr("vault_sync.edge.platform.rename.prove", prove)
    for _ in range(2):
        with VaultDir(tmp_path) as vault:
            (tmp_path / "a").mkdir(exist_ok=True)
            for folder in ("", "a"):
                assert volume_of(vault, vault.folder(folder)).safe
            assert proved[-1] == vault.folder(TEMPORARY), "there, and not among a person's files"
    assert len(proved) == 2
    assert (tmp_path / TEMPORARY).is_dir()


@pytest.mark.parametrize("there", [False, True])
def test_where_no_file_will_be_written_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    def prove(folder: int) -> Volume:
        return Volume(exchanges=False, no_replace=True, links=False)

    monkeypatch.setattr("vault_sync.edge.platform.rename.prove", prove)
    if there:
        (tmp_path / OWN_FOLDER).mkdir()
    with VaultDir(tmp_path) as vault:
        assert not volume_of(vault, vault.fd).safe
    assert (tmp_path / OWN_FOLDER).exists() == there, "what was there before stays"
    assert len(list(tmp_path.iterdir())) == there


@pytest.mark.parametrize("folder", ["far", OWN_FOLDER])
def test_a_folder_on_another_disk_is_tried_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    """Where it is our own, the vault's disk is tried among the vault's files."""
    (tmp_path / folder / "tmp").mkdir(parents=True)
    far = {(tmp_path / folder / each).stat().st_ino for each in ("", "tmp")}
    status_of = current.files.status_of

    def status(file: int) -> SimpleNamespace:
        found = status_of(file)
        return SimpleNamespace(st_dev=2 if found.st_ino in far else 1, st_mode=found.st_mode)

    tried: list[int] = []

    def prove(folder: int) -> Volume:
        tried.append(folder)
        return Volume(exchanges=True, no_replace=True, links=False)

    monkeypatch.setattr(current.files, "status_of", status)
    monkeypatch.setattr("vault_sync.edge.platform.rename.prove", prove)
    with VaultDir(tmp_path) as vault:
        here, there = vault.fd, vault.folder(folder)
        volume_of(vault, there)
        volume_of(vault, here)
        assert tried == ([there, vault.folder(TEMPORARY)] if folder == "far" else [there, here])


@pytest.mark.parametrize(
    ("content", "id_"),
    [(b"ab12\n", "ab12"), (b"", None), (b" \n", None), (b"ab\xff\n", "ab\ufffd")],
)
def test_an_id_is_read_as_it_stands(tmp_path: Path, content: bytes, id_: str | None) -> None:
    (tmp_path / OWN_FOLDER).mkdir()
    (tmp_path / ID).write_bytes(content)
    assert id_in(tmp_path) == id_
    assert id_in(tmp_path / "nowhere") is None


def test_a_shorter_id_takes_the_place_of_a_longer(tmp_path: Path) -> None:
    with VaultDir(tmp_path) as vault:
        for id_ in ("0123456789", "ab"):
            write_id(vault, id_)
            assert (tmp_path / ID).read_bytes() == f"{id_}\n".encode()


@pytest.mark.parametrize(
    ("path", "trash", "words"),
    [
        ("a.md", False, None),
        ("a/b.base", False, None),
        ("a/논문.md", False, None),
        (".trash/a.md", True, None),
        (".trash/a.md", False, "dot folder"),
        (".trash/b/a.md", True, "dot folder"),
        ("b/.trash/a.md", True, "dot folder"),
        ("/a.md", False, "outside"),
        ("a//b.md", False, "outside"),
        ("../a.md", False, "outside"),
        ("a/.md", False, "hidden"),
        ("\uff0ea.md", False, "hidden"),  # a full-width full stop
        ("\u200c.git/a.md", False, "hidden"),
        ("\u200c/a.md", False, "hidden"),
        ("a.txt", False, "only Markdown"),
        ("a.MD", False, "only Markdown"),
        ("a\0.md", False, "character"),
        ("a\\b.md", False, "character"),
    ],
)
def test_a_path_that_must_not_be_written(path: str, trash: bool, words: str | None) -> None:
    reason = refusal(path, trash=trash)
    assert reason is None if words is None else reason is not None and words in reason


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
    names = list(islice(trash_names(RelPath(".trash/a.b.md")), 3))
    assert names == [".trash/a.b.md", ".trash/a.b 2.md", ".trash/a.b 3.md"]
