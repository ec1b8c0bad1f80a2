"""Lists of authors: split, judged, written back."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.styles import names
from vault_sync.core.digest.styles.names import AuthorList
from vault_sync.core.naming import people
from vault_sync.core.text.spans import Span


def read(text: str) -> AuthorList:
    return names.read(text, Span(0, len(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Bee", ["Ann Bee"]),
        (" Ann Bee , ", ["Ann Bee"]),
        ("Ann Bee, Cee Dee", ["Ann Bee", "Cee Dee"]),
        ("Ann Bee; Cee Dee", ["Ann Bee", "Cee Dee"]),
        ("김철수、이영희，박", ["김철수", "이영희", "박"]),
        ("Ann Bee and Cee Dee", ["Ann Bee", "Cee Dee"]),
        ("Ann Bee & Cee Dee", ["Ann Bee", "Cee Dee"]),
        ("Ann Bee, Cee Dee, and Eff Gee", ["Ann Bee", "Cee Dee", "Eff Gee"]),
        ("Ann Bee and Cee Dee and Eff Gee", ["Ann Bee and Cee Dee", "Eff Gee"]),
        # Only the last `and` of the last piece parts names, and none within parentheses.
        ("Sand and Wood, Ann Bee", ["Sand and Wood", "Ann Bee"]),
        ("Ann (A and B) Bee", ["Ann (A and B) Bee"]),
        ("Ann Bee (MIT) and Cee Dee", ["Ann Bee (MIT)", "Cee Dee"]),
        ("Ann Bee (MIT, US), Cee Dee", ["Ann Bee (MIT, US)", "Cee Dee"]),
        ("Ann Bee), Cee Dee (x, y)", ["Ann Bee)", "Cee Dee (x, y)"]),
        ("**Ann Bee**, *Cee Dee*", ["Ann Bee", "Cee Dee"]),
        ("[Ann Bee](https://a.b), Cee Dee", ["Ann Bee", "Cee Dee"]),
        ("", []),
    ],
)
def test_a_list_is_split(text: str, expected: list[str]) -> None:
    found = read(text)
    assert list(found.names) == expected and not found.partial
    assert found.span.slice(text) == text.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Bee et al.", ["Ann Bee"]),
        ("Ann Bee, et al", ["Ann Bee"]),
        ("Ann Bee, Cee Dee, et. al., 2023", ["Ann Bee", "Cee Dee", "2023"]),
        ("Ann Bee, ...", ["Ann Bee"]),
        ("Ann Bee...", ["Ann Bee"]),
        ("Ann Bee, Cee Dee, and others", ["Ann Bee", "Cee Dee"]),
        ("Ann Bee and others", ["Ann Bee"]),
        ("김철수 등", ["김철수"]),
        ("김철수, 외 3명", ["김철수"]),
        ("…", []),
    ],
)
def test_a_list_that_leaves_names_out_is_partial(text: str, expected: list[str]) -> None:
    found = read(text)
    assert found.partial and list(found.names) == expected


@pytest.mark.parametrize(
    ("text", "needed", "people"),
    [
        ("Ann Bee", 1, True),
        ("Ann Bee", 2, False),
        ("Ann Bee et al.", 2, True),
        ("Ann Bee, Cee Dee", 2, True),
        ("Ann Bee, Cee Dee", 3, False),
        ("...", 1, False),
        ("OpenAI", 1, True),
        ("a" * 29, 1, False),
        ("A" * 29, 1, True),
        ("A" * 30, 1, False),
        ("Ludwig van der Bee", 1, True),
        ("one two Three", 1, False),
        ("one Two", 1, True),
        ("A B C D E F G H", 1, True),
        ("A B C D E F G H I", 1, False),
        ("Ann Bee, what?", 1, False),
        ("Ann Bee, ICLR 2024", 1, False),
        ("Ann Bee, https://a.b", 1, False),
        ("[Ann Bee](https://a.b)", 1, True),
        ("Ann Bee*, Cee Dee¹", 1, True),
        ("*, Ann Bee", 1, False),
    ],
)
def test_who_may_be_people(text: str, needed: int, people: bool) -> None:
    assert names.plausible(read(text), text, needed=needed) is people


@pytest.mark.parametrize("length", [19_999, 20_000, 20_001])
def test_a_list_longer_than_any_is_none(length: int) -> None:
    text = ("Ann Bee, " * 3_000)[: length - 1] + "B"
    assert names.plausible(read(text), text, needed=1) is (length <= 20_000)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ann Bee. ICLR 2024", "Ann Bee"),
        ("Ann Bee, Cee Dee. NeurIPS", "Ann Bee, Cee Dee"),
        ("Ann Bee.", "Ann Bee"),
        ("Ann Bee. A, B", "Ann Bee. A, B"),
        ("Ann Bee et al. ICLR", "Ann Bee et al. ICLR"),
        ("Ann B. Cee", "Ann B. Cee"),
        ("J. Smith Jr. Dee", "J. Smith Jr. Dee"),
        ("Ann Bee", "Ann Bee"),
    ],
)
def test_what_stands_behind_the_full_stop_is_a_venue(text: str, left: str) -> None:
    assert names.before_venue(text, Span(0, len(text))).slice(text) == left


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("Authors: Ann", "Ann"),
        ("- **Authors**: Ann", "Ann"),
        ("author(s)： Ann", "Ann"),
        ("  * 저자 : 김", "김"),
        ("By: Ann", None),
        ("Authors Ann", None),
    ],
)
def test_a_label_leads_names_in(line: str, left: str | None) -> None:
    at = names.after_label(line, 0, len(line))
    assert (at if at is None else line[at:]) == left
    assert names.after_label(f"x{line}", 1, len(line) + 1) == (at if at is None else at + 1)


@pytest.mark.parametrize(
    ("text", "wanted", "written"),
    [
        ("Ann Bee, Cee Dee", ["X", "Y", "Z"], "X, Y, Z"),
        ("Ann Bee and Cee Dee", ["X", "Y"], "X and Y"),
        ("Ann Bee, Cee Dee, and Eff Gee", ["X", "Y", "Z", "W"], "X, Y, Z, and W"),
        ("Ann Bee; Cee Dee & Eff Gee", ["X", "Y", "Z"], "X; Y & Z"),
        ("Ann Bee & Cee Dee", ["X", "Y", "Z"], "X, Y & Z"),
        ("**Ann Bee**, *Cee Dee*", ["Cee Dee", "X"], "*Cee Dee*, X"),
        ("Ann Bee, Cee Dee", ["Cee Dee"], "Cee Dee"),
        ("Ann Bee", ["X", "Y"], "X, Y"),
        ("Ann Bee, Cee Dee", [], ""),
        ("Ann Bee; ...", ["Ann Bee", "X"], "Ann Bee, X"),
    ],
)
def test_separators_and_names_that_stay_are_as_they_were(
    text: str, wanted: list[str], written: str
) -> None:
    assert names.written(text, read(text), wanted) == written


REST = (" et al.", ", et al", " et. al. (Google)", " and others", ", and more", "...", "…", " ....",
        " 등", " 등 5인", " 외 3명", "等", "等3人")  # fmt: skip


@pytest.mark.parametrize("rest", REST)
def test_a_digest_leaves_people_out_by_the_words_that_a_note_does(rest: str) -> None:
    found = read(f"Ann Bee{rest}")
    assert (found.names, found.partial) == (("Ann Bee",), True)
    assert people.is_partial((f"Ann Bee{rest}",))


@pytest.mark.parametrize("name", ["Al Etal", "Thomas More", "Ann Others-Bee", "Mc Metal"])
def test_a_name_leaves_nobody_out(name: str) -> None:
    found = read(name)
    assert (found.names, found.partial) == ((name,), False)
    assert not people.is_partial((name,))
