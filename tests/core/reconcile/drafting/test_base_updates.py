"""What the base learns: each value with the files that must be written before it counts."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    BETA,
    GAMMA,
    NEXT,
    NOTE,
    NOTE_BETA,
    NOTE_GAMMA,
    NOTE_OMEGA,
    OMEGA,
    WEEK,
    change,
    cut,
    fresh,
    knows,
    nothing_happens,
    quiet,
    settled,
)
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey, Create, Trash, Value
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.reconcile.drafting import base_updates
from vault_sync.core.reconcile.drafting.base_updates import stale_keys


def test_a_vault_in_line_teaches_nothing() -> None:
    assert quiet(settled()).base_updates == ()


def test_a_link_waits_for_the_note_that_it_leads_to() -> None:
    plan = fresh().plan()
    bound = {frozenset(update.paths) for update in plan.base_updates if not update.put}
    made = [each.path for each in plan.operations if isinstance(each, Create)]
    assert NOTE in made and frozenset({NOTE, WEEK}) in bound


def test_a_value_waits_for_the_file_that_is_to_say_it_and_for_no_other() -> None:
    vault = settled()
    change(vault, WEEK, "알파 둘째 줄입니다.", "알파 새 줄입니다.")
    plan = vault.plan()
    row = BaseKey(ALPHA, WEEK, "commentary")
    (update,) = [each for each in plan.base_updates if row in each.put]
    assert set(update.paths) == {NOTE}
    assert "알파 새 줄입니다." in update.put[row]
    written = {each.path for each in plan.operations}
    assert all(written.issuperset(each.paths) for each in plan.base_updates)
    change(vault, NOTE, "  - llm\n", "  - llm\n  - new\n")
    tags = row._replace(field="tags")
    plan = vault.plan()
    assert {NOTE, WEEK} <= {each.path for each in plan.operations}
    waiting = {row: set(each.paths) for each in plan.base_updates for row in each.put}
    assert (waiting[row], waiting[tags]) == ({NOTE}, {WEEK})


# Where nothing may happen.


def test_both_are_gone_and_forgotten() -> None:
    vault = settled()
    cut(vault, ALPHA)
    del vault.files[NOTE]
    assert not nothing_happens(vault).problems
    assert not knows(vault, ALPHA)
    quiet(vault)


OF_OMEGA = {BaseKey(OMEGA, "", "note"), BaseKey(OMEGA, NEXT, "tags")}


@pytest.mark.parametrize("gone", [NEXT, NOTE_OMEGA], ids=["its entry", "its note"])
def test_of_a_paper_that_is_found_and_was_not_paired_nothing_is_forgotten(gone: str) -> None:
    vault = settled()
    del vault.files[gone]
    found, base = vault.look()
    assert not OF_OMEGA & stale_keys((), found, base, ())


OLD = RelPath("digests/2023년 8월 1주차.md")
GONE = Key("arxiv:2308.00077")
OF_OLD: dict[BaseKey, Value] = {
    BaseKey(ALPHA, OLD, "commentary"): "moved meanwhile",
    BaseKey(ALPHA, OLD, "tags"): ("a",),
    BaseKey(GONE, OLD, "commentary"): "gone with its note",
    BaseKey(GONE, "", "title"): "Gone",
}
NAMES_OLD = """---
title: New
url: https://arxiv.org/abs/2308.00099
digests:
  - "[[2023년 8월 1주차]]"
---

## [[2023년 8월 1주차]]

Own.
"""


def test_what_a_digest_that_is_not_there_had_is_forgotten_when_it_is_made_anew() -> None:
    vault = settled()
    vault.rows |= OF_OLD
    assert vault.sync().base_updates == ()  # it may come back
    vault.files["papers/New.md"] = NAMES_OLD
    plan = vault.plan()
    assert [each.paths for each in plan.base_updates if each.drop] == [(OLD,)]
    vault.carry_out(plan, but={OLD, "papers/New.md"})
    assert vault.rows.keys() >= OF_OLD.keys(), "it was not made"
    vault.sync()
    assert OLD in vault.files and not vault.rows.keys() & OF_OLD.keys()
    assert vault.sync().base_updates == ()


def test_of_a_locked_paper_and_a_locked_digest_nothing_is_forgotten() -> None:
    vault = settled()
    del vault.files[NOTE_OMEGA], vault.files[NEXT]
    found, base = vault.look()
    without_place = BaseKey(OMEGA, "", "note")
    assert without_place not in stale_keys((), found, base, ())  # its digest is not there
    base = Base({without_place: NOTE_OMEGA})
    assert stale_keys((), found, base, ()) == {without_place}
    assert not stale_keys((), found._replace(locked_keys={OMEGA: RelPath("x.md")}), base, ())
    row = BaseKey(Key("arxiv:2308.00099"), WEEK, "tags")
    base = Base({row: ("a",)})
    assert stale_keys((), found, base, ()) == {row}
    assert not stale_keys((), found._replace(locked={RelPath(WEEK): "not-utf-8"}), base, ())


def test_a_report_is_forgotten_when_it_is_no_longer_so() -> None:
    found, _ = settled().look()
    reports = {BaseKey(BETA, WEEK, "missing"), BaseKey(BETA, WEEK, "unmet")}
    base = Base(dict.fromkeys(reports, "x"))
    assert stale_keys((), found, base, ()) == reports
    assert not stale_keys((), found, base, reports)


ONE, TWO = Key("arxiv:2301.00001"), Key("arxiv:2301.00002")
FIRST, SECOND = RelPath("digests/w1.md"), RelPath("digests/w2.md")


def of_two_weeks() -> MemoryVault:
    """A vault at rest: the one paper in both weeks, the other in the second alone."""
    one, two = (f"https://arxiv.org/abs/2301.0000{n}\nT{n} (Ann Bee)\nWords.\n" for n in (1, 2))
    vault = MemoryVault({FIRST: "w1\n" + one, SECOND: "w2\n" + one + two})
    vault.sync()
    quiet(vault)
    return vault


def test_what_was_agreed_on_in_a_digest_goes_with_the_entry_there_once_the_note_says_so() -> None:
    vault = of_two_weeks()
    there = {row for row in knows(vault, ONE) if row.digest == SECOND}
    assert there and any(row.digest == FIRST for row in knows(vault, ONE))
    cut(vault, ONE, SECOND)
    change(vault, "papers/T2.md", "Words.", "Other words.")
    plan = vault.plan()
    assert {each.path for each in plan.operations} == {"papers/T1.md", SECOND}
    (update,) = [each for each in plan.base_updates if each.drop & there]
    assert update.drop == there and set(update.paths) == {"papers/T1.md"}
    vault.carry_out(plan)
    quiet(vault)
    assert {row.digest for row in knows(vault, ONE)} == {"", FIRST}
    assert SECOND in {row.digest for row in knows(vault, TWO)}


def test_each_of_many_papers_waits_for_their_digest() -> None:
    vault = settled()
    rows = {BaseKey(key, WEEK, "commentary") for key in (ALPHA, BETA, GAMMA)}
    change(vault, NOTE, "알파 둘째 줄입니다.", "알파 새 줄입니다.")
    change(vault, NOTE_BETA, "베타 설명입니다.", "베타 새 설명입니다.")
    change(vault, NOTE_GAMMA, "감마 이야기입니다.", "감마 새 이야기입니다.")
    updates = [each for each in vault.plan().base_updates if rows & set(each.put)]
    assert rows == {row for each in updates for row in each.put if row.field == "commentary"}
    assert {path for each in updates for path in each.paths} == {WEEK}
    assert all(each.paths for each in updates)


def lines_run(n: int) -> int:
    """Return how many lines of `base_updates` run where n of n + 1 papers are removed at once."""
    entries = [f"https://arxiv.org/abs/2308.{k:05}\nT{k} (Ann Park)\n" for k in range(n + 1)]
    vault = MemoryVault({WEEK: "".join(entries)})
    vault.sync()
    text = vault.files[WEEK]
    vault.files[WEEK] = text[text.rindex("https:") :]
    (problem,) = vault.plan().problems
    count = 0

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal count
        del arg
        count += event == "line"
        return trace if frame.f_code.co_filename == base_updates.__file__ else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        plan = vault.plan(allowed=problem.hint.rpartition(" ")[2].strip("`"))
    finally:
        sys.settrace(before)
    assert sum(isinstance(each, Trash) for each in plan.operations) == n
    return count


def test_removals_take_steps_in_proportion_to_their_number() -> None:
    """Each looked through all files of the plan for its own."""
    once, twice, four = map(lines_run, (20, 40, 80))
    assert four - twice <= 2.1 * (twice - once), (once, twice, four)
