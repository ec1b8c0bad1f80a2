"""The entry typed last and taken out again: no torn file, once it has stood so for a minute."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    DELTA,
    NOTE_DELTA,
    WEEK,
    change,
    codes,
    cut,
    forget,
    nothing_happens,
    quiet,
    settled,
)
from vault_sync.core.model.plan import Plan
from vault_sync.core.model.values import RelPath

WEEK_PATH = RelPath(WEEK)


def without_last(vault: MemoryVault | None = None) -> MemoryVault:
    vault = vault or settled()
    cut(vault, DELTA)
    return vault


def after(vault: MemoryVault, seconds: float) -> Plan:
    vault.at_rest = {WEEK_PATH: seconds}
    return vault.sync()


def test_it_is_ours_once_the_file_has_stood_so_for_a_minute() -> None:
    vault = without_last()
    vault.at_rest = {WEEK_PATH: 59.5}
    (problem,) = nothing_happens(vault).problems
    assert problem.code == "last-entry-gone"
    assert "in 1 s" in problem.hint
    plan = after(vault, 60)
    assert not plan.problems
    assert NOTE_DELTA not in vault.files
    assert vault.files[f".trash/{NOTE_DELTA.removeprefix('papers/')}"]
    quiet(vault)


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n---\n"])
def test_with_the_blanks_and_breaks_between(end: str) -> None:
    vault = settled()
    head = vault.files[WEEK][: vault.files[WEEK].index("https://arxiv.org/abs/2308.00004")]
    tail = vault.files[WEEK][len(head) :]
    vault.files[WEEK] = head.rstrip() + "\n\n---\n\n" + tail
    vault.sync()
    vault.files[WEEK] = head.rstrip() + end
    assert not after(vault, 61).problems
    assert NOTE_DELTA not in vault.files


def test_nobody_waits_where_a_person_says_so() -> None:
    vault = without_last()
    vault.take(WEEK, "digest")
    assert NOTE_DELTA not in vault.files


def test_a_file_whose_time_is_not_known_is_held() -> None:
    assert codes(nothing_happens(without_last())) == ["last-entry-gone"]
    vault = without_last()
    vault.at_rest = {WEEK_PATH: -3600}
    (problem,) = nothing_happens(vault).problems
    assert "in 60 s" in problem.hint


@pytest.mark.parametrize("more", [-1, -30, 1, 20, 60])
def test_a_file_that_ends_elsewhere_is_held_for_ever(more: int) -> None:
    vault = settled()
    at = vault.files[WEEK].index("https://arxiv.org/abs/2308.00004")
    vault.files[WEEK] = vault.files[WEEK][: at + more].rstrip()
    vault.at_rest = {WEEK_PATH: 1e6}
    if more == -1:
        # Nothing but the line end is missing: that is where the entry above ended.
        assert not vault.sync().problems
        return
    (problem,) = nothing_happens(vault).problems
    assert problem.code == "cut-short"
    assert " s, a pass takes" not in problem.hint


def test_two_entries_at_the_end_are_asked_about() -> None:
    vault = settled()
    at = vault.files[WEEK].index("https://arxiv.org/abs/2308.00003")
    vault.files[WEEK] = vault.files[WEEK][:at]
    vault.at_rest = {WEEK_PATH: 1e6}
    assert codes(nothing_happens(vault)) == ["cut-short"]


def test_words_below_the_last_entry_are_no_entry() -> None:
    vault = settled()
    vault.files[WEEK] += "# 맺음말\n이번 주는 여기까지.\n"
    vault.sync()
    vault.files[WEEK] = vault.files[WEEK][
        : vault.files[WEEK].index("https://arxiv.org/abs/2308.00004")
    ]
    vault.at_rest = {WEEK_PATH: 1e6}
    assert codes(nothing_happens(vault)) == ["cut-short"]


@pytest.mark.parametrize(
    ("old", "new"), [("델타.", "델타를 고쳤다."), ("  - delta\n", "  - delta\n  - mine\n")]
)
def test_a_note_with_something_newer_holds_it(old: str, new: str) -> None:
    vault = without_last()
    change(vault, NOTE_DELTA, old, new)
    vault.at_rest = {WEEK_PATH: 1e6}
    assert codes(nothing_happens(vault)) == ["cut-short"]


def test_a_note_with_words_of_the_readers_own_is_kept() -> None:
    vault = settled()
    vault.files[NOTE_DELTA] += "\n## My notes\n\n내 생각.\n"
    vault.sync()
    without_last(vault)
    assert not after(vault, 60).problems
    assert "내 생각." in vault.files[NOTE_DELTA]


def test_without_a_base_nothing_is_ours() -> None:
    vault = without_last()
    forget(vault)
    after(vault, 1e6)
    assert NOTE_DELTA in vault.files
