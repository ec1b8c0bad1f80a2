"""Digests and notes that a device brought back under their old paths."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, RelPath
from vault_sync.sync.observation.old_paths import digests_back, notes_back

OLD, NOW = RelPath("digests/old.md"), RelPath("digests/now.md")


def week(*numbers: int, link: str = "") -> str:
    heads = {n: f"[[{link}|T{n}]] (Ann Bee)" if link else f"T{n} (Ann Bee)" for n in numbers}
    return "w\n" + "".join(f"https://arxiv.org/abs/2301.0000{n}\n{heads[n]}\n" for n in numbers)


def note(number: int, *digests: str) -> str:
    listed = "".join(f'  - "[[{each}]]"\n' for each in digests)
    return f"---\nurl: https://arxiv.org/abs/2301.0000{number}\ndigests:\n{listed}---\n"


@pytest.mark.parametrize(
    ("old", "naming", "found"),
    [
        ((1, 2, 3, 4), ("now",) * 4, {OLD: NOW}),
        ((1, 2, 3, 4), ("now", "now", "other", "other"), {OLD: NOW}),
        ((1, 2, 3, 4), ("now", "other", "other", "other"), {}),
        ((1, 2, 3, 4, 5), ("now", "now", "other", "other"), {OLD: NOW}),  # of those that both have
        ((1, 2, 3, 4), ("now", "now", "old", "old"), {OLD: NOW, NOW: OLD}),  # nobody can tell
        ((5, 6, 7, 8), ("now",) * 4, {}),  # other papers
    ],
)
def test_a_digest_whose_papers_notes_name_another_one_is_the_old_one(
    old: tuple[int, ...], naming: tuple[str, ...], found: dict[RelPath, RelPath]
) -> None:
    files: dict[str, str] = {OLD: week(*old), NOW: week(1, 2, 3, 4), "digests/other.md": "w\n"}
    notes = {f"papers/{n}.md": note(n, name) for n, name in enumerate(naming, 1)}
    snapshot, _ = MemoryVault({**files, **notes}).look()
    assert digests_back(snapshot) == found


LINKED, OTHER = RelPath("papers/now.md"), RelPath("papers/was.md")
ROW = BaseKey(Key("arxiv:2301.00001"), "", "note")


@pytest.mark.parametrize(
    ("base", "delivered", "link", "is_old"),
    [
        (Base({ROW: OTHER}), OTHER, "now", True),
        (Base({ROW: OTHER}), LINKED, "now", True),
        (Base({ROW: OTHER}), RelPath("papers/x.md"), "now", False),
        (Base({ROW: LINKED}), OTHER, "now", False),
        (Base({ROW: LINKED}, was_ever=lambda *each: each == (ROW, OTHER)), OTHER, "now", True),
        (Base({ROW: OTHER}), OTHER, "", False),  # no link tells which it is
    ],
)
def test_of_two_notes_the_one_that_no_digest_links_is_the_old_one(
    base: Base, delivered: RelPath, link: str, is_old: bool
) -> None:
    files: dict[str, str] = {OLD: week(1, link=link)}
    snapshot, _ = MemoryVault({**files, LINKED: note(1, "old"), OTHER: note(1, "old")}).look()
    assert notes_back(snapshot, base, {delivered}) == ({OTHER: LINKED} if is_old else {})
