"""The calls of Linux: what they answer where the kernel, the disk or the process has none."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from vault_sync.edge.platform import linux, posix


def test_a_rename_that_the_kernel_has_not_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = posix.open_root(tmp_path)
    (tmp_path / "a").write_text("a")
    monkeypatch.setattr(linux, "_kernel_rename", lambda: None)
    assert not linux.flagged_rename(folder, "a", folder, "b", exchange=False)
    monkeypatch.undo()
    assert linux.flagged_rename(folder, "a", folder, "b", exchange=False)
    with pytest.raises(FileNotFoundError):
        linux.flagged_rename(folder, "a", folder, "b", exchange=True)
    os.close(folder)


def test_a_library_without_that_rename_is_passed_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old musl: the kernel is called by its number; where that is not known, not at all."""
    monkeypatch.setattr(posix, "kernel_rename", lambda _: None)
    monkeypatch.setattr(linux, "_kernel_rename", linux._kernel_rename.__wrapped__)
    folder = posix.open_root(tmp_path)
    for name in "ab":
        (tmp_path / name).write_text(name)
    assert linux.flagged_rename(folder, "a", folder, "b", exchange=True)
    assert [(tmp_path / name).read_text() for name in "ab"] == ["b", "a"]
    with pytest.raises(FileExistsError):
        linux.flagged_rename(folder, "a", folder, "b", exchange=False)
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine="another"))
    assert not linux.flagged_rename(folder, "a", folder, "b", exchange=True)
    os.close(folder)


@pytest.mark.parametrize(
    ("machine", "number"),
    [("x86_64", 316), ("i686", 353), ("armv7l", 382), ("aarch64", 276), ("riscv64", 276)],
)
@pytest.mark.parametrize(("exchange", "flag"), [(False, 1), (True, 2)])
def test_each_machine_has_a_number_of_its_own_for_that_rename(
    monkeypatch: pytest.MonkeyPatch, machine: str, number: int, exchange: bool, flag: int
) -> None:
    called: list[tuple[object, ...]] = []

    class Syscall:
        argtypes: list[type]

        def __call__(self, *arguments: object) -> int:
            called.append(arguments)
            return 0

    monkeypatch.setattr(posix, "kernel_rename", lambda _: None)
    monkeypatch.setattr(linux, "_kernel_rename", linux._kernel_rename.__wrapped__)
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine=machine))
    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: SimpleNamespace(syscall=Syscall()))
    assert linux.flagged_rename(3, "a", 4, "b", exchange=exchange)
    assert called == [(number, 3, b"a", 4, b"b", flag)]


@pytest.mark.parametrize(("code", "raised"), [(errno.ENOTSUP, False), (errno.EIO, True)])
def test_attributes_that_a_disk_has_not_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, raised: bool
) -> None:
    def fail(_: int) -> list[str]:
        raise OSError(code, os.strerror(code))

    file = posix.open_to_write(tmp_path / "a")
    monkeypatch.setattr(os, "listxattr", fail)
    if raised:
        with pytest.raises(OSError, match="rror"):
            linux.copy_attributes(file, file)
    else:
        linux.copy_attributes(file, file)
    os.close(file)


def test_attributes_of_the_system_are_not_carried_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = posix.open_to_write(tmp_path / "a")
    given: list[str] = []
    monkeypatch.setattr(os, "listxattr", lambda _: ["security.selinux", "user.colour"])
    monkeypatch.setattr(os, "getxattr", lambda _, name: name.encode())
    monkeypatch.setattr(os, "setxattr", lambda _, name, value: given.append(name))
    linux.copy_attributes(file, file)
    os.close(file)
    assert given == ["user.colour"]


def test_the_holder_of_a_lock(tmp_path: Path) -> None:
    file = posix.open_to_write(tmp_path / "lock")
    assert linux.holder_of(file, tmp_path / "lock") is None
    posix.take_lock(file)
    holder = linux.holder_of(file, tmp_path / "lock")
    assert holder is not None and holder.startswith(f"process {os.getpid()} (")
    os.close(file)


@pytest.mark.parametrize(
    ("lines", "holder"),
    [
        ("1: FLOCK  ADVISORY  WRITE 71 {} 0 EOF\n", "71"),
        ("1: POSIX  ADVISORY  WRITE 71 {} 0 EOF\n2: FLOCK  ADVISORY  WRITE 72 {} 0 EOF\n", "72"),
        ("1: FLOCK  ADVISORY  WRITE 71 08:01:99 0 EOF\n", None),
        ("1: FLOCK  ADVISORY  WRITE 0 {} 0 EOF\n", None),  # of another container
        ("", None),
    ],
)
def test_the_kernels_table_of_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, holder: str | None
) -> None:
    file = posix.open_to_write(tmp_path / "lock")
    status = os.fstat(file)
    inode = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: lines.replace("{}", inode))
    assert linux._holding_process(file) == holder
    os.close(file)


def test_a_holder_that_has_ended_meanwhile_is_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = posix.open_to_write(tmp_path / "lock")
    monkeypatch.setattr(linux, "_holding_process", lambda _: "4000000000")
    assert linux.holder_of(file, tmp_path / "lock") == "process 4000000000"
    os.close(file)


def test_an_observer_comes_with_the_thread_that_reads_for_it() -> None:
    observer, reader = linux.open_observer(lambda _: None, lambda _: None)
    assert reader is not None and reader.is_alive() and observer.is_alive()
    observer.stop()
    observer.join()
    reader.join()


def test_a_clock_that_runs_on() -> None:
    assert linux.sleeping_clock() >= time.monotonic() - 1


def test_memory_is_given_back_where_the_library_can(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[int] = []
    monkeypatch.setattr("ctypes.CDLL", lambda _: SimpleNamespace(malloc_trim=called.append))
    linux.trim_memory()
    assert called == [0]
    monkeypatch.setattr("ctypes.CDLL", lambda _: SimpleNamespace())
    linux.trim_memory()
