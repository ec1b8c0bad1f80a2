"""Lines that were only set anew are no edit, of whatever field and on whatever side."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from vault_sync.core.model.plan import Conflict

DIGEST = "digests/2024-05-06.md"
WORDS = (
    "One two three four five. Six seven eight.\nNine *ten* eleven.\n- an item of words\n- another"
)
TEXT = f"""2024-05-06

https://arxiv.org/abs/2401.00001
Alpha (Ann Bee)
First words of Alpha.

https://arxiv.org/abs/2401.00002
Wraps [x] and snake_case (Bob Cee)
{WORDS}

#moe
"""
WRAPPED = (
    "One two\nthree four five.\nSix seven eight. Nine\n_ten_ eleven.\n\n"
    "* an item\n  of words\n* another"
)


def in_line() -> MemoryVault:
    vault = MemoryVault({DIGEST: TEXT})
    vault.sync(remake=True)
    assert not vault.sync().operations
    return vault


def note_of(vault: MemoryVault) -> str:
    return next(path for path in vault.files if path.startswith("papers/Wraps"))


def wrap(vault: MemoryVault, path: str) -> None:
    text = vault.files[path]
    assert WORDS in text
    vault.files[path] = text.replace(WORDS, WRAPPED)


def paths(vault: MemoryVault, sides: str) -> list[str]:
    return {"digest": [DIGEST], "note": [note_of(vault)], "both": [DIGEST, note_of(vault)]}[sides]


SIDES = ("digest", "note", "both")


@pytest.mark.parametrize("sides", SIDES)
def test_a_commentary_that_was_wrapped_stays_as_each_side_has_it(sides: str) -> None:
    vault = in_line()
    for path in paths(vault, sides):
        wrap(vault, path)
    whole = dict(vault.files)
    for _ in range(2):
        plan = vault.sync()
        assert not plan.operations
        assert not plan.conflicts
        assert not plan.problems
    assert vault.files == whole


@pytest.mark.parametrize("wrapped", SIDES)
@pytest.mark.parametrize("edited", ["digest", "note"])
@pytest.mark.parametrize("at_once", [True, False])
def test_an_edit_beside_it_takes_the_lines_of_the_side_where_it_lands(
    wrapped: str, edited: str, *, at_once: bool
) -> None:
    vault = in_line()
    for path in paths(vault, wrapped):
        wrap(vault, path)
    if not at_once:
        vault.sync()
    [path] = paths(vault, edited)
    [other] = {DIGEST, note_of(vault)} - {path}
    before = vault.files[other]
    vault.files[path] = vault.files[path].replace("seven eight", "seven NEW eight")
    plan = vault.sync()
    assert not plan.conflicts
    assert vault.files[other] == before.replace("seven eight", "seven NEW eight")
    assert not vault.sync().operations


@pytest.mark.parametrize("wrapped", ["digest", "note"])
def test_edits_of_both_sides_are_merged_though_one_is_wrapped(wrapped: str) -> None:
    vault = in_line()
    wrap(vault, paths(vault, wrapped)[0])
    digest, note = DIGEST, note_of(vault)
    vault.files[digest] = vault.files[digest].replace("seven eight", "seven NEW eight")
    vault.files[note] = vault.files[note].replace("another", "another item")
    before = dict(vault.files)
    plan = vault.sync()
    assert not plan.conflicts
    assert vault.files[note] == before[note].replace("seven eight", "seven NEW eight")
    assert vault.files[digest] == before[digest].replace("another", "another item")


def test_edits_of_one_place_are_still_asked_about() -> None:
    vault = in_line()
    wrap(vault, DIGEST)
    vault.files[DIGEST] = vault.files[DIGEST].replace("seven eight", "seven NEW eight")
    note = note_of(vault)
    vault.files[note] = vault.files[note].replace("seven eight", "seven OTHER eight")
    [conflict] = vault.sync().conflicts
    assert isinstance(conflict, Conflict)
    assert (conflict.field, conflict.reason) == ("commentary", "both changed")


def test_a_title_with_escapes_is_the_same_title() -> None:
    vault = in_line()
    title = "Wraps [x] and snake_case"
    escaped = "Wraps \\[x\\] and snake\\_case"
    vault.files[DIGEST] = vault.files[DIGEST].replace(f"\n{title}", f"\n{escaped}")
    assert escaped in vault.files[DIGEST]
    whole = dict(vault.files)
    for _ in range(2):
        plan = vault.sync()
        assert not plan.conflicts
        assert vault.files == whole
    note = note_of(vault)
    vault.files[note] = vault.files[note].replace(f"title: {title}", f"title: {title} Anew")
    vault.sync()
    assert f"\n{escaped} Anew (Bob Cee)" in vault.files[DIGEST]


def test_a_wrapped_note_is_no_edited_one_when_its_entry_goes() -> None:
    vault = in_line()
    note = note_of(vault)
    wrap(vault, note)
    vault.files[DIGEST] = TEXT[: TEXT.index("\nhttps://arxiv.org/abs/2401.00002")]
    vault.sync()
    assert note not in vault.files
    assert "2401.00002" not in vault.files[DIGEST]


def test_a_line_break_that_means_something_is_an_edit() -> None:
    vault = in_line()
    note = note_of(vault)
    vault.files[note] = vault.files[note].replace("five. Six", "five.\n\nSix")
    vault.sync()
    assert "five.\n\nSix" in vault.files[DIGEST]


def test_two_wrappings_of_which_no_base_tells_are_one_text() -> None:
    vault = in_line()
    wrap(vault, DIGEST)
    vault.rows.clear()
    plan = vault.sync()
    assert not plan.conflicts
    assert not plan.operations


def test_a_new_title_of_the_note_is_followed_beside_escapes_in_the_digest() -> None:
    vault = in_line()
    vault.files[DIGEST] = vault.files[DIGEST].replace("and snake_case (", "and snake\\_case (")
    note = note_of(vault)
    title = "title: Wraps [x] and snake_case"
    vault.files[note] = vault.files[note].replace(title, f"{title} Anew")
    plan = vault.sync()
    assert not plan.conflicts
    assert "and snake\\_case Anew (Bob Cee)" in vault.files[DIGEST]
