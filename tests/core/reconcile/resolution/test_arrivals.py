"""Digest and note where one was delivered or a copy stands: what was undone is nobody's wish."""

from __future__ import annotations

import pytest
from vault_sync.core.model.base import Arrival, History, PastValue
from vault_sync.core.reconcile.resolution import arrivals
from vault_sync.core.reconcile.resolution.arrivals import Deferred
from vault_sync.core.reconcile.resolution.fields import Decided, Undecided

TYPED = Arrival()
DELIVERED, WAITED, COPIED = (Arrival(**{name: True}) for name in ("delivered", "waited", "copied"))
TEXTS = History((PastValue("A. B.", "delivered"), PastValue("A. B. T.", "typed")))
TAGS = History((PastValue(("a",), "delivered"), PastValue(("a", "t"), "typed")))
OLDER = Undecided("older")

Found = Decided | Undecided | Deferred | None


def decided(
    digest: str, note: str, *ways: Arrival, history: History = TEXTS, before: tuple[str, ...] = ()
) -> Found:
    in_doubt = arrivals.in_question(history, digest, note, (ways[0], ways[1]), before)
    return arrivals.commentary(history, digest, note, (ways[0], ways[1]), in_doubt)


@pytest.mark.parametrize(
    ("digest", "note", "how", "found"),
    [
        ("A. B. T.", "A. B. T.", DELIVERED, None),
        ("A. B. T. N.", "A. B. T.", TYPED, None),
        ("A. B. T. N.", "A. B. T.", DELIVERED, None),  # nothing of the base is missing
        ("A. N. T.", "A. B. T.", TYPED, None),
        ("A. N. T.", "A. B. T.", DELIVERED, Deferred()),
        ("A. N. T.", "A. B. T.", WAITED, None),
        ("A. B.", "A. B. T.", TYPED, None),
        ("A. B.", "A. B. T.", DELIVERED, Deferred()),
        ("A. B.", "A. B. T.", WAITED, OLDER),
        ("A. B.", "A. B. T.", COPIED, Decided("A. B. T.")),  # against what both have seen
        ("A. B. F.", "A. B. N.", COPIED, Decided("A. B. F. N.")),
        ("A. B. F.", "A. B. N.", DELIVERED, Deferred()),
        ("A. B. F.", "A. B. N.", WAITED, None),
        ("A. B.", "A. B. T. N.", DELIVERED, Deferred()),  # T is not taken out: it never was there
        ("A. B.", "A. B. T. N.", WAITED, OLDER),
    ],
)
def test_a_commentary(digest: str, note: str, how: Arrival, found: Found) -> None:
    assert decided(digest, note, how, TYPED) == found
    if found != Decided("A. B. F. N."):
        assert decided(note, digest, TYPED, how) == found


def in_question(digest: str, note: str, how: Arrival, before: tuple[str, ...] = ()) -> object:
    return arrivals.in_question(TEXTS, digest, note, (how, TYPED), before)


@pytest.mark.parametrize("how", [DELIVERED, WAITED])
def test_an_earlier_text_that_was_brought_is_in_question(how: Arrival) -> None:
    assert in_question("A. B.", "A. B. T.", how) == ("digest",)
    assert in_question("A. B. N.", "A. B. T.", how) == ()  # it never was the base
    assert in_question("A. B.", "A. B. T.", TYPED) == ()
    assert in_question("A. B. T.", "A. B.", how) == ()  # the other one went back, by typing


def test_an_edit_of_a_text_in_question_takes_nothing_out() -> None:
    was = ("digest",)
    assert in_question("A. B. N.", "A. B. T.", TYPED, was) == was
    assert decided("A. B. N.", "A. B. T.", TYPED, TYPED, before=was) == OLDER
    assert in_question("A. B. T. N.", "A. B. T.", TYPED, was) == ()  # nothing is missing any more
    assert in_question("A. B. T.", "A. B. N.", TYPED, was) == ()  # the other side was edited
    assert in_question("A. B. N.", "A. B. N.", TYPED, was) == ()


def test_how_the_other_side_came_is_no_matter() -> None:
    assert decided("A. B.", "A. B. T.", TYPED, DELIVERED) is None


def test_without_a_history_the_usual_rules_decide() -> None:
    assert decided("A.", "B.", COPIED, COPIED, history=History()) is None
    assert not arrivals.are_joined(History(), ("a",), ("b",), (COPIED, COPIED))


@pytest.mark.parametrize("how", [DELIVERED, WAITED, COPIED])
def test_tags_that_return_otherwise_than_by_typing_are_joined(how: Arrival) -> None:
    assert arrivals.are_joined(TAGS, ("a",), ("a", "t"), (how, TYPED))
    assert arrivals.are_joined(TAGS, ("a", "t"), ("a",), (TYPED, how))
    assert not arrivals.are_joined(TAGS, ("a",), ("a", "t"), (TYPED, how))
    assert not arrivals.are_joined(TAGS, ("t",), ("a", "t"), (how, TYPED))  # never had that
    assert arrivals.are_joined(TAGS, ("t",), ("a", "n"), (how, TYPED))  # both changed
    assert not arrivals.are_joined(TAGS, ("t", "a"), ("a", "t"), (how, how))


def test_tags_typed_on_both_sides_are_merged_as_ever() -> None:
    assert not arrivals.are_joined(TAGS, ("t",), ("a", "n"), (TYPED, TYPED))


def test_what_both_sides_lack_is_waited_for_by_neither() -> None:
    agreed, lacking = ("a", "b"), ("a",)
    for ways in ((DELIVERED, TYPED), (TYPED, DELIVERED)):
        assert not arrivals.waits("tags", (agreed, agreed), (lacking, lacking), ways)
    assert arrivals.waits("tags", (agreed, agreed), (lacking, agreed), (DELIVERED, TYPED))
    assert not arrivals.waits("tags", (agreed, agreed), (lacking, agreed), (TYPED, DELIVERED))
    assert not arrivals.waits("tags", (None, agreed), (lacking, agreed), (DELIVERED, TYPED))
