"""Lists of authors in every form: who is the same, and how a name is written in a form."""

from __future__ import annotations

from itertools import product

import pytest
from vault_sync.core.naming import people
from vault_sync.core.naming.people import (
    Authors,
    agree,
    is_partial,
    plain,
    same_names,
    written_like,
)
from vault_sync.core.text.folding import fold_title

TWO = ("Ada Lovelace", "Alan Turing")

# (the form, what it reads with Grace Hopper in the place of Alan Turing)
FORMS: list[tuple[Authors, Authors]] = [
    (TWO, ("Ada Lovelace", "Grace Hopper")),
    (("Lovelace, Ada", "Turing, Alan"), ("Lovelace, Ada", "Hopper, Grace")),
    (("[[Ada Lovelace]]", "[[Alan Turing]]"), ("[[Ada Lovelace]]", "[[Grace Hopper]]")),
    (
        ("[[people/Ada Lovelace|Ada Lovelace]]", "[[Alan Turing]]"),
        ("[[people/Ada Lovelace|Ada Lovelace]]", "[[Grace Hopper]]"),
    ),
    (("Ada Lovelace, Alan Turing",), ("Ada Lovelace, Grace Hopper",)),
    (("Lovelace, Ada; Turing, Alan",), ("Lovelace, Ada; Hopper, Grace",)),
    (("Ada Lovelace; Alan Turing",), ("Ada Lovelace; Grace Hopper",)),
    (("Ada Lovelace and Alan Turing",), ("Ada Lovelace and Grace Hopper",)),
    (("Lovelace, Ada and Turing, Alan",), ("Lovelace, Ada and Hopper, Grace",)),
    (("Lovelace, Ada, Turing, Alan",), ("Lovelace, Ada, Hopper, Grace",)),
]


@pytest.mark.parametrize(("form", "written"), FORMS)
def test_a_form_is_the_same_people_and_is_written_as_it_stands(
    form: Authors, written: Authors
) -> None:
    assert agree(form, TWO) and agree(TWO, form) and same_names(form, TWO)
    assert plain(form, like=TWO) == TWO
    assert written_like(form, ("Ada Lovelace", "Grace Hopper")) == written
    assert not agree(written, TWO)
    assert not agree(form, TWO[::-1]) and not agree(form, TWO[:1])
    assert written_like(form, TWO) == form


@pytest.mark.parametrize(
    "other",
    [
        ("A. Lovelace", "A. M. Turing"),
        ("A Lovelace", "Alan M. Turing"),
        ("Lovelace Ada", "Turing Alan"),
        ("Lovelace A", "Turing AM"),
        ("Ada Lovelace*", "Alan Turing†"),
        ("Ada Lovelace1", "Alan Turing (Cambridge)"),
        ("Ada Lovelace (通讯)", "Alan Turing\\*"),
        ("Ada Lovelace", "Alan Turing", ":"),
        ("ADA LOVELACE", "alan turing"),
        ("Adá Lovelace", "Alan Türing"),
        ("Ada Lovelace & Alan Turing",),
    ],
)
def test_the_same_people(other: Authors) -> None:
    assert agree(other, TWO) and agree(TWO, other) and not is_partial(other)


@pytest.mark.parametrize(
    "partial",
    [
        ("Ada Lovelace et al.",),
        ("Ada Lovelace", "et al."),
        ("Ada Lovelace, ..., Alan Turing",),
        ("Ada Lovelace", "…", "Alan Turing"),
        ("Ada Lovelace等",),
        ("Ada Lovelace 등",),
        ("Ada Lovelace 외 3명",),
        ("Lovelace, Ada and others",),
    ],
)
def test_a_partial_list_agrees_and_is_never_written(partial: Authors) -> None:
    whole = ("Ada Lovelace", "Grace Hopper", "Alan Turing")
    assert is_partial(partial) and agree(partial, whole) and agree(whole, partial)
    assert written_like(partial, whole) is None
    assert not agree(partial, ("Grace Hopper", "Alan Kay"))


def test_names_with_commas_and_an_and_before_the_last_are_so_many_people() -> None:
    three = (*TWO, "Grace Hopper")
    for text in (
        "Ada Lovelace, Alan Turing and Grace Hopper",
        "A. Lovelace, A. Turing & G. Hopper",
    ):
        assert agree((text,), three) and not agree((text,), TWO)
    assert plain(("Ada Lovelace, Alan Turing and Grace Hopper",)) == three


def test_one_person_with_a_comma() -> None:
    assert plain(("Lovelace, Ada",)) == ("Ada Lovelace",)
    assert plain(("Ada Lovelace, Turing",)) == ("Ada Lovelace", "Turing")
    assert agree(("Lovelace, Ada",), ("Ada Lovelace",))
    assert written_like(("Lovelace, Ada",), TWO) == ("Lovelace, Ada; Turing, Alan",)
    assert written_like(("Beethoven, Ludwig", "Kay, Alan"), ("Ludwig van Beethoven",)) == (
        "van Beethoven, Ludwig",
    )


def test_what_a_form_cannot_hold() -> None:
    assert written_like(("[[Bo Lee]]", "[[Al Kay]]"), ("Bo Lee [MIT]", "Al Kay")) is None
    assert written_like(("Ada Lovelace, Alan Turing",), ("Ada Lovelace", "Turing, Inc.")) is None


def test_others() -> None:
    for one, other in product(
        [TWO, ("Lovelace, Ada", "Turing, Alan")],
        [
            ("Ada Byron", "Alan Turing"),
            ("Bo Lovelace", "Alan Turing"),
            (*TWO, "Grace Hopper"),
        ],
    ):
        assert not agree(one, other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("LoRA: Low-Rank", "LoRA - Low–Rank", True),
        ("$\\mathcal{X}$ Nets", "X nets", True),
        ("ＡＢＣ one", "abc One", True),
        ("Alpha", "Alpha 2", False),
        ("???", "!!!", False),
        ("한국어 모델", "한국어모델", True),
    ],
)
def test_titles(one: str, other: str, same: bool) -> None:
    assert (fold_title(one) == fold_title(other)) is same


def test_one_person_in_a_list_grows_to_a_list_and_in_a_text_to_a_text() -> None:
    for one, two in (("Ada Lovelace", TWO), ("Lovelace, Ada", ("Lovelace, Ada", "Turing, Alan"))):
        assert written_like((one,), TWO, as_list=True) == two
    assert written_like(("Ada Lovelace",), TWO) == ("Ada Lovelace, Alan Turing",)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (
            ("Ada Lovelace (MIT)", "Alan Turing*"),
            ("Ada Lovelace (MIT)", "Alan Turing*", "Grace Hopper"),
        ),
        (("A. Lovelace & A. M. Turing",), ("A. Lovelace & A. M. Turing & Grace Hopper",)),
        (("LOVELACE Ada, TURING Alan",), ("LOVELACE Ada, TURING Alan, Grace Hopper",)),
        (("Ada Lovelace*, Alan Turing†",), ("Ada Lovelace*, Alan Turing†, Grace Hopper",)),
    ],
)
def test_a_person_whom_the_other_side_did_not_change_stays_as_written(
    form: Authors, written: Authors
) -> None:
    assert written_like(form, (*TWO, "Grace Hopper"), was=TWO) == written
    corrected = written_like(form, ("Ada K. Lovelace", TWO[1]), was=TWO)
    assert corrected is not None and "Ada K. Lovelace" in corrected[0]


@pytest.mark.parametrize("run", [" ", "\t", ".", "…", ". ", " …"])
def test_a_long_run_of_blanks_or_dots_takes_no_time(run: str) -> None:
    """It took minutes: each blank was tried as the first before a comma or an `and`."""
    text = f"Ann{run * 60_000}Bee"
    assert [reading.names for reading in people.readings((text,))] == [(text,)]
    assert not people.is_partial((text,))


def test_blanks_around_separators_are_no_part_of_names() -> None:
    text = "Ann Bee  ,\tCee Dee , and  Eff Gee"
    assert people.readings((text,))[0].names == ("Ann Bee", "Cee Dee", "Eff Gee")
    assert people.readings(("Ann Bee ;\tCee Dee",))[0].names == ("Ann Bee", "Cee Dee")
    assert people.readings(("Ann Bee \t et al.",))[0].names == ("Ann Bee",)


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        ((" ", "Ada Lovelace, Alan Turing"), TWO),
        (("Ada Lovelace", " ", "Alan Turing"), TWO),
        ((), ()),
        ((" ",), ()),
        (("Ada Lovelace, Alan Turing et al.",), TWO),
        (("Ada Lovelace,Alan Turing",), TWO),
        (("Ada Lovelace; Turing, Alan",), TWO),
        (("Ada Lovelace und Alan Turing",), TWO),
        (("Lovelace, Ada and Turing, Alan and Hopper, Grace",), (*TWO, "Grace Hopper")),
        (("[Ada Lovelace](https://x.org), [[b/Alan Turing]]",), TWO),
        (("Ada Lovelace and", "Alan Turing"), ("Ada Lovelace and", "Alan Turing")),
        (("Turing, Inc.,",), ("Turing", "Inc.")),
    ],
)
def test_the_likeliest_names_of_a_list(authors: Authors, names: Authors) -> None:
    assert plain(authors) == names


def test_of_two_readings_the_one_with_more_of_the_same_people_is_taken() -> None:
    text = ("Lovelace, Ada, Turing, Alan",)
    assert plain(text) == ("Lovelace", "Ada", "Turing", "Alan")
    assert plain(text, like=("Alan Turing",)) == TWO
    assert plain(text, like=("Turing", "Alan")) == ("Lovelace", "Ada", "Turing", "Alan")
    items = ("Lovelace", "Ada", "Turing", "Alan")
    assert plain(items, like=TWO) == TWO and plain(items) == items
    joined = ("Ada Lovelace and Alan Turing", "Grace Hopper")
    assert plain(joined, like=TWO) == (*TWO, "Grace Hopper") and plain(joined) == joined
    # Two lists that were both joined across commas are no proof of each other.
    assert not agree(("Ada, Lovelace, Turing, Alan",), ("Lovelace, Ada, Alan, Turing",))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ada Lovelace", "A. Lovelace", True),
        ("Ada Lovelace", "B. Lovelace", False),
        ("Ada Lovelace", "Ada Byron", False),
        ("Ada King Lovelace", "A. K. Lovelace", True),
        ("Ada King Lovelace", "A. Lovelace", True),
        ("Ada King Lovelace", "K. Lovelace", False),
        ("Ada King Lovelace", "A. M. Lovelace", False),
        ("Ada Lovelace", "Lovelace", False),
        ("Lovelace A", "Ada Lovelace", True),
        ("Ada Lovelace", "Lovelace A", True),
        ("Lovelace AK", "Ada King Lovelace", True),
        ("Kim Min-su", "Minsu Kim", False),
        ("Min Su Kim", "Minsu Kim", True),
        ("MinSu Kim", "Min Su Kim", True),
        ("김철수", "김 철수", True),
        ("O'Neil Ann", "Ann ONeil", True),
        ("Ann Bee {1}", "Ann Bee【2】", True),
        ("(1)", "(2)", False),
    ],
)
def test_who_may_be_one_person(one: str, other: str, same: bool) -> None:
    assert agree((one,), (other,)) == agree((other,), (one,)) == same


def test_names_are_the_same_letter_by_letter() -> None:
    assert same_names(TWO, ("Lovelace, Ada; Turing, Alan",)) and same_names(TWO, TWO)
    for other in (("A. Lovelace", TWO[1]), ("ada lovelace", TWO[1]), (*TWO, "et al."), TWO[:1]):
        assert not same_names(TWO, other) and agree(TWO, other) == (other != TWO[:1])


def test_the_first_people_of_two_lists_may_be_one() -> None:
    assert people.first_agrees(TWO, ("A. Lovelace", "Grace Hopper"))
    assert people.first_agrees(("Lovelace, Ada",), TWO)
    three = (*TWO, "Grace Hopper")
    assert not people.first_agrees(three, three[::-1]) and not people.first_agrees((), TWO)


def test_the_form_of_a_list_is_written_as_it_stands() -> None:
    three = (*TWO, "Grace Hopper")
    for form, written in (
        (("Ada Lovelace und Alan Turing",), "Ada Lovelace und Alan Turing und Grace Hopper"),
        (("Ada Lovelace & Alan Turing",), "Ada Lovelace & Alan Turing & Grace Hopper"),
        (("Ann Bee, Ada Lovelace and Alan Turing",), "Ada Lovelace, Alan Turing and Grace Hopper"),
        (
            ("Ann Bee, Ada Lovelace, and Alan Turing",),
            "Ada Lovelace, Alan Turing, and Grace Hopper",
        ),
    ):
        assert written_like(form, three) == (written,)
    assert written_like(("Ann Bee, Ada Lovelace and Alan Turing",), TWO[:1]) == TWO[:1]
    assert written_like((), TWO) == TWO
    assert written_like(("Ada Lovelace", " ", "Alan Turing"), three) == three
    # One link of two is no list of links.
    assert written_like(("[[Ada Lovelace]]", "Bo Lee"), TWO) == ("[[Ada Lovelace]]", "Alan Turing")
    assert written_like(("Ada Lovelace",), ("de la Cruz Ana",), as_list=True) == ("de la Cruz Ana",)
    assert written_like(("Lovelace, Ada", "Bee, Ann"), ("Ana de la Cruz", "Plato")) == (
        "de la Cruz, Ana",
        "Plato",
    )
