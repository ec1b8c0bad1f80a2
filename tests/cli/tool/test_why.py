"""`why`: the account of a file, line by line."""

from __future__ import annotations

import re

import pytest
from tests.support import transcript
from tests.support.vaults import Vault
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


TEXT = """w

https://arxiv.org/abs/2308.07124
OctoPack (A B)
words
#tag
https://arxiv.org/abs/2308.00001
Platypus (C D)
#tag
"""


@pytest.fixture
def rebuilt_vault(empty_vault: Vault) -> Vault:
    empty_vault.write("digests/w.md", TEXT)
    empty_vault.ok("rebuild", "--offline")
    return empty_vault


def test_every_line_of_an_entry_is_its_own(rebuilt_vault: Vault) -> None:
    lines = rebuilt_vault.read(W).splitlines()
    first, second = (
        next(number for number, line in enumerate(lines, 1) if name in line)
        for name in ("7124", "0001")
    )
    for line in range(1, first):
        ran = rebuilt_vault.run("why", f"{W}:{line}")
        assert ran.code == 2 and "no entry stands there" in ran.err
    for line in range(first, len(lines) + 1):
        found = rebuilt_vault.ok("why", f"{W}:{line}", "--json").json
        assert found["key"].endswith("7124" if line < second else "0001")
        (entry,) = found["entries"]
        assert entry["line"] <= line <= entry["last_line"]


def test_what_a_pass_would_do_is_shown_of_these_files_alone(rebuilt_vault: Vault) -> None:
    rebuilt_vault.edit(W, "words\n#tag", "other words\n#tag")
    for name, operations in (("OctoPack", ["papers/OctoPack.md"]), ("Platypus", [])):
        found = rebuilt_vault.ok("why", name, "--json").json
        assert [each["path"] for each in found["operations"]] == operations
        assert ("  to do   " in rebuilt_vault.ok("why", name).out) == bool(operations)


def test_a_section_reaches_from_its_heading_to_its_last_line(rebuilt_vault: Vault) -> None:
    rebuilt_vault.edit(W, "words\n#tag", "words\nand more\nof them\n#tag")
    rebuilt_vault.ok("sync", "--offline")
    note = rebuilt_vault.read("papers/OctoPack.md").splitlines()
    (section,) = (
        each
        for each in rebuilt_vault.ok("why", "OctoPack", "--json").json["ours"]
        if each["what"] == "the section of w: two-way"
    )
    assert note[section["line"] - 1] == "## [[w]]"
    assert note[section["last_line"] - 1] == "of them"


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault) -> None:
    told, expected = transcript.retold(request, offline_vault, "why")
    assert told == expected
