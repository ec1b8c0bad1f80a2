"""Answers as values: what is asked together, what a feed settles, what may stand in a property."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.laws import examples
from vault_sync.core.model.values import Facts
from vault_sync.core.sources import answers
from vault_sync.core.sources.answers import BatchResult, Feed, Question


def test_ids_are_asked_for_a_hundred_at_a_time_and_once() -> None:
    ids = [f"2308.{number:05}" for number in range(250)]
    asked = answers.questions(ids + ids[:7], 100)
    assert [len(question.ids) for question in asked] == [100, 100, 50]
    assert [one for question in asked for one in question.ids] == ids
    assert answers.questions([], 100) == []


def test_an_id_with_a_comma_is_asked_for_alone() -> None:
    asked = answers.questions(["10.1000/a", "10.1000/b,c", "10.1000/d"], 25)
    assert [question.ids for question in asked] == [
        ("10.1000/a", "10.1000/d"),
        ("10.1000/b,c",),
    ]


# What an answer settles.

A, B, C, D = "2308.00001", "2308.00002", "2308.00003", "2308.00004"
PAPER = Facts(published="2023-08-01")


@pytest.mark.parametrize(
    ("question", "answer", "settled"),
    [
        (Question((A, B)), Feed({A: PAPER, B: PAPER}), BatchResult({A: PAPER, B: PAPER})),
        (Question((A, B)), Feed({A: PAPER, C: PAPER}), BatchResult({A: PAPER}, (B,))),
        (
            Question((A, B, C)),
            Feed({}, (f"incorrect id format for {B}",)),
            BatchResult({}, (B,), (Question((A, C)),)),
        ),
        (
            Question((A, B, C)),
            Feed({A: PAPER}, (f"incorrect id format for {B}v1",)),
            BatchResult({A: PAPER}, (B,), (Question((C,)),)),
        ),
        (
            Question((A, B, C, D)),
            Feed({}, ("something is wrong",)),
            BatchResult({}, (), (Question((A, B), again=True), Question((C, D), again=True))),
        ),
        (
            Question((A, B, C)),
            Feed({A: PAPER}, ("something is wrong",)),
            BatchResult({A: PAPER}, (), (Question((B, C)),)),
        ),
        (Question((A,)), Feed({}, ("something is wrong",)), BatchResult({}, (A,))),
        (Question((A, B)), Feed({}), BatchResult({}, (), (Question((A, B), again=True),))),
        (Question((A, B)), Feed({}, whole=True), BatchResult({}, (A, B))),
        (
            Question((A, B, C), again=True),
            Feed({}),
            BatchResult({}, (), (Question((A,), again=True), Question((B, C), again=True))),
        ),
        (Question((A,)), Feed({}), BatchResult({}, (), (Question((A,), again=True),))),
        (Question((A,), again=True), Feed({}), BatchResult({}, (A,))),
    ],
)
def test_what_an_answer_settles(question: Question, answer: Feed, settled: BatchResult) -> None:
    assert answers.settle(question, answer) == settled


@pytest.mark.parametrize(
    ("error", "named"),
    [
        ("incorrect id format for 2308.0000", False),
        ("incorrect id format for 2308.000011", False),
        ("incorrect id format for 12308.00001", False),
        ("incorrect id format for x/2308.00001", False),
        ("incorrect id format for 2308.00001", True),
        ("incorrect id format for 2308.00001v7.", True),
        ("2308.00001: no", True),
    ],
)
def test_an_error_names_an_id_only_as_a_whole(error: str, named: bool) -> None:
    settled = answers.settle(Question((A, B)), Feed({}, (error,)))
    assert (settled.missing == (A,)) is named


@settings(max_examples=examples(100))
@given(
    st.lists(st.integers(0, 99), unique=True, min_size=1, max_size=40),
    st.sets(st.integers(0, 99), max_size=20),
    st.sets(st.integers(0, 99), max_size=3),
    st.sampled_from(["named", "unnamed", "empty"]),
)
def test_law_bad_ids_never_spoil_the_good_ones(
    asked: list[int], absent: set[int], bad: set[int], way: str
) -> None:
    """A server on which each bad id spoils its whole batch, in one of three ways."""
    ids = [f"2308.{number:05}" for number in asked]
    spoilers = {f"2308.{number:05}" for number in bad}
    there = {one for one in ids if int(one[5:]) not in absent} - spoilers

    def serve(batch: tuple[str, ...]) -> Feed:
        worst = next((one for one in batch if one in spoilers), None)
        if worst is None:
            return Feed({one: PAPER for one in batch if one in there})
        said = {"named": f"incorrect id format for {worst}", "unnamed": "bad request", "empty": ""}
        return Feed({}, (said[way],) if said[way] else ())

    left = answers.questions(ids, size=10)
    found: set[str] = set()
    missing: list[str] = []
    requests = 0
    while left:
        question = left.pop(0)
        requests += 1
        settled = answers.settle(question, serve(question.ids))
        found |= settled.facts.keys()
        missing += settled.missing
        left += settled.left
    assert found == there
    assert sorted(missing) == sorted(set(ids) - there)
    assert requests <= 4 * len(ids)


def test_a_day_is_a_day() -> None:
    assert answers.day(" 2023-08-14T17:59:59Z") == "2023-08-14"
    assert not any(answers.day(text) for text in ("", "2023", "2023-13-01", "14 Aug 2023"))


def test_facts_hold_no_control_characters() -> None:
    facts = answers.tidy(Facts(title="a\x00\u202eb", comment="c\nd", authors=("\u200b", "E\x1b")))
    assert facts == Facts(title="ab", comment="c d", authors=("E",))
    assert not re.search(r"[\x00-\x1f]", "".join(facts.authors))


def test_what_cannot_be_a_fact_of_its_kind_is_none() -> None:
    for year, doi, kept in (("2023", "10.1000/x y", "2023"), ("0999", "doi:10.1000/x", "")):
        facts = answers.tidy(Facts(year=year, doi=doi, published="soon", updated="2023-02-30"))
        assert facts == Facts(year=kept)
    categories = ("cs.CL", "math", "68T50", "cs.CL", "q-bio.NC", "CS.CL", "")
    assert answers.tidy(Facts(categories=categories)).categories == ("cs.CL", "math", "q-bio.NC")
    assert answers.tidy(Facts(doi=" 10.1000/x ")).doi == "10.1000/x"


def test_an_abstract_has_a_line_for_each_paragraph() -> None:
    text = "One\r\ntwo.\r\n\r\nThree.\n  Four\nfive.\n\n\n"
    assert answers.tidy(Facts(abstract=text)).abstract == "One two.\nThree.\nFour five."


def test_a_strangers_json_gives_texts_and_objects_alone() -> None:
    assert answers.texts(["a", 1, None, "b"]) == ("a", "b") and answers.texts("a") == ("a",)
    assert answers.texts({"a": "b"}) == () and answers.first_text([]) == ""
    assert answers.first_text([1, "a", "b"]) == "a"
    assert answers.objects([{"a": 1}, "b"]) == [{"a": 1}] and answers.objects({"a": 1}) == []


def test_facts_are_cut_at_their_bounds() -> None:
    for more in (0, 1):
        words = "x" * (answers.MOST_WORDS + more)
        names = tuple(f"A{n}" for n in range(answers.MOST_AUTHORS + more))
        found = answers.tidy(Facts(title=words, journal=words, comment=words, authors=names))
        assert found.title == found.journal == found.comment == words[:2_000]
        assert found.authors == names[:5_000]
        long = answers.tidy(Facts(abstract="y" * (20_000 + more)))
        assert long.abstract == "y" * 20_000
