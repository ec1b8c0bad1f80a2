"""What formatters make of files takes nothing from the other side.

Each row is a tool's own output over a vault in line (tests/data/formatter_rows: tool, version,
options, the files that it changed); `before` is the digest that the vault was made of.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.support.folders import ROOT
from tests.support.memory_vault import MemoryVault

ROWS = ROOT / "tests/data/formatter_rows"
DIGEST = "digests/2024-05-06.md"
SCOPES = ("digests", "notes", "all")
NAMES = sorted(path.stem for path in ROWS.glob("*.json") if path.stem != "before")

SAID = {
    "prettier-prose-wrap-never": {"entry-unreadable"},
    "prettier-prose-wrap-always": {"entry-unreadable"},
    "mdformat-wrap-80": {"entry-unreadable"},
    "markdownlint-cli2-fix": {"tags-unreadable"},
    "remark-cli-o": {"tags-unreadable"},
}
"""What is said once a tool has rewritten the digest. The others, and wrapped notes, are in line."""


def recorded(name: str) -> dict[str, Any]:
    row: dict[str, Any] = json.loads((ROWS / f"{name}.json").read_text("utf-8"))
    return row


def in_line() -> MemoryVault:
    vault = MemoryVault(recorded("before"))
    vault.sync(remake=True)
    assert not vault.sync().operations
    return vault


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("name", NAMES)
def test_a_formatter_takes_nothing_from_the_other_side(name: str, scope: str) -> None:
    vault = in_line()
    before = dict(vault.files)
    in_scope = {"digests": {DIGEST}, "notes": before.keys() - {DIGEST}, "all": before.keys()}[scope]
    files = recorded(name)["files"]
    vault.files |= {path: text for path, text in files.items() if path in in_scope}
    after = dict(vault.files)
    for _ in range(2):
        plan = vault.sync()
        assert vault.files == after
        assert not plan.operations
        assert not plan.conflicts
    codes = {problem.code for problem in plan.problems}
    wanted = SAID.get(name, set()) if scope != "notes" else set()
    if name == "remark-cli-o" and scope != "digests":
        wanted = wanted | {"block-lost"}
    assert codes >= wanted
    assert bool(codes) == bool(wanted)
    vault.files = dict(before)
    assert not vault.sync().operations
    assert vault.files == before


@pytest.mark.parametrize("name", ["mdformat-wrap-80", "prettier-prose-wrap-always"])
def test_an_edit_beside_a_wrapped_note_is_followed(name: str) -> None:
    vault = in_line()
    notes = {path: text for path, text in recorded(name)["files"].items() if path != DIGEST}
    assert notes
    vault.files |= notes
    vault.files[DIGEST] = vault.files[DIGEST].replace("on nine of these", "on ten of these")
    plan = vault.sync()
    assert not plan.conflicts
    wanted = {path: text.replace("on nine", "on ten") for path, text in notes.items()}
    assert wanted != notes
    assert {path: vault.files[path] for path in notes} == wanted


def test_every_row_says_how_it_was_made() -> None:
    assert NAMES
    for name in NAMES:
        row = recorded(name)
        assert row["tool"]
        assert row["version"]
        assert row.keys() == {"tool", "version", "options", "files"}
