"""Faults planted in reconcile: each must make a law fail, or the laws would be no proof.

Without this, convergence alone let three of five live: two sides that say the same say nothing of
who was heard.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.support import two_way
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    GAMMA,
    NOTE,
    WEEK,
    change,
    cut,
    forget,
    open_fields,
    said,
    section,
    settled,
)
from tests.support.two_way import World
from vault_sync.core import snapshot
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Plan, Value
from vault_sync.core.note import note as note_lens
from vault_sync.core.reconcile.drafting import base_updates, digest_operations
from vault_sync.core.reconcile.pairing import removals
from vault_sync.core.reconcile.pairing.paper import Pair
from vault_sync.core.reconcile.pairing.paper_builder import MissingEntries
from vault_sync.core.reconcile.resolution import fields, old_copies
from vault_sync.core.reconcile.resolution.fields import Decided, SharedValue, Undecided
from vault_sync.core.reconcile.resolution.values import Resolution
from vault_sync.core.text.spans import Edit, splice

LINE = "알파 둘째 줄입니다."


# The laws in one reader's hand: each is a function that raises where it does not hold.


def what_the_digest_says_arrives() -> None:
    vault = settled()
    change(vault, WEEK, LINE, "디제스트가 고쳤다.")
    vault.sync()
    vault.sync()
    assert "디제스트가 고쳤다." in said(vault, ALPHA).commentary, "reverted"
    assert "디제스트가 고쳤다." in section(vault, NOTE).commentary, "not arrived"


def what_the_note_says_arrives() -> None:
    vault = settled()
    change(vault, NOTE, LINE, "노트가 고쳤다.")
    vault.sync()
    vault.sync()
    assert "노트가 고쳤다." in section(vault, NOTE).commentary, "reverted"
    assert "노트가 고쳤다." in said(vault, ALPHA).commentary, "not arrived"


def two_edits_in_turn_arrive() -> None:
    """The second edit is seen against what was agreed on after the first."""
    vault = settled()
    change(vault, WEEK, LINE, "첫째 고침.")
    vault.sync()
    change(vault, NOTE, "첫째 고침.", "둘째 고침.")
    plan = vault.sync()
    assert not plan.conflicts, "the base was left behind"
    assert "둘째 고침." in said(vault, ALPHA).commentary


def two_words_at_odds_move_nothing() -> None:
    vault = settled()
    change(vault, WEEK, LINE, "내 줄.")
    change(vault, NOTE, LINE, "네 줄.")
    before = dict(vault.files)
    plan = vault.sync()
    assert vault.files == before, "a side was touched"
    assert open_fields(plan) == [(ALPHA, "commentary", "both changed")]


def a_pass_cut_off_reverts_nothing() -> None:
    """What was written before the cut is not taken for the reader's wish to go back."""
    vault = settled()
    change(vault, WEEK, LINE, "디제스트가 고쳤다.")
    vault.carry_out(vault.plan(), only=0)
    vault.sync()
    assert "디제스트가 고쳤다." in said(vault, ALPHA).commentary, "reverted"
    assert "디제스트가 고쳤다." in section(vault, NOTE).commentary


def a_file_in_use_reverts_nothing() -> None:
    vault = settled()
    change(vault, WEEK, LINE, "디제스트가 고쳤다.")
    vault.carry_out(vault.plan(), but={NOTE})
    vault.sync()
    assert "디제스트가 고쳤다." in said(vault, ALPHA).commentary, "reverted"
    assert "디제스트가 고쳤다." in section(vault, NOTE).commentary


def without_a_base_nothing_is_removed() -> None:
    vault = settled()
    cut(vault, ALPHA)
    forget(vault)
    vault.sync()
    vault.sync()
    assert NOTE in vault.files, "removed"


def a_cut_digest_removes_nothing() -> None:
    vault = settled()
    text = vault.files[WEEK]
    vault.files[WEEK] = text[: text.index("https://arxiv.org/abs/2308.00004")]
    vault.sync()
    assert "papers/230804 Delta Rules.md" in vault.files, "removed"


def many_removals_are_asked_about() -> None:
    vault = settled()
    cut(vault, ALPHA)
    cut(vault, GAMMA)
    vault.sync()
    assert NOTE in vault.files, "removed"


def an_edited_note_is_not_removed() -> None:
    vault = settled()
    change(vault, NOTE, LINE, "노트가 고쳤다.")
    cut(vault, ALPHA)
    vault.sync()
    assert NOTE in vault.files, "removed"


def the_readers_own_words_are_kept() -> None:
    vault = settled()
    vault.files[NOTE] += "\n## My notes\n\n내 생각.\n"
    vault.sync()
    cut(vault, ALPHA)
    vault.sync()
    assert "내 생각." in vault.files.get(NOTE, ""), "removed"


def _old_copy(edit: tuple[str, str]) -> None:
    vault = settled()
    old = vault.files[WEEK]
    change(vault, NOTE, LINE, f"{LINE} 노트가 덧붙였다.")
    vault.sync()
    vault.files[WEEK] = old
    change(vault, WEEK, *edit)
    assert open_fields(vault.sync()) == [(ALPHA, "commentary", "old-copy")]
    assert "노트가 덧붙였다." in section(vault, NOTE).commentary


def an_old_copy_is_asked_about() -> None:
    _old_copy((LINE, LINE))


def a_new_word_makes_no_old_copy_new() -> None:
    _old_copy((LINE, f"{LINE} 새말."))


def words_that_were_read_are_taken_out() -> None:
    vault = settled()
    before = dict(vault.files)
    change(vault, NOTE, LINE, f"{LINE} 노트가 덧붙였다.")
    vault.sync()
    change(vault, WEEK, "덧붙였다.", "덧붙였다. 읽었다.")
    vault.sync()
    change(vault, WEEK, " 노트가 덧붙였다. 읽었다.", "")
    assert not vault.sync().conflicts
    assert vault.files == before


def no_digest_is_split() -> None:
    vault = settled()
    change(vault, NOTE, LINE, "https://arxiv.org/abs/2308.00077\nOther Paper (Kim Lee, Ann Park)")
    vault.sync()
    assert "2308.00077" not in vault.files[WEEK], "split"


def neighbours_stay() -> None:
    vault = settled()
    change(vault, NOTE, LINE, "노트가 고쳤다.")
    two_way.neighbours_stay(vault.plan())
    before = vault.files[WEEK]
    vault.sync()
    assert vault.files[WEEK] == before.replace(LINE, "노트가 고쳤다.")


LAWS = (
    what_the_digest_says_arrives,
    what_the_note_says_arrives,
    two_edits_in_turn_arrive,
    two_words_at_odds_move_nothing,
    a_pass_cut_off_reverts_nothing,
    a_file_in_use_reverts_nothing,
    without_a_base_nothing_is_removed,
    a_cut_digest_removes_nothing,
    many_removals_are_asked_about,
    an_edited_note_is_not_removed,
    the_readers_own_words_are_kept,
    an_old_copy_is_asked_about,
    a_new_word_makes_no_old_copy_new,
    words_that_were_read_are_taken_out,
    no_digest_is_split,
    neighbours_stay,
)


@pytest.mark.parametrize("law", LAWS)
def test_the_laws_hold(law: Callable[[], None]) -> None:
    law()


# The faults: (what is wrong, how it is planted, the laws that see it).


def turned_round(patch: pytest.MonkeyPatch) -> None:
    """The side that did not change wins."""
    right = fields.decide_commentary

    def decide_commentary(row: BaseKey, digest: Any, note: Any, base: Base, side: Any) -> Any:
        was = base.rows.get(row)
        if digest != note and side is None and was in (digest, note):
            return Decided(str(was))
        return right(row, digest, note, base, side)

    patch.setattr(fields, "decide_commentary", decide_commentary)
    shared = fields.decide

    def decide(
        meaning: Any, row: BaseKey, digest: Any, note: Any, base: Base, **how: Any
    ) -> SharedValue[Any] | Undecided:
        was = base.rows.get(row)
        if digest != note and how.get("side") is None and was in (digest, note):
            return SharedValue(was, was)
        return shared(meaning, row, digest, note, base, **how)

    patch.setattr(fields, "decide", decide)


def digest_wins(patch: pytest.MonkeyPatch) -> None:
    """A conflict is won by the digest, and nobody is told."""
    right = fields.decide_commentary

    def decide_commentary(row: BaseKey, digest: Any, note: Any, base: Base, side: Any) -> Any:
        found = right(row, digest, note, base, side)
        return Decided(digest) if isinstance(found, Undecided) else found

    patch.setattr(fields, "decide_commentary", decide_commentary)
    shared = fields.decide

    def decide(
        meaning: Any, row: BaseKey, digest: Any, note: Any, base: Base, **how: Any
    ) -> SharedValue[Any] | Undecided:
        found = shared(meaning, row, digest, note, base, **how)
        return SharedValue(digest, digest) if isinstance(found, Undecided) else found

    patch.setattr(fields, "decide", decide)


def base_early(patch: pytest.MonkeyPatch) -> None:
    """The base is kept although nothing was written."""
    right = MemoryVault.carry_out

    def carry_out(self: MemoryVault, plan: Plan, **how: object) -> None:
        right(self, plan, **how)  # type: ignore[arg-type]
        self.keep(plan.base_updates)

    patch.setattr(MemoryVault, "carry_out", carry_out)


def base_waits_for_nothing(patch: pytest.MonkeyPatch) -> None:
    """Agreements forget which operations they wait for."""
    right = base_updates.build_updates

    def of(*given: Any) -> list[BaseUpdate]:
        return [each._replace(paths=frozenset()) for each in right(*given)]

    patch.setattr(base_updates, "build_updates", of)


def base_never(patch: pytest.MonkeyPatch) -> None:
    """What is known stays what it was at the first meeting."""
    right = MemoryVault.keep

    def keep(self: MemoryVault, base_updates: tuple[object, ...]) -> None:
        if not self.known:
            right(self, base_updates)  # type: ignore[arg-type]

    patch.setattr(MemoryVault, "keep", keep)


def removal_without_base(patch: pytest.MonkeyPatch) -> None:
    """An entry that is not there was removed, whoever knew it."""
    right = MissingEntries.pair

    def gone(*given: Any) -> Pair:
        return right(*given)._replace(kind="removed")

    patch.setattr(MissingEntries, "pair", gone)
    patch.setattr(removals, "is_edited", lambda *of: False)


def removals_unasked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        removals, "limit_removals", lambda papers, *of: removals.GuardedPapers(tuple(papers))
    )


def removal_beats_edit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(removals, "is_edited", lambda *of: False)


def own_words_unseen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(note_lens, "own_words", lambda *of: "")


def cut_short_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(snapshot, "cut_short", lambda *of: None)


def old_copies_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(old_copies, "sides_gone_back", lambda *of: ())


def new_words_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(old_copies, "went_back", lambda was, written, now: was == now != written)


def never_taken_in(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(old_copies, "_is_taken_in", lambda *of: False)
    patch.setattr(old_copies, "went_back", _has_nothing_of_it)


def _has_nothing_of_it(was: Value, written: Value, now: Value) -> bool:
    return now != written and set(now).isdisjoint(set(written) - set(was))


def taken_in_without_its_words(patch: pytest.MonkeyPatch) -> None:
    right = old_copies.record

    def record(resolution: Resolution, *of: Any) -> None:
        right(resolution, *of)
        resolution.proposed = [
            each for each in resolution.proposed if "untaken" not in each.base_key.field
        ]

    patch.setattr(old_copies, "record", record)


def nothing_proved(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(digest_operations, "_reads_back", lambda *of: True)
    patch.setattr(digest_operations, "_proved", lambda *of: True)


def neighbour_rewritten(patch: pytest.MonkeyPatch) -> None:
    """A blank at the end of another entry goes along."""

    def spliced(text: str, edits: list[Edit]) -> str:
        return splice(text, edits).replace("감마 이야기입니다.", "감마 이야기입니다. ")

    patch.setattr(digest_operations, "splice", spliced)
    patch.setattr(digest_operations, "_proved", lambda *of: True)


FAULTS: tuple[tuple[Callable[[pytest.MonkeyPatch], None], tuple[Callable[[], None], ...]], ...] = (
    (turned_round, (what_the_digest_says_arrives, what_the_note_says_arrives)),
    (digest_wins, (two_words_at_odds_move_nothing,)),
    (base_early, (a_pass_cut_off_reverts_nothing, a_file_in_use_reverts_nothing)),
    (base_waits_for_nothing, (a_file_in_use_reverts_nothing,)),
    (base_never, (two_edits_in_turn_arrive,)),
    (removal_without_base, (without_a_base_nothing_is_removed,)),
    (removals_unasked, (many_removals_are_asked_about,)),
    (removal_beats_edit, (an_edited_note_is_not_removed,)),
    (own_words_unseen, (the_readers_own_words_are_kept,)),
    (cut_short_believed, (a_cut_digest_removes_nothing,)),
    (old_copies_believed, (an_old_copy_is_asked_about, a_new_word_makes_no_old_copy_new)),
    (new_words_believed, (a_new_word_makes_no_old_copy_new,)),
    (never_taken_in, (words_that_were_read_are_taken_out,)),
    (taken_in_without_its_words, (an_old_copy_is_asked_about,)),
    (nothing_proved, (no_digest_is_split,)),
    (neighbour_rewritten, (neighbours_stay,)),
)


@pytest.mark.parametrize(
    ("plant", "law"),
    [(plant, law) for plant, laws in FAULTS for law in laws],
    ids=lambda each: each.__name__,
)
def test_a_fault_is_seen(
    plant: Callable[[pytest.MonkeyPatch], None],
    law: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        law()


def walks(steps: int, seeds: range) -> Iterator[World]:
    for seed in seeds:
        chance = random.Random(seed)
        world = World.new()
        for _ in range(steps):
            two_way.step(world, chance.randrange(2), *(chance.randrange(1000) for _ in range(3)))
        two_way.finish(world)
        yield world


WALKED = (turned_round, digest_wins, base_early, base_waits_for_nothing, base_never)


@pytest.mark.parametrize("plant", WALKED, ids=lambda each: each.__name__)
def test_a_reader_at_work_finds_it_too(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The laws of the machine alone, which know nothing of what was planted."""
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        list(walks(25, range(60)))
