"""Lists of links that follow: papers that come, go and are renamed."""

from __future__ import annotations

from tests.support.reader import (
    ALPHA,
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
    quiet,
    rename,
    settled,
)


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


def test_without_base_the_same_lists() -> None:
    vault = mentioning()
    forget(vault)
    nothing_happens(vault)
