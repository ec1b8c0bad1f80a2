"""A note's properties become a reference, and nothing that they do not say."""

from __future__ import annotations

from vault_sync.core.citation.reference import reference_of
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
    text = (
        "---\nurl: https://arxiv.org/abs/2308.07124\ndoi: 10.48550/arXiv.2308.07124\ncitekey: a\n"
    )
    reference = reference_of(note.read(text + "---\n"))
    assert reference is not None and reference.doi == ""
