"""References as BibTeX, read back by the library that reads it for us, and by Pandoc."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.folders import ROOT
from tests.support.laws import examples
from tests.support.references import OCTOPACK, paper
from vault_sync.core.citation import bibtex
from vault_sync.core.citation.bibtex import FIRST_LINE, bibtex_entry, bibtex_file, is_ours
from vault_sync.core.citation.reference import Reference, csl_item, csl_json, reference_of
from vault_sync.core.citation.tex_math import MACROS
from vault_sync.core.model.values import Key
from vault_sync.core.note import note
from vault_sync.edge.bibliography import read_library


def test_a_note_becomes_an_entry() -> None:
    text = (
        "---\ntitle: A & B in LLMs\nauthors:\n  - Ann van One\n  - Qwen Team\n  - et al.\n"
        "url: https://arxiv.org/abs/2308.07124v2\npublished: 2023-08-14\n"
        "categories: [cs.CL, cs.AI]\ncitekey: one2023llms\ndigests: []\ntags: [llm]\n---\n"
    )
    reference = reference_of(note.read(text))
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


@pytest.mark.parametrize(
    ("venue", "published", "kind", "publisher", "issued"),
    [
        ("", "2023-08-14", "article", "arXiv", [2023, 8, 14]),
        ("Nature 12", "2023", "article-journal", None, [2023]),
        ("ICML 2023", "2023-08", "paper-conference", None, [2023]),
        ("", "in print", "article", "arXiv", None),
    ],
)
def test_an_item_of_csl(
    venue: str, published: str, kind: str, publisher: str | None, issued: list[int] | None
) -> None:
    item = csl_item(paper(venue=venue, doi="10.1000/a")._replace(published=published))
    assert (item["type"], item.get("publisher"), item["DOI"]) == (kind, publisher, "10.1000/a")
    assert (item.get("container-title"), item["number"]) == (venue or None, "arXiv:2308.07124")
    assert item.get("issued") == (issued and {"date-parts": [issued]})
    other = csl_item(paper()._replace(key=Key("doi:10.1000/a")))
    assert "number" not in other and "publisher" not in other


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


words = st.text(
    st.sampled_from("ab AZ 한글é&%$#_{}\\~^\"'`@,=()-.:!?<>|+*/\u00a0"), min_size=1, max_size=40
).filter(lambda text: any(c.isalnum() for c in text))


@settings(max_examples=examples(20))
@given(title=words, author=words, venue=words, url=words)
def test_whatever_a_note_holds_one_entry_is_read_back(
    title: str, author: str, venue: str, url: str
) -> None:
    reference = paper(title, author, "Ann Two", venue=venue, url=url)
    read = read_library("l.bib", bibtex_file([reference, paper("Next")._replace(citekey="next")]))
    assert not read.problems and len(read.library.entries) == 2


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
        ("GPT and A", "{GPT} and {A}"),
        ("Rates ${a}$ and ${a$", r"Rates ${a}$ and \$\textbraceleft{}a\$"),
        ("Rates $a%b$, $a#b$", r"Rates \$a\%b\$, \$a\#b\$"),
    ],
)
def test_a_title_is_escaped_and_its_capitals_are_kept(title: str, field: str) -> None:
    assert bibtex.title(title) == field


_TEX = [
    r"$\input{/etc/passwd}$",
    r"\input{/etc/passwd}",
    r"$\immediate\write18{touch x}$",
    r"$\csname write18\endcsname{id}$",
    r"$^^5cinput{x}$",
    r"^^5cinput{x}",
    r"$a$\input{x}$b$",
    r"$x$ $\openout1=x.tex$",
    "\\input\u00a0x",
    '}} @preamble{"\\input{x}"} @misc{k,',
    "@preamble{x}",
    "@string(x=y)",
    "@ misc {x,",
    "{@misc{x}}",
    'a} @preamble("x")',
    "$\\text{$\\input x$}$",
    "$\\mathrm\\input{x}$",
    "\\{\\input x\\}",
    "x,title={y",
]


@pytest.mark.parametrize("hostile", _TEX)
@pytest.mark.parametrize(
    "field", ["title", "authors", "venue", "url", "doi", "categories", "published"]
)
def test_no_command_of_tex_and_no_entry_gets_out(hostile: str, field: str) -> None:
    value: Any = (hostile,) if field in {"authors", "categories"} else hostile
    known = paper(venue="Proc. of X", doi="10.1000/a")
    entry = bibtex_entry(known._replace(**{field: value}))
    commands = set(re.findall(r"\\([A-Za-z]+)", entry.replace("\\\\", "")))
    assert commands <= MACROS | {
        *("textbackslash", "textbraceleft", "textbraceright", "textasciitilde", "textasciicircum")
    }
    assert "^^" not in entry
    assert len(re.findall(r"@\s*[A-Za-z]+\s*\\?[{(]", entry)) == 1, "that of the entry itself"
    depth = 0
    for sign in entry:
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0 and entry.count("\n") == entry.count(" = {") + 2
    # What is not in one line, in braces, is a key of ours.
    assert re.fullmatch(r"@[a-z]+\{key,\n(?:  [a-z]+ = \{.*\},\n)+\}\n", entry)


def test_math_of_letters_and_symbols_stays() -> None:
    entry = bibtex_entry(paper()._replace(title=r"$\alpha$-Nets in $O(n^2)$ at $\input{x}$ cost"))
    assert r"$\alpha$-" in entry and "$O(n^2)$" in entry and r"\textbackslash{}input" in entry


@pytest.mark.parametrize(
    "citekey",
    [
        'k3,title={x}} @preamble{"x"} @misc{k3b',
        *("a b", "a,b", "a}b", "a\\b", "a%b", "a#b", "a~b", "김2023", "a\x1b[2J", "@a", "a\u202eb"),
    ],
)
def test_a_citekey_that_cannot_be_one_gives_way_to_the_label(citekey: str) -> None:
    properties = json.dumps(citekey)
    reference = reference_of(
        note.read(
            f"---\nurl: https://arxiv.org/abs/2308.07124\ntitle: T\ncitekey: {properties}\n---\n"
        )
    )
    assert reference is not None and reference.citekey == "2308.07124"


def test_only_this_module_writes_an_entry() -> None:
    """Whoever else words BibTeX goes round what is escaped here."""
    wording = re.compile(r"""["'](?:@\{|@[a-z]+\{|  \{name\} = )""")
    found = [
        path.name
        for path in (ROOT / "vault_sync").rglob("*.py")
        if wording.search(path.read_text("utf-8"))
    ]
    assert sorted(set(found)) == ["bibtex.py"]
