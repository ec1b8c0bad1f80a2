"""`why`: the account of a file, line by line."""

from __future__ import annotations

import re

import pytest
from vault_sync.cli.tool import why
from vault_sync.cli.tool.why import Account, OwnLines
from vault_sync.core.model.values import RelPath
from vault_sync.edge.state.pass_log import FileChange, PassRecord

A, W = RelPath("papers/a.md"), RelPath("digests/w.md")
CHANGE = FileChange("write", A, None, "edited", None, "", "")
PASS = PassRecord(7, "2024-05-01T12:00:00+00:00", "sync", False, (CHANGE,))


@pytest.mark.parametrize(
    ("given", "parted"),
    [
        ("papers/a.md", ("papers/a.md", None)),
        ("papers/a.md:12", ("papers/a.md", 12)),
        ("a:b", ("a:b", None)),
        ("a:b:3", ("a:b", 3)),
        (":3", (":3", None)),
        ("a:3x", ("a:3x", None)),
    ],
)
def test_a_name_may_have_a_line(given: str, parted: tuple[str, int | None]) -> None:
    assert why._parted(given) == parted


def test_an_account_names_entries_notes_our_lines_passes_and_a_wait() -> None:
    account = Account(A, "a note of k", None, [(W, 3, 6)], [RelPath("papers/b.md")])
    account.ours = [OwnLines(2, 2, "url: kept"), OwnLines(8, 11, "the section of w: two-way")]
    first, *lines = why._lines(account, [PASS], 1e9)
    assert first == "papers/a.md: a note of k"
    assert lines[:4] == [
        "  entry   digests/w.md:3-6",
        "  note    papers/b.md",
        "  line    2: url: kept",
        "  line    8-11: the section of w: two-way",
    ]
    assert lines[4].startswith("  pass 7  ") and lines[5].startswith("    ")
    assert re.fullmatch(r"  waits   until \d\d:\d\d:\d\d, when nobody has typed .*", lines[6])
    assert list(why._lines(Account(A, "x"), [], None)) == [
        "papers/a.md: x",
        "  no pass has written it",
    ]
