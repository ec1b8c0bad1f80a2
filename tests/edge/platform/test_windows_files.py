"""The functions of files on Windows, by the stand-in for its kernel; a fault planted for each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.fake_windows import FakeEditor, FakeKernel, refusal
from vault_sync.edge.platform import current
from vault_sync.edge.platform.rename import Volume, prove
from vault_sync.edge.platform.values import Changed
from vault_sync.edge.platform.windows_files import WindowsFiles
from vault_sync.edge.platform.windows_handles import Access


@pytest.fixture
def files(kernel: FakeKernel) -> WindowsFiles:
    return WindowsFiles(kernel, pause=lambda _: None)


@pytest.fixture
def folder(files: WindowsFiles, tmp_path: Path) -> Iterator[int]:
    opened = files.open_root(tmp_path)
    yield opened
    os.close(opened)


def texts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def put(folder: Path) -> None:
    (folder / "ours").write_bytes(b"new")
    (folder / "a.md").write_bytes(b"old")


def is_old(text: bytes) -> bool:
    return text == b"old"


def exchange(files: WindowsFiles, folder: int) -> str:
    return files.exchange_pinned(folder, "ours", folder, "a.md", is_old)


# ---- the pinned exchange


def test_exchanged(files: WindowsFiles, folder: int, tmp_path: Path) -> None:
    put(tmp_path)
    assert exchange(files, folder) == "ours.out"
    assert texts(tmp_path) == {"a.md": b"new", "ours.out": b"old"}


def test_another_text_is_not_touched(files: WindowsFiles, folder: int, tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "a.md").write_bytes(b"edited")
    with pytest.raises(Changed):
        exchange(files, folder)
    assert texts(tmp_path) == {"a.md": b"edited", "ours": b"new"}


def test_a_save_in_the_gap_stays_and_ours_goes_nowhere(
    files: WindowsFiles, folder: int, kernel: FakeKernel, tmp_path: Path
) -> None:
    put(tmp_path)

    def save(call: str, path: str) -> None:
        if call == "move" and path.endswith("a.md"):
            (tmp_path / "a.md").write_bytes(b"edited")

    kernel.before = save
    with pytest.raises(Changed):
        exchange(files, folder)
    assert texts(tmp_path) == {"a.md": b"edited", "ours": b"new", "ours.out": b"old"}


@pytest.mark.parametrize("way", [FakeEditor.save, FakeEditor.save_by_rename])
def test_nobody_saves_while_it_is_looked_at(
    way: object, files: WindowsFiles, folder: int, kernel: FakeKernel, tmp_path: Path
) -> None:
    put(tmp_path)
    refused = []

    def save(call: str, _: str) -> None:
        if call == "rename":
            with pytest.raises(PermissionError) as caught:
                way(FakeEditor(kernel), tmp_path / "a.md", b"edited")  # type: ignore[operator]
            refused.append(caught)

    kernel.before = save
    exchange(files, folder)
    assert refused
    assert texts(tmp_path) == {"a.md": b"new", "ours.out": b"old"} | (
        {"editor.tmp": b"edited"} if way is FakeEditor.save_by_rename else {}
    )


def test_what_cannot_come_in_leaves_the_old_in_its_place(
    files: WindowsFiles, folder: int, kernel: FakeKernel, tmp_path: Path
) -> None:
    put(tmp_path)

    def busy(call: str, path: str) -> None:
        if call == "move" and path.endswith("a.md") and (tmp_path / "ours").exists():
            held.append(FakeEditor(kernel).hold(tmp_path / "ours"))

    held: list[int] = []
    kernel.before = busy
    with pytest.raises(OSError, match="busy"):
        exchange(files, folder)
    assert texts(tmp_path) == {"a.md": b"old", "ours": b"new"}
    for file in held:
        os.close(file)


def test_a_file_that_another_program_keeps_is_busy(
    files: WindowsFiles, folder: int, kernel: FakeKernel, tmp_path: Path
) -> None:
    put(tmp_path)
    held = FakeEditor(kernel).hold(tmp_path / "a.md")
    with pytest.raises(OSError, match="busy"):
        exchange(files, folder)
    assert texts(tmp_path) == {"a.md": b"old", "ours": b"new"}
    os.close(held)


def test_the_trial_finds_the_pinned_way_and_leaves_nothing(folder: int, tmp_path: Path) -> None:
    volume = prove(folder)
    assert volume == Volume(exchanges=False, no_replace=True, links=False, pinned=True)
    assert volume.safe
    assert texts(tmp_path) == {}


def test_a_pinned_way_that_does_not_pin_is_none(
    kernel: FakeKernel, folder: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: a move replaces whatever is there, as a server may that knows no more."""

    def replaces(path: str, to: str, *, replace: bool = False) -> None:
        del replace
        Path(path).replace(to)

    monkeypatch.setattr(kernel, "move", replaces)
    assert not prove(folder).safe
    monkeypatch.undo()


def test_a_move_is_never_onto_a_file(files: WindowsFiles, folder: int, tmp_path: Path) -> None:
    put(tmp_path)
    with pytest.raises(FileExistsError):
        files.flagged_rename(folder, "ours", folder, "A.md", exchange=False)
    assert texts(tmp_path) == {"a.md": b"old", "ours": b"new"}
    assert not files.flagged_rename(folder, "ours", folder, "a.md", exchange=True)


# ---- files and folders


def test_a_folder_is_pinned_while_it_is_open(
    files: WindowsFiles, folder: int, kernel: FakeKernel, tmp_path: Path
) -> None:
    files.make_folder(folder, "in")
    inner = files.open_folder("in", folder)
    with pytest.raises(PermissionError):
        kernel.move(str(tmp_path / "in"), str(tmp_path / "elsewhere"))
    with pytest.raises(OSError, match="busy"):
        files.remove_folder(folder, "in")
    os.close(inner)
    files.remove_folder(folder, "in")
    assert files.names(folder) == []


def test_no_link_is_followed(files: WindowsFiles, folder: int, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "a.md").write_bytes(b"text")
    (tmp_path / "file link").symlink_to("a.md")
    calls: list[Callable[[], object]] = [
        lambda: files.open_folder("link", folder),
        lambda: files.open_to_read("file link", folder),
        lambda: files.open_to_write("file link", folder, new=False),
        lambda: files.open_to_sync("file link", folder),
    ]
    for call in calls:
        with pytest.raises(OSError, match="symbolic links"):
            call()
    kinds = {item.name: (item.is_symlink(), item.is_dir()) for item in files.entries(folder)}
    assert kinds == {
        "real": (False, True),
        "link": (True, True),
        "a.md": (False, False),
        "file link": (True, False),
    }


def test_the_lock_of_a_vault_is_not_made_through_a_link(
    files: WindowsFiles, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / ".vault-sync").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        files.open_to_lock(tmp_path / "vault")
    assert not list((tmp_path / "elsewhere").iterdir())


def test_the_lock_is_one_whatever_the_vault_is_called(files: WindowsFiles, tmp_path: Path) -> None:
    (tmp_path / "vault" / ".vault-sync").mkdir(parents=True)
    (tmp_path / "other").symlink_to("vault")
    first, second = (files.open_to_lock(tmp_path / name) for name in ("vault", "other"))
    files.take_lock(first)
    with pytest.raises(BlockingIOError):
        files.take_lock(second)
    os.close(first)
    files.take_lock(second)
    os.close(second)


def test_a_name_that_would_be_another_is_not_made(
    files: WindowsFiles, folder: int, tmp_path: Path
) -> None:
    put(tmp_path)
    calls: list[Callable[[], object]] = [
        lambda: files.open_to_write("NUL.md", folder),
        lambda: files.make_folder(folder, "a."),
        lambda: files.rename(folder, "ours", folder, "a:b.md"),
    ]
    for call in calls:
        with pytest.raises(OSError, match="Windows"):
            call()
    assert sorted(texts(tmp_path)) == ["a.md", "ours"]


def test_a_file_is_synced_by_a_handle_that_may_write(
    files: WindowsFiles, kernel: FakeKernel, folder: int, tmp_path: Path
) -> None:
    """As FlushFileBuffers wants it."""
    put(tmp_path)
    file = files.open_to_sync("a.md", folder)
    assert file is not None
    assert os.write(file, b"") == 0
    files.sync_file(file)
    files.sync_file(folder)
    os.close(file)
    (tmp_path / "ours").chmod(0o444)
    (tmp_path / "in").mkdir()
    held = FakeEditor(kernel).hold(tmp_path / "a.md")
    assert [files.open_to_sync(name, folder) for name in ("a.md", "ours", "in")] == [None] * 3
    os.close(held)


def test_a_listing_has_the_numbers_of_the_file_itself(
    files: WindowsFiles, folder: int, tmp_path: Path
) -> None:
    put(tmp_path)
    items = list(files.entries(folder))
    assert {item.name for item in items} >= {"ours", "a.md"}
    for item in items:
        listed, itself = item.stat(follow_symlinks=False), files.status_at(folder, item.name)
        assert listed.st_ino == itself.st_ino > 0
        assert (listed.st_size, listed.st_mtime_ns) == (itself.st_size, itself.st_mtime_ns)
        assert listed.st_ctime_ns == itself.st_ctime_ns


def test_a_listing_tells_files_from_folders(
    files: WindowsFiles, folder: int, tmp_path: Path
) -> None:
    put(tmp_path)
    (tmp_path / "in").mkdir()
    kinds = {
        item.name: (item.is_file(follow_symlinks=False), item.is_dir(follow_symlinks=False))
        for item in files.entries(folder)
    }
    assert kinds["a.md"] == (True, False) and kinds["in"] == (False, True)


def test_others_may_rename_and_remove_what_is_read(
    files: WindowsFiles, folder: int, kernel: FakeKernel, tmp_path: Path
) -> None:
    put(tmp_path)
    file = files.open_to_read("a.md", folder)
    kernel.check(str(tmp_path / "a.md"), Access.WRITE | Access.DELETE)
    assert files.read_at(file, 100, 1) == b"ld"
    os.close(file)
    (tmp_path / "in").mkdir()
    with pytest.raises(IsADirectoryError):
        files.open_to_read("in", folder)


def test_room_and_numbers_of_the_disk(files: WindowsFiles, folder: int, tmp_path: Path) -> None:
    assert files.room_of(folder).blocks == pytest.approx(files.room_of(tmp_path).blocks, rel=0.1)
    assert files.disk_number(tmp_path) == files.status_of(folder).st_dev
    assert current.files.status(tmp_path).st_ino == tmp_path.stat().st_ino


def test_a_refusal_is_one(kernel: FakeKernel, folder: int, files: WindowsFiles) -> None:
    def fails(*_: object) -> None:
        raise refusal(5, "a.md")

    kernel.before = fails
    with pytest.raises(PermissionError):
        files.remove(folder, "a.md")
