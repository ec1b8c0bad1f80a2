"""Citekeys are made of author, year and word; one that is taken gets the paper's id."""

from __future__ import annotations

import pytest
from tests.support.references import OCTOPACK, TITLE
from vault_sync.core.citation import citekeys
from vault_sync.core.citation.citekeys import CitedPaper, assign, plain_citekey
from vault_sync.core.model.values import Key

PAPER = CitedPaper(TITLE, ("Niklas Muennighoff", "Qian Liu"), "2023-08-14")


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
    ],
)
def test_a_citekey_is_author_year_and_word(
    title: str, authors: tuple[str, ...], published: str, citekey: str
) -> None:
    assert plain_citekey(CitedPaper(title, authors, published), Key("doi:10.1000/x")) == citekey


@pytest.mark.parametrize(("title", "authors"), [("", ()), ("深層学習", ("山田 太郎",))])
def test_a_citekey_is_the_id_where_a_form_gives_nothing(
    title: str, authors: tuple[str, ...]
) -> None:
    assert plain_citekey(CitedPaper(title, authors, "2023"), OCTOPACK) == "2308.07124"


@pytest.mark.parametrize(
    ("form", "citekey"),
    [
        ("{auth}-{year}-{arxiv}", "muennighoff-2023"),
        (".{title_word}.{auth}_", "octopack.muennighoff"),
        ("{arxiv}", "10.1000-x-d5d3bb5e"),
        ("x{year}", "x2023"),
        ("{year}", "10.1000-x-d5d3bb5e"),
    ],
)
def test_a_form_of_citekeys(form: str, citekey: str) -> None:
    assert plain_citekey(PAPER, Key("doi:10.1000/x"), form) == citekey
    assert plain_citekey(PAPER, OCTOPACK, "{auth}:{arxiv}") == "muennighoff:2308.07124"
    numbers = CitedPaper("2048", (), "")
    assert plain_citekey(numbers, OCTOPACK) == "2308.07124", "a number alone is none"


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


@pytest.mark.parametrize(
    ("key", "published", "citekey"),
    [
        ("arxiv:2401.00001", "2023-12-31", "muennighoff2024octopack"),
        ("arxiv:2401.00001", "", "muennighoff2024octopack"),
        ("arxiv:cs/9901001", "", "muennighoff1999octopack"),
        ("arxiv:math.gt/0701001", "", "muennighoff2007octopack"),
        ("doi:10.1000/2401.1", "2023", "muennighoff2023octopack"),
        ("acl:N19-1423", "", "muennighoff2019octopack"),
        ("acl:P79-1001", "", "muennighoff1979octopack"),
        ("acl:P65-1001", "", "muennighoff1965octopack"),
        ("acl:P64-1001", "", "muennighoff2064octopack"),
        ("arxiv:cs/9101001", "", "muennighoff1991octopack"),
        ("arxiv:9001.00001", "", "muennighoff2090octopack"),
        ("doi:10.1000/x", "c. 2023", "muennighoffoctopack"),
        ("acl:2020.acl-main.1", "", "muennighoff2020octopack"),
    ],
)
def test_the_year_of_a_dated_id_is_that_of_the_citekey(
    key: str, published: str, citekey: str
) -> None:
    assert plain_citekey(PAPER._replace(published=published), Key(key)) == citekey
