"""A new note may be read by those alone who may read the digests whose words are in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.support.vaults import Vault
from vault_sync.edge.platform import current

ENTRY = "https://arxiv.org/abs/2308.0000{0}\nPaper {0}: A Story (Ann Park)\nprivate\n#t\n"


@pytest.fixture
def two(offline_vault: Vault) -> Vault:
    if current.files.PINS:
        pytest.skip("Windows has access lists, which a folder hands down")
    vault = offline_vault
    for path in vault.root.rglob("*.md"):
        path.unlink()
    for number in (1, 2):
        vault.write(f"digests/{number}w.md", f"{number}w\n{ENTRY.format(number)}")
    return vault


def modes(vault: Vault) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in (vault.root / "papers").iterdir()}


@pytest.mark.parametrize(
    ("digest", "note"), [(0o600, 0o600), (0o640, 0o640), (0o644, 0o644), (0o666, 0o644)]
)
def test_a_note_has_the_rights_of_its_digest_and_no_more_than_the_umask_leaves(
    two: Vault, digest: int, note: int
) -> None:
    (two.root / "digests" / "1w.md").chmod(digest)
    (two.root / "digests" / "2w.md").chmod(0o644)
    before = os.umask(0o022)
    try:
        two.arrange("rebuild", "--offline")
    finally:
        os.umask(before)
    found = modes(two)
    assert sorted(found.values()) == sorted([note, 0o644])


def test_a_paper_of_two_digests_has_the_rights_that_both_give(two: Vault) -> None:
    both = ENTRY.format(1)
    two.write("digests/2w.md", f"2w\n{both}")
    (two.root / "digests" / "2w.md").chmod(0o600)
    two.arrange("rebuild", "--offline")
    assert set(modes(two).values()) == {0o600}


def test_a_folder_that_is_made_gives_what_the_one_above_gives(two: Vault, tmp_path: Path) -> None:
    two.root.chmod(0o700)
    two.arrange("rebuild", "--offline")
    assert (two.root / "papers").stat().st_mode & 0o777 == 0o700
