"""Laws of adoption, over every form of a note: no line but ours changes, and no second note."""

from __future__ import annotations

import pytest
from tests.core.note.test_recognition import HEADS, PROPERTIES, URL_A
from tests.support.memory_vault import MemoryVault
from vault_sync.core.digest import editor
from vault_sync.core.model.values import Key
from vault_sync.core.note import note as note_lens

WEEK = "digests/w1.md"
ENTRY = f"""w1
{URL_A}
Alpha Models: A Study (Ada Lovelace, Alan Turing)
words of the digest
#llm
"""
TITLES = ["", "title: 'Alpha Models - a study'", "title: my own"]
AUTHORS = [
    "",
    "authors: Ada Lovelace, Alan Turing",
    "authors: 'Lovelace, Ada; Turing, Alan'",
    "authors:\n  - Lovelace, Ada\n  - Turing, Alan",
    "authors: ['Lovelace, Ada', 'Turing, Alan']",
    "authors:\n  - '[[Ada Lovelace]]'\n  - '[[Alan Turing]]'",
    "authors: Ada Lovelace et al.",
    "authors: Grace Hopper",
]
TAGS = ["", "tags: [paper, 'status/read']", "tags: paper", "tags:\n  - mine # a comment"]


def blocks() -> list[str]:
    return [
        "\n".join(
            ["---", *filter(None, lines), f"link: {URL_A}", "status: read", "---", "mine", ""]
        )
        for lines in (
            *((title, AUTHORS[1], TAGS[1]) for title in TITLES),
            *((TITLES[1], authors, TAGS[3]) for authors in AUTHORS),
            *((TITLES[2], AUTHORS[3], tags) for tags in TAGS),
        )
    ]


FORMS = [*PROPERTIES, *HEADS, *blocks()]


def stays(before: str, after: str) -> list[str]:
    """The lines of a note that are not in it any more, in their order, but tags and address."""
    rest = iter(after.replace("\r\n", "\n").split("\n"))
    lines = before.replace("\r\n", "\n").split("\n")
    return [
        line
        for line in lines
        if line.strip()
        and not line.startswith(("tags:", "url:"))
        and not any(each == line for each in rest)
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("section", ["after-title", "top", "end"])
@pytest.mark.parametrize("text", FORMS)
def test_the_laws(text: str, section: str, newline: str) -> None:
    before = text.replace("\n", newline)
    vault = MemoryVault({WEEK: ENTRY, "refs/mine.md": before})
    vault.rules = type(vault.rules)(section=section)  # type: ignore[arg-type]
    plan = vault.sync()
    assert not plan.conflicts and not plan.problems
    assert set(vault.files) == {WEEK, "refs/mine.md"}
    after = vault.files["refs/mine.md"]
    assert stays(before, after) == []
    assert after.count("\r\n") == (after.count("\n") if newline == "\r\n" else 0)
    assert note_lens.read(after).key == Key("arxiv:2301.00001")
    assert editor.export(vault.files[WEEK], lambda *_: True) == ENTRY
    again = vault.sync()
    assert not again.operations and not again.base_updates and not again.conflicts
    # The other side follows, in its form; taking a side always works.
    vault.files[WEEK] = vault.files[WEEK].replace("Alan Turing", "Grace Hopper")
    plan = vault.sync()
    for conflict in plan.conflicts:
        assert conflict.field == "authors" and "et al." in text
    for path in (WEEK, "refs/mine.md"):
        vault.take(path, "digest")
        assert not vault.plan().conflicts and not vault.sync().operations


def test_a_likely_note_and_a_named_one() -> None:
    likely = f"# Alpha Models - A Study\n\n{URL_A}\n\nmine\n"
    vault = MemoryVault({WEEK: ENTRY, "refs/likely.md": likely, "refs/x.md": f"# X\n\n{URL_A}\n"})
    plan = vault.sync()
    assert set(vault.files) == {WEEK, "refs/likely.md", "refs/x.md"}
    assert "[[w1]]" in vault.files["refs/likely.md"]
    assert [each.path for each in plan.named] == ["refs/x.md"] and not plan.problems
    assert vault.files["refs/x.md"] == f"# X\n\n{URL_A}\n"


def test_a_named_file_is_left_alone_until_it_is_linked() -> None:
    text = f"# X\n\nsee {URL_A}\n"
    vault = MemoryVault({WEEK: ENTRY, "refs/x.md": text})
    plan = vault.plan()
    assert [each.path for each in plan.named] == ["refs/x.md"]
    vault.files[WEEK] = ENTRY.replace("Alpha Models: A Study", "[[x|Alpha Models: A Study]]")
    assert not vault.sync().problems
    assert set(vault.files) == {WEEK, "refs/x.md"} and "[[w1]]" in vault.files["refs/x.md"]
    assert not vault.sync().operations


def test_a_file_that_is_surely_about_a_paper_with_a_note_is_named_alone() -> None:
    vault = MemoryVault({WEEK: ENTRY})
    vault.sync()
    vault.files["refs/known.md"] = f"# X\n\n- URL: {URL_A}\n"
    plan = vault.plan()
    assert [each.path for each in plan.named] == ["refs/known.md"] and not plan.operations


def test_the_surest_is_adopted_and_two_alike_are_a_problem() -> None:
    known, likely = f"# X\n\n- URL: {URL_A}\n", f"# Alpha Models - A Study\n\n{URL_A}\n"
    vault = MemoryVault({WEEK: ENTRY, "refs/known.md": known, "refs/likely.md": likely})
    plan = vault.sync()
    assert "[[w1]]" in vault.files["refs/known.md"] and vault.files["refs/likely.md"] == likely
    assert [each.path for each in plan.named] == ["refs/likely.md"]
    vault = MemoryVault({WEEK: ENTRY, "refs/a.md": likely, "refs/b.md": likely})
    plan = vault.sync()
    assert [each.code for each in plan.problems] == ["two-notes"] and not plan.operations


def test_by_title_and_first_author_alone() -> None:
    text = "---\ntitle: 'Alpha models: a study'\nauthors: 'Lovelace, Ada; Turing, Alan'\n---\nx\n"
    vault = MemoryVault({WEEK: ENTRY, "refs/a.md": text})
    vault.sync()
    assert set(vault.files) == {WEEK, "refs/a.md"}
    assert not vault.sync().operations
    for other in (text, text.replace("Lovelace, Ada; ", "")):
        vault = MemoryVault({WEEK: ENTRY, "refs/a.md": other, "refs/b.md": other})
        vault.sync()
        assert len(vault.files) == 4 and vault.files["refs/a.md"] == other


def test_a_publishers_page_beside_the_doi() -> None:
    digest = ENTRY.replace(URL_A, "https://doi.org/10.1000/one")
    text = "---\ntitle: x\nurl: https://dl.example.org/item/1\ndoi: 10.1000/one\n---\nmine\n"
    vault = MemoryVault({WEEK: digest, "refs/a.md": text})
    plan = vault.sync()
    assert set(vault.files) == {WEEK, "refs/a.md"} and not plan.conflicts
    assert "url: https://dl.example.org/item/1" in vault.files["refs/a.md"]
    assert {each.field for each in plan.apart} == {"url", "title"}
    assert not vault.sync().operations
    # A commentary still flows both ways.
    vault.files["refs/a.md"] = vault.files["refs/a.md"].replace("words of the digest", "mine now")
    vault.sync()
    assert "mine now" in vault.files[WEEK]
    # Nor does the loss of the base make another note.
    vault.rows.clear()
    vault.known = False
    vault.sync()
    assert set(vault.files) == {WEEK, "refs/a.md"}


def test_a_page_of_another_kind_of_paper() -> None:
    text = "---\nurl: https://openreview.net/forum?id=abc\narxiv: '2301.00001'\n---\nmine\n"
    vault = MemoryVault({WEEK: ENTRY, "refs/a.md": text})
    plan = vault.sync()
    assert set(vault.files) == {WEEK, "refs/a.md"} and not plan.conflicts
    assert not vault.sync().operations and not vault.plan().problems
    assert "openreview" not in vault.files[WEEK]
