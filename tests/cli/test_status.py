"""`status`: how the vault stands, in a line each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support import transcript
from tests.support.vaults import Vault
from vault_sync.cli import status
from vault_sync.core.model.plan import Apart, Create, Plan
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.report import lines as report
from vault_sync.edge.state import vault_id

TEXT = "w\n\nhttps://arxiv.org/abs/2308.07124\nOctoPack (A B)\nwords\n#tag\n"


def test_counts_have_a_line_each() -> None:
    odd = Problem("a.md", "odd", "is odd")
    plan = Plan(
        (Create(RelPath("a.md"), "", ""),),
        problems=(odd, odd._replace(level="notice"), odd),
        digests=1234,
        entries=1,
        notes=5,
    )
    assert status._counts(Path("/v"), plan, Path("/s")) == [
        "vault      /v",
        "digests    1,234, 1 entry",
        "notes      5",
        "to do      1 operation",
        "conflicts  0",
        "problems   2",
        "state      /s",
    ]


def test_what_is_said_before_and_after_the_first_pass(empty_vault: Vault) -> None:
    empty_vault.write("digests/w.md", TEXT)
    ran = empty_vault.run("status")
    assert ran.code == 1 and "to do      2 operations" in ran.out
    assert "base       none: this device has made no pass here yet" in ran.out
    assert "last pass" not in ran.out and "daemon     not running" in ran.out
    assert "joining" not in ran.out
    empty_vault.ok("rebuild", "--offline")
    empty_vault.ok("sync", "--offline")
    ran = empty_vault.ok("status")
    assert "base " not in ran.out and "(rebuild, 2 files)" in ran.out
    assert "taken back" not in ran.out and "copies" not in ran.out
    found = empty_vault.ok("status", "--json").json
    assert (found["digests"], found["daemon"], found["copies"]) == (1, None, 0)
    empty_vault.ok("undo")
    assert (
        "taken back 1 (`vault-sync sync --redo` does them again)" in empty_vault.run("status").out
    )


@pytest.mark.parametrize(
    ("joined", "refused", "texts", "lines"),
    [
        (True, 0, 0, []),
        (False, 0, 0, ["joining    nothing that is missing counts as removed until all is here"]),
        (True, 2, 0, ["taken back 2 (`vault-sync sync --redo` does them again)"]),
        (True, 0, 1, ["copies     1 text to look at in 'c.md'"]),
        (True, 0, 3, ["copies     3 texts to look at in 'c.md'"]),
    ],
)
def test_what_waits_is_said_where_something_does(
    offline_vault: Vault,
    monkeypatch: pytest.MonkeyPatch,
    joined: bool,
    refused: int,
    texts: int,
    lines: list[str],
) -> None:
    offline_vault.write("digests/w.md", TEXT)
    offline_vault.arrange("rebuild")
    apart = Apart(RelPath("w.md"), RelPath("n.md"), "title", "One", "Two")
    monkeypatch.setattr(status, "planned", lambda *_: Plan(digests=1, apart=(apart,)))
    monkeypatch.setattr(vault_id, "is_joined", lambda _: joined)
    monkeypatch.setattr(status, "count_refused", lambda _: refused)
    monkeypatch.setattr(status, "_texts_of_copies", lambda *_: (texts, "c.md"))
    said = [each[2:] for each in transcript.said(offline_vault, "status")]
    names = ("copies", "joining", "taken back", "base")
    assert [each for each in said if each.startswith(names)] == lines
    assert not any("apart" in each for each in said)
    whole = [each[2:] for each in transcript.said(offline_vault, "status", "--verbose")]
    assert whole == [*said, *report.apart_lines([apart])]
    answer = next(transcript.said(offline_vault, "status", "--json"))
    assert json.loads(answer[2:])["copies"] == texts
