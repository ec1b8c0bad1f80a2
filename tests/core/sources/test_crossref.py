"""Crossref's answers as text: works, dates, questions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.support.archive_server import WORK, of, works
from vault_sync.core.model.values import Facts
from vault_sync.core.sources import crossref

DOI = "10.1038/s41586-021-03819-2"


def test_a_work_of_crossref() -> None:
    assert crossref.read(works(WORK), [DOI]).facts == {
        DOI: Facts(
            published="2021-07-15",
            year="2021",
            title="Highly accurate protein structure prediction & AlphaFold",
            authors=("John Jumper", "Demis Hassabis Jr.", "The AlphaFold Team"),
            doi="10.1038/S41586-021-03819-2",
            journal="Nature",
            abstract="Proteins are essential.\nHere we fold them.",
        )
    }


@pytest.mark.parametrize(
    ("dates", "published", "year"),
    [
        ({"issued": {"date-parts": [[2019]]}}, "", "2019"),
        ({"issued": {"date-parts": [[2019, 6]]}}, "", "2019"),
        ({"issued": {"date-parts": [[2019, 6, 2]]}}, "2019-06-02", "2019"),
        ({"issued": {"date-parts": [[2019, 1, 1]]}}, "2019-01-01", "2019"),
        ({"issued": {"date-parts": [[2019, 2, 31]]}}, "", "2019"),
        (
            {"issued": {"date-parts": [[2019]]}, "published-print": {"date-parts": [[2020, 1, 1]]}},
            "",
            "2019",
        ),
        ({"issued": {"date-parts": [[None]]}}, "", ""),
        (
            {"issued": {"date-parts": []}, "posted": {"date-parts": [[2018, 3, 4]]}},
            "2018-03-04",
            "2018",
        ),
        ({"issued": {"date-parts": [[True, 1, 1]]}}, "", ""),
        ({"issued": {"date-parts": [[2999]]}}, "", "2999"),
        ({"issued": {"date-parts": [[10_000]]}}, "", ""),
        ({"issued": {"date-parts": [[0]]}}, "", ""),
        ({"issued": {"date-parts": [[2019, -6]]}}, "", ""),
        ({"issued": {"date-parts": [["2019"]]}}, "", ""),
        ({"issued": {"date-parts": [[2019, 6, 2, 7]]}}, "2019-06-02", "2019"),
        ({}, "", ""),
    ],
)  # fmt: skip
def test_a_day_that_is_not_given_is_not_made_up(
    dates: dict[str, Any], published: str, year: str
) -> None:
    facts = of(crossref.read(works({"DOI": DOI, "title": ["T"], **dates}), [DOI]))
    assert (facts.published, facts.year) == (published, year)


def test_a_list_of_works_holds_those_that_were_asked_for() -> None:
    other = {"DOI": "10.1000/other", "title": ["Other"]}
    found = crossref.read(works(WORK, other), [DOI, "10.1000/none"])
    assert set(found.facts) == {DOI} and found.whole


def test_a_question_that_crossref_refuses_is_an_error_that_names_the_doi() -> None:
    body = {
        "status": "failed",
        "message-type": "validation-failure",
        "message": [{"type": "filter-not-valid", "value": "10.1/x", "message": "no DOI"}],
    }
    assert crossref.read(json.dumps(body).encode(), [DOI]).errors == ("10.1/x: no DOI",)


@pytest.mark.parametrize(
    ("answer", "errors"),
    [
        ({"status": "failed", "message": {"a": 1}}, ("the answer says of itself that it failed",)),
        ({"status": "ok", "message": [{"value": "x", "message": "y"}]}, ("x: y",)),
        ({"message": {"DOI": DOI, "title": ["T"]}}, ("the answer says of itself that it failed",)),
        ({"status": "ok", "message": {"DOI": DOI, "title": []}}, ()),
        ({"status": "ok", "message": {"DOI": DOI, "items": []}}, ()),
    ],
)
def test_what_is_no_work_is_none(answer: dict[str, Any], errors: tuple[str, ...]) -> None:
    found = crossref.read(json.dumps(answer).encode(), [DOI])
    assert (found.facts, found.errors, found.whole) == ({}, errors, not errors)


def test_a_work_is_found_by_its_doi_in_any_case_and_its_spelling_stays() -> None:
    found = crossref.read(works({**WORK, "DOI": "10.1000/한"}), ["10.1000/%ED%95%9C"])
    assert set(found.facts) == {"10.1000/%ED%95%9C"}
    assert [crossref.paper_id(text) for text in (DOI, "10.1/x", "10.1000/", "x" + DOI, "")] == [
        *(DOI, "", "", "", "")
    ]


def test_how_dois_are_asked_for() -> None:
    assert crossref.address("https://c.org", ["10.1000/a<b>#?&x"]) == (
        "https://c.org/works/10.1000/a%3Cb%3E%23%3F%26x"
    )
    assert "filter=doi:10.1000/a,doi:10.1000/%ED%95%9C&rows=2&select=DOI," in crossref.address(
        "https://c.org", ["10.1000/a", "10.1000/%ED%95%9C"]
    )
