"""A whole pass of the core: a vault in line stays, and what it would like to know."""

from __future__ import annotations

from tests.support.reader import (
    ALPHA,
    BETA,
    DELTA,
    GAMMA,
    NEXT,
    OMEGA,
    WEEK,
    codes,
    cut,
    forget,
    fresh,
    nothing_happens,
    quiet,
    settled,
)
from vault_sync.core.reconcile.pipeline import ReconcileOptions, reconcile

# Where nothing may happen.


def test_a_settled_vault_stays() -> None:
    assert not quiet(settled()).problems


def test_a_lost_base_changes_nothing_where_both_sides_agree() -> None:
    vault = settled()
    forget(vault)
    plan = nothing_happens(vault)
    assert not plan.problems and not plan.conflicts
    assert vault.rows == settled().rows


# Where something must.


def test_what_is_wanted_of_arxiv() -> None:
    vault = fresh()
    vault.facts = {}
    assert set(vault.sync().wanted) >= {ALPHA, OMEGA}


def test_the_papers_of_a_digest_whose_removals_are_asked_about_are_planned_again() -> None:
    vault = settled()
    for key in (ALPHA, BETA, GAMMA):
        cut(vault, key, WEEK)
    plan = vault.plan()
    assert codes(plan) == ["many-removals"]
    assert plan.again == (ALPHA, BETA, GAMMA, DELTA)


def test_a_new_paper_of_two_weeks_is_noted_for_the_one_whose_removals_nobody_doubts() -> None:
    vault = settled()
    for key in (ALPHA, BETA, GAMMA):
        cut(vault, key, WEEK)
    entry = "https://arxiv.org/abs/2308.00009\nZeta (Ann Park)\nwords {}\n"
    vault.files[WEEK] += entry.format("three")
    vault.files[NEXT] += entry.format("four")
    assert codes(vault.sync()) == ["many-removals"]
    (note,) = (text for path, text in vault.files.items() if "words four" in text and path != NEXT)
    assert "words three" not in note and "3주차" not in note


def test_papers_are_counted_as_they_are_drafted() -> None:
    vault, told = fresh(), list[tuple[int, int]]()
    options = ReconcileOptions(on_progress=lambda *each: told.append(each))
    reconcile(*vault.look(), vault.facts, vault.rules, options)
    assert told == [(number, 5) for number in range(1, 6)]
