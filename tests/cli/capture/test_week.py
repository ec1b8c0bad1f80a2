"""`week --open`: Obsidian is given the address; where nothing opens it, a person is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from vault_sync.cli.capture import week
from vault_sync.cli.console import Console
from vault_sync.edge.platform import current

ADDRESS = "obsidian://open?path=%2Fv%2Fa.md"


@pytest.mark.parametrize("opener", ["/usr/bin/open", None])
def test_an_address_is_opened_or_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], opener: str | None
) -> None:
    called: list[list[object]] = []
    monkeypatch.setattr(
        shutil, "which", lambda name: opener if name == current.system.OPENER else ""
    )
    monkeypatch.setattr(subprocess, "run", lambda command, **_: called.append(command))
    week._open(Console(Path()), ADDRESS)
    assert called == ([[Path(opener), ADDRESS]] if opener else [])
    assert (ADDRESS in capsys.readouterr().err) == (opener is None)
