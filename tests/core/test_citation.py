"""Citekeys, BibTeX and CSL-JSON out of notes, and a library of the reader's read and matched.

What is written is read back by the library that reads BibTeX for us, and in the sweep by Pandoc.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vault_sync.core.citation import citekeys, latex
from vault_sync.core.citation.bibtex import FIRST_LINE, bibtex_entry, bibtex_file, is_ours
from vault_sync.core.citation.citekeys import CitedPaper, assign, plain_citekey
from vault_sync.core.citation.csl_json import csl_item, csl_json
from vault_sync.core.citation.library import folded_title
from vault_sync.core.citation.person_names import PersonName, ascii_letters, person_name
from vault_sync.core.citation.reference import Reference, reference_of
from vault_sync.core.model.values import Key
from vault_sync.core.note import note
from vault_sync.edge.bibliography import read_library

OCTOPACK = Key("arxiv:2308.07124")
TITLE = "OctoPack: Instruction Tuning Code Large Language Models"
PAPER = CitedPaper(TITLE, ("Niklas Muennighoff", "Qian Liu"), "2023-08-14")


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Niklas Muennighoff", PersonName("Muennighoff", "Niklas")),
        ("Leandro von Werra", PersonName("Werra", "Leandro", "von")),
        ("Aäron van den Oord", PersonName("Oord", "Aäron", "van den")),
        ("Ariel N. Lee", PersonName("Lee", "Ariel N.")),
        ("Sammy Davis Jr.", PersonName("Davis", "Sammy", suffix="Jr.")),
        ("de la Cruz, Ana", PersonName("Cruz", "Ana", "de la")),
        ("Davis, Jr., Sammy", PersonName("Davis", "Sammy", suffix="Jr.")),
        ("Ana Silva (MIT, CSAIL)", PersonName("Silva", "Ana")),
        ("김철수", PersonName("김", "철수")),
        ("김 철수", PersonName("김", "철수")),
        ("남궁민수", PersonName("남궁", "민수")),
        ("OpenAI", PersonName(whole="OpenAI")),
        ("Qwen Team", PersonName(whole="Qwen Team")),
        ("Ann and Bob One", PersonName(whole="Ann and Bob One")),
        ("Google Research", PersonName(whole="Google Research")),
        ("(MIT)", PersonName(whole="(MIT)")),
        ("", PersonName()),
    ],
)
def test_a_name_is_taken_apart(author: str, name: PersonName) -> None:
    assert person_name(author) == name


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Aäron", "Aaron"),
        ("Łukasz", "Lukasz"),
        ("Strauß", "Strauss"),
        ("김철수", "gimceolsu"),
        ("O’Neill-Smith", "ONeillSmith"),
        ("日本", ""),
        ("ﬁne", "fine"),
        ("１２", "12"),
    ],
)
def test_letters_become_ascii_the_same_everywhere(text: str, letters: str) -> None:
    assert ascii_letters(text) == letters


@pytest.mark.parametrize(
    ("title", "authors", "published", "citekey"),
    [
        (TITLE, ("Niklas Muennighoff",), "2023-08-14", "muennighoff2023octopack"),
        ("The Llama 3 Herd", ("Leandro von Werra",), "2024", "werra2024llama"),
        ("GPT-4 Technical Report", ("OpenAI",), "2023-03-15", "openai2023gpt4"),
        ("$\\alpha$-GAN: On a Thing", ("Ann One",), "2017-01-01", "one2017gan"),
        ("자기 지도 학습", ("김철수",), "2023-08-14", "gim2023jagi"),
        ("On the", ("Ann One",), "", "oneon"),
        ("深層学習", ("Ann One",), "2023-01-01", "one2023"),
        (TITLE, (), "", "octopack"),
        ("", (), "2023-08-14", "2308.07124"),
        ("深層学習", ("山田 太郎",), "2023", "2308.07124"),
    ],
)
def test_a_citekey_is_author_year_and_word(
    title: str, authors: tuple[str, ...], published: str, citekey: str
) -> None:
    assert plain_citekey(CitedPaper(title, authors, published), OCTOPACK) == citekey


def test_a_citekey_that_is_taken_gets_the_papers_id_on_every_device() -> None:
    later = Key("arxiv:2312.00001")
    alone = assign({OCTOPACK: PAPER}, {})
    assert alone == {OCTOPACK: "muennighoff2023octopack"}
    taken = {"Muennighoff2023OctoPack": OCTOPACK}
    assert assign({later: PAPER}, taken) == {later: "muennighoff2023octopack-2312.00001"}
    # Of two new ones the older paper is first, in whatever order they come.
    both = {OCTOPACK: alone[OCTOPACK], later: "muennighoff2023octopack-2312.00001"}
    assert assign({later: PAPER, OCTOPACK: PAPER}, {}) == both
    # An entry of the library that is about another work, and one that is about this paper.
    assert assign({OCTOPACK: PAPER}, {"muennighoff2023octopack": Key("")}) == {
        OCTOPACK: "muennighoff2023octopack-2308.07124"
    }
    assert assign({OCTOPACK: PAPER}, {"muennighoff2023octopack": OCTOPACK}) == alone


def test_citekeys_that_two_devices_gave_alike_are_found() -> None:
    later = Key("arxiv:2312.00001")
    given_twice = {later: "a2023x", OCTOPACK: "A2023x", Key("doi:10.1/x"): "b2023y"}
    assert citekeys.duplicates(given_twice) == {"A2023x": (OCTOPACK, later)}


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ("{author}{year}", "{author}"),
        ("paper", "no field"),
        ("{auth} {year}", "letters"),
        ("{auth}{{year}", "letters"),
        ("{auth}한{year}", "letters"),
    ],
)
def test_a_wrong_form_of_citekeys_is_refused_in_words(form: str, wrong: str) -> None:
    message = citekeys.form_error(form)
    assert message is not None and wrong in message
    assert citekeys.form_error("{auth}_{year}:{arxiv}") is None


def paper(
    title: str = TITLE, *authors: str, venue: str = "", doi: str = "", url: str = ""
) -> Reference:
    names = authors or ("Niklas Muennighoff",)
    return Reference(OCTOPACK, "key", title, names, "2023-08-14", url, doi, venue)


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("OctoPack: Instruction Tuning", "{OctoPack}: Instruction Tuning"),
        ("A Survey of A and B", "A Survey of {A} and {B}"),
        ("Using GPT-4 & 100% of $5 #1", r"Using {GPT-4} \& 100\% of \$5 \#1"),
        ("Solving $x^2$ in 3D", "Solving $x^2$ in {3D}"),
        ("H$_2$O by {hand}", r"H$_2${O} by \{hand\}"),
        ("a_b ~ c\\d^e", r"a\_b \textasciitilde{} c\textbackslash{}d\textasciicircum{}e"),
        ("Costs $5 and $6", r"Costs \$5 and \$6"),
        ("Bad $}{$ math", r"Bad \$\textbraceright{}\textbraceleft{}\$ math"),
        ("자기 지도 학습 — Étude", "자기 지도 학습 — Étude"),
        ("It's I'm", "It's I'm"),
    ],
)
def test_a_title_is_escaped_and_its_capitals_are_kept(title: str, field: str) -> None:
    assert latex.title(title) == field


def test_a_note_becomes_an_entry() -> None:
    text = (
        "---\ntitle: A & B in LLMs\nauthors:\n  - Ann van One\n  - Qwen Team\n  - et al.\n"
        "url: https://arxiv.org/abs/2308.07124v2\npublished: 2023-08-14\n"
        "categories: [cs.CL, cs.AI]\ncitekey: one2023llms\ndigests: []\ntags: [llm]\n---\n"
    )
    reference = reference_of(note.read(text), {})
    assert reference is not None and reference.tags == ("llm",)
    assert bibtex_entry(reference) == (
        "@misc{one2023llms,\n"
        "  title = {A \\& {B} in {LLMs}},\n"
        "  author = {van One, Ann and {Qwen Team} and others},\n"
        "  year = {2023},\n"
        "  eprint = {2308.07124},\n"
        "  archiveprefix = {arXiv},\n"
        "  primaryclass = {cs.CL},\n"
        "  url = {https://arxiv.org/abs/2308.07124v2},\n"
        "}\n"
    )
    assert csl_item(reference) == {
        "id": "one2023llms",
        "type": "article",
        "title": "A & B in LLMs",
        "author": [
            {"family": "One", "given": "Ann", "non-dropping-particle": "van"},
            {"literal": "Qwen Team"},
        ],
        "issued": {"date-parts": [[2023, 8, 14]]},
        "publisher": "arXiv",
        "number": "arXiv:2308.07124",
        "URL": "https://arxiv.org/abs/2308.07124v2",
    }


def test_a_note_without_citekey_or_paper_is_no_reference() -> None:
    assert reference_of(note.read("---\nurl: https://arxiv.org/abs/2308.07124\n---\n"), {}) is None
    assert reference_of(note.read("---\ncitekey: a\n---\n"), {}) is None
    renamed = "---\nurl: https://arxiv.org/abs/2308.07124\nkey: a\njahr: 2023\ndate: 2020\n---\n"
    found = reference_of(note.read(renamed), {"citekey": "key", "published": "date"})
    assert found is not None and (found.citekey, found.year) == ("a", "2020")


@pytest.mark.parametrize(
    ("venue", "entry"),
    [
        ("Nature 12, 3", "@article{key,|  journal = {Nature 12, 3},"),
        ("Proc. of the 40th X", "@inproceedings{key,|  booktitle = {Proc. of the 40th X},"),
        ("ICML 2023", "@inproceedings{key,|  booktitle = {ICML 2023},"),
    ],
)
def test_a_venue_decides_the_type(venue: str, entry: str) -> None:
    written = bibtex_entry(paper(venue=venue, doi="10.1000/a_b"))
    first, line = entry.split("|")
    assert written.startswith(first) and line in written.split("\n")
    assert "  doi = {10.1000/a_b}," in written.split("\n")


def test_arxivs_own_doi_is_no_publication() -> None:
    text = (
        "---\nurl: https://arxiv.org/abs/2308.07124\ndoi: 10.48550/arXiv.2308.07124\ncitekey: a\n"
    )
    reference = reference_of(note.read(text + "---\n"), {})
    assert reference is not None and reference.doi == ""


def test_a_file_is_sorted_and_begins_with_our_line() -> None:
    references = [
        Reference(OCTOPACK, citekey, "T", published="2023") for citekey in ("b", "C", "a")
    ]
    text = bibtex_file(references)
    assert text.split("\n")[0] == FIRST_LINE
    assert re.findall(r"@misc\{(\w)", text) == ["a", "b", "C"]
    assert [item["id"] for item in json.loads(csl_json(references))] == ["a", "b", "C"]
    assert is_ours(text) and is_ours("") and is_ours("\ufeff\n")
    assert not is_ours("@misc{a,}\n" + FIRST_LINE) and not is_ours("% my own\n")
    assert bibtex_file([]) == FIRST_LINE + "\n"


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
    broken = read_library("l.json", '[{"id": "a"},\n]')
    assert broken.problems[0].line == 2 and not broken.library.entries
    assert read_library("l.json", "[" * 200_000).problems[0].code == "library-unreadable"


words = st.text(
    st.sampled_from("ab AZ 한글é&%$#_{}\\~^\"'`@,=()-.:!?<>|+*/\u00a0"), min_size=1, max_size=40
).filter(lambda text: any(c.isalnum() for c in text))


@settings(max_examples=60)
@given(title=words, author=words, venue=words, url=words)
def test_whatever_a_note_holds_one_entry_is_read_back(
    title: str, author: str, venue: str, url: str
) -> None:
    reference = paper(title, author, "Ann Two", venue=venue, url=url)
    read = read_library("l.bib", bibtex_file([reference, replace(paper("Next"), citekey="next")]))
    assert not read.problems and len(read.library.entries) == 2


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
        replace(paper(title, *authors, venue="J & K"), citekey=f"k{n}")
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


def test_titles_are_folded_to_letters() -> None:
    assert folded_title("<i>OctoPack</i>: A {Étude}") == folded_title("octopack a étude")
