"""A title typed above or below the link that an untitled entry was given."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    NEXT,
    change,
    noted,
    open_fields,
    quiet,
    rename,
    said,
    section,
    settled,
)
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Facts, Key, stem_of

KEY = Key("arxiv:2308.00006")
NOTE = "papers/2308.00006.md"
URL = "https://arxiv.org/abs/2308.00006"
LINK = "[[2308.00006]]"
TITLE = "Zeta Lines (Hal Moon, Ida Yun)"


def untitled() -> MemoryVault:
    """A vault with an entry that its reader gave no title."""
    vault = settled()
    vault.files[NEXT] += f"{URL}\n제타입니다.\n"
    vault.sync()
    quiet(vault)
    assert f"{URL}\n{LINK}\n제타입니다.\n" in vault.files[NEXT]
    return vault


@pytest.fixture(params=["above", "below"])
def late(request: pytest.FixtureRequest) -> MemoryVault:
    """The same, and its title was typed later."""
    vault = untitled()
    lines = f"{TITLE}\n{LINK}" if request.param == "above" else f"{LINK}\n{TITLE}"
    change(vault, NEXT, LINK, lines)
    was = vault.files[NEXT]
    assert not vault.sync().problems
    quiet(vault)
    assert vault.files[NEXT] == was, "something was rewritten just for that"
    return vault


# What is left alone.


def test_a_commentary_that_begins_with_a_link_to_another_note_is_no_link_of_the_entry() -> None:
    vault = settled()
    vault.files[NEXT] += f"{URL}\n{TITLE}\n[[230801 Alpha Models]]\n제타입니다.\n"
    vault.sync()
    quiet(vault)
    assert said(vault, KEY, NEXT).commentary == "[[230801 Alpha Models]]\n제타입니다."
    assert section(vault, "papers/Zeta Lines.md", NEXT).commentary.startswith("[[230801")


def test_a_commentary_that_begins_with_a_link_to_nothing_is_no_link_of_the_entry() -> None:
    vault = settled()
    vault.files[NEXT] += f"{URL}\n{TITLE}\n[[Some day]]\n제타입니다.\n"
    vault.sync()
    quiet(vault)
    assert "papers/Zeta Lines.md" in vault.files


# What is understood.


def test_the_note_gets_the_title(late: MemoryVault) -> None:
    assert noted(late, NOTE).title == "Zeta Lines"
    assert noted(late, NOTE).authors == ("Hal Moon", "Ida Yun")
    assert section(late, NOTE, NEXT).commentary == "제타입니다."


def test_edits_of_either_side_follow(late: MemoryVault) -> None:
    change(late, NEXT, "Zeta Lines", "Zeta Curves")
    late.sync()
    assert noted(late, NOTE).title == "Zeta Curves"
    change(late, NOTE, "  - Hal Moon", "  - Hal Sun")
    change(late, NOTE, "제타입니다.", "제타를 고쳤다.")
    late.sync()
    assert TITLE.replace("Lines", "Curves").replace("Moon", "Sun") in late.files[NEXT]
    assert late.files[NEXT].count("[[") == untitled().files[NEXT].count("[[")
    assert "제타를 고쳤다." in late.files[NEXT]
    quiet(late)


def test_a_renamed_note_is_followed_on_the_line_of_the_link(late: MemoryVault) -> None:
    was = late.files[NEXT]
    rename(late, NOTE, "papers/mine.md")
    late.sync()
    assert late.files[NEXT] == was.replace(LINK, "[[mine]]")
    quiet(late)


def test_a_deleted_note_stays_deleted(late: MemoryVault) -> None:
    del late.files[NOTE]
    was = dict(late.files)
    late.sync()
    late.sync()
    assert late.files == was


def test_an_address_changed_to_that_of_another_paper_keeps_the_note(late: MemoryVault) -> None:
    change(late, NEXT, URL, URL.replace("00006", "00007"))
    plan = late.sync()
    assert not plan.problems and not open_fields(plan)
    assert noted(late, NOTE).url.endswith("00007")
    assert not late.plan().operations


def test_a_title_of_the_readers_own_stays_in_the_note_and_each_side_goes_its_way() -> None:
    vault = untitled()
    own = "---\ntitle: My words\nauthors:\n  - Somebody Else\n"
    vault.files[NOTE] = vault.files[NOTE].replace("---\n", own, 1)
    vault.sync()
    before = vault.files[NOTE]
    change(vault, NEXT, LINK, f"{TITLE}\n{LINK}")
    plan = vault.sync()
    assert not plan.conflicts
    assert sorted(each.field for each in plan.apart) == ["authors", "title"]
    quiet(vault)
    assert vault.files[NOTE] == before
    assert (said(vault, KEY, NEXT).title, noted(vault, NOTE).title) == ("Zeta Lines", "My words")
    change(vault, NEXT, "Zeta Lines", "Zeta Rows")  # from here on an edit is an edit
    vault.sync()
    assert noted(vault, NOTE).title == "Zeta Rows"
    assert noted(vault, NOTE).authors == ("Somebody Else",)


def test_a_title_that_the_reader_changed_in_the_note_after_arxiv_gave_it_stays_apart() -> None:
    vault = untitled()
    vault.facts[KEY] = Facts(title="Zeta by arXiv", authors=("Hal Moon",))
    vault.sync()
    (path,) = (path for path, text in vault.files.items() if "title: Zeta by arXiv" in text)
    change(vault, path, "title: Zeta by arXiv", "title: Zeta as I say")
    vault.sync()
    change(vault, NEXT, f"[[{stem_of(path)}]]", f"{TITLE}\n[[{stem_of(path)}]]")
    assert [each.field for each in vault.sync().apart] == ["title"]
    assert noted(vault, path).title == "Zeta as I say"
    assert noted(vault, path).authors == ("Hal Moon", "Ida Yun"), "arXiv's follow the digest"


def test_what_an_archive_filled_in_is_remembered_once_the_note_has_it_until_a_title_comes() -> None:
    vault = untitled()
    row = BaseKey(KEY, "", "filled")
    vault.facts[KEY] = Facts(published="2023-08-06", title="Zeta Lines")
    vault.sync()
    assert vault.rows[row] == ("Zeta Lines",)
    vault.facts[KEY] = vault.facts[KEY]._replace(authors=("Hal Moon",))
    plan = vault.plan()
    (update,) = [each for each in plan.base_updates if row in each.put]
    assert update.put[row] == ("Zeta Lines", "Hal Moon")
    assert set(update.paths) == {each.path for each in plan.operations} != set()
    vault.carry_out(plan)
    quiet(vault)
    change(vault, NEXT, "[[230806 Zeta Lines]]", f"{TITLE}\n[[230806 Zeta Lines]]")
    vault.sync()
    assert row not in vault.rows
