"""The reader's library is read, BibTeX or CSL-JSON, and its entries are found."""

from __future__ import annotations

import json

import pytest
from tests.support.references import OCTOPACK
from vault_sync.core.model.values import Key
from vault_sync.edge.bibliography import read_library

LIBRARY = r"""
@string{nat = "Nature"}
@comment{exported}
@article{byEprint, title={Other}, eprint={2308.07124}, archivePrefix={arXiv}, journal=nat}
@misc{byUrl, title={B}, url={https://arxiv.org/pdf/2308.00001v3.pdf}}
@misc{byJournal, title={C}, journal={arXiv preprint arXiv:2308.00002}}
@misc{byArxivDoi, title={D}, doi={10.48550/arXiv.2308.00003}}
@article{byDoi, title={E}, doi={https://doi.org/10.1000/ABC}, journal={J. {\"O}kon}}
@article{byTitle, title={{OctoPack}: {\'E}tude {No.} 5 for {LLMs}}, booktitle={{ICML}}}
@article{twin1, title={The very same title}}
@article{twin2, title={The very same title}}
@misc{same1, title={G}, eprint={2308.00009}}
@misc{same2, title={H}, eprint={2308.00009}}
@misc{titled, title={A title of some length}, eprint={2308.00010}}
@misc{pubmed, title={A paper of medicine}, eprint={2308.0004}, eprinttype={pubmed}}
@article{broken, title={never closed
@misc{after, title={F}, arxivid={cs/0703041}}
"""


@pytest.mark.parametrize(
    ("key", "doi", "title", "found"),
    [
        ("arxiv:2308.07124", "", "", ("byEprint", "", "Nature")),
        ("arxiv:2308.00001", "", "", ("byUrl", "", "")),
        ("arxiv:2308.00002", "", "", ("byJournal", "", "")),
        ("arxiv:2308.00003", "", "", ("byArxivDoi", "", "")),
        ("arxiv:cs/0703041", "", "", ("after", "", "")),
        ("doi:10.1000/abc", "", "", ("byDoi", "10.1000/abc", "J. Ökon")),
        ("arxiv:2311.00001", "10.1000/abc", "", ("byDoi", "10.1000/abc", "J. Ökon")),
        ("arxiv:2311.00001", "", "OctoPack: Étude No. 5 for LLMs", ("byTitle", "", "ICML")),
        # Two of that title; a title too short to be a name; another paper's id.
        ("arxiv:2311.00001", "", "The Very Same Title", None),
        ("arxiv:2311.00001", "", "C", None),
        ("arxiv:2311.00001", "", "Other", None),
        ("arxiv:2308.0004", "", "", None),
        ("arxiv:2308.00009", "", "", None),
        ("arxiv:2311.00001", "", "A title of some length", None),
        ("url:x.org/a", "", "A Title of Some Length", ("titled", "", "")),
        ("url:x.org/a", "", "", None),
    ],
)
def test_a_library_is_read_and_its_entries_are_found(
    key: str, doi: str, title: str, found: tuple[str, str, str] | None
) -> None:
    read = read_library("library.bib", LIBRARY)
    entry = read.library.find(Key(key), doi, title)
    assert (entry and (entry.citekey, entry.doi, entry.venue)) == found


def test_a_broken_entry_is_reported_and_costs_no_other() -> None:
    read = read_library("library.bib", LIBRARY)
    assert [(each.line, each.level) for each in read.problems] == [(16, "notice")]
    assert "@article{broken" in read.problems[0].message
    twice = read_library("l.bib", "@misc{a, title={A}}\n@misc{a, title={B}}\n" * 20)
    assert len(twice.problems) == 11 and len(twice.library.entries) == 1


def test_a_library_may_be_csl_json() -> None:
    items = [
        {"id": "a", "title": "A", "DOI": "10.48550/arXiv.2308.07124"},
        {"id": "http://zotero/1", "citation-key": "b", "number": "arXiv:2308.00001"},
        {"id": "c", "DOI": "10.1000/ABC", "container-title": "J", "issued": {"date-parts": [[1]]}},
        {"title": "no id"},
        7,
    ]
    for text in (json.dumps(items), json.dumps({"items": items})):
        found = read_library("l.json", text).library
        assert [entry.citekey for entry in found.entries] == ["a", "b", "c"]
        assert found.find(OCTOPACK, "", "") == found.entries[0]
        assert found.find(Key("arxiv:2308.00001"), "", "") == found.entries[1]
        third = found.find(Key("doi:10.1000/abc"), "", "")
        assert third is not None and third.venue == "J"
    broken = read_library("l.json", '[{"id": "a"},\n7 8]')
    assert broken.problems[0].line == 2 and not broken.library.entries
    assert read_library("l.json", "[" * 200_000).problems[0].code == "library-unreadable"


@pytest.mark.parametrize("broken", [1, 10, 11, 13])
def test_ten_broken_entries_are_named_and_the_others_counted(broken: int) -> None:
    text = "".join(f"@article{{key{n}, title={{T\n" for n in range(broken))
    problems = read_library(
        "my.bib", f"{text}@misc{{last, title={{L}}, doi={{10.1000/l}}}}\n"
    ).problems
    named = [each for each in problems if "this entry cannot be read" in each.message]
    assert len(named) == min(broken, 10)
    assert [each.line for each in named] == list(range(1, len(named) + 1))
    rest = [each.message for each in problems if each not in named]
    assert rest == ([f"{broken - 10} more entries cannot be read"] if broken > 10 else [])
    assert {each.level for each in problems} == {"notice"}
