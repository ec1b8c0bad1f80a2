"""`watch --json --until-eof`: what a program that starts the daemon reads, and how it ends it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import pytest
from tests.support import shapes
from tests.support.vaults import DIGEST, OCTOPACK, Vault
from vault_sync.core.report.lines import UNREAD

pytestmark = pytest.mark.timeout(300)
TIMES = "\n[watch]\nsettle = 0.1\nquiet = 0.3\nsweep = 1000.0\n"


@contextmanager
def child(vault: Vault) -> Iterator[subprocess.Popen[str]]:
    """The daemon as a child whose streams are pipes."""
    vault.write("vault-sync.toml", vault.read("vault-sync.toml") + TIMES)
    call = ["--vault", str(vault.root), "watch", "--offline", "--json", "--until-eof"]
    process = subprocess.Popen(
        [sys.executable, "-m", "vault_sync", *call],
        env=vault.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def event(stream: IO[str] | None, name: str) -> Any:
    """Read events, each of the documented shape, until one of this name comes; return it."""
    assert stream is not None
    for line in stream:
        value = json.loads(line)
        shapes.check(value, "event")
        if value["event"] == name:
            return value
    raise AssertionError(f"the stream ended without {name}")


def test_events_come_line_by_line_until_the_input_ends(built: Vault) -> None:
    with child(built) as process:
        assert event(process.stdout, "ready")["pid"] == process.pid
        assert event(process.stdout, "pass")["operations"] == []
        note, digest = built.read(OCTOPACK), built.read(DIGEST)
        built.write(DIGEST, f"{digest}\n")
        built.write(OCTOPACK, note.replace("  - code\n", "  - code\n  - tok-one\n"))
        assert DIGEST in event(process.stdout, "waiting")["files"]
        while not (done := event(process.stdout, "pass"))["operations"]:
            pass
        assert [each["kind"] for each in done["operations"]] == ["write"]
        assert process.stdin is not None
        process.stdin.close()
        assert event(process.stdout, "ended")["ended"] == ""
        assert process.stdout is not None and process.stdout.read() == ""
        assert process.wait(timeout=100) == 0


def test_a_daemon_ends_with_the_process_that_started_it(built: Vault) -> None:
    """Its parent is killed: the end of the pipe is all that the daemon hears of it."""
    built.write("vault-sync.toml", built.read("vault-sync.toml") + TIMES)
    call = ["--vault", str(built.root), "watch", "--offline", "--json", "--until-eof"]
    host = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-m', 'vault_sync', *sys.argv[1:]],"
        " stdin=subprocess.PIPE, stdout=sys.stdout)\n"
        "child.wait()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", host, *call],
        env=built.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    ) as process:
        event(process.stdout, "ready")
        process.kill()
        # The stream ends when the daemon, its last writer, has gone.
        assert event(process.stdout, "ended")["ended"] == ""
        assert process.stdout is not None and process.stdout.read() == ""


def test_a_daemon_whose_reader_is_gone_ends(built: Vault) -> None:
    with child(built) as process:
        event(process.stdout, "ready")
        event(process.stdout, "pass")
        assert process.stdout is not None
        process.stdout.close()
        built.write(OCTOPACK, built.read(OCTOPACK).replace("  - code\n", "  - tok-two\n"))
        assert process.wait(timeout=100) == UNREAD


def test_a_command_whose_reader_is_gone_ends_with_its_own_code(built: Vault) -> None:
    call = ["--vault", str(built.root), "export", str(built.root / DIGEST)]
    with subprocess.Popen(
        [sys.executable, "-m", "vault_sync", *call], env=built.env, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(timeout=100) == UNREAD
