"""The questions of a pass in part, as `sync --explain` answers them."""

from __future__ import annotations

from types import SimpleNamespace as Some
from typing import Any

import pytest
from vault_sync.core.model.plan import Write
from vault_sync.core.model.values import Key, RelPath
from vault_sync.sync.incremental import questions
from vault_sync.sync.incremental.questions import TracedQuestion

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
        ([], questions.NOTHING),
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
    for kind in (questions.LEADS_TO, questions.NOTE_OF, questions.PAPERS_OF):
        assert answer(TracedQuestion(kind, HERE), records=records) == words


def test_what_is_in_a_file() -> None:
    mark = b"\x01\x02\x03\x04\x05"
    for kind, keys, words in (
        ("note", "arxiv:1", "note of arxiv:1 (01020304)"),
        ("digest", "arxiv:1\narxiv:2", "digest of 2 papers (01020304)"),
        ("other", "", "file (01020304)"),
    ):
        records = {HERE: Some(kind=kind, keys=keys, mark=mark)}
        assert answer(TracedQuestion(questions.IN_FILE, HERE), records=records) == words
    assert answer(TracedQuestion(questions.IN_FILE, HERE), records={}) == "no file"


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
    assert answer(TracedQuestion(questions.REPORTED, HERE), plan=full) == "conflict: title, n, p"
    assert answer(TracedQuestion(questions.REPORTED, there), plan=full) == "conflict: title, q"
    assert answer(TracedQuestion(questions.REPORTED, HERE)) == questions.NOTHING
    for question, is_so in (
        (TracedQuestion(questions.WRITTEN, HERE), "yes"),
        (TracedQuestion(questions.WRITTEN, there), "no"),
        (TracedQuestion(questions.FACTS, KEY), "no"),
        (TracedQuestion(questions.FACTS, Key("k")), "yes"),
        (TracedQuestion(questions.WAITS, KEY), "yes"),
        (TracedQuestion(questions.WAITS, Key("k")), "no"),
    ):
        assert answer(question, plan=full) == is_so
    assert (
        answer(TracedQuestion(questions.NAMED, KEY), namers={Key("b"): (KEY,), Key("c"): ()}) == "b"
    )
