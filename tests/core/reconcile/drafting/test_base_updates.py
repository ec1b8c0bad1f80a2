"""What the base learns: each value with the files that must be written before it counts."""

from __future__ import annotations

from tests.support.reader import (
    ALPHA,
    NOTE,
    WEEK,
    change,
    cut,
    fresh,
    knows,
    nothing_happens,
    quiet,
    settled,
)
from vault_sync.core.model.plan import BaseKey, Create


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


# Where nothing may happen.


def test_both_are_gone_and_forgotten() -> None:
    vault = settled()
    cut(vault, ALPHA)
    del vault.files[NOTE]
    assert not nothing_happens(vault).problems
    assert not knows(vault, ALPHA)
    quiet(vault)
