"""Answers of Crossref, OpenReview and the ACL Anthology as text: what is read, what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.archive_server import MODS, NOTE, OLD_NOTE, WORK, notes, works
from vault_sync.core.model.values import Facts
from vault_sync.core.sources import anthology, crossref, openreview
from vault_sync.core.sources.answers import Feed, Refused
from vault_sync.core.sources.archives import ARCHIVES, spelled

DOI = "10.1038/s41586-021-03819-2"


def of(feed: Feed) -> Facts:
    assert feed.whole and feed.errors == ()
    (facts,) = feed.facts.values()
    return facts


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


def test_how_dois_are_asked_for() -> None:
    assert crossref.address("https://c.org", ["10.1000/a<b>#?&x"]) == (
        "https://c.org/works/10.1000/a%3Cb%3E%23%3F%26x"
    )
    assert "filter=doi:10.1000/a,doi:10.1000/%ED%95%9C&rows=2&select=DOI," in crossref.address(
        "https://c.org", ["10.1000/a", "10.1000/%ED%95%9C"]
    )


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


def test_a_note_that_was_not_asked_for_is_dropped() -> None:
    assert openreview.read(notes(NOTE), ["other"]) == Feed({}, whole=True)
    assert openreview.read(notes({**NOTE, "content": {}}), [NOTE["id"]]).facts == {}
    wrong = json.dumps({"name": "NotFoundError", "message": "The Note x was not found"}).encode()
    assert openreview.read(wrong, ["x"]).errors == ("NotFoundError: The Note x was not found",)


def test_a_paper_of_the_anthology() -> None:
    assert of(anthology.read(MODS.encode(), ["N19-1423"])) == Facts(
        year="2019",
        title="BERT: Pre-training of Deep Bidirectional Transformers",
        authors=("Jacob Devlin", "Ming-Wei Chang"),
        doi="10.18653/v1/N19-1423",
        journal="Proceedings of NAACL 2019",
        abstract="We introduce a model.",
    )
    apart = MODS.replace("BERT: Pre-training", "BERT</title><subTitle>Pre-training", 1)
    apart = apart.replace("Transformers</title>", "Transformers</subTitle>", 1)
    assert of(anthology.read(apart.encode(), ["N19-1423"])).title.startswith("BERT: Pre-training")
    assert anthology.read(MODS.encode(), ["P19-0001"]) == Feed({}, whole=True)


def deep_xml(depth: int) -> str:
    root = '<modsCollection xmlns="http://www.loc.gov/mods/v3">'
    return root + "<mods>" * depth + "</mods>" * depth + "</modsCollection>"


@pytest.mark.parametrize(
    ("archive", "body", "why"),
    [
        ("acl", "<!DOCTYPE x [<!ENTITY a 'b'>]><modsCollection/>", "DOCTYPE"),
        ("acl", deep_xml(200), "too many elements"),
        ("acl", "<html/>", "no MODS"),
        ("acl", "{}", "not XML"),
        ("doi", "[" * 100_000, "too deep"),
        ("doi", '{"a":' * 100_000, "too deep"),
        ("openreview", "[]", "no JSON object"),
        ("openreview", "<html>", "no JSON"),
        ("openreview", "\udcff", "no JSON"),
    ],
)
def test_what_is_no_answer_is_refused(archive: str, body: str, why: str) -> None:
    read = next(each.read for each in ARCHIVES if each.kind == archive)
    with pytest.raises(Refused, match=why):
        read(body.encode("utf-8", "surrogateescape"), ["10.1000/x"])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ("message", "status", "items", "DOI", "title", "author", "given", "issued",
             "date-parts", "notes", "id", "content", "authors", "value", "pdate", "abstract")
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(VALUES, st.sampled_from(["doi", "openreview"]))
def test_no_json_does_harm(value: object, kind: str) -> None:
    read = next(each.read for each in ARCHIVES if each.kind == kind)
    for body in (value, {"status": "ok", "message": value}, {"notes": [value]}):
        try:
            feed = read(json.dumps(body).encode(), ["10.1000/x"])
        except Refused:
            continue
        assert all(facts.title for facts in feed.facts.values())


@pytest.mark.parametrize(
    ("name", "archive", "one"),
    [
        ("2308.07124v2", "arXiv", "2308.07124"),
        ("doi:10.1000/x", "Crossref", "10.1000/x"),
        ("doi:11.1000/x", "Crossref", ""),
        ("openreview:rJXMpikCZ", "OpenReview", "rJXMpikCZ"),
        ("openreview:a b", "OpenReview", ""),
        ("acl:N19-1423", "the ACL Anthology", "N19-1423"),
        ("url:x.org/y", "arXiv", ""),
    ],
)
def test_whose_paper_it_is(name: str, archive: str, one: str) -> None:
    found = spelled(name)
    assert (found[0].name, found[1]) == (archive, one)
