"""A device that joins a vault whose files a sync service is still bringing.

No digest and no entry is made or removed because a file or an entry is not here.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.support.vaults import CAUSAL, DIGEST, PLATYPUS, Vault


@pytest.fixture
def joiner(built: Vault, tmp_path: Path) -> Vault:
    """A second device to which nothing but the configuration has come so far."""
    root = tmp_path / "joiner"
    root.mkdir()
    shutil.copyfile(built.root / "vault-sync.toml", root / "vault-sync.toml")
    return Vault(root, tmp_path / "joiner-state")


def brings(built: Vault, joiner: Vault, pattern: str = "**/*.md") -> None:
    """Bring the files of the first device that are not at the second yet."""
    for file in built.root.glob(pattern):
        path = file.relative_to(built.root).as_posix()
        if file.is_file() and not path.startswith("."):
            joiner.write(path, built.read(path))


def notes_only(joiner: Vault) -> None:
    """Insist that a pass makes and removes nothing."""
    before = joiner.files()
    joiner.run("sync", "--offline")
    assert joiner.files() == before
    assert not (joiner.root / "digests").exists()


def joined(joiner: Vault) -> bool:
    return "joining" not in joiner.run("status").out


def test_notes_that_come_before_their_digest(built: Vault, joiner: Vault) -> None:
    built.edit(DIGEST, "2023년", "A line that is in the digest alone.\n2023년")
    brings(built, joiner, "papers/23081[4-6]*.md")
    notes_only(joiner)
    brings(built, joiner, "papers/*.md")
    notes_only(joiner)
    notes_only(joiner)
    brings(built, joiner)
    for _ in range(3):
        joiner.ok("sync", "--offline")
        assert joiner.files().keys() == built.files().keys() - {"arxiv.jsonl"}
        assert joiner.read(DIGEST) == built.read(DIGEST)


def test_a_vault_that_is_empty_for_long_is_not_joined(built: Vault, joiner: Vault) -> None:
    for _ in range(3):
        joiner.run("sync", "--offline")
    brings(built, joiner, "papers/23081[4-6]*.md")
    notes_only(joiner)


def test_linked_entries_that_come_before_their_notes(built: Vault, joiner: Vault) -> None:
    brings(built, joiner, "digests/*.md")
    joiner.run("sync", "--offline")
    built.write("digests/2023년 8월 4주차.md", "https://arxiv.org/abs/2305.00001\nNew (Ann Lee)\n")
    built.ok("sync", "--offline")
    brings(built, joiner, "papers/*.md")
    before = joiner.files()
    joiner.run("sync", "--offline")
    assert joiner.files() == before, "the second digest is not here yet, and not made"


def test_a_temporary_file_of_another_device_tells_nothing(built: Vault, joiner: Vault) -> None:
    joiner.write(".vault-sync/tmp/e440e2c68759-0", built.read(PLATYPUS))
    brings(built, joiner, "papers/*.md")
    ran = joiner.run("sync", "--offline")
    assert "another device" not in ran.err and "left-over" not in ran.err
    assert not (joiner.root / "digests").exists()


def test_an_entry_that_goes_while_joining_is_not_removed(built: Vault, joiner: Vault) -> None:
    brings(built, joiner)
    joiner.ok("sync", "--offline")
    whole = joiner.read(DIGEST)
    at = whole.index("https://arxiv.org/abs/2308.07317")
    joiner.write(DIGEST, whole[:at] + whole[whole.index("https://", at + 9) :])
    joiner.run("sync", "--offline")
    assert PLATYPUS in joiner.files()
    # From the next pass on, it is.
    assert joined(joiner)
    joiner.ok("sync", "--offline")
    assert PLATYPUS not in joiner.files()


def test_a_vault_without_notes_is_joined_at_once(vault: Vault) -> None:
    vault.ok("rebuild", "--offline")
    assert joined(vault)


def test_a_state_that_was_lost_changes_nothing(built: Vault) -> None:
    before = built.files()
    shutil.rmtree(built.state)
    for _ in range(3):
        built.ok("sync", "--offline")
        assert built.files() == before
    assert joined(built)


def test_marks_of_a_delivery_keep_a_device_joining(built: Vault, joiner: Vault) -> None:
    brings(built, joiner)
    mark = ".syncthing.last.pdf.tmp"
    joiner.write(mark, "")
    for _ in range(3):
        joiner.ok("sync", "--offline")
        assert not joined(joiner)
    (joiner.root / mark).unlink()
    joiner.ok("sync", "--offline")
    assert joined(joiner)


def test_what_lacks_a_half_waits_while_files_arrive(built: Vault) -> None:
    mark = built.root / "papers" / ".syncthing.230901 New.md.tmp"
    mark.write_bytes(b"half")
    text = built.read(DIGEST)
    built.write(DIGEST, text.rstrip() + "\nhttps://arxiv.org/abs/2305.00001\nNew (Ann Lee)\n")
    built.write("papers/other.md", built.read(CAUSAL).replace("2308.06912", "2305.00002"))
    before = built.files()
    built.run("sync", "--offline")
    assert built.files() == before
    mark.unlink()
    built.run("sync", "--offline")
    assert any("New" in path for path in built.files().keys() - before.keys())
    assert "2305.00002" in built.read(DIGEST)


def test_an_entry_that_goes_while_files_arrive_waits(built: Vault) -> None:
    mark = built.root / "papers" / "~syncthing~x.md.tmp"
    mark.write_bytes(b"half")
    whole = built.read(DIGEST)
    at = whole.index("https://arxiv.org/abs/2308.07317")
    built.write(DIGEST, whole[:at] + whole[whole.index("https://", at + 9) :])
    built.run("sync", "--offline")
    assert PLATYPUS in built.files()
    mark.unlink()
    built.ok("sync", "--offline")
    assert PLATYPUS not in built.files()


def test_init_keeps_our_folder_from_syncthing(tmp_path: Path) -> None:
    root = tmp_path / "shared"
    (root / ".stfolder").mkdir(parents=True)
    ran = Vault(root, tmp_path / "state").ok("init", "--here")
    assert ".stignore" in ran.out
    assert (root / ".stignore").read_text() == ".vault-sync\n"
