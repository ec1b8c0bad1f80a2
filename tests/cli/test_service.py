"""`service`: what was done, what is left to a person, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support import transcript
from tests.support.vaults import Vault
from vault_sync.cli import service
from vault_sync.cli.console import Console
from vault_sync.edge.system import service as manager
from vault_sync.edge.system.service import Done, ServiceState

UNIT = Path("/u/v.service")


@pytest.mark.parametrize(
    ("done", "code", "out", "err"),
    [
        (Done(UNIT, ran=("one", "two")), 0, ["wrote /u/v.service", "ran: one", "ran: two"], []),
        (
            Done(UNIT, todo=("three",)),
            0,
            [
                "wrote /u/v.service",
                "no service manager answers here; when one does, run:",
                "  three",
            ],
            [],
        ),
        (
            Done(UNIT, ("one",), ("three",), "exit code 1"),
            1,
            ["wrote /u/v.service", "ran: one", "  three"],
            ["three: exit code 1", "when that is mended, run:"],
        ),
    ],
)
def test_what_was_done_and_what_is_left(
    capsys: pytest.CaptureFixture[str], done: Done, code: int, out: list[str], err: list[str]
) -> None:
    assert service._show(Console(Path()), Path("/v"), "wrote", done) == code
    printed = capsys.readouterr()
    assert (printed.out.splitlines(), printed.err.splitlines()) == (out, err)
    assert service._show(Console(Path(), json=True), Path("/v"), "wrote", done) == code
    printed = capsys.readouterr()
    value = json.loads(printed.out)
    assert (value["ran"], value["todo"]) == ([*done.ran], [*done.todo]) and not printed.err
    assert (value["file"], value["did"], value["failure"]) == (str(UNIT), "wrote", done.failure)


@pytest.mark.parametrize(("verb", "did"), [("install", "wrote"), ("uninstall", "removed")])
def test_the_service_of_this_vault_is_meant(
    offline_vault: Vault, monkeypatch: pytest.MonkeyPatch, verb: str, did: str
) -> None:
    monkeypatch.setattr(manager, verb, lambda root, _: Done(root / "v.service", ran=("one",)))
    said = transcript.said(offline_vault, "service", verb)
    assert list(said) == [f"| {did} /vault/v.service", "| ran: one"]


@pytest.mark.parametrize(
    ("state", "lines", "code"),
    [
        (
            ServiceState(UNIT, installed=True, enabled=True, active=False),
            ["installed  yes", "enabled    yes", "active     no"],
            0,
        ),
        (
            ServiceState(UNIT, installed=False, enabled=None, active=None),
            [
                "installed  no",
                "enabled    unknown (no service manager answers here)",
                "active     unknown (no service manager answers here)",
            ],
            1,
        ),
    ],
)
def test_how_the_service_stands(
    offline_vault: Vault,
    monkeypatch: pytest.MonkeyPatch,
    state: ServiceState,
    lines: list[str],
    code: int,
) -> None:
    monkeypatch.setattr(manager, "state", lambda *_: state)
    ends = ["= 1"] * code
    said = list(transcript.said(offline_vault, "service", "status"))
    assert said == [f"| {line}" for line in ("file       /u/v.service", *lines)] + ends
    answer, *rest = transcript.said(offline_vault, "service", "status", "--json")
    assert json.loads(answer.removeprefix("| ")) == {
        "version": 1,
        "vault": "/vault",
        "file": "/u/v.service",
        "installed": state.installed,
        "enabled": state.enabled,
        "active": state.active,
    }
    assert rest == ends
