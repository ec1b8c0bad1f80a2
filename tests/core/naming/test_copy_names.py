"""Names of copies: each service's form is read; one that people use needs more."""

from __future__ import annotations

import pytest
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.naming.copy_names import (
    CopyName,
    about_the_same,
    brings_markdown,
    certain,
    is_copy,
    is_delivery_mark,
    possible,
)

WEEK = RelPath("digests/2023년 8월 3주차.md")


@pytest.mark.parametrize(
    ("mark", "service"),
    [
        (".sync-conflict-20230815-101112-ABCDEF2", "Syncthing"),
        (".SYNC-CONFLICT-20230815-101112-abcdef2", "Syncthing"),
        (".sync-conflict-20230815-101112", "Syncthing"),
        (" (Conflicted copy)", "Obsidian Sync"),
        (" (Conflicted copy 내 폰 202308151011)", "Obsidian Sync"),
        (" (Conflicted copy Anna's Pixel 7 202308151011)", "Obsidian Sync"),
        (" (conflicted copy 2023-08-15 101112)", "Nextcloud"),
        (" (conflicted copy anna 2023-08-15 101112)", "Nextcloud"),
        ("_conflict-20230815-101112", "Nextcloud"),
        (" (Anna's conflicted copy 2023-08-15)", "Dropbox"),
        (" (Anna’s conflicted copy 2023-08-15)", "Dropbox"),
        (" (Jens' conflicted copy 2023-08-15)", "Dropbox"),
        (" (Anna's conflicted copy 2023-08-15 (1))", "Dropbox"),
        (" (SFConflict anna@example.org 2023-08-15-10-11-12)", "Seafile"),
        (" (case conflicted copy, 15.8.)", "a sync service"),
        (" (kim's Mac (2)'s conflicted copy 2023-08-01)", "a sync service"),
        (" (kim's conflicted copy 2023-08-01) (1)", "a sync service"),
    ],
)
def test_a_name_that_proves_a_copy(mark: str, service: str) -> None:
    path = WEEK.replace(".md", f"{mark}.md")
    assert certain(path) == CopyName(WEEK, service, "certain")
    assert possible(path, {WEEK}) == ()


def test_of_all_files_only_notes_and_digests_have_copies_that_are_read() -> None:
    assert is_copy("a (restored 2).md") and is_copy("a (Conflicted copy).MD")
    assert not is_copy("a (Conflicted copy).png")


@pytest.mark.parametrize("mark", [" (restored)", " (restored 2)"])
def test_what_restore_puts_beside_a_file_is_no_copy_to_merge(mark: str) -> None:
    assert certain(f"papers/X{mark}.md") == CopyName(
        RelPath("papers/X.md"), "vault-sync", "restored"
    )


def test_a_copy_of_a_copy_is_one_of_the_same_file() -> None:
    name = "X (Conflicted copy).sync-conflict-20230815-101112-ABCDEF2.md"
    assert certain(name) == CopyName(RelPath("X.md"), "Syncthing", "certain")
    twice = "X (restored) (Conflicted copy).md"
    assert certain(twice) == CopyName(RelPath("X.md"), "Obsidian Sync", "certain")


@pytest.mark.parametrize(
    "path",
    [
        "X.md",
        "X 2.md",
        "X (1).md",
        "X-DESKTOP.md",
        "X.Conflict.md",
        "X (restored by hand).md",
        "a conflicted copy.md",
        "a (conflicted copy) and its cure.md",
        "a (draft) conflicted copy (old).md",
        "(Conflicted copy)",
        ".sync-conflict-20230815-101112-ABCDEF2.md",
        "digests/ (Conflicted copy).md",
        "X.sync-conflict-2023-101112-ABCDEF2.md",
        "X_conflict-2023.md",
        "a (Conflicted copy)/X.md",
    ],
)
def test_a_name_that_proves_nothing(path: str) -> None:
    assert certain(path) is None


@pytest.mark.parametrize("suffix", ["base", "toml", "MD"])
def test_other_files_have_copies_too(suffix: str) -> None:
    name = certain(f"X.sync-conflict-20230815-101112-ABCDEF2.{suffix}")
    assert name is not None and name.original == f"X.{suffix}"


@pytest.mark.parametrize(
    ("mark", "service"),
    [
        (" 2", "iCloud"),
        (" 13", "iCloud"),
        (" (1)", "Google Drive"),
        (".Conflict", "Resilio Sync"),
        ("-LAPTOP", "OneDrive"),
        ("-LAPTOP-2", "OneDrive"),
        ("-DESKTOP-AB12CD3", "OneDrive"),
        ("(1)", "Google Drive"),
        (" (1) (2)", "Google Drive"),
        (" (충돌 사본 2026-01-01)", "Dropbox"),
        (" (Case Conflict)", "Dropbox"),
        (" copy", "a person"),
        (" - Copy (2)", "a person"),
        (" 복사본", "a person"),
        (" - 복사본 2", "a person"),
    ],
)
def test_a_name_that_people_use_too_is_a_copy_only_beside_its_original(
    mark: str, service: str
) -> None:
    path = WEEK.replace(".md", f"{mark}.md")
    assert possible(path, {WEEK}) == (CopyName(WEEK, service, "possible"),)
    assert possible(path, {RelPath("digests/other.md")}) == ()


def test_of_several_originals_the_longest_name_is_first() -> None:
    there = {RelPath("X.md"), RelPath("X-LAPTOP.md")}
    found = possible("X-LAPTOP-2.md", there)
    assert [name.original for name in found] == ["X-LAPTOP.md", "X.md"]


@pytest.mark.parametrize("path", ["X 1.md", "X 2023.md", " 2.md", "-LAPTOP.md", "X- y.md", "X2.md"])
def test_what_no_service_writes_is_no_copy(path: str) -> None:
    assert possible(path, {RelPath("X.md"), RelPath(".md")}) == ()


def keys(text: str) -> list[Key]:
    return [Key(each) for each in text]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("abcdef", "abc", True),
        ("abcdef", "abcxyz", True),
        ("abcdefg", "abcwxyz", False),  # fewer than half of the smaller one's
        ("ab", "ab", False),  # too few to tell
    ],
)
def test_two_digests_are_versions_of_one_only_by_their_papers(
    one: str, other: str, same: bool
) -> None:
    assert about_the_same(keys(one), keys(other)) is same
    assert about_the_same(keys(other), keys(one)) is same


@pytest.mark.parametrize(
    ("path", "mark"),
    [
        ("digests/.syncthing.X.md.tmp", True),
        ("~syncthing~X.md.tmp", True),
        ("papers/.X.md.icloud", True),
        (".icloud", False),
        ("X.icloud", False),
        ("a.syncthing.md", False),
        (".syncthing.d/X.md", False),
    ],
)
def test_files_that_are_still_being_brought(path: str, mark: bool) -> None:
    assert is_delivery_mark(path) is mark


@pytest.mark.parametrize(
    ("path", "markdown"),
    [
        ("digests/.syncthing.X.md.tmp", True),
        ("papers/.X.MD.icloud", True),
        ("pdfs/.syncthing.X.pdf.tmp", False),
        ("my.md notes/.syncthing.X.pdf.tmp", False),
        # A name that would be too long is hashed: what it is of is not to be seen.
        (f"pdfs/.syncthing.{'0a' * 16}.tmp", True),
        (f"pdfs/~syncthing~{'0a' * 16}.tmp", True),
        (f"pdfs/.syncthing.{'0a' * 15}.tmp", False),
    ],
)
def test_what_is_being_brought_may_be_markdown(path: str, markdown: bool) -> None:
    assert brings_markdown(path) is markdown
