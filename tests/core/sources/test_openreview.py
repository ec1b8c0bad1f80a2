"""OpenReview's answers as text, of both forms of its API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.support.archive_server import NOTE, OLD_NOTE, notes, of
from vault_sync.core.model.values import Facts
from vault_sync.core.sources import openreview
from vault_sync.core.sources.answers import Feed


def test_a_note_of_openreview_in_both_forms() -> None:
    assert of(openreview.read(notes(NOTE), ["KZq8r4xF2w"])) == Facts(
        published="2024-01-16",
        updated="2024-04-11",
        title="Quiet Gradients",
        authors=("Ann Park", "Bo Lee"),
        journal="ICLR 2024 poster",
        abstract="We ask.\nThey answer.",
    )
    old = of(openreview.read(notes(OLD_NOTE), ["rJXMpikCZ"]))
    assert (old.title, old.authors) == ("Graph Attention", ("Petar V.",))
    assert old.published == "2018-02-15"


@pytest.mark.parametrize(
    ("times", "published"),
    [
        ({"pdate": 1, "odate": 86_400_000}, "1970-01-01"),
        ({"pdate": 0, "odate": 86_400_000, "cdate": 2 * 86_400_000}, "1970-01-02"),
        ({"pdate": None, "odate": True, "cdate": 2 * 86_400_000, "tcdate": 1}, "1970-01-03"),
        ({"pdate": "1", "tcdate": 86_399_999}, "1970-01-01"),
        ({"pdate": 10**14, "tcdate": 1}, "1970-01-01"),
        ({"pdate": 10**14 - 1}, "5138-11-16"),
        ({}, ""),
    ],
)
def test_a_note_is_of_the_first_day_that_is_one(times: dict[str, Any], published: str) -> None:
    note = {"id": "x", "content": {"title": "T"}, **times}
    assert of(openreview.read(notes(note), ["x"])).published == published


def test_of_a_list_where_one_text_is_expected_the_first_is_taken_and_authors_have_names() -> None:
    authors = [{"fullname": "Ann Park"}, {"fullname": 1}, "Bo Lee", {}]
    content = {"title": [1, "T", "U"], "venue": ["V", "W"], "authors": {"value": authors}}
    note = {"id": "a b", "content": content}
    paper = of(openreview.read(notes(note, {"id": "c"}), ["a%20b"]))
    assert (paper.title, paper.journal, paper.authors) == ("T", "V", ("Bo Lee",))
    content["authors"] = [each for each in authors if each != "Bo Lee"]
    assert of(openreview.read(notes(note), ["a%20b"])).authors == ("Ann Park",)
    assert openreview.address("https://o.org", ["a%20b"]) == "https://o.org/notes?id=a%20b"


@pytest.mark.parametrize("text", ["a", "A_b-1.~%20", "x" * 100])
def test_what_can_be_an_id(text: str) -> None:
    assert openreview.paper_id(text) == text
    assert not any(map(openreview.paper_id, ("", f"{text} ", f"{text}&x", text + "x" * 100)))


def test_a_note_that_was_not_asked_for_is_dropped() -> None:
    assert openreview.read(notes(NOTE), ["other"]) == Feed({}, whole=True)
    assert openreview.read(notes({**NOTE, "content": {}}), [NOTE["id"]]).facts == {}
    wrong = json.dumps({"name": "NotFoundError", "message": "The Note x was not found"}).encode()
    assert openreview.read(wrong, ["x"]).errors == ("NotFoundError: The Note x was not found",)
