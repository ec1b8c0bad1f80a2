"""The text of a note: the reader's own and odd styles stay, facts are filled in."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    ENTRY,
    NOTE,
    WEEK,
    change,
    codes,
    fresh,
    noted,
    nothing_happens,
    only,
    quiet,
    said,
    settled,
)
from vault_sync.core.model.values import Facts, Key, PropertyNames, Rules
from vault_sync.core.note import note as note_lens

# Where nothing may happen.


def test_the_readers_own_never_travels() -> None:
    vault = settled()
    change(vault, NOTE, "---\n\n## [[", "---\n\n내 글.\n\n## [[")
    vault.files[NOTE] += "\n## My notes\n\n내 생각.\n"
    change(vault, NOTE, "authors:", "rating: 5\nauthors:")
    nothing_happens(vault)


# Where something must.


@pytest.mark.parametrize(
    "styled",
    [
        "tags: [alpha, llm] # mine\n",
        "tags: alpha, llm\n",
        "tags:\n- alpha\n- llm\n",
        "tags:\n  - '#alpha'\n  - \"llm\"\n",
        "tags: '#alpha #llm'\n",
    ],
)
def test_properties_in_odd_style(styled: str) -> None:
    vault = settled()
    change(vault, NOTE, "tags:\n  - alpha\n  - llm\n", styled)
    nothing_happens(vault)
    change(vault, WEEK, "#alpha #llm", "#alpha #llm #new")
    assert not vault.sync().problems
    assert noted(vault, NOTE).tags == ("alpha", "llm", "new")
    quiet(vault)


def test_what_is_no_tag_stays_in_the_note() -> None:
    vault = settled()
    change(vault, NOTE, "  - llm\n", "  - llm\n  - deep learning\n  - '#new'\n")
    only(vault, WEEK)
    assert said(vault, ALPHA).tags == ("alpha", "llm", "new")
    assert noted(vault, NOTE).tags == ("alpha", "llm", "deep learning", "new")


SAID = "알파 첫 문장입니다. 알파 둘째 문장입니다.\n알파 둘째 줄입니다."
UNTITLED = "digests/z.md"
PAPER = Key("arxiv:2308.00009")


# The other facts.


def test_facts_become_properties_where_they_are_absent() -> None:
    vault = fresh()
    vault.rules = Rules(facts=("published", "updated", "categories", "doi", "journal", "comment"))
    vault.facts[ALPHA] = Facts(
        published="2023-08-01",
        updated="2024-01-02",
        categories=("cs.CL", "stat.ML"),
        doi="10.1000/x",
        comment="12 pages: see https://a.b",
    )
    vault.sync()
    assert (
        "published: 2023-08-01\nupdated: 2024-01-02\ncategories:\n  - cs.CL\n  - stat.ML\n"
        'doi: 10.1000/x\ncomment: "12 pages: see https://a.b"\n'
    ) in vault.files[NOTE]
    assert "journal" not in vault.files[NOTE]
    change(vault, NOTE, "  - stat.ML\n", "  - mine\n")
    change(vault, NOTE, "updated: 2024-01-02", "updated: 2025-05-05")
    nothing_happens(vault)
    vault.facts[ALPHA] = vault.facts[ALPHA]._replace(journal="Nature", doi="10.1000/y")
    before = vault.files[NOTE]
    only(vault, NOTE)
    assert "journal: Nature\n" in vault.files[NOTE]
    assert vault.files[NOTE].replace("journal: Nature\n", "") == before


def test_a_title_that_comes_late_is_also_an_alias_and_a_name() -> None:
    text = "2023년 9월\nhttps://arxiv.org/abs/2308.00009\n제타입니다.\n#zeta\n"
    vault = fresh(**{UNTITLED: text})
    vault.sync()
    (path,) = (path for path in vault.files if "2308.00009" in path)
    assert noted(vault, path).title == ""
    digest = vault.files[UNTITLED]
    vault.facts[PAPER] = Facts(published="2023-08-09", title="Zeta: A", authors=("Zoe Min",))
    vault.sync()
    named = "papers/230809 Zeta.md"
    assert path not in vault.files and noted(vault, named).title == "Zeta: A"
    assert note_lens.read(vault.files[named]).properties.items("aliases") == ("Zeta: A",)
    assert vault.files[UNTITLED] == digest.replace("[[2308.00009]]", "[[230809 Zeta]]")
    quiet(vault)


def test_an_alias_that_was_the_title_follows_it_and_others_stay_as_they_are_written() -> None:
    for aliases, after in (
        ("[Mine, Mine]", "aliases: [Mine, Mine]\n"),
        ("[Mine, Mine, 'Alpha Models: A Study']", "aliases: [Mine, Betas]\n"),
    ):
        vault = settled()
        change(vault, NOTE, 'aliases:\n  - "Alpha Models: A Study"', f"aliases: {aliases}")
        nothing_happens(vault)
        change(vault, WEEK, "|Alpha Models: A Study]]", "|Betas]]")
        vault.sync()
        assert noted(vault, NOTE).title == "Betas" and after in vault.files[NOTE]


def test_a_paper_that_gets_another_address_loses_the_id_of_the_old_one() -> None:
    """One that the reader wrote instead of ours stays."""
    for own, stays in (("2308.00001", False), ("mine", True)):
        vault = settled()
        change(vault, NOTE, 'arxiv: "2308.00001"', f'arxiv: "{own}"')
        change(vault, WEEK, "https://arxiv.org/abs/2308.00001", "https://doi.org/10.1000/one")
        assert not vault.sync().problems
        assert "doi: 10.1000/one" in vault.files[NOTE]
        assert ("arxiv:" in vault.files[NOTE]) is stays
        quiet(vault)


def test_a_note_is_written_for_its_abstract_too_or_for_that_alone() -> None:
    vault = settled()
    vault.rules = Rules(facts=("published", "abstract"))
    vault.facts[ALPHA] = Facts(published="2023-08-01", abstract="We model alphas.")
    (write,) = vault.plan().operations
    assert (write.path, write.why) == (NOTE, "abstract")
    change(vault, WEEK, "알파 둘째 줄입니다.", "알파 새 줄입니다.")
    (write,) = vault.plan().operations
    why, _, last = write.why.rpartition(", ")
    assert why and last == "abstract" and "abstract" not in why
    vault.sync()
    assert "We model alphas." in vault.files[NOTE]


def test_a_plain_text_becomes_its_section_and_a_section_without_entry_stays() -> None:
    texts = settled().files
    text = f"{ENTRY}\n## [[2023년 8월 3주차]]\n\n{SAID}\n\n## [[2023년 8월 4주차]]\n\n딴 글.\n"
    vault = fresh(**texts)
    change(vault, WEEK, "[[230801 Alpha Models|Alpha Models: A Study]]", "Alpha Models: A Study")
    del vault.files[NOTE]
    vault.files["papers/x.md"] = text
    assert codes(vault.sync()) == ["entry-missing"]
    assert vault.files["papers/x.md"].endswith(f"---\n{text.removeprefix(ENTRY).lstrip()}")
    assert "[[x|Alpha Models: A Study]]" in vault.files[WEEK]


def test_a_new_note_has_the_abstract_that_is_known_and_once() -> None:
    vault = fresh()
    vault.rules = Rules(facts=("published", "abstract"))
    vault.facts[ALPHA] = Facts(published="2023-08-01", abstract="We model alphas.")
    vault.sync()
    assert vault.files[NOTE].count("We model alphas.") == 1
    quiet(vault)


def test_a_property_that_is_off_is_no_reason_for_a_write() -> None:
    vault = settled()
    vault.rules = vault.rules._replace(properties=PropertyNames((("authors", ""),)))
    vault.sync()
    change(vault, WEEK, "(Ann Park, Bo Lee)", "(Ann Park)")
    change(vault, WEEK, "알파 둘째 줄입니다.", "알파 새 줄입니다.")
    (write,) = vault.plan().operations
    assert write.path == NOTE and write.why == "commentary from '2023년 8월 3주차'"


@pytest.mark.parametrize(("said_here", "becomes"), [("a\n\nb", True), ("```\na\n\nb\n```", False)])
def test_a_blank_line_more_counts_in_code_alone_where_a_plain_text_meets_its_entry(
    said_here: str, becomes: bool
) -> None:
    head = "https://arxiv.org/abs/2308.00077\nT (Ann Park)\n"
    without = said_here.replace("\n\n", "\n")
    vault = MemoryVault({WEEK: f"w\n{head}{without}\n#t\n", "x.md": f"{head}{said_here}\n#t\n"})
    vault.sync()
    assert (head not in vault.files["x.md"]) is becomes
