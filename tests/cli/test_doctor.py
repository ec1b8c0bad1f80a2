"""`doctor`: what a pass finds and what it finds itself, none of it twice."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support import transcript
from tests.support.git_vault import environment
from tests.support.vaults import Vault
from vault_sync.cli import doctor
from vault_sync.cli.console import Console
from vault_sync.core.model.plan import Create, Plan
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.edge.config import Config
from vault_sync.edge.state import heartbeat
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.heartbeat import Heartbeat
from vault_sync.edge.state.store import open_state
from vault_sync.sync.relink import BrokenLink

UNREAD, MODE = Problem("a.md", "unreadable", "own words"), Problem("a.md", "mode", "own words")
MADE = Create(RelPath("a.md"), "", "new")
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


@pytest.mark.parametrize(
    ("found", "problems"),
    [
        (Plan(), []),
        (Plan((MADE,)), ["out-of-line: 1 file is out of line"]),
        (Plan((MADE, MADE)), ["out-of-line: 2 files are out of line"]),
        (Plan((MADE,), problems=(UNREAD,)), ["unreadable: own words", "out-of-line: 1 file is"]),
        (StateError("it is damaged"), ["state-unusable: it is damaged"]),
        (OSError("the vault is gone"), []),
    ],
)
def test_what_a_pass_would_do_is_a_finding(
    empty_vault: Vault,
    monkeypatch: pytest.MonkeyPatch,
    found: Plan | Exception,
    problems: list[str],
) -> None:
    def planned(*_: object) -> Plan:
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(doctor, "planned", planned)
    state = open_state(empty_vault.root, empty_vault.env)
    said = doctor._plan(Console(Path()), Config(empty_vault.root), state).problems
    assert len(said) == len(problems)
    for each, words in zip(said, problems, strict=True):
        assert f"{each.code}: {each.message}".startswith(words)


@pytest.mark.parametrize(
    ("note", "hint"),
    [
        ("papers/b.md", "`vault-sync relink 'old name' papers/b.md` repairs all links to it"),
        ("papers/b#.md", "rename that note first: no link can lead to it as it is called"),
    ],
)
def test_how_a_link_that_leads_nowhere_is_repaired(note: str, hint: str) -> None:
    link = BrokenLink(RelPath("diary.md"), 3, "old name", RelPath(note))
    assert doctor._repair(link) == hint


def test_whether_commits_are_checked(offline_vault: Vault, tmp_path: Path) -> None:
    root = offline_vault.root
    assert doctor._is_hooked(root) is None
    subprocess.run(["git", "init", "-q"], cwd=root, env=environment(tmp_path), check=True)
    assert doctor._is_hooked(root) is False
    offline_vault.write(".pre-commit-config.yaml", "repos: [vault-sync]")
    assert doctor._is_hooked(root) is True
    offline_vault.write(".pre-commit-config.yaml", "repos: [other]")
    assert doctor._is_hooked(root) is False
    offline_vault.arrange("git", "install")
    assert doctor._is_hooked(root) is True


class Damaged:
    """A state that cannot be read."""

    def __getattr__(self, name: str) -> Any:
        raise StateError(name)


@pytest.mark.parametrize(("note", "shown"), [(None, 0), ("it is of another vault", 1)])
def test_a_state_that_counts_as_none_is_said(note: str | None, shown: int) -> None:
    state: Any = SimpleNamespace(note=note)
    found = list(doctor._of_state(state))
    assert [(each.code, each.level) for each in found] == [("state-none", "notice")] * shown
    assert all(each.message == f"the state counts as none: {note}" for each in found)


def test_what_is_not_readable_is_said_by_the_plan_alone(
    empty_vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StateError("damaged")

    damaged: Any = Damaged()
    monkeypatch.setattr(doctor, "base_of", refuse)
    assert list(doctor._of_state(damaged)) == []
    assert doctor._broken_links(Config(empty_vault.root), damaged) == ()


def test_a_file_that_only_names_a_paper_is_said_and_nothing_to_mend(
    offline_vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = Problem("n.md", "only-named", "names a paper", level="notice")
    monkeypatch.setattr(doctor, "examine", lambda *_: ())
    monkeypatch.setattr(doctor, "disk_line", lambda *_: "")
    monkeypatch.setattr(doctor, "planned", lambda *_: Plan(digests=1, named=(named,)))
    assert list(transcript.said(offline_vault, "doctor")) == [
        "| n.md: note: names a paper",
        "| nothing to mend in /vault",
    ]
    assert list(transcript.said(offline_vault, "doctor", "--quiet")) == []
    (answer,) = transcript.said(offline_vault, "doctor", "--json")
    assert json.loads(answer[2:])["named"] == [{"path": "n.md", "message": "names a paper"}]


def test_what_is_said(
    request: pytest.FixtureRequest, offline_vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda *_: ())
    monkeypatch.setattr(doctor, "disk_line", lambda *_: "disk: as on this machine")
    told, expected = transcript.retold(request, offline_vault, "doctor")
    assert told == expected
