"""One list of copies' names serves both what counts as a paper's file and the doctor."""

from __future__ import annotations

import pytest
from vault_sync.core.naming.sync_copies import is_copy, numbered_original, service_of


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("a (Conflicted copy phone 202308011010).md", "Obsidian Sync"),
        ("a (Conflicted copy).md", "Obsidian Sync"),
        ("a.sync-conflict-20230801-101010-ABCDEFG.md", "Syncthing"),
        ("a.sync-conflict-20230801-101010-abcdefg.md", "Syncthing"),
        ("a (kim's conflicted copy 2023-08-01).md", "Dropbox or Nextcloud"),
        # The doctor found these two, and the pass took them for papers.
        ("a (kim's Mac (2)'s conflicted copy 2023-08-01).md", "Dropbox or Nextcloud"),
        ("a (kim's conflicted copy 2023-08-01) (1).md", "Dropbox or Nextcloud"),
    ],
)
@pytest.mark.parametrize("folder", ["", "papers (old)/"])
def test_a_copy_of_a_service(folder: str, name: str, service: str) -> None:
    assert service_of(folder + name) == service
    assert is_copy(folder + name)


def test_our_own_copy_is_no_services() -> None:
    assert is_copy("a (restored).md") and is_copy("a (restored 2).md")
    assert service_of("a (restored).md") is None


def test_a_copy_that_is_no_markdown_is_the_services_alone() -> None:
    assert service_of("a (kim's conflicted copy 2023-08-01).png") is not None
    assert not is_copy("a (kim's conflicted copy 2023-08-01).png")


@pytest.mark.parametrize(
    "name",
    [
        "On conflicted copy mechanisms.md",
        "a (conflicted copy) and its cure.md",
        "a (draft) conflicted copy (old).md",
        "papers (conflicted copy)/a.md",
        "a (restored) again.md",
    ],
)
def test_no_copy(name: str) -> None:
    assert not is_copy(name)


def test_a_number_behind_a_name() -> None:
    assert numbered_original("papers/a 2.md") == "papers/a.md"
    assert numbered_original("papers/a (1).md") == "papers/a.md"
    assert numbered_original("papers/a.md") is None
