"""A note's properties become a reference, and nothing that they do not say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
from tests.support.references import paper
from vault_sync.core.citation.bibtex import bibtex_file
from vault_sync.core.citation.reference import csl_json, reference_of
from vault_sync.core.model.values import PropertyNames
from vault_sync.core.note import note


def test_a_note_without_citekey_or_paper_is_no_reference() -> None:
    assert reference_of(note.read("---\nurl: https://arxiv.org/abs/2308.07124\n---\n")) is None
    assert reference_of(note.read("---\ncitekey: a\n---\n")) is None
    renamed = "---\nurl: https://arxiv.org/abs/2308.07124\nkey: a\njahr: 2023\ndate: 2020\n---\n"
    names = PropertyNames((("citekey", "key"), ("published", "date")))
    found = reference_of(note.read(renamed, names))
    assert found is not None and (found.citekey, found.year) == ("a", "2020")


def test_arxivs_own_doi_is_no_publication() -> None:
    text = "---\nurl: https://arxiv.org/abs/2308.07124\ndoi: {}\ncitekey: a\n---\n"
    for written, doi in (("10.48550/arXiv.2308.07124", ""), ("10.1000/X", "10.1000/x")):
        for before in ("", "doi:", "https://doi.org/"):
            reference = reference_of(note.read(text.format(before + written)))
            assert reference is not None and reference.doi == doi


def plain(title: str) -> str:
    """The letters and signs of a title; Pandoc sets quotes, and English titles in lower case."""
    return re.sub(r"<[^<>]*>|[\s'\"`‘’“”]", "", title).lower()


TITLES = (
    "OctoPack: Instruction Tuning Code LLMs",
    "100% of R&D at #1, a_b ~ c\\d^e {x} [y] <z> | \"q\" 'r' `s` @t",
    "자기 지도 학습: 서베이 — Étude for naïve Łukasz",
    "Costs $5 and $6; {balanced} {{braces}}",
    "A @article{b, title={c}} B",
)


@pytest.mark.sweep
@pytest.mark.skipif(shutil.which("pandoc") is None, reason="pandoc is not here")
def test_pandoc_reads_what_was_meant() -> None:
    authors = ("Leandro von Werra", "김철수", "Qwen Team", "R&D {Lab}", "Ann and Bob One")
    references = [
        paper(title, *authors, venue="J & K")._replace(citekey=f"k{n}")
        for n, title in enumerate(TITLES)
    ]
    done = subprocess.run(
        ["pandoc", "--from", "bibtex", "--to", "csljson"],
        input=bibtex_file(references).encode(),
        capture_output=True,
        check=True,
    )
    items = json.loads(done.stdout)
    assert [plain(item["title"]) for item in items] == [
        plain(title.replace("<z>", "")) for title in TITLES
    ]
    for item in items:
        assert [each.get("family", each.get("literal")) for each in item["author"]] == [
            "Werra",
            "김",
            "Qwen Team",
            "{Lab}",
            "Ann and Bob One",
        ]
        assert item["container-title"] == "J & K" and item["DOI" if "DOI" in item else "id"]
    # Its own CSL-JSON and ours name the same papers.
    assert [item["id"] for item in items] == [
        item["id"] for item in json.loads(csl_json(references))
    ]
