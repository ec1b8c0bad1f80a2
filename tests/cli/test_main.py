"""Errors at the last door: an exit code and words for each."""

from __future__ import annotations

import errno
import os

import pytest
from tests.support import transcript
from tests.support.vaults import Vault
from vault_sync.cli import main
from vault_sync.cli.console import UsageError
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


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault) -> None:
    told, expected = transcript.retold(request, offline_vault, "main")
    assert told == expected
