"""The lines of `log`: a pass, its files, how many more there are."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import transcript
from tests.support.vaults import Vault
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


@pytest.fixture
def edited(empty_vault: Vault) -> Vault:
    """A vault of four passes: one that made a note, and three that wrote it."""
    text = "w\n\nhttps://arxiv.org/abs/2308.07124\nOctoPack (A B)\nwords 0\n#tag\n"
    empty_vault.write("digests/w.md", text)
    empty_vault.ok("rebuild", "--offline")
    for number in range(3):
        empty_vault.edit("digests/w.md", f"words {number}", f"words {number + 1}")
        empty_vault.ok("sync", "--offline")
    return empty_vault


NOTE = "papers/OctoPack.md"


def test_the_newest_passes_are_shown_or_the_one_that_is_named(edited: Vault) -> None:
    def shown(*options: str) -> list[int]:
        lines = edited.ok("log", *options).out.splitlines()
        numbers = [int(line.split()[1]) for line in lines if line.startswith("pass ")]
        found = edited.ok("log", "--json", *options).json["passes"]
        assert [each["pass"] for each in found] == numbers
        return numbers

    assert shown() == [4, 3, 2, 1]
    assert shown("-n", "2") == [4, 3] and shown("2") == [2]
    assert "older passes: `vault-sync log -n 4`" in edited.ok("log", "-n", "2").out
    assert "older passes" not in edited.ok("log", "-n", "4").out + edited.ok("log", "2").out
    ran = edited.run("log", "9")
    assert ran.code == 2 and "there is no pass 9: `vault-sync log` lists them" in ran.err


def test_where_nothing_was_written_that_is_said(empty_vault: Vault) -> None:
    assert empty_vault.ok("log").out == "nothing was written yet\n"
    assert empty_vault.ok("restore", "a", "--list").out == "no text of a.md is saved\n"
    assert empty_vault.run("undo").code == 2


def test_saved_texts_are_numbered_from_the_newest(edited: Vault) -> None:
    found = edited.ok("restore", NOTE, "--list", "--json").json["texts"]
    assert [each["text"] for each in found] == list(range(1, len(found) + 1))
    words = [Path(each["file"]).read_text().rstrip()[-1] for each in found]
    assert words == ["2", "1", "0"]
    lines = edited.ok("restore", "papers/OctoPack", "--list").out.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3"]
    assert all(" bytes  " in line for line in lines)
    ran = edited.run("restore", NOTE, "--text", "4")
    assert ran.code == 2 and f"{NOTE} has 3 saved texts: see --list" in ran.err
    Path(found[0]["file"]).unlink()
    assert "is not there any more" in edited.ok("restore", NOTE, "--list").out.splitlines()[0]
    assert "words 0" in edited.read(_restored(edited, "--text", "3"))
    several = edited.ok("restore", NOTE).out
    assert several.endswith(f"`vault-sync restore {NOTE} --list`\n")


def _restored(vault: Vault, *options: str) -> str:
    before = vault.files().keys()
    vault.ok("restore", NOTE, *options)
    (new,) = vault.files().keys() - before
    return new


def test_ten_passes_are_shown_unless_more_are_asked_for(
    empty_vault: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def records(_: object, most: int) -> list[PassRecord]:
        return [PASS._replace(id=number, changes=()) for number in range(30)][:most]

    monkeypatch.setenv("VAULT_SYNC_STATE_DIR", str(empty_vault.state))
    monkeypatch.setattr("vault_sync.edge.state.pass_log.records", records)
    for limit, shown in ((None, 10), (12, 12)):
        history.log(Console(empty_vault.root), None, limit)
        *lines, older = capsys.readouterr().out.splitlines()
        assert len(lines) == shown and older == f"older passes: `vault-sync log -n {2 * shown}`"


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault) -> None:
    told, expected = transcript.retold(request, offline_vault, "history")
    assert told == expected
