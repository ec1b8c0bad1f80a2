"""Exchange and move, by the kernel and by hard links: one contract."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from vault_sync.edge.platform import current, linux
from vault_sync.edge.platform.rename import Volume, prove


@pytest.fixture(params=["kernel", "links"])
def folder(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[int]:
    opened = os.open(tmp_path, os.O_RDONLY)
    if request.param == "links":
        monkeypatch.setattr(linux, "_kernel_rename", lambda: None)
    elif not prove(opened).exchanges:
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
        prove(folder).move(folder, "a", folder, "b")
    assert texts(tmp_path) == {"a": "a", "b": "b"}


def test_move_of_what_is_not_there(folder: int, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        prove(folder).move(folder, "a", folder, "b")
    assert texts(tmp_path) == {}


def test_exchange_with_what_is_not_there(folder: int, tmp_path: Path) -> None:
    put(tmp_path, a="a")
    with pytest.raises(FileNotFoundError):
        prove(folder).exchange(folder, "a", folder, "b")
    with pytest.raises(FileNotFoundError):
        prove(folder).exchange(folder, "b", folder, "a")
    assert texts(tmp_path) == {"a": "a"}


def test_move(folder: int, tmp_path: Path) -> None:
    put(tmp_path, a="a")
    inode = (tmp_path / "a").stat().st_ino
    assert prove(folder).move(folder, "a", folder, "b") == "a"
    assert texts(tmp_path) == {"b": "a"}
    assert (tmp_path / "b").stat().st_ino == inode


def test_exchange_keeps_both_files_and_their_inodes(folder: int, tmp_path: Path) -> None:
    put(tmp_path, a="a", b="b")
    inodes = [(tmp_path / name).stat().st_ino for name in "ba"]
    assert prove(folder).exchange(folder, "a", folder, "b") == "a"
    assert texts(tmp_path) == {"a": "b", "b": "a"}
    assert [(tmp_path / name).stat().st_ino for name in "ab"] == inodes


def test_a_file_held_open_goes_with_its_inode(folder: int, tmp_path: Path) -> None:
    put(tmp_path, temporary="ours", note="theirs")
    with (tmp_path / "note").open("r+") as editor:
        prove(folder).exchange(folder, "temporary", folder, "note")
        editor.write("late  ")
    assert texts(tmp_path) == {"note": "ours", "temporary": "late  "}


def test_a_link_is_moved_and_not_what_it_leads_to(folder: int, tmp_path: Path) -> None:
    put(tmp_path, real="real")
    (tmp_path / "a").symlink_to("real")
    prove(folder).move(folder, "a", folder, "b")
    assert (tmp_path / "b").is_symlink() and (tmp_path / "real").exists()


def test_the_trial_leaves_nothing(folder: int, tmp_path: Path) -> None:
    prove(folder)
    assert texts(tmp_path) == {}


def test_what_the_kernel_does_not_know_is_done_by_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        ctypes.set_errno(errno.EINVAL)
        return -1

    monkeypatch.setattr(linux, "_kernel_rename", lambda: refuse)
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        volume = prove(folder)
        assert not volume.exchanges and not volume.no_replace and volume.safe
        put(tmp_path, a="a", b="b")
        prove(folder).exchange(folder, "a", folder, "b")
        prove(folder).move(folder, "a", folder, "c")
    finally:
        os.close(folder)
    assert texts(tmp_path) == {"b": "a", "c": "b"}


def test_a_signal_begins_the_call_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = linux._kernel_rename()
    assert real is not None
    folder = os.open(tmp_path, os.O_RDONLY)
    volume = prove(folder)
    times = iter([True, True, False])

    def interrupted(*arguments: object) -> int:
        if next(times):
            ctypes.set_errno(errno.EINTR)
            return -1
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(linux, "_kernel_rename", lambda: interrupted)
    try:
        put(tmp_path, a="a")
        volume.move(folder, "a", folder, "b")
    finally:
        os.close(folder)
    assert texts(tmp_path) == {"b": "a"}


def only_replaces(from_folder: int, old: bytes, to_folder: int, new: bytes, flag: int) -> int:
    """Answer as a FUSE driver that takes no notice of flags: a plain rename, and success."""
    del flag
    os.replace(old, new, src_dir_fd=from_folder, dst_dir_fd=to_folder)
    return 0


def without_links(*names: object, **folders: object) -> None:
    del folders
    raise OSError(errno.EPERM, os.strerror(errno.EPERM), names[0])


def copies(src: str, dst: str, *, src_dir_fd: int, dst_dir_fd: int, follow_symlinks: bool) -> None:
    """Answer a hard link with an empty file."""
    del src, src_dir_fd, follow_symlinks
    os.close(os.open(dst, os.O_CREAT | os.O_EXCL, dir_fd=dst_dir_fd))


def test_an_exchange_that_only_replaces_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """exfat-fuse, and whatever driver takes no notice of flags: nothing is lost by links."""
    monkeypatch.setattr(linux, "_kernel_rename", lambda: only_replaces)
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        volume = prove(folder)
        assert volume == Volume(exchanges=False, no_replace=False, links=True)
        put(tmp_path, a="a", b="b")
        volume.exchange(folder, "a", folder, "b")
        assert texts(tmp_path) == {"a": "b", "b": "a"}
        with pytest.raises(FileExistsError):
            volume.move(folder, "a", folder, "b")
    finally:
        os.close(folder)
    assert texts(tmp_path) == {"a": "b", "b": "a"}


@pytest.mark.parametrize("link", [without_links, copies])
def test_a_disk_with_neither_is_not_safe(
    link: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linux, "_kernel_rename", lambda: only_replaces)
    monkeypatch.setattr(os, "link", link)
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        volume = prove(folder)
        assert not volume.safe
        put(tmp_path, a="a", b="b")
        with pytest.raises(OSError, match="no safe exchange"):
            volume.exchange(folder, "a", folder, "b")
        with pytest.raises(OSError, match="no safe move"):
            volume.move(folder, "a", folder, "c")
    finally:
        os.close(folder)
    assert texts(tmp_path) == {"a": "a", "b": "b"}


def test_a_kernel_move_alone_is_not_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As exFAT in Linux: no exchange, no links, and a move that replaces nothing."""
    real = linux._kernel_rename()
    assert real is not None

    def without_exchange(*arguments: object) -> int:
        if arguments[4] != linux._NO_REPLACE:
            ctypes.set_errno(errno.EINVAL)
            return -1
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(linux, "_kernel_rename", lambda: without_exchange)
    monkeypatch.setattr(os, "link", without_links)
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        volume = prove(folder)
    finally:
        os.close(folder)
    assert volume == Volume(exchanges=False, no_replace=True, links=False)
    assert not volume.safe


@pytest.mark.parametrize("has", [{"exchange"}, {"move"}, {"exchange", "move"}, set()])
def test_each_way_is_tried_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has: set[str]
) -> None:
    def by_kernel(*where: int | str, exchange: bool) -> None:
        if ("exchange" if exchange else "move") not in has:
            raise OSError(errno.EINVAL, "planted")
        first, second = tmp_path / str(where[1]), tmp_path / str(where[3])
        if exchange:
            texts = second.read_bytes(), first.read_bytes()
            first.write_bytes(texts[0])
            second.write_bytes(texts[1])
        elif second.exists():
            raise FileExistsError(errno.EEXIST, "planted")
        else:
            first.rename(second)

    monkeypatch.setattr(current.system, "flagged_rename", by_kernel)
    opened = os.open(tmp_path, os.O_RDONLY)
    volume = prove(opened)
    os.close(opened)
    assert (volume.exchanges, volume.no_replace) == ("exchange" in has, "move" in has)
    assert volume.links == (has != {"exchange", "move"}), "links where one of the two is missing"
    assert volume.safe
    assert not any(tmp_path.iterdir())
