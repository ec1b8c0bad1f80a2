"""Slips in a field: what is gone with its name, or looks cut, is asked about on either side."""

from __future__ import annotations

import re

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    NOTE,
    NOTE_BETA,
    WEEK,
    entry,
    noted,
    nothing_happens,
    open_fields,
    place,
    quiet,
    said,
    settled,
)

URL = "https://arxiv.org/abs/2308.00001"
TITLE = "Alpha Models: A Study"
LINK = f"[[230801 Alpha Models|{TITLE}]]"
TAGS = "tags:\n  - alpha\n  - llm\n"

GONE = [(TAGS, ""), ("tags:", "keywords:"), ("tags:", "tag:"), (TAGS, "# tags: none\n")]
CUT_TITLES = [
    LINK[1:],
    LINK[2:],
    LINK[:-1],
    LINK[:-2],
    LINK[1:-1],
    LINK[2:-2],
    LINK[3:-1],
    f"{TITLE}]]",
    f"[[{TITLE}",
    f"> {LINK}",
    f"> {TITLE}",
]
CUT_ADDRESSES = [
    "https://arxiv",
    "https://arxiv.org",
    "https://arxiv.org/",
    "https://arxiv.org/abs/",
    *(URL[:-count] for count in (1, 2, 4, 5, 6)),
    f"{URL}7",
]


def slipped(path: str, old: str, new: str) -> tuple[MemoryVault, dict[str, str]]:
    vault = settled()
    before = dict(vault.files)
    assert vault.files[path].count(old) == 1
    vault.files[path] = vault.files[path].replace(old, new)
    return vault, before


def asked_until_taken_back(path: str, old: str, new: str, field: str, reason: str) -> None:
    vault, before = slipped(path, old, new)
    rows = dict(vault.rows)
    for _ in range(2):
        assert [each[1:] for each in open_fields(nothing_happens(vault))] == [(field, reason)]
    vault.files[path] = before[path]
    assert not vault.sync().conflicts
    quiet(vault)
    assert vault.files == before and vault.rows == rows


@pytest.mark.parametrize(("old", "new"), GONE)
def test_tags_whose_key_is_gone_are_asked_about(old: str, new: str) -> None:
    asked_until_taken_back(NOTE, old, new, "tags", "property gone")


@pytest.mark.parametrize("title", CUT_TITLES)
def test_a_title_with_half_a_link_is_asked_about_in_a_digest(title: str) -> None:
    asked_until_taken_back(WEEK, LINK, title, "title", "looks cut")


@pytest.mark.parametrize("title", [*CUT_TITLES, LINK[1:].replace("|", "\\|")])
def test_a_title_with_half_a_link_is_asked_about_in_a_note(title: str) -> None:
    asked_until_taken_back(NOTE, f'title: "{TITLE}"', f"title: '{title}'", "title", "looks cut")


@pytest.mark.parametrize("address", CUT_ADDRESSES)
@pytest.mark.parametrize("path", [WEEK, NOTE])
def test_an_address_that_is_no_papers_any_more_is_asked_about(path: str, address: str) -> None:
    asked_until_taken_back(path, URL, address, "url", "looks cut")


@pytest.mark.parametrize("path", [WEEK, NOTE])
def test_another_papers_address_is_followed(path: str) -> None:
    vault, _ = slipped(path, URL, f"{URL[:-1]}9")
    vault.sync()
    quiet(vault)
    assert f"{URL[:-1]}9" in vault.files[WEEK] and f"{URL[:-1]}9" in vault.files[NOTE]


@pytest.mark.parametrize("title", ["[Re] Alpha", "Alpha [v2] B", "Alpha | Beta", "In [0, 1)"])
def test_a_title_with_brackets_of_its_own_is_followed(title: str) -> None:
    vault, _ = slipped(NOTE, f'title: "{TITLE}"', f"title: '{title}'")
    vault.sync()
    quiet(vault)
    assert said(vault, ALPHA).title == noted(vault, NOTE).title == title


@pytest.mark.parametrize(
    ("new", "left"),
    [
        ("tags:\n", ()),
        ("tags: []\n", ()),
        ("tags:\n  - llm\n", ("llm",)),
        ("Tags: [llm]\n", ("llm",)),
    ],
)
def test_tags_that_are_fewer_are_followed(new: str, left: tuple[str, ...]) -> None:
    vault, _ = slipped(NOTE, TAGS, new)
    vault.sync()
    quiet(vault)
    assert said(vault, ALPHA).tags == noted(vault, NOTE).tags == left


@pytest.mark.parametrize("name", ["title", "authors", "url"])
def test_a_shared_field_whose_key_is_gone_is_filled_in(name: str) -> None:
    vault = settled()
    was = noted(vault, NOTE)
    vault.files[NOTE] = re.sub(rf"{name}:.*\n(  - .*\n)*", "", vault.files[NOTE], count=1)
    vault.sync()
    quiet(vault)
    assert noted(vault, NOTE) == was


@pytest.mark.parametrize("side", ["digest", "note"])
def test_a_choice_settles_tags_whose_key_is_gone(side: str) -> None:
    vault, _ = slipped(NOTE, TAGS, "")
    vault.sync(decisions={place(ALPHA, WEEK, "tags"): side})  # type: ignore[dict-item]
    quiet(vault)
    left = ("alpha", "llm") if side == "digest" else ()
    assert said(vault, ALPHA).tags == noted(vault, NOTE).tags == left


@pytest.mark.parametrize("side", ["digest", "note"])
def test_naming_the_note_settles_tags_whose_key_is_gone(side: str) -> None:
    vault, _ = slipped(NOTE, TAGS, "")
    vault.take(NOTE, side)  # type: ignore[arg-type]
    quiet(vault)
    assert said(vault, ALPHA).tags == (("alpha", "llm") if side == "digest" else ())


def test_tags_that_went_from_both_sides_are_gone() -> None:
    vault, _ = slipped(NOTE, TAGS, "")
    vault.files[WEEK] = vault.files[WEEK].replace("#alpha #llm\n", "")
    vault.sync()
    quiet(vault)
    assert entry(vault, ALPHA).fields.tags == () and "tags:" not in vault.files[NOTE]


def test_lists_of_links_name_a_note_that_cannot_be_read_just_now() -> None:
    vault, _ = slipped(WEEK, "베타 설명입니다.", f"베타 설명입니다. ({URL})")
    vault.sync()
    quiet(vault)
    listed = 'mentions:\n  - "[[230801 Alpha Models]]"\n'
    assert listed in vault.files[NOTE_BETA]
    vault.files[NOTE] = f"\n{vault.files[NOTE]}"
    vault.files[NOTE_BETA] = vault.files[NOTE_BETA].replace("베타 설명", "베타 새 설명")
    vault.sync()
    assert listed in vault.files[NOTE_BETA]
