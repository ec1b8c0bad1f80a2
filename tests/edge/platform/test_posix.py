"""Files and folders by descriptor: no link is followed, no file made anew by mistake."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from vault_sync.edge.platform import posix
from vault_sync.edge.platform.values import Room, changed_ns, file_number


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    opened = posix.open_root(tmp_path)
    yield opened
    os.close(opened)


def test_the_root_may_be_a_link_and_nothing_below_it(tmp_path: Path, folder: int) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_text("a")
    (tmp_path / "link").symlink_to("real")
    os.close(posix.open_root(tmp_path / "link"))
    os.close(posix.open_folder("real", folder))
    (tmp_path / "file link").symlink_to("real/a")
    refusals: list[Callable[[], int]] = [
        lambda: posix.open_folder("link", folder),
        lambda: posix.open_to_read("file link", folder),
        lambda: posix.open_to_write("file link", folder, new=False),
    ]
    for refused in refusals:
        with pytest.raises(OSError, match=r"link|irectory") as caught:
            refused()
        assert caught.value.errno in {errno.ELOOP, errno.ENOTDIR}


def test_a_file_is_no_folder(tmp_path: Path, folder: int) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotADirectoryError):
        posix.open_root(tmp_path / "file")
    with pytest.raises(NotADirectoryError):
        posix.open_folder("file", folder)


def test_what_is_open_here_is_open_in_no_program_that_is_started(
    tmp_path: Path, folder: int
) -> None:
    (tmp_path / "below").mkdir()
    opened = [
        folder,
        posix.open_folder("below", folder),
        posix.open_to_write("a", folder),
        posix.open_to_read("a", folder),
    ]
    assert not any(map(os.get_inheritable, opened))
    for each in opened[1:]:
        os.close(each)


def test_the_status_of_a_link_is_its_own_unless_it_is_followed(tmp_path: Path, folder: int) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "link").symlink_to("a")
    a, link = ((tmp_path / name).lstat().st_ino for name in ("a", "link"))
    assert posix.status(tmp_path / "link").st_ino == link
    assert posix.status(tmp_path / "link", follow=True).st_ino == a
    assert posix.status_at(folder, "link").st_ino == link


@pytest.mark.parametrize(("number", "told"), [(4711, 4711), (0, None)])
def test_a_disk_without_a_number_has_that_of_its_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: int | None
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_fsid=number))
    assert posix.disk_number(tmp_path) == (told or tmp_path.stat().st_dev)


def test_a_folder_is_listed_from_its_beginning(tmp_path: Path, folder: int) -> None:
    """On btrfs what was made since the folder was opened shows only after that."""
    (tmp_path / "a").write_text("a")
    for listed in (posix.names, lambda at: [each.name for each in posix.entries(at)]):
        os.lseek(folder, 2**31 - 1, os.SEEK_SET)
        assert list(listed(folder)) == ["a"]


def test_a_pipe_does_not_hang_a_reader(tmp_path: Path, folder: int) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.close(posix.open_to_read("pipe", folder))


def test_a_new_file_is_new_and_an_old_one_keeps_its_text(tmp_path: Path, folder: int) -> None:
    (tmp_path / "a").write_bytes(b"one\r\ntwo\n")
    with pytest.raises(FileExistsError):
        posix.open_to_write("a", folder)
    file = posix.open_to_write("a", folder, new=False)
    assert posix.read_at(file, 100, 4) == b"\ntwo\n"
    assert posix.write_at(file, b"2", 5) == 1
    os.close(file)
    assert (tmp_path / "a").read_bytes() == b"one\r\n2wo\n"
    os.close(posix.open_to_write("b", folder))
    os.close(posix.open_to_write("c", folder, mode=0o640))
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in "bc"] == [0o600, 0o640]


UNKNOWN = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)


@pytest.mark.parametrize("code", [*UNKNOWN, errno.EEXIST, errno.EIO])
def test_a_rename_that_the_system_does_not_know_is_told_from_one_that_it_refuses(
    monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr("ctypes.get_errno", lambda: code)

    def made() -> bool:
        return posix.rename_by(lambda *_: -1, 3, "a", 4, "b", 2)

    if code in UNKNOWN:
        assert made() is False
        return
    with pytest.raises(OSError, match=os.strerror(code)) as caught:
        made()
    assert (caught.value.errno, caught.value.filename, caught.value.filename2) == (code, "a", "b")


def test_a_rename_that_is_interrupted_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, called = [-1, 0], list[tuple[object, ...]]()

    def rename(*arguments: object) -> int:
        called.append(arguments)
        return answers.pop(0)

    monkeypatch.setattr("ctypes.get_errno", lambda: errno.EINTR)
    assert posix.rename_by(rename, 3, "a", 4, "b\udcff", 2) is True
    assert called == [(3, b"a", 4, b"b\xff", 2)] * 2
    assert posix.rename_by(None, 3, "a", 4, "b", 2) is False


def test_a_call_that_the_library_has_not_is_none() -> None:
    assert posix.kernel_rename("rename_and_more") is None
    assert posix.kernel_rename("rename") is not None


@pytest.mark.parametrize(("owner", "given"), [((0, 0), []), ((1, 0), [(1, 0)]), ((0, 1), [(0, 1)])])
def test_a_text_belongs_to_whom_the_file_belonged_that_it_stands_for(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    owner: tuple[int, int],
    given: list[tuple[int, int]],
) -> None:
    like, file = (posix.open_to_write(tmp_path / name) for name in ("like", "file"))
    owners = {like: owner, file: (0, 0)}
    calls: list[tuple[int, int]] = []

    def status(number: int) -> SimpleNamespace:
        user, group = owners[number]
        return SimpleNamespace(st_uid=user, st_gid=group, st_mode=0o100640)

    with monkeypatch.context() as planted:
        planted.setattr(os, "fstat", status)
        planted.setattr(os, "fchown", lambda number, *ids: calls.append(ids))
        posix.copy_owner_and_mode(like, file)
    assert calls == given
    assert os.fstat(file).st_mode & 0o777 == 0o640
    os.close(like)
    os.close(file)


@pytest.mark.parametrize("can", [True, False])
def test_who_may_write_is_asked_for_the_user_in_force_where_that_can_be_asked(
    monkeypatch: pytest.MonkeyPatch, can: bool
) -> None:
    asked: list[tuple[object, ...]] = []

    def access(name: str, mode: int, *, dir_fd: int, effective_ids: bool) -> bool:
        asked.append((name, mode, dir_fd, effective_ids))
        return True

    monkeypatch.setattr(os, "access", access)
    monkeypatch.setattr(os, "supports_effective_ids", {access} if can else set())
    assert posix.may_write(3, "a")
    assert asked == [("a", os.W_OK, 3, can)]


def test_one_lock_at_a_time(tmp_path: Path) -> None:
    first, second = (posix.open_to_write(tmp_path / "lock", new=False) for _ in range(2))
    posix.take_lock(first)
    with pytest.raises(BlockingIOError):
        posix.take_lock(second)
    os.close(first)
    posix.take_lock(second)
    os.close(second)


@pytest.mark.parametrize(("inodes", "left"), [(100, 7), (0, None)])
def test_a_disk_that_makes_inodes_as_it_goes_has_room_for_them(
    monkeypatch: pytest.MonkeyPatch, inodes: int, left: int | None
) -> None:
    disk = os.statvfs_result((4096, 512, 1000, 90, 80, inodes, 9, 7, 0, 255))
    monkeypatch.setattr(os, "statvfs", lambda _: disk)
    assert posix.room_of(3) == Room(512, 80, left)


def test_what_is_asked_of_the_disk(tmp_path: Path, folder: int) -> None:
    room = posix.room_of(folder)
    assert room.block > 0 and room.blocks >= 0 and (room.files is None or room.files >= 0)
    assert posix.disk_number(tmp_path) == posix.disk_number(tmp_path / ".")
    status = tmp_path.stat()
    assert file_number(status) == status.st_ino
    assert changed_ns(status) == status.st_ctime_ns
