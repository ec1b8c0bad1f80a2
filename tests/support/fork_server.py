"""Runs of the program by two processes that need not import it anew.

The first forks for every run (`Run`), which then has a process of its own, to be sent signals and
to run beside others; it holds no vault and no state. The second does one run after the other
itself (`run`), at a third of the processor time, most of which is the copying of pages after a
fork: for tests of what a command does with files and says. What a command leaves behind in its
process would show there in the next one. Tests of the start of a process start their own.

A run is asked for over a socket with a name, which is handed the run's standard streams: by `run`,
and for git, which calls `vault-sync` on PATH, by the short program in `on_path`.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import os
import pkgutil
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from select import select
from tempfile import TemporaryFile, mkdtemp
from typing import Any

from vault_sync.core.text.regex import regex

FOREIGN = ("windows", "windows_events", "darwin")
_ALONE = threading.Lock()
_RUNS = 50
"""After so many runs one after the other the second process looks for what they left."""

_CALLER = """#!{python} -IS
# As fork_server.run, with nothing imported that takes its time.
import _socket, os, sys

there = _socket.socket(_socket.AF_UNIX)
there.connect({name!r})
numbers = b"".join(each.to_bytes(4, sys.byteorder) for each in range(3))
there.sendmsg([b"!"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, numbers)])
call = [os.getcwdb(), b"%d" % (len(sys.argv) - 1), *map(os.fsencode, sys.argv[1:])]
call += [name + b"=" + value for name, value in os.environb.items()]
there.sendall(b"\\0".join(call) + b"\\0\\0")
said = b""
while part := there.recv(99):
    said += part
sys.exit(int([*said.split(), b"137"][1]))
"""


@cache
def _server() -> Path:
    """Start the servers, which end when this process does. Return the folder of their sockets."""
    folder = Path(mkdtemp())
    here, there = socket.socketpair()
    forks, alone = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    with there, forks, alone:
        for listener, name in ((forks, "forks"), (alone, "alone")):
            listener.bind(str(folder / name))
            listener.listen()
        numbers = [there.fileno(), forks.fileno(), alone.fileno()]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.fork_server", *map(str, numbers)],
            cwd=Path(__file__).parents[2],
            pass_fds=numbers,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    atexit.register(_stop, here, process, folder)
    return folder


def _stop(control: socket.socket, process: subprocess.Popen[bytes], folder: Path) -> None:
    control.close()
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)


@cache
def on_path() -> Path:
    """Return a folder with a `vault-sync` in it that is a fork, whoever calls it."""
    folder = _server()
    program = folder / "vault-sync"
    program.write_text(_CALLER.format(python=sys.executable, name=str(folder / "forks")))
    program.chmod(0o755)
    return folder


def run(
    arguments: Sequence[str], cwd: Path, env: Mapping[str, str], stdin: bytes
) -> tuple[int, bytes, bytes]:
    """Run the program. Return exit code, standard output and standard error.

    The daemon has a process of its own, and whoever runs while another thread's run goes on.
    """
    alone = "watch" not in arguments and _ALONE.acquire(blocking=False)
    try:
        started = Run(arguments, cwd, env, stdin, "alone" if alone else "forks")
        out, err = started.communicate()
    finally:
        if alone:
            _ALONE.release()
    assert started.returncode != -signal.SIGKILL, ("the run was killed", arguments, out, err)
    return started.returncode or 0, out, err


class Run:
    """A fork that runs the program, with what tests use of `subprocess.Popen`."""

    def __init__(
        self,
        arguments: Sequence[str],
        cwd: Path,
        env: Mapping[str, str],
        stdin: bytes = b"",
        server: str = "forks",
    ) -> None:
        self.returncode: int | None = None
        self._out, self._err = TemporaryFile(), TemporaryFile()  # noqa: SIM115 - see `communicate`
        self._said = b"", b""
        self._there = socket.socket(socket.AF_UNIX)
        self._there.connect(str(_server() / server))
        call = [str(cwd), str(len(arguments)), *arguments, *map("=".join, env.items())]
        with TemporaryFile() as given:
            given.write(stdin)
            given.seek(0)
            streams = [each.fileno() for each in (given, self._out, self._err)]
            socket.send_fds(self._there, [b"!"], streams)
            self._there.sendall(os.fsencode("\0".join(call) + "\0\0"))
        self._lines = self._there.makefile("rb")
        self.pid = int(self._lines.readline())

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        if self.poll() is None:
            self.send_signal(signal.SIGKILL)

    def poll(self, timeout: float | None = 0) -> int | None:
        """Return its exit code if it has ended, or ends within so many seconds (None: any)."""
        if self.returncode is None and select([self._there], [], [], timeout)[0]:
            self.returncode = int(self._lines.readline() or -signal.SIGKILL)
            self._lines.close()
            self._there.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[bytes, bytes]:
        """Wait for its end. Return standard output and standard error."""
        assert self.poll(timeout) is not None, f"it goes on after {timeout} s"
        if not self._out.closed:
            with self._out, self._err:
                self._out.seek(0)
                self._err.seek(0)
                self._said = self._out.read(), self._err.read()
        return self._said


def _serve(control: socket.socket, listener: socket.socket) -> None:
    """Fork for every call, until nobody is there to call."""
    while control not in select([control, listener], [], [])[0]:
        there, _ = listener.accept()
        if not os.fork():
            control.close()
            listener.close()
            _run(there)
            os._exit(0)
        there.close()
        while _ended():
            pass


def _serve_alone(control: socket.socket, listener: socket.socket) -> None:
    """Do one run after the other, until nobody is there to call."""
    runs = 0
    while control not in select([control, listener], [], [])[0]:
        there, _ = listener.accept()
        with there:
            _run(there)
        runs += 1
        if runs % _RUNS == 0:
            gc.unfreeze()  # as the program leaves it
            gc.collect()


def _ended() -> bool:
    """Take leave of a fork that has ended, if there is one."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def _run(there: socket.socket) -> None:
    """Be the process of one call, or of the next."""
    _, numbers, _, _ = socket.recv_fds(there, 1, 3)
    for target, number in enumerate(numbers):
        os.dup2(number, target)
        os.close(number)
    call = b""
    while not call.endswith(b"\0\0"):
        call += there.recv(1 << 16)
    cwd, count, *rest = os.fsdecode(call[:-2]).split("\0")
    arguments, env = rest[: int(count)], rest[int(count) :]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    there.sendall(b"%d\n" % os.getpid())
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)))
    code = _code_of(arguments, cwd, dict(each.split("=", 1) for each in env))
    os.chdir("/")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    there.sendall(b"%d\n" % code)


def _code_of(arguments: list[str], cwd: str, env: dict[str, str]) -> int:
    main: Any = importlib.import_module("vault_sync.__main__").main
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.argv[1:] = arguments
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - as the interpreter would
        traceback.print_exc()
        code = 1
    for each in threading.enumerate():
        if not each.daemon and each is not threading.main_thread():
            each.join()
    sys.stdout.flush()
    sys.stderr.flush()
    return int(str(code or 0))


def _import_all() -> None:
    package = importlib.import_module("vault_sync")
    for found in pkgutil.walk_packages(package.__path__, "vault_sync."):
        if not found.name.endswith(FOREIGN):
            for each in vars(importlib.import_module(found.name)).values():
                if isinstance(each, type(regex(""))):
                    assert each.pattern  # compiled once, and not in every fork again
    importlib.import_module("requests")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _import_all()
    control, forks, alone = (socket.socket(fileno=int(number)) for number in sys.argv[1:])
    if os.fork():
        alone.close()
        _serve(control, forks)
    else:
        forks.close()
        _serve_alone(control, alone)
