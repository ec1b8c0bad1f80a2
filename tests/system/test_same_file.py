"""A base belongs to a file: a copy that steps into a note's place takes nothing from the digest."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.vaults import Vault, rebuilt

WEEK = "digests/1주.md"
NOTE = "papers/T.md"
COPY = "papers/T 1.md"
OTHER = "digests/2주.md"
ASKED_ABOUT = "papers/T 2.md"  # some services name copies so: no note while the other is there
DIGEST = (
    "1주\nhttps://arxiv.org/abs/2308.00001\nT: A (Ann Park)\n"
    "first line\nsecond line\nthird line\n#t\n"
)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return rebuilt(tmp_path, {WEEK: DIGEST})


def precious(vault: Vault) -> None:
    """A sentence that is written once the copy is there, and goes to the note."""
    vault.edit(WEEK, "second line", "second line\nPRECIOUS sentence")
    vault.run("sync")
    assert "PRECIOUS" in vault.read(NOTE)


def copied(vault: Vault) -> None:
    shutil.copyfile(vault.root / NOTE, vault.root / COPY)


def edited(vault: Vault, path: str = COPY) -> None:
    vault.edit(path, "third line", "one more thought")


def by_hand(vault: Vault) -> None:
    copied(vault)
    precious(vault)
    vault.root.joinpath(NOTE).unlink()
    edited(vault)


def unseen_until_now(vault: Vault) -> None:
    """A sync service, or a backup: the copy comes when the note is gone."""
    shutil.copyfile(vault.root / NOTE, vault.root.parent / "elsewhere.md")
    precious(vault)
    vault.root.joinpath(NOTE).unlink()
    shutil.copyfile(vault.root.parent / "elsewhere.md", vault.root / COPY)
    edited(vault)


def linked(vault: Vault) -> None:
    by_hand(vault)
    vault.edit(WEEK, "[[T|", "[[T 1|")


def linked_while_both_are_there(vault: Vault) -> None:
    copied(vault)
    precious(vault)
    edited(vault)
    vault.edit(WEEK, "[[T|", "[[T 1|")


def one_of_two(vault: Vault) -> None:
    copied(vault)
    shutil.copyfile(vault.root / NOTE, vault.root / "papers/T 2.md")
    precious(vault)
    vault.root.joinpath(NOTE).unlink()
    vault.root.joinpath(COPY).unlink()
    edited(vault, "papers/T 2.md")


def renamed_into_its_place(vault: Vault) -> None:
    copied(vault)
    precious(vault)
    (vault.root / COPY).replace(vault.root / NOTE)


def renamed_into_its_place_and_edited(vault: Vault) -> None:
    renamed_into_its_place(vault)
    edited(vault, NOTE)


def one_asked_about_is_linked(vault: Vault) -> None:
    shutil.copyfile(vault.root / NOTE, vault.root / ASKED_ABOUT)
    precious(vault)
    vault.root.joinpath(NOTE).unlink()
    edited(vault, ASKED_ABOUT)
    vault.edit(WEEK, "[[T|", "[[T 2|")


def copied_into_its_place(vault: Vault) -> None:
    copied(vault)
    precious(vault)
    vault.root.joinpath(NOTE).unlink()
    shutil.copyfile(vault.root / COPY, vault.root / NOTE)


def copied_into_its_place_once_edited(vault: Vault) -> None:
    copied(vault)
    precious(vault)
    edited(vault)
    shutil.copyfile(vault.root / COPY, vault.root / NOTE)


@pytest.mark.parametrize(
    "step_in",
    [
        by_hand,
        unseen_until_now,
        linked,
        linked_while_both_are_there,
        one_of_two,
        renamed_into_its_place,
        renamed_into_its_place_and_edited,
        one_asked_about_is_linked,
        copied_into_its_place,
        copied_into_its_place_once_edited,
    ],
)
def test_a_copy_that_steps_in_takes_nothing_from_the_digest(
    vault: Vault, step_in: Callable[[Vault], None]
) -> None:
    step_in(vault)
    for _ in range(3):
        assert vault.run("sync").code == 1, "a person is asked"
        assert "PRECIOUS" in vault.read(WEEK)
    assert vault.run("check").code == 1


def test_a_copy_that_lacks_nothing_goes_on_as_the_note(vault: Vault) -> None:
    precious(vault)
    copied(vault)
    vault.ok("sync")
    vault.root.joinpath(NOTE).unlink()
    vault.edit(COPY, "third line", "third line\none more thought")
    vault.ok("sync")
    assert "one more thought" in vault.read(WEEK)
    vault.ok("check")


# ---- the same file


def moved(vault: Vault) -> str:
    vault.root.joinpath("papers/2024").mkdir()
    vault.root.joinpath(NOTE).rename(vault.root / "papers/2024/T.md")
    return "papers/2024/T.md"


def renamed(vault: Vault) -> str:
    vault.root.joinpath(NOTE).rename(vault.root / COPY)
    return COPY


def renamed_with_its_link(vault: Vault) -> str:
    """As Obsidian renames, and by a hand that edits at once."""
    renamed(vault)
    vault.edit(WEEK, "[[T|", "[[T 1|")
    edited(vault)
    return COPY


def delivered(vault: Vault) -> str:
    """As a sync service renames: the bytes are the same, the file is another."""
    shutil.copyfile(vault.root / NOTE, vault.root / COPY)
    vault.root.joinpath(NOTE).unlink()
    return COPY


def saved_by_rename(vault: Vault) -> str:
    text = vault.read(NOTE).replace("third line", "one more thought")
    vault.write("papers/.T.tmp", text)
    (vault.root / "papers/.T.tmp").replace(vault.root / NOTE)
    return NOTE


def restored(vault: Vault) -> str:
    vault.root.joinpath(".trash").mkdir(exist_ok=True)
    vault.root.joinpath(NOTE).rename(vault.root / ".trash/T.md")
    vault.run("sync")
    vault.root.joinpath(".trash/T.md").rename(vault.root / NOTE)
    edited(vault, NOTE)
    return NOTE


@pytest.mark.parametrize(
    "move", [moved, renamed, renamed_with_its_link, delivered, saved_by_rename, restored]
)
def test_a_note_that_only_moved_keeps_its_base(vault: Vault, move: Callable[[Vault], str]) -> None:
    precious(vault)
    path = move(vault)
    vault.ok("sync")
    if "one more thought" not in vault.read(path):
        edited(vault, path)
        vault.ok("sync")
    assert "one more thought" in vault.read(WEEK)
    assert "third line" not in vault.read(WEEK)
    assert "PRECIOUS" in vault.read(WEEK)
    vault.ok("check")


def test_another_title_of_a_copy_asked_about_is_no_edit(vault: Vault) -> None:
    shutil.copyfile(vault.root / NOTE, vault.root / ASKED_ABOUT)
    vault.edit(ASKED_ABOUT, 'title: "T: A"', "title: Older")
    vault.run("sync")
    vault.edit(NOTE, 'title: "T: A"', "title: Newer")
    vault.run("sync")
    (vault.root / ASKED_ABOUT).replace(vault.root / NOTE)
    for _ in range(3):
        assert vault.run("sync").code == 1, "a person is asked"
        assert "Newer" in vault.read(WEEK)


def says_otherwise(vault: Vault, old: str, new: str) -> None:
    """A digest of another week has the same paper, in other words."""
    vault.write(OTHER, DIGEST.replace("1주", "2주").replace(old, new))
    vault.ok("sync")


def test_a_digest_that_steps_into_another_ones_place_takes_nothing_from_the_notes(
    vault: Vault,
) -> None:
    says_otherwise(vault, "second line", "other")
    precious(vault)
    (vault.root / OTHER).replace(vault.root / WEEK)
    vault.run("sync")
    assert "PRECIOUS" in vault.read(NOTE)


def test_another_title_in_a_digest_that_steps_into_another_ones_place_is_no_edit(
    vault: Vault,
) -> None:
    says_otherwise(vault, "T: A", "Older")
    vault.edit(NOTE, 'title: "T: A"', "title: Newer")
    vault.ok("sync")
    assert "Newer" in vault.read(WEEK)
    assert "Older" in vault.read(OTHER), "the first entry speaks for the paper"
    (vault.root / OTHER).replace(vault.root / WEEK)
    for _ in range(3):
        assert vault.run("sync").code == 1, "a person is asked"
        assert "Newer" in vault.read(NOTE)


def test_a_second_pass_writes_nothing(vault: Vault) -> None:
    vault.ok("sync")
    before = [path.read_bytes() for path in vault.state.glob("*/state.sqlite")]
    vault.ok("sync")
    assert [path.read_bytes() for path in vault.state.glob("*/state.sqlite")] == before
