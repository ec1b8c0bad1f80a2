"""One writer a vault: a lock that the kernel frees when its process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Busy(Exception):  # noqa: N818 - nothing is wrong, it is another's turn
    """Another process has locked the vault; `holder` names it: pid, command, since when."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"the vault is held by {holder}")
        self.holder = holder


@contextmanager
def locked(path: Path, wait: float) -> Iterator[None]:
    """Lock the file at `path`; wait for another process that has it, `wait` seconds at most.

    Nothing is written into the file: who holds it is asked of the kernel.

    Raises:
        Busy: another process still has it.
        OSError: the file cannot be made or opened.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _take(file, path, wait)
        yield
    finally:
        os.close(file)


@contextmanager
def locked_folder(folder: Path, wait: float) -> Iterator[None]:
    """Lock a folder itself, whatever path leads to it, as `locked` does a file.

    Where the file system cannot lock a folder (NFS), or it is gone, nothing is locked.

    Raises:
        Busy: another process has locked it.
    """
    try:
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        file = -1  # the pass finds out what is wrong with it
    try:
        if file >= 0:
            with suppress(OSError):
                _take(file, folder, wait)
        yield
    finally:
        if file >= 0:
            os.close(file)


def _take(file: int, path: Path, wait: float) -> None:
    end = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= end:
                raise Busy(_holder(file, path)) from None
        # flock waits for ever or not at all; looking again is the third way.
        time.sleep(0.02)


def _holder(file: int, path: Path) -> str:
    """Return process, command and since when it runs, of whoever has the lock."""
    pid = _pid_on_linux(file) if Path("/proc/locks").exists() else _pid_by_lsof(path)
    if pid is None:
        return "another process"
    process = Path("/proc", pid)
    try:
        command = process.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(process.stat().st_ctime))
    except OSError:
        command, since = _ask_ps(pid)
    return f"process {pid} ({command}), running since {since}"


def _pid_on_linux(file: int) -> str | None:
    stat = os.fstat(file)
    inode = f"{os.major(stat.st_dev):02x}:{os.minor(stat.st_dev):02x}:{stat.st_ino}"
    for line in Path("/proc/locks").read_text().splitlines():
        words = line.split()
        if words[1] == "FLOCK" and words[5] == inode and words[4] != "0":
            return words[4]
    return None


def _pid_by_lsof(path: Path) -> str | None:
    pids = [pid for pid in _output_of(["lsof", "-t", str(path)]).split() if pid != str(os.getpid())]
    return pids[0] if pids else None


def _ask_ps(pid: str) -> tuple[str, str]:
    words = _output_of(["ps", "-o", "lstart=,command=", "-p", pid]).split()
    return " ".join(words[5:]), " ".join(words[:5])


def _output_of(command: list[str]) -> str:
    import subprocess  # a vault is seldom locked by another

    environ = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    return done.stdout
