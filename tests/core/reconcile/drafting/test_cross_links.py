"""Lists of links that follow: papers that come, go and are renamed."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    BETA,
    GAMMA,
    NOTE,
    NOTE_BETA,
    NOTE_GAMMA,
    WEEK,
    change,
    cut,
    forget,
    listed,
    mentioning,
    nothing_happens,
    only,
    quiet,
    rename,
    settled,
)
from vault_sync.core.model.values import Key, Rules
from vault_sync.core.reconcile.drafting.cross_links import keys_named


def test_a_mention_of_a_new_paper_is_listed_when_it_comes() -> None:
    vault = mentioning("(https://arxiv.org/abs/2308.00077)")
    change(
        vault,
        WEEK,
        "주차\n",
        "주차\nhttps://arxiv.org/abs/2308.00077\nPsi (Kim Lee, Ann Park)\n#psi\n",
    )
    vault.sync()
    assert listed(vault, NOTE_BETA, "mentions") == ("[[Psi]]",)
    assert listed(vault, "papers/Psi.md", "mentioned_by") == ("[[230802 Beta Nets]]",)
    quiet(vault)


def test_a_note_that_could_not_be_made_is_listed_once_when_it_comes() -> None:
    vault = mentioning("(https://arxiv.org/abs/2308.00077)")
    entry = "https://arxiv.org/abs/2308.00077\nPsi (Kim Lee, Ann Park)\n#psi\n"
    change(vault, WEEK, "주차\n", f"주차\n{entry}")
    plan = vault.plan()
    vault.carry_out(plan, but=["papers/Psi.md", WEEK])
    assert listed(vault, NOTE_BETA, "mentions") == ("[[Psi]]",)
    vault.sync()
    assert listed(vault, NOTE_BETA, "mentions") == ("[[Psi]]",)
    quiet(vault)


def test_the_namer_is_removed() -> None:
    vault = settled()
    change(vault, WEEK, "알파 둘째 줄입니다.", "[[230803 Gamma]]의 알파.")
    vault.sync()
    assert listed(vault, NOTE_GAMMA, "mentioned_by") == ("[[230801 Alpha Models]]",)
    cut(vault, ALPHA)
    vault.sync()
    assert NOTE not in vault.files
    assert listed(vault, NOTE_GAMMA, "mentioned_by") == ()
    quiet(vault)


def test_the_named_note_is_renamed() -> None:
    vault = mentioning()
    rename(vault, NOTE_GAMMA, "papers/감마.md")
    vault.sync()
    assert listed(vault, NOTE_BETA, "mentions") == ("[[감마]]",)
    assert listed(vault, "papers/감마.md", "mentioned_by") == ("[[230802 Beta Nets]]",)
    quiet(vault)


def test_those_that_name_a_paper_are_listed_by_their_names() -> None:
    """Whatever the digest has first: the same bytes on every machine."""
    vault = settled()
    change(vault, WEEK, "알파 둘째 줄입니다.", "[[230803 Gamma]]의 알파.")
    change(vault, WEEK, "베타 설명입니다.", "[[230803 Gamma]]의 베타.")
    rename(vault, NOTE, "papers/9.md")
    vault.sync()
    assert listed(vault, NOTE_GAMMA, "mentioned_by") == ("[[230802 Beta Nets]]", "[[9]]")


def test_without_base_the_same_lists() -> None:
    vault = mentioning()
    forget(vault)
    nothing_happens(vault)


def add(vault: MemoryVault, path: str, name: str, *items: str) -> None:
    lines = "".join(f'  - "{item}"\n' for item in items)
    change(vault, path, "---\n\n##", f"{name}:\n{lines}---\n\n##")


@pytest.mark.parametrize(
    "words",
    [
        "[[230802 Beta Nets]] 자신",
        "[[어떤 노트]] 참조",
        "`[[230803 Gamma]]`",
        "https://arxiv.org/abs/2308.00077",
        "https://arxiv.org/abs/2308.00002 자신",
    ],
)
def test_what_is_no_mention(words: str) -> None:
    vault = mentioning(words)
    assert listed(vault, NOTE_BETA, "mentions") == ()
    assert listed(vault, NOTE_GAMMA, "mentioned_by") == ()


def test_hand_made_items_are_kept() -> None:
    vault = settled()
    add(vault, NOTE_BETA, "mentions", "[[어떤 노트]]", "글", "[[230801 Alpha Models|알파]]")
    add(vault, NOTE_GAMMA, "mentioned_by", "[[230801 Alpha Models]]")
    nothing_happens(vault)
    change(vault, WEEK, "베타 설명입니다.", "[[230803 Gamma]]의 베타.")
    vault.sync()
    assert listed(vault, NOTE_BETA, "mentions") == (
        "[[어떤 노트]]",
        "글",
        "[[230801 Alpha Models|알파]]",
        "[[230803 Gamma]]",
    )
    assert listed(vault, NOTE_GAMMA, "mentioned_by") == (
        "[[230801 Alpha Models]]",
        "[[230802 Beta Nets]]",
    )
    quiet(vault)
    change(vault, WEEK, "[[230803 Gamma]]의 베타.", "베타.")
    vault.sync()
    assert len(listed(vault, NOTE_BETA, "mentions")) == 3
    assert listed(vault, NOTE_GAMMA, "mentioned_by") == ("[[230801 Alpha Models]]",)
    quiet(vault)


def test_nothing_is_listed_where_it_is_not_asked_for() -> None:
    vault = settled()
    vault.rules = Rules(mentions=False)
    change(vault, WEEK, "베타 설명입니다.", "[[230803 Gamma]]의 베타.")
    only(vault, NOTE_BETA)
    assert listed(vault, NOTE_BETA, "mentions") == ()


@pytest.mark.parametrize(
    "words",
    [
        "[[230803 Gamma]] 참조.",
        "[[papers/230803 Gamma|그 논문]]",
        "(https://arxiv.org/abs/2308.00003)",
        "https://arxiv.org/pdf/2308.00003v2를 보라",
    ],
)
def test_a_mention_is_listed_on_both_notes(words: str) -> None:
    vault = mentioning(words)
    assert listed(vault, NOTE_BETA, "mentions") == ("[[230803 Gamma]]",)
    assert listed(vault, NOTE_GAMMA, "mentioned_by") == ("[[230802 Beta Nets]]",)


def test_a_mention_taken_out_goes_from_both() -> None:
    vault = mentioning()
    change(vault, NOTE_BETA, " [[230803 Gamma]] 참조.", "")
    vault.sync()
    assert listed(vault, NOTE_BETA, "mentions") == ()
    assert listed(vault, NOTE_GAMMA, "mentioned_by") == ()
    quiet(vault)


def test_a_paper_is_named_by_its_address_where_it_has_a_note_and_by_a_link_to_that() -> None:
    notes = {"alpha": ALPHA, "beta": BETA}
    gamma, unread = (f"https://arxiv.org/abs/{key}" for key in ("2308.00003", "2308.00077"))
    cases: dict[str, list[Key]] = {
        f"{gamma} and {unread}": [GAMMA],
        f"{gamma}, [[beta]], [[alpha]], {gamma}, [[beta|again]]": [GAMMA, BETA, ALPHA],
        f"[[beta]] {gamma}": [BETA, GAMMA],
        "[[nobody]] [[#beta]] https://example.org": [],
    }
    for commentary, named in cases.items():
        assert keys_named(commentary, notes.get, {GAMMA, ALPHA}.__contains__) == named
