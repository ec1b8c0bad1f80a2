"""An entry that is nothing but an address: the daemon waits for more of it, commands take it."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import ALPHA, BETA, NEXT, NOTE, WEEK, codes, cut, entry, quiet, settled
from vault_sync.core.model.plan import Plan
from vault_sync.core.model.values import Key

NEW = Key("arxiv:2308.00006")
BARE = "https://arxiv.org/abs/2308.00006\n"
AGAIN = "https://arxiv.org/abs/2308.00001\n"


def typed(text: str, path: str = NEXT) -> MemoryVault:
    """Somebody types at the end of a digest that is in line."""
    vault = settled()
    vault.files[path] += text
    return vault


def left_alone(vault: MemoryVault) -> Plan:
    """A patient pass changes no file, and so does the next."""
    before = dict(vault.files)
    plan = vault.sync(patient=True)
    assert vault.files == before
    assert vault.plan(patient=True).operations == ()
    return plan


# What waits.


@pytest.mark.parametrize("text", [BARE, AGAIN], ids=["a new paper", "a paper of another week"])
def test_an_address_alone_is_left_alone_while_it_may_be_typed_on(text: str) -> None:
    vault = typed(text)
    plan = left_alone(vault)
    assert [(each.code, each.level, each.path) for each in plan.problems] == [
        ("unfinished", "notice", NEXT)
    ]
    assert not plan.conflicts


def test_an_address_with_a_plain_file_about_its_paper_does_not_adopt_it_yet() -> None:
    vault = typed(BARE)
    vault.files["reading/delta.md"] = "---\nurl: https://arxiv.org/abs/2308.00006\n---\nmine\n"
    left_alone(vault)


# What does not.


@pytest.mark.parametrize("more", ["Delta (Ann Park)\n", "델타입니다.\n", "#delta\n"])
def test_with_a_title_or_words_or_tags_it_is_an_entry(more: str) -> None:
    vault = typed(BARE)
    vault.sync(patient=True)
    vault.files[NEXT] += more
    vault.sync(patient=True)
    assert entry(vault, NEW, NEXT).link is not None
    assert not vault.plan(patient=True).operations
    quiet(vault)


@pytest.mark.parametrize(("text", "key"), [(BARE, NEW), (AGAIN, ALPHA)])
@pytest.mark.parametrize("remake", [False, True])
def test_a_command_takes_it_as_it_is(text: str, key: Key, remake: bool) -> None:
    vault = typed(text)
    vault.sync(patient=True)
    assert "unfinished" not in codes(vault.sync(remake=remake))
    assert entry(vault, key, NEXT).link is not None


def test_an_entry_cut_from_its_week_and_pasted_as_an_address_has_moved() -> None:
    vault = settled()
    cut(vault, ALPHA)
    vault.files[NEXT] += AGAIN
    vault.sync(patient=True)
    assert NOTE in vault.files and ".trash" not in "".join(vault.files)
    assert entry(vault, ALPHA, NEXT).link is not None


def test_the_other_entries_of_its_digest_go_on() -> None:
    vault = typed(BARE)
    cut(vault, BETA, WEEK)
    vault.sync(patient=True)
    assert any(path.startswith(".trash/") for path in vault.files)
