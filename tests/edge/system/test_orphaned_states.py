"""States whose vault is gone are named, and removed when they are asked for and old."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.support.vaults import Vault, rebuilt
from vault_sync.edge.system.orphaned_states import DAY, clean, orphan_problems, orphaned_states


def vault_of(above: Path, name: str) -> Vault:
    digest = "w\nhttps://arxiv.org/abs/2308.00001\nT: A (Ann Park)\none\n#t\n"
    return rebuilt(above, {"digests/w.md": digest}, name)


def test_only_what_is_gone_and_old_is_removed_and_saved_texts_stay(tmp_path: Path) -> None:
    state = tmp_path / "state"
    there, gone = vault_of(tmp_path, "there"), vault_of(tmp_path, "gone")
    assert orphaned_states(state) == []
    shutil.rmtree(gone.root)
    (orphan,) = orphaned_states(state)
    assert orphan.vault == str(gone.root.resolve()) and orphan.unused_days < 1
    ran = there.ok("doctor")
    assert f"is the state of a vault at {gone.root.resolve()}, which is gone" in ran.out
    assert there.ok("doctor", "--clean").out == ran.out, "it is not old"
    old = (orphan.folder / "state.sqlite").stat().st_mtime - 91 * DAY
    os.utime(orphan.folder / "state.sqlite", (old, old))
    assert "removed base, index and journal" in there.ok("doctor", "--clean").out
    left = [path.name for path in orphan.folder.rglob("*") if path.is_file()]
    assert [len(name) for name in left if name != "lock"] == [64], "one saved text, and no base"
    assert "orphaned" not in str(orphan_problems(orphaned_states(state)))
    there.ok("check")
    assert "rebuild" in there.ok("log").out


def test_saved_texts_go_in_their_time_and_the_folder_with_the_last(tmp_path: Path) -> None:
    state = tmp_path / "state"
    gone = vault_of(tmp_path, "gone")
    shutil.rmtree(gone.root)
    (orphan,) = orphaned_states(state)
    later = (orphan.folder / "state.sqlite").stat().st_mtime + 200 * DAY
    assert clean(orphaned_states(state, later), saved_days=0, now=later) == [str(orphan.folder)]
    assert list(orphan.folder.glob("saved/?/*"))
    again = vault_of(tmp_path, "again")
    shutil.rmtree(again.root)
    found = orphaned_states(state, later)
    assert clean(found, saved_days=90, now=later) == [str(each.folder) for each in found]
    assert not any(each.folder.exists() for each in found)
