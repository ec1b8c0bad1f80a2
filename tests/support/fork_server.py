"""Runs of the program as processes that need not import it anew: forks of one that has.

A run costs 0.1 s of processor time this way, of which the interpreter and its imports would take
0.25 s more. The server holds no vault and no state: a fork begins as `python -m vault_sync` does
once its modules are there. Tests of the process itself (signals, start, daemon) start their own.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import pkgutil
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
from tempfile import TemporaryFile
from typing import Any, NoReturn

FOREIGN = ("windows", "windows_events", "darwin")


@cache
def _server() -> socket.socket:
    """Start the server, which ends when this process does."""
    here, there = socket.socketpair()
    with there:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.fork_server", str(there.fileno())],
            cwd=Path(__file__).parents[2],
            pass_fds=[there.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    atexit.register(_stop, here, process)
    return here


def _stop(control: socket.socket, process: subprocess.Popen[bytes]) -> None:
    control.close()
    process.wait()


def run(
    arguments: Sequence[str], cwd: Path, env: Mapping[str, str], stdin: bytes
) -> tuple[int, bytes, bytes]:
    """Run the program. Return exit code, standard output and standard error."""
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        here, there = socket.socketpair()
        with here, there:
            numbers = [each.fileno() for each in (there, given, out, err)]
            socket.send_fds(_server(), [b"!"], numbers)
            there.close()
            with here.makefile("rw", encoding="ascii") as line:
                print(json.dumps([list(arguments), str(cwd), dict(env)]), file=line, flush=True)
                code = line.readline()
        out.seek(0)
        err.seek(0)
        said = out.read(), err.read()
    assert code, ("the run was killed", arguments, *said)
    return int(code), *said


def _serve(control: socket.socket) -> None:
    """Fork for every call, until nobody is there to call."""
    while True:
        message, numbers, _, _ = socket.recv_fds(control, 1, 4)
        if not message:
            return
        if not os.fork():
            control.close()
            _run(*numbers)
        for number in numbers:
            os.close(number)
        while _ended():
            pass


def _ended() -> bool:
    """Take leave of a fork that has ended, if there is one."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def _run(answer: int, *streams: int) -> NoReturn:
    """Be the process of one call."""
    for target, number in enumerate(streams):
        os.dup2(number, target)
        os.close(number)
    with socket.socket(fileno=answer) as there:
        there.set_inheritable(False)
        with there.makefile("rw", encoding="ascii") as line:
            arguments, cwd, env = json.loads(line.readline())
            print(_code_of(arguments, cwd, env), file=line, flush=True)
    os._exit(0)


def _code_of(arguments: list[str], cwd: str, env: dict[str, str]) -> int:
    main: Any = importlib.import_module("vault_sync.cli.main").main
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
    threading._shutdown()  # type: ignore[attr-defined]
    sys.stdout.flush()
    sys.stderr.flush()
    return int(str(code or 0))


def _import_all() -> None:
    package = importlib.import_module("vault_sync")
    for found in pkgutil.walk_packages(package.__path__, "vault_sync."):
        if not found.name.endswith(FOREIGN):
            importlib.import_module(found.name)
    importlib.import_module("requests")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _import_all()
    _serve(socket.socket(fileno=int(sys.argv[1])))
