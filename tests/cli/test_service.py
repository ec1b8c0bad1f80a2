"""`service`: what was done, what is left to a person, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from vault_sync.cli import service
from vault_sync.cli.console import Console
from vault_sync.edge.system.service import Done

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
