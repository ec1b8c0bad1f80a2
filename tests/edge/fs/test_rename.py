"""Exchange and move, by the kernel and by hard links: one contract."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from vault_sync.edge.fs import rename
from vault_sync.edge.fs.rename import exchange, exchange_works, move


@pytest.fixture(params=["kernel", "links"])
def folder(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[int]:
    opened = os.open(tmp_path, os.O_RDONLY)
    if request.param == "links":
        monkeypatch.setattr(rename, "_kernel_rename", lambda: None)
    elif not exchange_works(opened):
        pytest.skip("this file system has no exchange")
    yield opened
    os.close(opened)


def put(tmp_path: Path, **texts: str) -> None:
    for name, text in texts.items():
        (tmp_path / name).write_text(text)


def texts(tmp_path: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in tmp_path.iterdir()}


def test_move_never_overwrites(folder: int, tmp_path: Path) -> None:
    put(tmp_path, a="a", b="b")
    with pytest.raises(FileExistsError):
        move(folder, "a", folder, "b")
    assert texts(tmp_path) == {"a": "a", "b": "b"}


def test_move_of_what_is_not_there(folder: int, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        move(folder, "a", folder, "b")
    assert texts(tmp_path) == {}


def test_exchange_with_what_is_not_there(folder: int, tmp_path: Path) -> None:
    put(tmp_path, a="a")
    with pytest.raises(FileNotFoundError):
        exchange(folder, "a", folder, "b")
    with pytest.raises(FileNotFoundError):
        exchange(folder, "b", folder, "a")
    assert texts(tmp_path) == {"a": "a"}


def test_move(folder: int, tmp_path: Path) -> None:
    put(tmp_path, a="a")
    inode = (tmp_path / "a").stat().st_ino
    move(folder, "a", folder, "b")
    assert texts(tmp_path) == {"b": "a"}
    assert (tmp_path / "b").stat().st_ino == inode


def test_exchange_keeps_both_files_and_their_inodes(folder: int, tmp_path: Path) -> None:
    put(tmp_path, a="a", b="b")
    inodes = [(tmp_path / name).stat().st_ino for name in "ba"]
    exchange(folder, "a", folder, "b")
    assert texts(tmp_path) == {"a": "b", "b": "a"}
    assert [(tmp_path / name).stat().st_ino for name in "ab"] == inodes


def test_a_file_held_open_goes_with_its_inode(folder: int, tmp_path: Path) -> None:
    put(tmp_path, temporary="ours", note="theirs")
    with (tmp_path / "note").open("r+") as editor:
        exchange(folder, "temporary", folder, "note")
        editor.write("late  ")
    assert texts(tmp_path) == {"note": "ours", "temporary": "late  "}


def test_a_link_is_moved_and_not_what_it_leads_to(folder: int, tmp_path: Path) -> None:
    put(tmp_path, real="real")
    (tmp_path / "a").symlink_to("real")
    move(folder, "a", folder, "b")
    assert (tmp_path / "b").is_symlink() and (tmp_path / "real").exists()


def test_the_trial_leaves_nothing(folder: int, tmp_path: Path) -> None:
    exchange_works(folder)
    assert texts(tmp_path) == {}


def test_what_the_kernel_does_not_know_is_done_by_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        ctypes.set_errno(errno.EINVAL)
        return -1

    monkeypatch.setattr(rename, "_kernel_rename", lambda: refuse)
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        assert not exchange_works(folder)
        put(tmp_path, a="a", b="b")
        exchange(folder, "a", folder, "b")
        move(folder, "a", folder, "c")
    finally:
        os.close(folder)
    assert texts(tmp_path) == {"b": "a", "c": "b"}


def test_a_signal_begins_the_call_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = rename._kernel_rename()
    assert real is not None
    times = iter([True, True, False])

    def interrupted(*arguments: object) -> int:
        if next(times):
            ctypes.set_errno(errno.EINTR)
            return -1
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(rename, "_kernel_rename", lambda: interrupted)
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        put(tmp_path, a="a")
        move(folder, "a", folder, "b")
    finally:
        os.close(folder)
    assert texts(tmp_path) == {"b": "a"}
