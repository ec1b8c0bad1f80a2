"""What tells two plans apart where a part is proved by the whole."""

from __future__ import annotations

import re

import pytest
from vault_sync.core.model.plan import Apart, BaseKey, BaseUpdate, Conflict, Create, Plan
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.sync.incremental.shadow import ShadowError, compare
from vault_sync.sync.request import Reason

A, B = RelPath("a.md"), RelPath("b.md")
ROW = BaseKey(Key("k"), "", "title")
OTHER = BaseKey(Key("k"), "", "url")
WAITS = Problem(A, "waits", "it was changed 3 s ago in 3 s, which is soon")


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan(operations=(Create(A, "x", "new"),)), "operations, the part alone: Create"),
        (Plan(base_updates=(BaseUpdate((A,), {ROW: "t"}),)), "base updates, the part alone"),
        (Plan(conflicts=(Conflict(ROW.key, A, B, "title", "a", "b"),)), "conflicts, the part"),
        (Plan(problems=(WAITS,)), "problems, the part alone"),
        (Plan(named=(WAITS,)), "files that name a paper, the part alone"),
        (Plan(apart=(Apart(A, B, "title", "a", "b"),)), "fields apart, the part alone"),
        (Plan(digests=1), "counts, the part alone: 1 digests, 0 entries, 0 notes"),
        (Plan(entries=1), "counts, the part alone: 0 digests, 1 entries, 0 notes"),
        (Plan(notes=1), "counts, the part alone: 0 digests, 0 entries, 1 notes"),
    ],
)
def test_whatever_one_of_them_has_alone_is_told(plan: Plan, words: str) -> None:
    compare(plan, plan)
    with pytest.raises(ShadowError, match=words):
        compare(plan, Plan())
    with pytest.raises(ShadowError, match=re.escape(words.replace("the part", "the whole"))):
        compare(Plan(), plan)


def test_order_time_and_the_facts_wanted_tell_none_apart() -> None:
    updates = (
        BaseUpdate((A, B), {ROW: "t", OTHER: "u"}),
        BaseUpdate(frozenset(), {}, frozenset({ROW, OTHER})),
    )
    swapped = (updates[1], BaseUpdate((B, A), {OTHER: "u", ROW: "t"}))
    later = WAITS._replace(message=WAITS.message.replace(" in 3 s,", " in 41 s,"))
    one = Plan(base_updates=updates, problems=(WAITS,), wanted=(Key("k"),))
    compare(one, Plan(base_updates=swapped, problems=(later,)))
    for other in (WAITS._replace(line=2), WAITS._replace(message="it was changed 4 s ago")):
        with pytest.raises(ShadowError):
            compare(one, one._replace(problems=(other,)))


def test_the_questions_are_told_with_what_differs() -> None:
    with pytest.raises(ShadowError, match="k whose note is it\\? no -> yes"):
        compare(Plan(), Plan(notes=1), [Reason("k", "whose note is it?", "no", "yes")])
