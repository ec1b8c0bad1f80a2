"""A first pass over a folder of notes, one paper each, asks before it takes them for digests."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import codes, forget, quiet
from vault_sync.core.model.values import Rules

ONE = "https://arxiv.org/abs/2308.{:05d}\nPaper {} (Ann Park)\nwords\n"


def folder(single: int, weeks: int = 0) -> MemoryVault:
    """Files of one entry each, and digests of two."""
    files = {f"digests/{n}.md": ONE.format(n, n) for n in range(single)}
    for n in range(weeks):
        one, other = 1000 + 2 * n, 1001 + 2 * n
        files[f"digests/w{n}.md"] = f"w\n{ONE.format(one, one)}#t\n{ONE.format(other, other)}"
    return MemoryVault(files=files)


@pytest.mark.parametrize("remake", [True, False])
@pytest.mark.parametrize(("single", "weeks"), [(21, 0), (21, 20), (100, 99)])
def test_it_asks_and_writes_nothing(single: int, weeks: int, *, remake: bool) -> None:
    vault = folder(single, weeks)
    plan = vault.plan(remake=remake)
    assert codes(plan) == ["one-paper-files"]
    assert not plan.operations and not plan.base_updates
    assert f"{single} of the {single + weeks} files" in plan.problems[0].message


@pytest.mark.parametrize(("single", "weeks"), [(20, 0), (21, 21), (0, 40), (20, 5)])
def test_digests_are_taken_without_a_question(single: int, weeks: int) -> None:
    vault = folder(single, weeks)
    assert not vault.sync().problems
    quiet(vault)


def test_a_person_who_is_sure_is_not_asked_again() -> None:
    vault = folder(30)
    assert not vault.sync(remake=True, sure=True).problems
    quiet(vault)
    forget(vault)
    # Its files are linked to their notes: another device need not ask.
    assert not vault.sync().problems


def test_each_glob_by_itself() -> None:
    vault = folder(30, 40)
    for path in [path for path in vault.files if "/w" not in path]:
        vault.files[path.replace("digests/", "digests/notes/")] = vault.files.pop(path)
    vault.rules = Rules(digest_paths=("digests/w*.md", "digests/notes/*.md"))
    (problem,) = vault.plan().problems
    assert "digests/notes/*.md" in problem.message


def test_where_a_base_is_there_nobody_is_asked() -> None:
    vault = folder(0, 20)
    vault.sync()
    vault.files |= folder(30).files
    plan = vault.sync()
    assert not plan.problems and len(plan.operations) == 60
