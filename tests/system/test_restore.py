"""What `restore` puts back is an older text: what it lacks of the base is nobody's wish."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.support.vaults import Vault, rebuilt

WEEK, NEXT, NOTE = "digests/1w.md", "digests/2w.md", "papers/Alpha.md"
ALPHA = "https://arxiv.org/abs/2308.00001\nAlpha: Paper (Ann Park)\nSaid of it.\n#t\n"
BETA = "https://arxiv.org/abs/2308.00002\nBeta: Paper (Ann Park)\nOther words.\n#t\n"
LAST = BETA.replace("00002", "00004").replace("Beta", "Delta").replace("#t", "#other")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return rebuilt(tmp_path, {WEEK: f"1w\n{ALPHA}{LAST}", NEXT: f"2w\n{BETA}"})


def syncs(vault: Vault) -> None:
    for _ in range(3):
        vault.run("sync")


def restores_deleted(vault: Vault) -> None:
    """Delete the note, and bring back the text that the last pass replaced there."""
    (vault.root / NOTE).unlink()
    vault.ok("restore", NOTE, "--text", "1")
    assert "  - new" not in vault.read(NOTE)


def alpha_taken_out(vault: Vault) -> str:
    whole = vault.read(WEEK)
    entry = whole[whole.index("https://") : whole.index("https://arxiv.org/abs/2308.00004")]
    vault.write(WEEK, whole.replace(entry, ""))
    return entry


@pytest.mark.parametrize(("moved", "own"), [(False, ""), (True, ""), (False, "My own words.\n")])
def test_a_tag_added_since_stays_and_one_taken_out_after_it_goes(
    vault: Vault, moved: bool, own: str
) -> None:
    vault.edit(WEEK, "#t\n", "#t #new\n")
    vault.ok("sync")
    if moved:
        vault.write(NEXT, vault.read(NEXT) + alpha_taken_out(vault))
    restores_deleted(vault)
    vault.write(NOTE, vault.read(NOTE) + own)  # edited before any pass
    syncs(vault)
    assert "#t #new" in vault.read(NEXT if moved else WEEK)
    vault.write(NOTE, vault.read(NOTE) + "Read.\n")  # with the tag that came there
    syncs(vault)
    vault.edit(NOTE, "  - new\n", "")
    syncs(vault)
    assert "#new" not in vault.read(NEXT if moved else WEEK)


def test_a_text_that_never_was_the_base_takes_nothing_out(vault: Vault) -> None:
    """Both sides were edited, and one pass merged that: the saved text has one edit of the two."""
    vault.edit(WEEK, "Said of it.\n#t\n", "Said of it.\nMore of it.\n#t #new\n")
    vault.edit(NOTE, "  - t\n", "  - t\n  - mine\n")
    vault.edit(NOTE, "Said of it.", "First of all. Said of it.")
    vault.ok("sync")
    assert "First of all. Said of it.\nMore of it.\n#t #new #mine" in vault.read(WEEK)
    restores_deleted(vault)
    syncs(vault)
    assert "First of all. Said of it.\nMore of it.\n#t #new #mine" in vault.read(WEEK)
    assert "  - new\n" in vault.read(NOTE)
    assert "older" in vault.run("check").err


def test_an_entry_added_since_comes_back(vault: Vault) -> None:
    added = BETA.replace("00002", "00003").replace("Beta", "Gamma")
    vault.edit(WEEK, "1w\n", f"1w\n{added}")
    vault.ok("sync")
    vault.ok("restore", WEEK, "--text", "2", "--in-place")
    assert "Gamma" not in vault.read(WEEK)
    syncs(vault)
    assert "Gamma: Paper" in vault.read(WEEK)
    assert "Other words." in vault.read("papers/Gamma.md")
    alpha_taken_out(vault)
    syncs(vault)  # what is taken out after that goes
    assert not (vault.root / NOTE).exists()


def test_beside_the_renamed_note_it_stays(vault: Vault) -> None:
    """No merge with that one, which takes what an older text has more for removed since."""
    vault.edit(WEEK, "Said of it.\n#t\n", "Said.\n#t\n")
    vault.ok("sync")
    to = vault.root / "papers/Renamed.md"
    (vault.root / NOTE).rename(to)
    vault.ok("sync")
    vault.ok("restore", NOTE, "--text", "1")
    os.utime(to, (1, 1))  # as a sync service leaves the times of what it brings
    syncs(vault)
    assert "Said of it." in vault.read(NOTE)
    assert f"{NOTE}: note: this note too is about" in vault.run("check").err
