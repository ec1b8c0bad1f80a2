"""The table of archives."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.laws import examples
from vault_sync.core.sources.answers import Refused
from vault_sync.core.sources.archives import ARCHIVES, spelled

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


@settings(max_examples=examples(20), deadline=None)
@given(VALUES, st.sampled_from(["doi", "openreview"]))
def test_no_json_does_harm(value: object, kind: str) -> None:
    read = next(each.read for each in ARCHIVES if each.kind == kind)
    for body in (value, {"status": "ok", "message": value}, {"notes": [value]}):
        try:
            feed = read(json.dumps(body).encode(), ["10.1000/x"])
        except Refused:
            continue
        assert all(facts.title for facts in feed.facts.values())


def test_by_which_statuses_an_archive_says_that_it_lacks_a_paper() -> None:
    absent = {each.kind: each.absent for each in ARCHIVES}
    gone = {404, 410}
    assert absent == {"arxiv": set(), "doi": gone, "openreview": gone | {400}, "acl": gone}


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
