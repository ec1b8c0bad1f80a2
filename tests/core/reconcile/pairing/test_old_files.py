"""Files that are old copies as a whole; the rest is in tests/system/test_old_copies.py."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import ALPHA, NOTE, WEEK, change, codes, settled
from vault_sync.core.model.base import STOOD, Arrival, FileMark
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.reconcile.pairing import old_files

LINE = "알파 둘째 줄입니다."
ROWS = {WEEK: BaseKey(Key(""), WEEK, STOOD), NOTE: BaseKey(ALPHA, "", STOOD)}


def gone_back(path: str) -> MemoryVault:
    """A vault of which a file is as it was, byte for byte, before the other side's words."""
    vault = settled()
    old = vault.files[path]
    change(vault, NOTE if path == WEEK else WEEK, LINE, f"{LINE} 덧붙임.")
    vault.sync()
    vault.rows = {row: value for row, value in vault.rows.items() if "untaken" not in row.field}
    vault.rows[ROWS[path]] = (old_files.hash_of(old),)
    vault.files[path] = old
    return vault


@pytest.mark.parametrize("path", [WEEK, NOTE])
def test_nothing_of_an_old_file_is_followed(path: str) -> None:
    vault = gone_back(path)
    before = dict(vault.files)
    for _ in range(2):
        plan = vault.sync()
        assert codes(plan) == ["old-file"] and not plan.conflicts
        assert "1 paper would change" in plan.problems[0].message
        assert vault.files == before


@pytest.mark.parametrize("path", [WEEK, NOTE])
def test_a_text_taken_back_by_hand_is_followed(path: str) -> None:
    vault = gone_back(path)
    vault.rows[ROWS[path]] = (f"+{old_files.hash_of(vault.files[path])}",)
    assert not codes(vault.sync())
    assert all("덧붙임" not in text for text in vault.files.values())


@pytest.mark.parametrize("path", [WEEK, NOTE])
def test_a_file_that_was_brought_has_rules_of_its_own(path: str) -> None:
    vault = gone_back(path)
    vault.arrivals = {RelPath(path): Arrival(waited=True)}
    assert "old-file" not in codes(vault.sync())


def test_what_a_file_was_is_remembered() -> None:
    """By hand, then by us, then by hand again; what stands is never among it."""
    first = old_files._seen((), "a", "b")
    assert first == ("+a",)
    ours = old_files._written(first, "b", "c", brings=True)
    assert ours == ("a", "b")
    again = old_files._seen(ours, "c", "d")
    assert again == ("a", "b", "+c")
    assert old_files._seen(again, "d", "b") == ("a", "+c", "+d")
    assert old_files._written(again, "d", "a", brings=True) == ("b", "c", "d")
    # What only links is no write behind which somebody could fall.
    assert old_files._written(again, "d", "a", brings=False) == ("b", "+c", "+d")


def test_only_files_that_changed_are_remembered() -> None:
    vault = settled()
    found, base = vault.look()
    text = vault.files[WEEK]
    mark = FileMark(1, 2, 3, "f" * 64)
    seen = replace(base, files={Key(""): {RelPath(WEEK): mark}})
    at_rest = found._replace(stats={RelPath(WEEK): (1, 2, 3)})
    rows = {
        row for each in old_files.updates(at_rest, seen, (), {}, (), (), {}) for row in each.put
    }
    assert ROWS[WEEK] not in rows
    (update,) = [
        each
        for each in old_files.updates(found, seen, (), {}, (), (), {})
        if ROWS[WEEK] in each.put
    ]
    assert update.put[ROWS[WEEK]] == ("+" + "f" * 16,) and not update.paths
    assert old_files.updates(found, base, (), {}, (), (), {}) == [] and text
