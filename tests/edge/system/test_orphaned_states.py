"""States whose vault is gone are named, and removed when they are asked for and old."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.support.vaults import Vault, rebuilt
from vault_sync.edge.system.orphaned_states import (
    DAY,
    clean,
    orphan_problems,
    orphaned_states,
    second_states,
)


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
    cleaned = there.ok("doctor", "--clean").out
    assert f"removed base, index and journal in {orphan.folder}\n" in cleaned
    assert "is the state of" not in cleaned
    left = [path.name for path in orphan.folder.rglob("*") if path.is_file()]
    assert [len(name) for name in left if name != "lock"] == [64], "one saved text, and no base"
    assert "orphaned" not in str(orphan_problems(orphaned_states(state)))
    there.ok("check")
    assert "rebuild" in there.ok("log").out


def test_ninety_days_are_long_enough(tmp_path: Path) -> None:
    state = tmp_path / "state"
    gone = vault_of(tmp_path, "gone")
    shutil.rmtree(gone.root)
    (orphan,) = orphaned_states(state)
    assert clean([orphan._replace(unused_days=89.9)], saved_days=0) == []
    assert clean([orphan._replace(unused_days=90.0)], saved_days=0) == [str(orphan.folder)]


def test_a_second_memory_of_one_vault_is_found(tmp_path: Path) -> None:
    """Made where VAULT_SYNC_STATE_DIR is another: in a window, or in the service."""
    vault = vault_of(tmp_path, "vault")
    default = tmp_path / "home/.local/state"
    vault.environ |= {"XDG_STATE_HOME": str(default)}
    assert "two-states" not in str(vault.ok("--json", "doctor").json)
    other = Vault(vault.root, default / "vault-sync", environ=vault.environ)
    other.ok("rebuild")
    shutil.copytree(next(vault.state.iterdir()), vault.state / "a copy of it")
    (tmp_path / "link").symlink_to(vault.root)
    for root in (vault.root, tmp_path / "link"):
        found = Vault(root, vault.state, environ=vault.environ).run("--json", "doctor").json
        problems = [each for each in found["problems"] if each["code"] == "two-states"]
        assert {Path(each["path"]).parent for each in problems} == {vault.state, other.state}
        assert all("VAULT_SYNC_STATE_DIR" in each["hint"] for each in problems)
    both = [vault.state, other.state]
    ways = [second_states(vault.root.resolve(), tmp_path, way) for way in (both, both[::-1])]
    assert ways[0] == ways[1] and len(ways[0]) == 3
    (default / "vault-sync").rename(tmp_path / "away")
    assert len(vault.run("--json", "doctor").json["problems"]) == 1


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
