"""Syncing: what fails is said, and links are not followed."""

from __future__ import annotations

import ctypes
import errno
import os
import re
from pathlib import Path

import pytest
from vault_sync.edge.platform import current, linux
from vault_sync.edge.platform.durability import sync_at, sync_everything, sync_file, sync_path


@pytest.fixture
def opened(tmp_path: Path) -> int:
    return os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)


def test_files_and_folders_are_synced(opened: int, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("a")
    sync_at(opened, "a.md")
    sync_file(opened)
    assert sync_everything(opened) == hasattr(ctypes.CDLL(None), "syncfs")
    os.close(opened)
    with pytest.raises(OSError, match="Bad file descriptor"):
        sync_file(opened)


def test_the_system_is_asked_for_the_very_file(
    opened: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").write_text("a")
    asked: list[int] = []
    monkeypatch.setattr(
        current.system, "sync_file", lambda file: asked.append(os.fstat(file).st_ino)
    )
    sync_at(opened, "a.md")
    sync_path(tmp_path / "a.md")
    sync_path(tmp_path)
    file, folder = (path.stat().st_ino for path in (tmp_path / "a.md", tmp_path))
    assert asked == [file, file, folder]
    os.close(opened)


@pytest.mark.parametrize(("name", "code"), [("link", errno.ELOOP), ("gone", errno.ENOENT)])
def test_what_is_no_file_there_is_not_synced(
    opened: int, tmp_path: Path, name: str, code: int
) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")
    with pytest.raises(OSError, match=re.escape(f"[Errno {code}]")):
        sync_at(opened, name)
    os.close(opened)


def test_where_the_system_has_no_such_call_it_says_so(
    opened: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linux, "_kernel_syncfs", lambda: None)
    assert not sync_everything(opened)
    os.close(opened)


def test_a_signal_begins_the_sync_again(opened: int, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [-1, 0]
    monkeypatch.setattr(linux, "_kernel_syncfs", lambda: lambda _: answers.pop(0))
    monkeypatch.setattr("ctypes.get_errno", lambda: errno.EINTR)
    assert sync_everything(opened) and not answers
    os.close(opened)


@pytest.mark.parametrize(("code", "raised"), [(errno.EIO, True), (errno.ENOSYS, False)])
def test_a_sync_that_fails_is_never_taken_for_done(
    opened: int, monkeypatch: pytest.MonkeyPatch, code: int, raised: bool
) -> None:
    monkeypatch.setattr(linux, "_kernel_syncfs", lambda: lambda _: -1)
    monkeypatch.setattr("ctypes.get_errno", lambda: code)
    if raised:
        with pytest.raises(OSError, match="rror"):
            sync_everything(opened)
    else:
        assert not sync_everything(opened)
    os.close(opened)
