"""The lines of `log`: a pass, its files, how many more there are."""

from __future__ import annotations

from pathlib import Path

import pytest
from vault_sync.cli import history
from vault_sync.cli.console import Console
from vault_sync.core.model.values import RelPath
from vault_sync.edge.state.pass_log import FileChange, PassRecord

CHANGE = FileChange("write", RelPath("a.md"), None, "edited", None, "", "")
MOVED = CHANGE._replace(kind="rename", to=RelPath("b.md"), undone="it was edited")
PASS = PassRecord(7, "2024-05-01T12:00:00+00:00", "sync", False, (CHANGE, MOVED))


def test_a_pass_and_its_files_have_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "local_time", lambda instant: f"at {instant[:10]}")
    assert history.pass_line(PASS) == "pass 7  at 2024-05-01  sync"
    assert history.pass_line(PASS._replace(open=True)).endswith("sync  (interrupted)")
    assert history.change_line(CHANGE).endswith(" a.md  (edited)")
    assert history.change_line(MOVED).endswith(" a.md -> b.md  (edited)  NOT DONE: it was edited")
    assert history.record_as_json(PASS)["files"] == [
        {"kind": "write", "path": "a.md", "to": None, "why": "edited", "undone": None},
        {
            "kind": "rename",
            "path": "a.md",
            "to": "b.md",
            "why": "edited",
            "undone": "it was edited",
        },
    ]


@pytest.mark.parametrize(
    ("files", "whole", "shown", "more"),
    [(10, False, 10, ""), (11, False, 10, "  ... and 1 more"), (1011, False, 10, "1,001 more")],
)
def test_ten_files_of_a_pass_are_shown_unless_all_are_asked_for(
    files: int, whole: bool, shown: int, more: str
) -> None:
    record = PASS._replace(changes=(CHANGE,) * files)
    lines = list(history._log_lines(Console(Path()), [record], whole=whole))
    assert sum("a.md" in line for line in lines) == shown
    assert (more in lines[-1] and "vault-sync log 7" in lines[-1]) if more else "a.md" in lines[-1]
    whole_lines = list(history._log_lines(Console(Path()), [record], whole=True))
    assert len(whole_lines) == 1 + files
