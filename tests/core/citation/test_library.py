"""The reader's library: which entry is a paper's, whatever ids and spellings the two have."""

from __future__ import annotations

import pytest
from vault_sync.core.citation.library import csl_entries, entry_of, folded_title, library
from vault_sync.core.model.values import Key

TITLE = "OctoPack: Tuning Code Models"
ARXIV, DOI = Key("arxiv:2308.07124"), "10.1000/one"
OTHER = {"eprint": "2308.99999", "doi": "10.1000/two"}


def test_titles_are_folded_to_letters() -> None:
    assert folded_title("<i>OctoPack</i>: A {Étude}") == folded_title("octopack a étude")


@pytest.mark.parametrize(
    ("fields", "doi", "title", "found"),
    [
        ({"eprint": "2308.07124v2"}, "", "", True),
        ({"eprint": "2308.07124", "archiveprefix": "arXiv"}, "", "", True),
        ({"eprint": "2308.07124", "eprinttype": "hal"}, "", "", False),
        ({"doi": "10.48550/arXiv.2308.07124"}, "", "", True),
        ({"note": "Preprint, arXiv:2308.07124"}, "", "", True),
        ({"journal": "CoRR abs/2308", "url": "https://arxiv.org/abs/2308.07124"}, "", "", True),
        ({"doi": "https://doi.org/10.1000/ONE"}, DOI, "", True),
        # The title decides where no id does, and no id says otherwise.
        ({}, "", "octopack tuning {Code} models", True),
        ({"doi": DOI}, "", TITLE, True),
        ({"eprint": OTHER["eprint"]}, "", TITLE, False),
        ({"doi": OTHER["doi"]}, DOI, TITLE, False),
        ({"eprint": OTHER["eprint"], "doi": DOI}, DOI, "", True),
        ({}, "", "Another title of a paper", False),
    ],
)
def test_an_entry_is_found_by_id_and_then_by_title(
    fields: dict[str, str], doi: str, title: str, found: bool
) -> None:
    entry = entry_of("a", fields, TITLE)
    rest = [entry_of("b", {"eprint": "2401.00001", "doi": "10.1000/b"}, "Yet another paper")]
    assert library([entry, *rest]).find(ARXIV, doi, title) == (entry if found else None)


@pytest.mark.parametrize(
    ("fields", "title"), [({"eprint": "2308.07124"}, ""), ({"doi": DOI}, ""), ({}, TITLE)]
)
def test_which_of_two_entries_is_meant_nobody_says(fields: dict[str, str], title: str) -> None:
    two = [entry_of(citekey, fields, title) for citekey in "ab"]
    assert library(two[:1]).find(ARXIV, DOI, title) == two[0]
    assert library(two).find(ARXIV, DOI, title) is None


def test_the_title_decides_where_only_one_of_the_two_has_an_id() -> None:
    for fields in ({"eprint": OTHER["eprint"]}, {"doi": OTHER["doi"]}):
        entry = entry_of("a", fields, TITLE)
        assert library([entry]).find(Key("url:x.org/a"), "", TITLE) == entry


def test_a_title_of_a_word_is_nobodys() -> None:
    for title, found in (("Forewords", False), ("Forewordss", True)):
        entry = entry_of("a", {}, title)
        assert library([entry]).find(ARXIV, "", title) == (entry if found else None)


@pytest.mark.parametrize(
    ("fields", "venue"),
    [
        ({"journal": "JMLR", "booktitle": "ICML"}, "JMLR"),
        ({"journal": "", "booktitle": "ICML"}, "ICML"),
        ({"journal": "arXiv preprint arXiv:2308.07124"}, ""),
        ({"journal": "CoRR"}, ""),
        ({"journal": "Corrosion Science"}, "Corrosion Science"),
        ({}, ""),
    ],
)
def test_a_preprint_server_is_no_venue(fields: dict[str, str], venue: str) -> None:
    assert entry_of("a", fields, TITLE).venue == venue


def test_csl_is_read_as_bibtex_is_and_what_is_no_item_is_left_out() -> None:
    item = {
        "id": 17,
        "citation-key": "octo",
        "title": TITLE,
        "DOI": DOI,
        "URL": "https://arxiv.org/abs/2308.07124",
        "container-title": "JMLR",
        "author": [{"family": "Kim"}],
        "volume": 3,
    }
    (entry,) = csl_entries([item])
    fields = {"doi": DOI, "url": str(item["URL"]), "journal": "JMLR"}
    assert entry == entry_of("octo", fields, TITLE)
    assert csl_entries({"items": [item]}) == csl_entries(item) == [entry]
    assert [each.citekey for each in csl_entries([{"id": 17, "title": 3}])] == ["17"]
    assert csl_entries([1, "a", None, {}, {"title": "T"}]) == csl_entries("a") == []
