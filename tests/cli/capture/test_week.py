"""`week --open`: Obsidian is given the address; where nothing opens it, a person is."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.support import transcript
from tests.support.vaults import Vault
from vault_sync.cli.capture import week
from vault_sync.cli.console import Console
from vault_sync.core.model.plan import Create, Outcome, Undone
from vault_sync.core.model.values import RelPath
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


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault) -> None:
    told, expected = transcript.retold(request, offline_vault, "week")
    assert told == expected


@pytest.mark.parametrize(
    ("options", "times"), [([], 0), (["--open"], 1), (["--open", "--json"], 1)]
)
def test_a_week_is_opened_where_that_is_asked(
    offline_vault: Vault, monkeypatch: pytest.MonkeyPatch, options: list[str], times: int
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(week, "_open", lambda _, address: opened.append(address))
    offline_vault.write("digests/2023-W33.md", "")
    list(transcript.said(offline_vault, "week", "--date", "2023-08-16", *options))
    path = quote(str(offline_vault.root / "digests/2023-W33.md"), safe="")
    assert opened == [f"obsidian://open?path={path}"] * times


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_week_that_cannot_be_written_is_named_and_not_opened(
    offline_vault: Vault, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    made = Create(RelPath("digests/2023-W34.md"), "", "a new week")
    undone = Outcome(undone=(Undone(made, "it is read-only"),))
    opened: list[str] = []
    monkeypatch.setattr(week, "write_operations", lambda *_: undone)
    monkeypatch.setattr(week, "_open", lambda _, address: opened.append(address))
    offline_vault.write("digests/2023-W33.md", "")
    call = ("week", "--date", "2023-08-23", "--open", *options)
    *said, code = transcript.said(offline_vault, *call)
    assert code == "= 1" and not opened
    if options:
        answer = json.loads(said.pop()[2:])
        assert not answer["made"] and answer["problems"][0]["path"] == made.path
    else:
        assert said.pop() == f"! {made.path}: not written: it is read-only"
    assert not said
