"""The questions of a pass in part, as `sync --explain` answers them."""

from __future__ import annotations

from types import SimpleNamespace as Some
from typing import Any

import pytest
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Write
from vault_sync.core.model.values import Key, RelPath
from vault_sync.sync.incremental import overlay
from vault_sync.sync.incremental.overlay import TracedQuestion

HERE, KEY = RelPath("papers/a.md"), Key("arxiv:1")


def plan(**parts: Any) -> Some:
    nothing: dict[str, Any] = {"problems": (), "named": (), "conflicts": (), "operations": ()}
    return Some(**(nothing | {"wanted": (), "again": ()} | parts))


def answer(question: TracedQuestion, **known: Any) -> str:
    answers: Any = Some(**({"plan": plan(), "namers": {}} | known))
    return question.answer(answers)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], overlay.NOTHING),
        (["b"], "b"),
        (["b", "a", "b"], "a, b"),
        (["c", "b", "a"], "a, b, c"),
        (["d", "c", "b", "a"], "a, b, c and 1 more"),
        ([*"fedcba"], "a, b, c and 3 more"),
    ],
)
def test_three_of_many_are_named(found: list[str], words: str) -> None:
    names = Some(called=lambda name: found if name == "a" else ["another"])
    records = Some(names=names, notes_of=lambda _: found, keys_at=lambda _: found)
    for question in (overlay.leads_to(HERE), overlay.note_of(KEY), overlay.papers_of(HERE)):
        assert answer(question, records=records) == words


def test_what_is_in_a_file() -> None:
    mark = b"\x01\x02\x03\x04\x05"
    for kind, keys, words in (
        ("note", "arxiv:1", "note of arxiv:1 (01020304)"),
        ("digest", "arxiv:1\narxiv:2", "digest of 2 papers (01020304)"),
        ("other", "", "file (01020304)"),
    ):
        records = {HERE: Some(kind=kind, keys=keys, mark=mark)}
        assert answer(overlay.in_file(HERE), records=records) == words
    assert answer(overlay.in_file(HERE), records={}) == "no file"


def test_what_a_plan_says_of_a_file_and_a_paper() -> None:
    there = RelPath("d/w.md")
    full = plan(
        problems=[Some(path=HERE, code="p"), Some(path=there, code="q")],
        named=[Some(path=HERE, code="n")],
        conflicts=[Some(digest=there, note=HERE, field="title")],
        operations=[Write(HERE, "a", "b", "why")],
        wanted=[KEY],
        again={KEY},
    )
    assert answer(overlay.reported_at(HERE), plan=full) == "conflict: title, n, p"
    assert answer(overlay.reported_at(there), plan=full) == "conflict: title, q"
    assert answer(overlay.reported_at(HERE)) == overlay.NOTHING
    for question, is_so in (
        (overlay.is_written(HERE), "yes"),
        (overlay.is_written(there), "no"),
        (overlay.facts_of(KEY), "no"),
        (overlay.facts_of(Key("k")), "yes"),
        (overlay.waits(KEY), "yes"),
        (overlay.waits(Key("k")), "no"),
    ):
        assert answer(question, plan=full) == is_so
    assert answer(overlay.named_by(KEY), namers={Key("b"): (KEY,), Key("c"): ()}) == "b"


def test_who_names_whom_after_some_updates() -> None:
    named = BaseKey(Key("a"), "", "mentions")
    namers = {Key("a"): (KEY,), Key("b"): (KEY,)}
    drop = BaseUpdate(frozenset(), {}, frozenset({named, named._replace(key=Key("x"))}))
    assert overlay.namers_after(namers, [drop]) == {Key("b"): (KEY,)}
    put = BaseUpdate(frozenset(), {named: ("b", "c"), named._replace(key=Key("b")): ()})
    assert overlay.namers_after(namers, [put]) == {Key("a"): (Key("b"), Key("c"))}
    other = named._replace(field="tags")
    assert overlay.namers_after(namers, [BaseUpdate(frozenset(), {other: ("b",)})]) == namers
