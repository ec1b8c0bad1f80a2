"""Digests in other styles than flat, both ways; fields that have no place in them."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from vault_sync.core.digest.styles import lens
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.model.values import RelPath, Rules

A, B, C = (f"https://arxiv.org/abs/2301.0000{n}" for n in (1, 2, 3))
LIST = f"- [Deep Nets]({A}): words\n- **Wide Nets**. *Ann Bee, Cee Dee*. [[pdf]({B})]\n"
HEADING = f"## 1. Deep Nets\n\n**Authors:** Ann Bee, Cee Dee\n**arXiv:** [2301.00001]({A})\n"
TABLE = (
    "| title | authors | pdf |\n|---|---|---|\n"
    f"| **Deep Nets** | Ann Bee et al. | [pdf]({A}) |\n| **Wide Nets** | Cee Dee | [pdf]({B}) |\n"
)
PARAGRAPH = f"**Deep Nets** \\\n*Ann Bee, Cee Dee* \\\n[[Paper]({A})]\n"
TITLE_FIRST = f"Deep Nets (Ann Bee, Cee Dee)\n{A}\nwords\n"
DIGEST, NOTE = "digests/d.md", "papers/Deep Nets.md"


def world(text: str, *styles: StyleName) -> MemoryVault:
    return MemoryVault({DIGEST: text}, rules=Rules(digest_styles=(("**", styles),)))


def silent(vault: MemoryVault) -> bool:
    return vault.sync().operations == ()


def edit(vault: MemoryVault, path: str, old: str, new: str) -> None:
    assert old in vault.files[path]
    vault.files[path] = vault.files[path].replace(old, new)


WORLDS: list[tuple[StyleName, str]] = [
    ("list", LIST),
    ("heading", HEADING),
    ("table", TABLE),
    ("paragraph", PARAGRAPH),
    ("title-first", TITLE_FIRST),
]


@pytest.mark.parametrize(("style", "text"), WORLDS)
def test_a_digest_is_linked_once_and_read_back(style: StyleName, text: str) -> None:
    vault = world(text, style)
    vault.sync()
    assert NOTE in vault.files and "[[Deep Nets" in vault.files[DIGEST]
    assert silent(vault)
    assert lens.export(vault.files[DIGEST], (style,)) == text


@pytest.mark.parametrize(
    ("line", "linked"),
    [
        (f"# [Deep Nets]({A}) #", f"# [Deep Nets]({A}) [[Deep Nets]] #"),
        (f"  ## [Deep Nets]({A}) ##  ", f"  ## [Deep Nets]({A}) [[Deep Nets]] ##  "),
        (f"# [Deep Nets]({A}) C#", f"# [Deep Nets]({A}) C# [[Deep Nets]]"),
    ],
)
def test_the_link_stands_before_the_signs_that_close_a_heading(line: str, linked: str) -> None:
    vault = world(f"August\n{line}\n", "heading")
    vault.sync()
    assert vault.files[DIGEST] == f"August\n{linked}\n"
    assert silent(vault)


@pytest.mark.parametrize(("style", "text"), WORLDS)
def test_a_title_goes_both_ways(style: StyleName, text: str) -> None:
    vault = world(text, style)
    vault.sync()
    edit(vault, NOTE, "title: Deep Nets", "title: Deeper Nets")
    vault.sync()
    assert "Deeper Nets" in vault.files[DIGEST]
    edit(vault, DIGEST, "Deeper Nets", "Deepest Nets")
    vault.sync()
    assert "title: Deepest Nets" in vault.files[NOTE]
    assert silent(vault)


@pytest.mark.parametrize(("style", "text"), WORLDS)
def test_a_style_that_was_not_chosen_reads_nothing(style: StyleName, text: str) -> None:
    other: StyleName = "heading" if style == "table" else "table"
    assert world(text, other).sync().operations == ()


def test_what_a_table_has_no_place_for_lives_in_the_note_alone() -> None:
    vault = world(TABLE, "table")
    vault.sync()
    before = vault.files[DIGEST]
    edit(vault, NOTE, "digests:", "tags:\n  - own\ndigests:")
    vault.files[NOTE] += "\nMy words.\n"
    plan = vault.sync()
    assert sorted(each.message.split(" no place for the ")[1][:4] for each in plan.problems) == [
        "comm",
        "tags",
    ]
    assert {(each.code, each.level) for each in plan.problems} == {("no-place", "notice")}
    assert vault.files[DIGEST] == before
    assert silent(vault)
    assert "My words." in vault.files[NOTE] and "- own" in vault.files[NOTE]


def test_a_list_of_authors_in_part_is_read_once_and_never_written() -> None:
    vault = world(TABLE, "table")
    vault.sync()
    assert "- Ann Bee\n" in vault.files[NOTE]
    before = vault.files[DIGEST]
    edit(vault, NOTE, "  - Ann Bee\n", "  - Ann Bee\n  - Eff Gee\n")
    assert vault.sync().problems == ()
    assert vault.files[DIGEST] == before
    assert silent(vault) and "Eff Gee" in vault.files[NOTE]


def new_note(vault: MemoryVault) -> None:
    vault.files["papers/New Nets.md"] = (
        f"---\ntitle: New Nets\nauthors:\n  - Ann Bee\nurl: {C}\n"
        'digests:\n  - "[[d]]"\n---\n\n## [[d]]\n\nNew words.\n'
    )


@pytest.mark.parametrize(("style", "text"), [WORLDS[0], WORLDS[1], WORLDS[3], WORLDS[4]])
def test_a_new_paper_is_written_as_the_last_entry_is(style: StyleName, text: str) -> None:
    vault = world(text, style)
    vault.sync()
    before = vault.files[DIGEST]
    new_note(vault)
    vault.sync()
    assert vault.files[DIGEST].startswith(before)
    assert C in vault.files[DIGEST] and "New words." in vault.files[DIGEST]
    vault.sync()
    assert silent(vault)


def test_a_list_without_authors_takes_none_from_the_note() -> None:
    vault = world(f"- [Deep Nets]({A})\n", "list")
    vault.sync()
    new_note(vault)
    vault.sync()
    assert f"[New Nets]({C})" in vault.files[DIGEST] and "Ann Bee" not in vault.files[DIGEST]
    vault.sync()
    assert silent(vault)
    assert "- Ann Bee" in vault.files["papers/New Nets.md"]


def test_a_table_takes_no_row() -> None:
    vault = world(TABLE, "table")
    vault.sync()
    before = vault.files[DIGEST]
    new_note(vault)
    assert [each.code for each in vault.sync().problems] == ["no-place"]
    assert vault.files[DIGEST] == before
    assert silent(vault)


def test_a_paper_met_again_is_linked_with_the_first() -> None:
    vault = world(f"{LIST}- [Deep Nets again]({A}v2)\n", "list")
    vault.sync()
    assert vault.files[DIGEST].count("[[Deep Nets]]") == 2
    assert len([path for path in vault.files if path.startswith("papers/")]) == 2
    vault.files[DIGEST] += f"- [Deep Nets once more]({A})\n"
    vault.sync()
    assert vault.files[DIGEST].count("[[Deep Nets]]") == 3
    assert silent(vault)
    assert RelPath(NOTE) in vault.files
