"""The tags of a paper in several digests, as one set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    ENTRY,
    GAMMA,
    NEXT,
    NOTE,
    NOTE_GAMMA,
    WEEK,
    change,
    cut,
    noted,
    said,
    settled,
)
from vault_sync.core.model.base import Arrival, value_hash
from vault_sync.core.model.plan import BaseKey, Plan
from vault_sync.core.model.values import RelPath
from vault_sync.core.reconcile.pipeline import reconcile

TAGS = ("alpha", "llm")


def two_weeks() -> MemoryVault:
    """Alpha in two digests, and a tag more in its note."""
    vault = settled()
    vault.files[NEXT] += ENTRY
    vault.sync()
    change(vault, NOTE, "  - llm\n", "  - llm\n  - more\n")
    return vault


def planned(vault: MemoryVault, taken_back: Iterable[str]) -> Plan:
    found, base = vault.look()
    hashes = value_hash(TAGS), value_hash((*TAGS, "more"))
    rows = {BaseKey(ALPHA, path, "tags"): hashes for path in taken_back}
    return reconcile(found, replace(base, refused=rows), vault.facts, vault.rules)


@pytest.mark.parametrize("taken_back", [{WEEK}, {NEXT}, {WEEK, NEXT}])
def test_tags_that_were_taken_back_in_one_digest_travel_to_none(taken_back: set[str]) -> None:
    assert not planned(two_weeks(), taken_back).operations


def test_tags_that_nobody_took_back_go_to_the_first_digest() -> None:
    vault = two_weeks()
    assert [each.path for each in planned(vault, ()).operations] == [WEEK]
    vault.sync()
    assert said(vault, ALPHA).tags == noted(vault, NOTE).tags == (*TAGS, "more")
    assert said(vault, ALPHA, NEXT).tags == TAGS


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("brought", [False, True])
def test_a_tag_that_one_side_lacks_stays_where_both_changed_unless_both_were_typed(
    moved: bool, brought: bool
) -> None:
    vault = settled()
    change(vault, WEEK, "#gamma", "#gamma #more")
    vault.sync()
    change(vault, WEEK, "#gamma #more", "#gamma")
    change(vault, NOTE_GAMMA, "  - more\n", "  - more\n  - own\n")
    path = NEXT if moved else WEEK
    if moved:
        vault.files[NEXT] += cut(vault, GAMMA)
    vault.arrivals = {RelPath(path): Arrival(waited=True)} if brought else {}
    vault.sync()
    tags = {"gamma", "own"} | ({"more"} if brought else set())
    assert set(said(vault, GAMMA, path).tags) == set(noted(vault, NOTE_GAMMA).tags) == tags


def test_a_tag_of_an_adopted_note_that_its_digest_has_too_goes_with_it() -> None:
    path = "lit/A.md"
    block = "title: T\nurl: https://arxiv.org/abs/2308.00077\nauthors: [A B]\ntags: [own, both]"
    entry = "https://arxiv.org/abs/2308.00077\nT (A B)\nwords\n#both #more\n"
    vault = MemoryVault({WEEK: f"w\n{entry}", path: f"---\n{block}\n---\n\nwords\n"})
    vault.sync()
    assert [value for row, value in vault.rows.items() if row.field == "apart:tags"] == [("own",)]
    change(vault, WEEK, "#both #more", "#more")
    vault.sync()
    assert set(noted(vault, path).tags) == {"own", "more"}
    assert vault.files[WEEK].endswith("\n#more\n")
