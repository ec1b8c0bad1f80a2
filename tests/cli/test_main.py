"""Errors at the last door: an exit code and words for each."""

from __future__ import annotations

import errno
import gc
import json
import os
import signal
import sys
from pathlib import Path

import click
import pytest
from tests.support import transcript
from tests.support.vaults import Vault
from vault_sync import __main__ as program
from vault_sync.cli import main
from vault_sync.cli.console import UsageError
from vault_sync.cli.options import UnreadError
from vault_sync.cli.verbs import cli
from vault_sync.edge.config import ConfigError
from vault_sync.edge.git.repository import GitError
from vault_sync.edge.platform.lock import Busy
from vault_sync.edge.state.database import StateError


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UsageError("give a path"), 2, "give a path"),
        (ConfigError("x.toml:1: odd"), 2, "x.toml:1: odd"),
        (StateError("cannot be opened"), 2, "cannot be opened"),
        (GitError("no repository"), 2, "no repository"),
        (Busy("process 7"), 4, "the vault is held by process 7: wait until it is done, or stop it"),
        (
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a.md"),
            1,
            "a.md: the disk is full: make room and run again: nothing was written after this",
        ),
        (
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
            1,
            "the disk is full: make room and run again: nothing was written after this",
        ),
    ],
)
def test_an_error_has_its_code_and_words(error: Exception, code: int, words: str) -> None:
    assert main._explained(error) == (code, words)


def test_a_bug_is_said_to_be_one() -> None:
    code, words = main._explained(KeyError("a bug"))
    assert code == 3
    assert "KeyError: 'a bug'" in words and "This is a bug in vault-sync" in words


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "interrupted; what was written is whole"),
        (click.Abort(), 130, "interrupted; what was written is whole"),
        (click.UsageError("no such verb"), 2, "Error: no such verb"),
        (UsageError("give\x1b a path"), 2, "give\\x1b a path"),
        (Busy("process 7"), 4, "the vault is held by process 7: wait until it is done, or stop it"),
        (KeyError("a bug"), 3, "KeyError: 'a bug'"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_what_ends_a_call_is_said_on_standard_error(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    said: str,
    as_json: bool,
) -> None:
    def end(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(cli, "main", end)
    assert main.run(["check", *["--json"] * as_json]) == code
    out, err = capsys.readouterr()
    assert said in err.splitlines()
    if as_json and code != 130:
        assert json.loads(out)["error"]["exit"] == code
    else:
        assert out == ""


def test_a_call_that_is_to_end_ends_as_by_ctrl_c(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(cli, "main", lambda *_, **__: signal.raise_signal(signal.SIGTERM))
    assert main.run([]) == 130
    assert capsys.readouterr().err == "interrupted; what was written is whole\n"
    assert signal.getsignal(signal.SIGTERM) == before


def test_whoever_reads_no_more_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def unread(*_: object, **__: object) -> None:
        raise UnreadError

    monkeypatch.setattr(cli, "main", unread)
    with (tmp_path / "out").open("w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert main.run([]) == 141
        out.write("what is left goes nowhere")
    assert (tmp_path / "out").read_text() == ""


def test_a_command_runs_without_the_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work: list[bool] = []

    def run(_: object) -> int:
        at_work.append(gc.isenabled())
        return 7

    monkeypatch.setattr(main, "run", run)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    try:
        with pytest.raises(SystemExit) as ended:
            program.main()
    finally:
        gc.enable()
    assert (ended.value.code, at_work) == (7, [False])


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault) -> None:
    told, expected = transcript.retold(request, offline_vault, "main")
    assert told == expected
