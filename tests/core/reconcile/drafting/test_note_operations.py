"""Notes that are made, and made again."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    DIGEST,
    NOTE,
    WEEK,
    change,
    entry,
    forget,
    fresh,
    noted,
    only,
    quiet,
    said,
    section,
    settled,
)
from vault_sync.core.model.plan import Create

# Where something must.


def test_new_entries_get_notes_and_links() -> None:
    vault = fresh()
    plan = vault.sync()
    assert len([each for each in plan.operations if isinstance(each, Create)]) == 5
    assert entry(vault, ALPHA).link is not None
    assert noted(vault, NOTE).title == "Alpha Models: A Study"
    assert noted(vault, NOTE).authors == ("Ann Park", "Bo Lee")
    assert noted(vault, NOTE).tags == ("alpha", "llm")
    assert section(vault, NOTE).commentary == said(vault, ALPHA).commentary
    quiet(vault)


def test_remake_makes_a_missing_note_under_its_name() -> None:
    vault = settled()
    text = vault.files.pop(NOTE)
    vault.sync()
    only(vault, NOTE, remake=True)
    assert vault.files[NOTE] == text


def test_remake_without_base() -> None:
    vault = settled()
    change(vault, WEEK, "[[230801 Alpha Models|", "[[mine/Alpha|")
    del vault.files[NOTE]
    forget(vault)
    only(vault, "mine/Alpha.md", remake=True)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_newlines_and_bom_are_kept(newline: str, bom: str) -> None:
    vault = MemoryVault(files={WEEK: bom + DIGEST.replace("\n", newline)})
    vault.sync()
    assert vault.files[WEEK].count("\n") == DIGEST.count("\n")
    assert vault.files[WEEK].count("\r\n") == (DIGEST.count("\n") if newline == "\r\n" else 0)
    assert vault.files[WEEK].startswith(bom + "2023년")
    quiet(vault)
