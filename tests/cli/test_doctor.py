"""`doctor`: what a pass finds and what it finds itself, none of it twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support import transcript
from tests.support.vaults import Vault
from vault_sync.cli import doctor
from vault_sync.core.model.values import Problem
from vault_sync.edge.config import Config
from vault_sync.edge.state import heartbeat
from vault_sync.edge.state.heartbeat import Heartbeat
from vault_sync.edge.state.store import open_state

UNREAD, MODE = Problem("a.md", "unreadable", "own words"), Problem("a.md", "mode", "own words")
ELSEWHERE, LINK = Problem("b.md", "not-utf-8", "own words"), Problem("c.md", "symlink", "own words")


@pytest.mark.parametrize(
    ("of_pass", "shown"),
    [
        ([], [UNREAD, MODE, ELSEWHERE, LINK]),
        # A file that a pass cannot read is said once; what else is wrong with it stays.
        (["a.md unreadable"], [MODE, ELSEWHERE, LINK, "a.md unreadable"]),
        (["b.md not-utf-8"], [UNREAD, MODE, LINK, "b.md not-utf-8"]),
        (["b.md locked"], [UNREAD, MODE, ELSEWHERE, LINK, "b.md locked"]),
        # A link is said by the doctor, who says more of it.
        (["c.md symlink"], [UNREAD, MODE, ELSEWHERE, LINK]),
    ],
)
def test_nothing_is_said_twice(
    monkeypatch: pytest.MonkeyPatch, of_pass: list[str], shown: list[object]
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda *_: [UNREAD, MODE, ELSEWHERE, LINK])
    problems = []
    for each in of_pass:
        path, code = each.split()
        problems.append(Problem(path, code, "a pass's words"))
    around: Any = None
    found = doctor._all_of(problems, around, Config(Path("/v")))
    assert [
        each if each.message == "own words" else f"{each.path} {each.code}" for each in found
    ] == shown


@pytest.mark.parametrize("alive", [True, False])
def test_the_problems_of_a_daemon_that_runs_are_notices(
    empty_vault: Vault, monkeypatch: pytest.MonkeyPatch, alive: bool
) -> None:
    beat = Heartbeat(1, 0.0, 0.0, problems=(UNREAD,), alive=alive)
    monkeypatch.setattr(heartbeat, "read", lambda _: beat)
    state = open_state(empty_vault.root, empty_vault.env)
    assert list(doctor._of_daemon(state)) == ([UNREAD._replace(level="notice")] if alive else [])


def test_what_is_said(
    request: pytest.FixtureRequest, offline_vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda *_: ())
    monkeypatch.setattr(doctor, "disk_line", lambda *_: "disk: as on this machine")
    told, expected = transcript.retold(request, offline_vault, "doctor")
    assert told == expected
